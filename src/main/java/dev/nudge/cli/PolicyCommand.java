package dev.nudge.cli;

import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.kafka.KafkaConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks, publishes, deletes and lists tenants' policies. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Check, apply, delete and list the policies of tenants.")
public final class PolicyCommand implements Runnable {
  private static final String KIND = "policy";
  private static final String ID = "default";

  private final Function<KafkaConfig, Deployment> deployments;
  @Spec private CommandSpec spec;

  /** The command for deployments that are reached this way. */
  public PolicyCommand(Function<KafkaConfig, Deployment> deployments) {
    this.deployments = deployments;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: check, apply, delete or list.");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Read policy files and tell everything that is wrong with them.")
  int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    boolean allRead = Publishing.read(reader, files, err());
    return publishing()
        .answering(
            () -> {
              List<Policy> policies = reader.policies();
              if (!allRead) {
                return Publishing.REFUSED;
              }
              for (Policy policy : policies) {
                out()
                    .println(
                        policy.tenant() == null
                            ? "every tenant: good for a rehearsal; to apply it, name a tenant"
                            : policy.tenant() + ": good");
              }
              return Publishing.DONE;
            });
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description =
          "Publish policy files. What is published already is left as it is, and so are"
              + " definitions of other kinds.")
  int apply(
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files,
      @Mixin KafkaOptions kafka,
      @Mixin ApplyOptions options) {
    DefinitionReader reader = DefinitionReader.forPublishing();
    boolean allRead = Publishing.read(reader, files, err());
    return publishing()
        .answering(
            () -> {
              List<Policy> policies = reader.policies();
              return allRead
                  ? publishing().apply(deployment(kafka), policies, List.of(), options)
                  : Publishing.REFUSED;
            });
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete a tenant's policy; the defaults hold again.")
  int delete(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing()
        .answering(
            () -> {
              boolean deleted = deployment(kafka).definitions().delete(tenant, KIND, ID);
              out().println(tenant + (deleted ? ": deleted" : ": has no policy"));
              return Publishing.DONE;
            });
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published policies.")
  int list(@Mixin KafkaOptions kafka) {
    return publishing().list(deployment(kafka), version -> version.kind().equals(KIND));
  }

  private Deployment deployment(KafkaOptions kafka) {
    return deployments.apply(kafka.config());
  }

  private Publishing publishing() {
    return new Publishing(spec.commandLine(), DefinitionVersion::tenant);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
