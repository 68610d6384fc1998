package dev.nudge.console;

import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Problem;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.DeploymentClock;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.pattern.Rule;
import io.javalin.http.HttpResponseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Shows, applies, pauses and resumes the campaigns of one brand at a time, as the command line
 * does. Each answer tells what stands on the topic, and so was written or was there before.
 *
 * <p>One of them at a time, so that of two who edit the same version in this console the second one
 * is told. Of another console, or of the command line, only what was written before is known.
 */
final class CampaignDesk {
  /** What messages call the text that was given. */
  private static final String NAME = "campaign";

  private final KafkaConfig kafka;

  CampaignDesk(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /**
   * A campaign as it is published.
   *
   * @param version from 1
   * @param holdsFrom the event time from which it holds
   * @param text JSON, and so YAML, a key a line
   */
  record Definition(String campaign, int version, Instant holdsFrom, boolean paused, String text) {}

  /**
   * What became of what somebody did.
   *
   * @param changed false if it stood there before, so that nothing was written
   */
  record Applied(Definition definition, boolean changed) {}

  /** What is wrong; line and column, from 1, are null where it is not about the text itself. */
  record Trouble(Integer line, Integer column, String key, String found, String expected) {}

  /**
   * A text that was read.
   *
   * @param campaign the one campaign that it holds
   * @param policies the brand's, in force now
   * @param rules the brand's, in force now, that campaign's own version among them if there is one
   */
  record Read(RuleSource campaign, List<Policy> policies, List<RuleSource> rules) {}

  /** What is published; empty if there is none, or none that can be read. */
  Optional<Definition> published(String tenant, String campaign) {
    return publisher().find(tenant, CampaignCodec.KIND, campaign).map(CampaignDesk::definition);
  }

  /**
   * Publishes the campaign of a text.
   *
   * @param tenant the only brand it may be of
   * @param campaign the only campaign it may be; null for any
   * @param version the version that the text was made from, 0 if there was none; null if it does
   *     not matter
   * @throws DefinitionException if something is wrong with it; nothing was written then
   */
  synchronized Applied apply(String tenant, byte[] text, String campaign, Integer version)
      throws DefinitionException {
    DefinitionPublisher publisher = publisher();
    RuleSource source = read(tenant, text, publisher.list()).campaign();
    if (campaign != null && !campaign.equals(source.id())) {
      throw new HttpResponseException(
          400,
          "This is the text of %s, and here is %s: the id of a campaign does not change"
              .formatted(source.id(), campaign));
    }
    if (version != null) {
      int present =
          publisher
              .find(tenant, CampaignCodec.KIND, source.id())
              .map(DefinitionVersion::version)
              .orElse(0);
      if (present != version) {
        throw new HttpResponseException(
            409,
            present == 0
                ? source.id() + " was deleted meanwhile"
                : "Version %d of %s was published meanwhile; nothing was written"
                    .formatted(present, source.id()));
      }
    }
    return applied(publisher.apply(List.of(), List.of(source), soon(), false).get(0));
  }

  /**
   * Pauses a campaign, or lets it go on.
   *
   * @return empty if there is none, or none that can be read
   */
  synchronized Optional<Applied> pause(String tenant, String campaign, boolean paused)
      throws DefinitionException {
    return publisher().pause(tenant, campaign, paused, soon()).map(CampaignDesk::applied);
  }

  /** Reads a text with what is in force. */
  Read read(String tenant, byte[] text) throws DefinitionException {
    return read(tenant, text, publisher().list());
  }

  /** Nothing of another brand is known here, so that no message can tell of it. */
  private static Read read(String tenant, byte[] text, DefinitionPublisher.Published published)
      throws DefinitionException {
    List<Policy> policies =
        published.policies().stream().filter(policy -> policy.tenant().equals(tenant)).toList();
    List<RuleSource> rules =
        published.rules().stream().filter(rule -> rule.tenant().equals(tenant)).toList();
    DefinitionReader reader = DefinitionReader.forPublishing(tenant);
    reader.know(policies);
    reader.knowRules(rules);
    reader.read(NAME, text);
    List<RuleSource> given = reader.rules();
    if (!reader.policies().isEmpty()
        || given.size() != 1
        || given.get(0).kind() != Rule.Kind.CAMPAIGN) {
      throw new HttpResponseException(
          400,
          "Expected one campaign and nothing else: policies, anomalies and stages are applied with"
              + " the command definitions apply");
    }
    RuleSource campaign = given.get(0);
    if (!campaign.tenant().equals(tenant)) {
      throw new HttpResponseException(
          403,
          "This campaign names the brand %s; here only campaigns of %s are taken"
              .formatted(campaign.tenant(), tenant));
    }
    return new Read(campaign, policies, rules);
  }

  /** What is wrong with a text, in its order. */
  static List<Trouble> troubles(DefinitionException refused) {
    return refused.problems().stream().map(CampaignDesk::trouble).toList();
  }

  private static Trouble trouble(Problem problem) {
    boolean ofText = problem.file().equals(NAME);
    return new Trouble(
        ofText ? problem.line() : null,
        ofText ? problem.column() : null,
        problem.path(),
        problem.found(),
        problem.expected());
  }

  private static Applied applied(DefinitionPublisher.Applied applied) {
    return new Applied(definition(applied.version()), applied.changed());
  }

  private static Definition definition(DefinitionVersion version) {
    return new Definition(
        version.id(),
        version.version(),
        Instant.ofEpochMilli(version.effectiveAtMillis()),
        version.isPaused(),
        DefinitionPublisher.text(version));
  }

  private DefinitionPublisher publisher() {
    return DefinitionTopics.publisher(kafka);
  }

  private Instant soon() {
    return new DeploymentClock(kafka, InstantSource.system()).now().plus(DefinitionPublisher.LEAD);
  }
}
