package dev.nudge.bench;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The policy and the campaigns of one measurement, which hold for every tenant: those of {@code
 * decide.yaml}, as often as it takes.
 *
 * <p>The first family waits for stages and anomalies as written. All others have patterns of their
 * own instead, so that a moment makes as many candidates with 500 campaigns as with 20.
 *
 * @param definitions the policy, then the campaigns
 * @param own those whose moments nobody else waits for
 */
record DecideCampaigns(List<DefinitionVersion> definitions, List<Campaign> own) {
  /** Campaigns of a family. */
  static final int SHAPES = 20;

  private static final String FILE = "decide.yaml";

  private static final Pattern ID = Pattern.compile("(?m)^id: (.+)$");
  private static final Pattern PRIORITY = Pattern.compile("(?m)^priority: (\\d+)$");
  private static final Pattern SHARED_TRIGGER =
      Pattern.compile("(?m)^trigger: \\{(stage|anomaly): (\\w+)}$");
  private static final Pattern PER_CENT = Pattern.compile("(\\d+)%");

  private static final String OWN_TRIGGER =
      "trigger: {pattern: {steps: [{look: {event: Product Viewed, times: 2}}]}}";

  /** The middle of what families add to priorities, so that all stay within 0 to 100. */
  private static final int MIDDLE_FAMILY = 25;

  /**
   * The campaigns.
   *
   * @param count how many, a multiple of {@link #SHAPES}
   * @param momentsOfATenant how many moments a tenant has, to which totals and budgets are cut
   */
  static DecideCampaigns of(int count, double momentsOfATenant) {
    List<String> documents = documents();
    List<String> shapes = documents.subList(1, documents.size());
    int families = count / SHAPES;
    long ownShapes = shapes.stream().filter(shape -> !SHARED_TRIGGER.matcher(shape).find()).count();
    double ownShare = MomentMix.ownShare() / (ownShapes + (families - 1L) * SHAPES);
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read(FILE, utf8(documents.get(0)));
    for (int family = 0; family < families; family++) {
      StringBuilder yaml = new StringBuilder();
      for (String shape : shapes) {
        yaml.append("---\n").append(inFamily(shape, family, ownShare, momentsOfATenant));
        yaml.append('\n');
      }
      reader.read("family %d of %s".formatted(family, FILE), utf8(yaml.toString()));
    }
    return read(reader);
  }

  private static List<String> documents() {
    try (InputStream in = DecideCampaigns.class.getResourceAsStream(FILE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.asList(text.split("\n---\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String inFamily(
      String shape, int family, double ownShare, double momentsOfATenant) {
    Matcher shared = SHARED_TRIGGER.matcher(shape);
    boolean isShared = shared.find() && family == 0;
    double moments = momentsOfATenant * (isShared ? MomentMix.share(shared.group(2)) : ownShare);
    String text =
        PER_CENT
            .matcher(shape)
            .replaceAll(
                found ->
                    Long.toString(
                        Math.max(1, Math.round(Integer.parseInt(found.group(1)) * moments / 100))));
    // Campaigns of one exclusive must differ in priority or audience.
    text =
        PRIORITY
            .matcher(text)
            .replaceAll(
                found ->
                    "priority: " + (Integer.parseInt(found.group(1)) + family - MIDDLE_FAMILY));
    return family == 0
        ? text
        : SHARED_TRIGGER
            .matcher(ID.matcher(text).replaceAll("id: $1-" + family))
            .replaceAll(OWN_TRIGGER);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static DecideCampaigns read(DefinitionReader reader) {
    List<DefinitionVersion> versions = versions(reader);
    try {
      return new DecideCampaigns(
          versions,
          reader.campaigns().values().stream()
              .filter(campaign -> !isShared(campaign.trigger()))
              .toList());
    } catch (DefinitionException e) {
      throw new IllegalStateException("the benchmark's own campaigns are not right", e);
    }
  }

  /** The policies and then the rules that have been read, in force from the beginning. */
  static List<DefinitionVersion> versions(DefinitionReader reader) {
    try {
      List<DefinitionVersion> definitions = new ArrayList<>();
      for (Policy policy : reader.policies()) {
        definitions.add(
            DefinitionVersion.of(new PolicyVersion(null, 1, Long.MIN_VALUE, policy, false)));
      }
      for (RuleSource source : reader.rules()) {
        definitions.add(
            DefinitionVersion.of(
                new RuleVersion(
                    null,
                    source.kind(),
                    source.id(),
                    1,
                    Long.MIN_VALUE,
                    source.onChange(),
                    source.json(),
                    false)));
      }
      return definitions;
    } catch (DefinitionException e) {
      throw new IllegalStateException("the benchmark's own campaigns are not right", e);
    }
  }

  private static boolean isShared(CampaignTrigger trigger) {
    return trigger instanceof CampaignTrigger.OfStage
        || trigger instanceof CampaignTrigger.OfAnomaly;
  }
}
