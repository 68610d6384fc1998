package dev.nudge.cli;

import dev.nudge.definition.BuiltInRules;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.KafkaConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
    return publishing().check(DefinitionReader.forRehearsal(), files, rule -> {});
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
    return publishing().apply(files, kafka, options);
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description =
          "Delete a definition. The built-in one of the same kind and id, if there is one, holds"
              + " again; without a policy the defaults do.")
  int delete(@Mixin One one, @Mixin KafkaOptions kafka) {
    return publishing().delete(kafka, one.tenant, one.kind, one.id(spec));
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published definitions.")
  int list(
      @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
          String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing().list(kafka, tenant);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print a definition as it is published.")
  int show(@Mixin One one, @Mixin KafkaOptions kafka) {
    return publishing().show(kafka, one.tenant, one.kind, one.id(spec));
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
        description = "policy, anomaly, stage or campaign.")
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
      if (kind.equals(Publishing.POLICY)) {
        return Publishing.POLICY_ID;
      }
      if (id == null) {
        throw new ParameterException(spec.commandLine(), "--id: found nothing, expected a name");
      }
      return id;
    }
  }

  private Publishing publishing() {
    return new Publishing(
        spec.commandLine(),
        deployments,
        kind -> true,
        (tenant, kind, id) ->
            (tenant == null ? "every tenant's" : tenant) + " " + Publishing.what(kind, id));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
