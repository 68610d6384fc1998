package dev.nudge.definition;

import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads definition files, YAML or JSON, one or more documents each, and tells everything that is
 * wrong with them at once.
 *
 * <pre>{@code
 * DefinitionReader reader = DefinitionReader.forRehearsal();
 * reader.read(Path.of("policy.yaml"));
 * List<Policy> policies = reader.policies();
 * // or a DefinitionException: policy.yaml:4:16: lifecycle.dormantDays: found "abc", expected …
 * }</pre>
 *
 * <p>An instance serves one set of files, which must not define the same thing twice.
 */
public final class DefinitionReader {
  private static final List<String> KINDS = DefinitionPublisher.KINDS;

  /** A rule's document; it is compiled when all policies are known, whose schemas it needs. */
  private record Pending(int file, Node document) {}

  private final boolean tenantRequired;
  private final String defaultTenant;
  private final Problems problems = new Problems();
  private final List<Policy> policies = new ArrayList<>();
  private final List<Policy> published = new ArrayList<>();
  private final Map<RuleSource, Rule> rules = new LinkedHashMap<>();
  private final Map<RuleSource, Campaign> campaigns = new LinkedHashMap<>();
  private final Map<Campaign, Field> campaignPlaces = new LinkedHashMap<>();
  private final List<RuleSource> publishedRules = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Field> places = new HashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private int files;

  private DefinitionReader(boolean tenantRequired, String defaultTenant) {
    this.tenantRequired = tenantRequired;
    this.defaultTenant = defaultTenant;
  }

  /** For files of which one without {@code tenant} holds for every tenant. */
  public static DefinitionReader forRehearsal() {
    return new DefinitionReader(false, null);
  }

  /** For files that are to be published, so each must name its {@code tenant}. */
  public static DefinitionReader forPublishing() {
    return new DefinitionReader(true, null);
  }

  /**
   * For files that are to be published.
   *
   * @param tenant whose definitions without {@code tenant} are; null if each must name its own
   */
  public static DefinitionReader forPublishing(String tenant) {
    return new DefinitionReader(tenant == null, tenant);
  }

