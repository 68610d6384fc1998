package dev.nudge.cli;

import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyCodec;
import dev.nudge.kafka.KafkaConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks, publishes, pauses, deletes and shows tenants' policies. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Check, apply, show, pause, resume, delete and list the policies of tenants.")
public final class PolicyCommand implements Runnable {
  private final Function<KafkaConfig, Deployment> deployments;
  @Spec private CommandSpec spec;

  /** The command for deployments that are reached this way. */
  public PolicyCommand(Function<KafkaConfig, Deployment> deployments) {
    this.deployments = deployments;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Say what to do: check, apply, show, pause, resume, delete, list or schema.");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Read policy files and tell everything that is wrong with them.")
  int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    return publishing().check(DefinitionReader.forRehearsal(), files, rule -> {});
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
    return publishing().apply(files, kafka, options);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print a tenant's policy as it is published.")
  int show(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing().show(kafka, tenant, Publishing.POLICY, Publishing.POLICY_ID);
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Stop all of a tenant's sends within seconds.")
  int pause(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    return paused(tenant, kafka, true);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Let a tenant's sends go on that were stopped.")
  int resume(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    return paused(tenant, kafka, false);
  }

  /** In an emergency a tenant need not have a policy: one is made that says nothing else. */
  private int paused(String tenant, KafkaOptions kafka, boolean paused) {
    return publishing()
        .answering(
            () -> {
              Deployment deployment = publishing().deployment(kafka);
              Optional<DefinitionVersion> found =
                  deployment.definitions().find(tenant, Publishing.POLICY, Publishing.POLICY_ID);
              if (found.isEmpty() && !paused) {
                return publishing().tellNone(tenant, Publishing.POLICY, Publishing.POLICY_ID);
              }
              Policy policy =
                  found
                      .map(version -> version.policy().policy())
                      .orElseGet(() -> Policy.DEFAULT.withTenant(tenant));
              return publishing()
                  .replace(deployment, List.of(policy.withPaused(paused)), List.of());
            });
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete a tenant's policy; the defaults hold again.")
  int delete(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing().delete(kafka, tenant, Publishing.POLICY, Publishing.POLICY_ID);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published policies.")
  int list(@Mixin KafkaOptions kafka) {
    return publishing().list(kafka, null);
  }

  @Command(
      name = "schema",
      mixinStandardHelpOptions = true,
      description = "Print the JSON Schema of policies, for editors.")
  int schema() {
    spec.commandLine().getOut().println(PolicyCodec.schema());
    return Publishing.DONE;
  }

  private Publishing publishing() {
    return new Publishing(
        spec.commandLine(),
        deployments,
        Publishing.POLICY::equals,
        (tenant, kind, id) -> tenant == null ? "every tenant" : tenant);
  }
}
