package dev.nudge.cli;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.Reach;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.KafkaConfig;
import java.io.PrintWriter;
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

/** Checks, publishes, pauses, deletes and shows campaigns. */
@Command(
    name = "campaigns",
    mixinStandardHelpOptions = true,
    description = "Validate, apply, list, show, pause, resume and delete campaigns.")
public final class CampaignsCommand implements Runnable {
  private final Function<KafkaConfig, Deployment> deployments;
  @Spec private CommandSpec spec;

  /** The command for deployments that are reached this way. */
  public CampaignsCommand(Function<KafkaConfig, Deployment> deployments) {
    this.deployments = deployments;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Say what to do: validate, apply, list, show, pause, resume, delete or schema.");
  }

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description =
          "Read campaigns, and the policies and anomalies that they need, and tell everything that"
              + " is wrong with them. Of a scheduled one, tell whom it is for and how many it can"
              + " reach.")
  int validate(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    return publishing().check(reader, files, rule -> tellReach(reader, rule));
  }

  private void tellReach(DefinitionReader reader, RuleSource rule) {
    Campaign campaign;
    try {
      campaign = reader.campaigns().get(rule);
    } catch (DefinitionException told) {
      throw new IllegalStateException("it was good a moment ago", told);
    }
    if (!(campaign.trigger() instanceof CampaignTrigger.OfTime)) {
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "  audience: "
            + (campaign.audience() == null ? "everybody" : campaign.audience().text())
            + " (how many they are, a rehearsal tells)");
    for (String channel : campaign.channels()) {
      Reach reach = Reach.of(campaign, channel, reader.policyFor(campaign.tenant()).sending());
      out.printf(
          "  reach by %s: %s, at %s a touch%n",
          channel,
          reach.customers() == Campaign.UNLIMITED
              ? "all of them"
              : "at most %,d".formatted(reach.customers()),
          reach.touchText());
    }
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description =
          "Publish campaign files, all or none. What is published already is left as it is, and so"
              + " are definitions of other kinds.")
  int apply(
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files,
      @Mixin KafkaOptions kafka,
      @Mixin ApplyOptions options) {
    return publishing().apply(files, kafka, options);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published campaigns.")
  int list(
      @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
          String tenant,
      @Mixin KafkaOptions kafka) {
    return publishing().list(kafka, tenant);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print a campaign as it is published.")
  int show(@Mixin One one, @Mixin KafkaOptions kafka) {
    return publishing().show(kafka, one.tenant, Publishing.CAMPAIGN, one.id);
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Stop a campaign's sends within seconds.")
  int pause(@Mixin One one, @Mixin KafkaOptions kafka) {
    return paused(one, kafka, true);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Let a campaign go on that was paused.")
  int resume(@Mixin One one, @Mixin KafkaOptions kafka) {
    return paused(one, kafka, false);
  }

  private int paused(One one, KafkaOptions kafka, boolean paused) {
    return publishing()
        .answering(
            () -> {
              Deployment deployment = publishing().deployment(kafka);
              Optional<DefinitionPublisher.Applied> applied =
                  deployment
                      .definitions()
                      .pause(one.tenant, one.id, paused, Publishing.soon(deployment));
              if (applied.isEmpty()) {
                return publishing().tellNone(one.tenant, Publishing.CAMPAIGN, one.id);
              }
              publishing().tell(List.of(applied.get()));
              return Publishing.DONE;
            });
  }

  @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete a campaign.")
  int delete(@Mixin One one, @Mixin KafkaOptions kafka) {
    return publishing().delete(kafka, one.tenant, Publishing.CAMPAIGN, one.id);
  }

  @Command(
      name = "schema",
      mixinStandardHelpOptions = true,
      description = "Print the JSON Schema of campaigns, for editors.")
  int schema() {
    spec.commandLine().getOut().println(CampaignCodec.schema());
    return Publishing.DONE;
  }

  /** Which campaign. */
  static final class One {
    @Option(names = "--tenant", paramLabel = "TENANT", required = true)
    private String tenant;

    @Option(names = "--id", paramLabel = "ID", required = true)
    private String id;
  }

  private Publishing publishing() {
    return new Publishing(
        spec.commandLine(),
        deployments,
        Publishing.CAMPAIGN::equals,
        (tenant, kind, id) -> tenant == null ? "every tenant's " + id : tenant + " " + id);
  }
}