  /**
   * Reads a file. What is wrong with its content is told by {@link #policies} and {@link #rules}.
   *
   * @throws IOException if it can't be read
   */
  public void read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      read(file.toString(), in.readNBytes(NodeReader.MAX_BYTES + 1));
    }
  }

  /**
   * Reads a file's content, UTF-8 and at most 1 MiB.
   *
   * @param name what messages call the file
   */
  public void read(String name, byte[] content) {
    int file = files++;
    problems.inFile(file);
    for (Node document : NodeReader.read(name, content, problems)) {
      if (isRule(document)) {
        pending.add(new Pending(file, document));
      } else {
        Fields.document(document, problems, this::readPolicy);
      }
    }
  }

  /**
   * Tells which policies are in force elsewhere: rules of a tenant without a policy among the files
   * are compiled with the schema of that one.
   */
  public void know(List<Policy> inForce) {
    published.addAll(inForce);
  }

  /** Tells which rules are in force elsewhere, so that campaigns may wait for their anomalies. */
  public void knowRules(List<RuleSource> inForce) {
    publishedRules.addAll(inForce);
  }

  /**
   * All policies of the files, in their order.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public List<Policy> policies() throws DefinitionException {
    compilePending();
    problems.throwIfAny();
    return List.copyOf(policies);
  }

  /**
   * All rules of the files, in their order, and then all campaigns, each compiled with the schema
   * of its tenant's policy among the files, else of the one that is {@link #know known}.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public List<RuleSource> rules() throws DefinitionException {
    List<RuleSource> sources = new ArrayList<>(compiled().keySet());
    sources.addAll(campaigns.keySet());
    return sources;
  }

  /**
   * All campaigns of the files, in their order, and what each compiles to.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public Map<RuleSource, Campaign> campaigns() throws DefinitionException {
    compilePending();
    problems.throwIfAny();
    return new LinkedHashMap<>(campaigns);
  }

  /** What is right, but may not be meant, a line each; known once the campaigns are. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * All rules of the files but for campaigns, in their order, and what each compiles to.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public Map<RuleSource, Rule> compiled() throws DefinitionException {
    compilePending();
    problems.throwIfAny();
    return new LinkedHashMap<>(rules);
  }

  /** Whether a document is a rule, and not a policy or nothing known. */
  private static boolean isRule(Node document) {
    if (document.kind() != Node.Kind.MAP) {
      return false;
    }
    Fields fields = new Fields(document, "", new Problems());
    String kind = fields.field("kind").word(KINDS, null);
    return RuleReader.isFlip(fields) || (kind != null && !kind.equals(PolicyCodec.KIND));
  }

  private void compilePending() {
    // Campaigns last, for they name anomalies of any of the files.
    for (boolean areCampaigns : new boolean[] {false, true}) {
      for (Pending rule : pending) {
        if (isCampaign(rule.document()) == areCampaigns) {
          problems.inFile(rule.file());
          Fields.document(rule.document(), problems, fields -> readRule(fields, rule.document()));
        }
      }
    }
    pending.clear();
  }

  private static boolean isCampaign(Node document) {
    return CampaignCodec.KIND.equals(
        new Fields(document, "", new Problems()).field("kind").shown());
  }

  private Void readRule(Fields fields, Node document) {
    boolean isFlip = RuleReader.isFlip(fields);
    Rule.Kind kind = Rule.Kind.ANOMALY;
    if (!isFlip) {
      String name = fields.required("kind").word(KINDS, null);
      kind = Rule.Kind.valueOf(name.toUpperCase(Locale.ROOT));
    }
    Field tenantField =
        tenantRequired && !isFlip ? fields.required("tenant") : fields.field("tenant");
    if (isFlip && (tenantRequired || defaultTenant != null)) {
      fields
          .self()
          .refuse("a pattern alone", "a definition with kind, tenant, id and this pattern");
    }
    String tenant = tenantField.id(defaultTenant);
    OnChange onChange = isFlip ? OnChange.DROP : RuleCodec.onChange(fields);
    if (kind == Rule.Kind.CAMPAIGN) {
      return readCampaign(fields, tenant, onChange, document);
    }
    Rule rule = new RuleReader(schemaOf(tenant)).read(fields, kind, tenant);
    if (rule == null || rule.id() == null) {
      return null;
    }
    String what = "%s %s".formatted(RuleCodec.kind(kind), rule.id());
    if (isFirst(what + "|" + tenant, fields.field(isFlip ? "name" : "id"), what, tenant)) {
      rules.put(RuleCodec.source(rule, onChange, document), rule);
    }
    return null;
  }

  private Void readCampaign(Fields fields, String tenant, OnChange onChange, Node document) {
    Policy policy = policyOf(tenant);
    Campaign campaign =
        CampaignCodec.reader(policy, channelsOf(tenant, policy), ownAnomalies(tenant))
            .read(fields, tenant);
    if (campaign.id() == null) {
      return null;
    }
    Field place = fields.field("id");
    String what = CampaignCodec.KIND + " " + campaign.id();
    if (isFirst(what + "|" + tenant, place, what, tenant)) {
      RuleSource source =
          new RuleSource(
              tenant, Rule.Kind.CAMPAIGN, campaign.id(), onChange, RuleCodec.text(document));
      campaignPlaces.forEach((other, at) -> compare(campaign, place, other, at));
      campaignPlaces.put(campaign, place);
      campaigns.put(source, campaign);
    }
    return null;
  }

  private void compare(Campaign campaign, Field place, Campaign other, Field otherPlace) {
    if (!Rivals.meet(campaign, other)) {
      return;
    }
    if (Rivals.areAlike(campaign, other)) {
      place.refuse(Rivals.found(campaign, other) + ", " + otherPlace.place(), Rivals.EXPECTED);
      return;
    }
    Rivals.warning(campaign, other).ifPresent(text -> warnings.add(place.place() + ": " + text));
  }

  /** The channels of its policy; for every tenant's campaign those of any policy at hand. */
  private Set<String> channelsOf(String tenant, Policy policy) {
    Set<String> known = new HashSet<>(policy.sending().allChannels().keySet());
    if (tenant == null) {
      policies.forEach(each -> known.addAll(each.sending().channels().keySet()));
    }
    return known;
  }

  private Set<String> ownAnomalies(String tenant) {
    Set<String> own = new HashSet<>();
    Stream.concat(rules.keySet().stream(), publishedRules.stream())
        .filter(rule -> rule.kind() == Rule.Kind.ANOMALY)
        .filter(rule -> tenant == null || rule.tenant() == null || rule.tenant().equals(tenant))
        .forEach(rule -> own.add(rule.id()));
    return own;
  }

  private Map<String, PropertyType> schemaOf(String tenant) {
    return policyOf(tenant).schema();
  }

  /**
   * The policy with which a tenant's definitions are read: one of the files, or a known one, or the
   * defaults.
   *
   * @param tenant the brand; null for a definition of every tenant
   */
  public Policy policyFor(String tenant) {
    return policyOf(tenant);
  }

  private Policy policyOf(String tenant) {
    Policy ofAll = Policy.DEFAULT;
    for (Policy policy : policies) {
      if (policy.tenant() == null) {
        ofAll = policy;
      } else if (policy.tenant().equals(tenant)) {
        return policy;
      }
    }
    for (Policy policy : published) {
      if (policy.tenant().equals(tenant)) {
        return policy;
      }
    }
    return ofAll;
  }

  private Void readPolicy(Fields fields) {
    // Without a known kind no other key can be judged.
    if (fields.required("kind").word(KINDS, null) == null) {
      fields.ignoreRest();
      return null;
    }
    Field tenant = tenantRequired ? fields.required("tenant") : fields.field("tenant");
    Policy read = PolicyCodec.readPolicy(tenant, fields);
    Policy policy = read.tenant() == null ? read.withTenant(defaultTenant) : read;
    policies.add(policy);
    if (policy.tenant() == null && (tenantRequired || tenant.isPresent())) {
      return null; // Refused already: it names no tenant that could have two policies.
    }
    isFirst("policy|" + policy.tenant(), tenant, "policy", policy.tenant());
    return null;
  }

  /** Whether nothing was defined under that key before; else notes it. */
  private boolean isFirst(String key, Field place, String what, String tenant) {
    Field first = places.putIfAbsent(key, place);
    if (first != null) {
      place.refuse(
          "a second %s of %s, after %s"
              .formatted(what, tenant == null ? "every tenant" : tenant, first.place()),
          "one");
    }
    return first == null;
  }
}
