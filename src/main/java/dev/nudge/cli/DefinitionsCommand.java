package dev.nudge.cli;

import dev.nudge.definition.BuiltInRules;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.KafkaConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks, publishes, deletes and shows definitions of every kind. */
@Command(
    name = "definitions",
    mixinStandardHelpOptions = true,
    description = "Check, apply, delete, list and show definitions of every kind.")
public final class DefinitionsCommand implements Runnable {
  private static final String POLICY = "policy";
  private static final String POLICY_ID = "default";

  private final Function<KafkaConfig, Deployment> deployments;
  @Spec private CommandSpec spec;

  /** The command for deployments that are reached this way. */
  public DefinitionsCommand(Function<KafkaConfig, Deployment> deployments) {
    this.deployments = deployments;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: check, apply, delete, list, show or builtin.");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Read definition files, and policies for their schemas; tell everything that is wrong with"
              + " them.")
  int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    boolean allRead = Publishing.read(reader, files, err());
    return publishing()
        .answering(
            () -> {
              List<Policy> policies = reader.policies();
              List<RuleSource> rules = reader.rules();
              if (!allRead) {
                return Publishing.REFUSED;
              }
              policies.forEach(policy -> tellGood(policy.tenant(), POLICY));
              rules.forEach(
                  rule ->
                      tellGood(
                          rule.tenant(),
                          rule.kind().name().toLowerCase(Locale.ROOT) + " " + rule.id()));
              return Publishing.DONE;
            });
  }

  private void tellGood(String tenant, String what) {
    out()
        .println(
            tenant == null
                ? "every tenant's " + what + ": good for a rehearsal; to apply it, name a tenant"
                : tenant + " " + what + ": good");
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description =
          "Publish definition files, all or none. What is published already is left as it is.")
  int apply(
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files,
      @Mixin KafkaOptions kafka,
      @Mixin ApplyOptions options) {
    DefinitionReader reader = DefinitionReader.forPublishing();
    if (!Publishing.read(reader, files, err())) {
      return Publishing.REFUSED;
    }
    Deployment deployment = deployments.apply(kafka.config());
    return publishing()
        .answering(
            () -> {
              // Conditions are typed by the policies that are in force there.
              reader.know(deployment.definitions().list().policies());
              return publishing().apply(deployment, reader.policies(), reader.rules(), options);
            });
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description =
          "Delete a definition. The built-in one of the same kind and id, if there is one, holds"
              + " again; without a policy the defaults do.")
  int delete(@Mixin One one, @Mixin KafkaOptions kafka) {
    String id = one.id(spec);
    return publishing()
        .answering(
            () -> {
              boolean deleted =
                  deployments.apply(kafka.config()).definitions().delete(one.tenant, one.kind, id);
              String name = name(one.kind, id);
              out().println(one.tenant + (deleted ? " " + name + ": deleted" : ": has no " + name));
              return Publishing.DONE;
            });
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published definitions.")
  int list(
      @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
          String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing()
        .list(
            deployments.apply(kafka.config()),
            version -> tenant == null || tenant.equals(version.tenant()));
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print a definition as it is published.")
  int show(@Mixin One one, @Mixin KafkaOptions kafka) {
    String id = one.id(spec);
    return publishing()
        .answering(
            () -> {
              Optional<DefinitionVersion> found =
                  deployments.apply(kafka.config()).definitions().list().definitions().stream()
                      .filter(version -> version.tenant().equals(one.tenant))
                      .filter(version -> version.kind().equals(one.kind))
                      .filter(version -> version.id().equals(id))
                      .findFirst();
              if (found.isEmpty()) {
                err().println(one.tenant + ": has no readable " + name(one.kind, id));
                return Publishing.FAILED;
              }
              out().println("# " + publishing().line(found.get()));
              out().println(DefinitionPublisher.text(found.get()));
              return Publishing.DONE;
            });
  }

  @Command(
      name = "builtin",
      mixinStandardHelpOptions = true,
      description = "Print the built-in definitions, to copy from.")
  int builtin(
      @Parameters(
              paramLabel = "ID",
              arity = "0..1",
              description = "Only this one, such as SPEND_SPIKE.")
          String id) {
    if (id == null) {
      out().println(BuiltInRules.text());
      return Publishing.DONE;
    }
    Optional<String> text = BuiltInRules.text(id);
    if (text.isEmpty()) {
      err()
          .println(
              "found \"%s\", expected one of %s"
                  .formatted(
                      id,
                      BuiltInRules.sources().stream()
                          .map(RuleSource::id)
                          .collect(Collectors.joining(", "))));
      return Publishing.REFUSED;
    }
    out().println(text.get());
    return Publishing.DONE;
  }

  /** Which definition. */
  static final class One {
    @Option(names = "--tenant", paramLabel = "TENANT", required = true)
    private String tenant;

    @Option(
        names = "--kind",
        paramLabel = "KIND",
        required = true,
        description = "policy, anomaly or stage.")
    private String kind;

    @Option(names = "--id", paramLabel = "ID", description = "Its name; a policy needs none.")
    private String id;

    /** Its name within tenant and kind. */
    private String id(CommandSpec spec) {
      if (!DefinitionPublisher.KINDS.contains(kind)) {
        throw new ParameterException(
            spec.commandLine(),
            "--kind: found '%s', expected one of %s"
                .formatted(kind, String.join(", ", DefinitionPublisher.KINDS)));
      }
      if (kind.equals(POLICY)) {
        return POLICY_ID;
      }
      if (id == null) {
        throw new ParameterException(spec.commandLine(), "--id: found nothing, expected a name");
      }
      return id;
    }
  }

  private static String name(String kind, String id) {
    return kind.equals(POLICY) ? kind : kind + " " + id;
  }

  private Publishing publishing() {
    return new Publishing(
        spec.commandLine(), version -> version.tenant() + " " + name(version.kind(), version.id()));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
