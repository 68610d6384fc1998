package dev.nudge.definition;

import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A campaign's written form: the definition as JSON text, key by key as it stood in its file.
 *
 * <p>Its record on the {@code campaigns} topic is that of a rule, {@link DefinitionCodec}, with the
 * key {@code acme|campaign|cart-rescue}.
 */
public final class CampaignCodec {
  /** How a definition names its kind. */
  public static final String KIND = RuleCodec.kind(Rule.Kind.CAMPAIGN);

  private static final String PAUSED = "paused";

  private CampaignCodec() {}

  /**
   * Compiles a campaign that was published before. That its channels and its anomaly are known is
   * not asked again, for a policy or an anomaly may have gone since.
   *
   * @param source a source of kind {@link Rule.Kind#CAMPAIGN}
   * @param schema the types of the tenant's properties; empty where no policy names any
   * @throws DefinitionException if it is not right, for this schema
   */
  public static Campaign compile(RuleSource source, Map<String, PropertyType> schema)
      throws DefinitionException {
    return compile(source, new CampaignReader(schema));
  }

  /**
   * Compiles a campaign as its author is told of it, with all that is known around it.
   *
   * @param policy its tenant's
   * @param anomalies the ids of the tenant's own anomalies
   * @throws DefinitionException if it is not right
   */
  static Campaign compile(RuleSource source, Policy policy, Set<String> anomalies)
      throws DefinitionException {
    return compile(source, reader(policy, policy.sending().allChannels().keySet(), anomalies));
  }

  /** A reader for authors. */
  static CampaignReader reader(Policy policy, Set<String> channels, Set<String> ownAnomalies) {
    Set<String> anomalies = new HashSet<>(BuiltInRules.anomalies().keySet());
    anomalies.addAll(ownAnomalies);
    return new CampaignReader(policy, channels, anomalies);
  }

  private static Campaign compile(RuleSource source, CampaignReader reader)
      throws DefinitionException {
    Problems problems = new Problems();
    List<Node> documents = NodeReader.read(name(source), utf8(source.json()), problems);
    problems.throwIfAny();
    Campaign campaign =
        Fields.document(
            documents.get(0),
            problems,
            fields -> {
              fields.required("kind").word(List.of(KIND), null);
              Field tenant = fields.field("tenant");
              if (source.tenant() != null) {
                tenant.word(List.of(source.tenant()), null);
              }
              RuleCodec.onChange(fields);
              Campaign read = reader.read(fields, source.tenant());
              if (!source.id().equals(read.id())) {
                fields.required("id").word(List.of(source.id()), null);
              }
              return read;
            });
    problems.throwIfAny();
    return campaign;
  }

  /** Whether the text of a campaign says that it is paused. */
  static boolean isPaused(RuleSource source) {
    Node document = NodeReader.read(name(source), utf8(source.json()), new Problems()).get(0);
    return new Fields(document, "", new Problems()).field(PAUSED).bool(false);
  }

  /**
   * The same campaign, paused or no longer.
   *
   * @param source a source of kind {@link Rule.Kind#CAMPAIGN} that compiles
   */
  public static RuleSource withPaused(RuleSource source, boolean paused) {
    if (isPaused(source) == paused) {
      return source;
    }
    Node document = NodeReader.read(name(source), utf8(source.json()), new Problems()).get(0);
    List<Node> keys = new ArrayList<>(document.keys());
    List<Node> values = new ArrayList<>(document.items());
    int at = keys.stream().map(Node::text).toList().indexOf(PAUSED);
    if (at >= 0) {
      keys.remove(at);
      values.remove(at);
    }
    if (paused) {
      keys.add(scalar(document, Node.Kind.TEXT, PAUSED));
      values.add(scalar(document, Node.Kind.BOOLEAN, "true"));
    }
    Node changed =
        new Node(
            document.file(),
            document.line(),
            document.column(),
            document.kind(),
            "",
            values,
            keys,
            "");
    return new RuleSource(
        source.tenant(), source.kind(), source.id(), source.onChange(), RuleCodec.text(changed));
  }

  private static Node scalar(Node place, Node.Kind kind, String text) {
    return new Node(
        place.file(), place.line(), place.column(), kind, text, List.of(), List.of(), "");
  }

  private static String name(RuleSource source) {
    return new DefinitionKey(source.tenant() == null ? "" : source.tenant(), KIND, source.id())
        .toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What a campaign's file may say, as JSON Schema, for editors. */
  public static String schema() {
    return Schema.of(
        "Nudge campaign",
        fields -> {
          fields.required("kind").word(List.of(KIND), null);
          fields.field("tenant").id(null);
          RuleCodec.onChange(fields);
          reader(Policy.DEFAULT, null, Set.of()).read(fields, null);
        });
  }
}
