package dev.nudge.definition;

import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Publishes definitions in versions, so that running jobs take them up: policies on one log, rules
 * on the other.
 *
 * <p>Publishing what already stands there writes nothing, so a deployment script may apply the same
 * files again and again. Either all that is to be published is right, or nothing is written.
 */
public final class DefinitionPublisher {
  /** How far behind the deployment's clock a version takes effect: time to reach every task. */
  public static final Duration LEAD = Duration.ofSeconds(3);

  /** The kinds of definitions, as files name them. */
  public static final List<String> KINDS =
      Stream.concat(
              Stream.of(PolicyCodec.KIND), Arrays.stream(Rule.Kind.values()).map(RuleCodec::kind))
          .toList();

  /**
   * What an application did to one definition.
   *
   * @param version the version that stands on the topic now
   * @param changed false if it stood there before
   */
  public record Applied(DefinitionVersion version, boolean changed) {}

  /**
   * What stands on the topics.
   *
   * @param definitions the newest version of each, sorted by tenant, kind and id, deleted ones left
   *     out
   * @param unreadable what is wrong with records that are no valid definitions, which jobs put
   *     aside
   */
  public record Published(List<DefinitionVersion> definitions, List<Problem> unreadable) {
    /** The rules among them, campaigns too. */
    public List<RuleSource> rules() {
      return definitions.stream()
          .filter(version -> version.rule() != null)
          .map(version -> version.rule().source())
          .toList();
    }

    /** The policies among them. */
    public List<Policy> policies() {
      return definitions.stream()
          .filter(version -> version.policy() != null)
          .map(version -> version.policy().policy())
          .toList();
    }
  }

  private static final Comparator<DefinitionVersion> ORDER =
      Comparator.comparing(DefinitionVersion::tenant)
          .thenComparing(DefinitionVersion::kind)
          .thenComparing(DefinitionVersion::id);

  private final DefinitionLog policyLog;
  private final DefinitionLog ruleLog;

  /**
   * A publisher.
   *
   * @param policyLog the {@code policies} topic
   * @param ruleLog the {@code campaigns} topic
   */
  public DefinitionPublisher(DefinitionLog policyLog, DefinitionLog ruleLog) {
    this.policyLog = policyLog;
    this.ruleLog = ruleLog;
  }

  /**
   * Publishes policies and then rules. A rule must compile with its tenant's policy, among these or
   * published before; and a policy must fit the tenant's published rules.
   *
   * @param policies each with its tenant
   * @param rules each with its tenant
   * @param effectiveAt the event time from which they hold
   * @param force writes a new version even if the same stands there, or something unreadable does,
   *     or if a published rule does not fit a new policy, or a campaign is like a published one but
   *     for its name
   * @return what became of each of them, in their order
   * @throws DefinitionException if one is not valid; without force, if what the topic holds in its
   *     place, or a published rule under a new schema, is not; nothing is written then
   */
  public List<Applied> apply(
      List<Policy> policies, List<RuleSource> rules, Instant effectiveAt, boolean force)
      throws DefinitionException {
    Map<String, byte[]> before = policyLog.newest();
    Map<String, byte[]> rulesBefore = ruleLog.newest();
    Map<String, Policy> inForce = policies(before);
    List<Applied> applied = new ArrayList<>();
    for (Policy policy : policies) {
      applied.add(next(policy, before, effectiveAt, force));
      inForce.put(policy.tenant(), policy);
    }
    for (RuleSource rule : rules) {
      if (rule.kind() == Rule.Kind.CAMPAIGN) {
        CampaignCodec.compile(
            rule,
            inForce.getOrDefault(rule.tenant(), Policy.DEFAULT),
            anomalies(rule.tenant(), rules, rulesBefore));
      } else {
        RuleCodec.compile(rule, schemaOf(rule.tenant(), inForce));
      }
      applied.add(next(rule, rulesBefore, effectiveAt, force));
    }
    if (!force) {
      refuseAlike(rules, rulesBefore, inForce);
      refuseUnfit(policies, rules, rulesBefore);
    }
    Map<String, byte[]> policyRecords = changed(applied, true);
    Map<String, byte[]> ruleRecords = changed(applied, false);
    policyRecords.forEach(policyLog::put);
    ruleRecords.forEach(ruleLog::put);
    return applied;
  }

  /** The tenant's own anomalies, published before or now. */
  private static Set<String> anomalies(
      String tenant, List<RuleSource> rules, Map<String, byte[]> rulesBefore) {
    Stream<RuleSource> before =
        readable(rulesBefore, new ArrayList<>()).stream()
            .filter(version -> version.rule() != null)
            .map(version -> version.rule().source());
    return Stream.concat(rules.stream(), before)
        .filter(rule -> rule.kind() == Rule.Kind.ANOMALY && rule.tenant().equals(tenant))
        .map(RuleSource::id)
        .collect(Collectors.toSet());
  }

  /** A campaign must differ from those published before, which reader and author may not know. */
  private static void refuseAlike(
      List<RuleSource> rules, Map<String, byte[]> rulesBefore, Map<String, Policy> policies)
      throws DefinitionException {
    Map<String, Campaign> published = new TreeMap<>();
    for (DefinitionVersion version : readable(rulesBefore, new ArrayList<>())) {
      if (version.rule() != null
          && version.rule().kind() == Rule.Kind.CAMPAIGN
          && problemsOf(version, policies).isEmpty()) {
        published.put(
            key(version.tenant(), version.kind(), version.id()),
            CampaignCodec.compile(version.rule().source(), schemaOf(version.tenant(), policies)));
      }
    }
    Problems problems = new Problems();
    for (RuleSource rule : rules) {
      published.remove(key(rule.tenant(), RuleCodec.kind(rule.kind()), rule.id()));
    }
    for (RuleSource rule : rules) {
      if (rule.kind() == Rule.Kind.CAMPAIGN) {
        Campaign campaign = CampaignCodec.compile(rule, schemaOf(rule.tenant(), policies));
        String key = key(rule.tenant(), CampaignCodec.KIND, rule.id());
        published.forEach(
            (name, other) -> {
              if (Rivals.meet(campaign, other) && Rivals.areAlike(campaign, other)) {
                problems.add(
                    new Problem(key, 1, 1, "id", Rivals.found(campaign, other), Rivals.EXPECTED));
              }
            });
        published.put(key, campaign);
      }
    }
    problems.throwIfAny();
  }

  private static Map<String, PropertyType> schemaOf(String tenant, Map<String, Policy> policies) {
    return policies.getOrDefault(tenant, Policy.DEFAULT).schema();
  }

  /** The records that are to be written; whoever built them, jobs must not refuse them. */
  private static Map<String, byte[]> changed(List<Applied> applied, boolean policies)
      throws DefinitionException {
    Map<String, byte[]> records = new TreeMap<>();
    for (Applied each : applied) {
      DefinitionVersion version = each.version();
      if (each.changed() && (version.policy() != null) == policies) {
        byte[] value =
            policies ? PolicyCodec.value(version.policy()) : DefinitionCodec.value(version.rule());
        String key = key(version.tenant(), version.kind(), version.id());
        read(key, value);
        records.put(key, value);
      }
    }
    return records;
  }

  private static Applied next(
      Policy policy, Map<String, byte[]> before, Instant effectiveAt, boolean force)
      throws DefinitionException {
    Optional<DefinitionVersion> present =
        present(before, DefinitionKey.policy(policy.tenant()).toString(), force);
    if (!force && present.isPresent() && present.get().policy().policy().equals(policy)) {
      return new Applied(present.get(), false);
    }
    int version = present.map(DefinitionVersion::version).orElse(0) + 1;
    return new Applied(
        DefinitionVersion.of(
            new PolicyVersion(policy.tenant(), version, effectiveAt.toEpochMilli(), policy, false)),
        true);
  }

  private static Applied next(
      RuleSource rule, Map<String, byte[]> before, Instant effectiveAt, boolean force)
      throws DefinitionException {
    Optional<DefinitionVersion> present =
        present(before, key(rule.tenant(), RuleCodec.kind(rule.kind()), rule.id()), force);
    if (!force && present.isPresent() && present.get().rule().source().equals(rule)) {
      return new Applied(present.get(), false);
    }
    int version = present.map(DefinitionVersion::version).orElse(0) + 1;
    return new Applied(
        DefinitionVersion.of(
            new RuleVersion(
                rule.tenant(),
                rule.kind(),
                rule.id(),
                version,
                effectiveAt.toEpochMilli(),
                rule.onChange(),
                rule.json(),
                false)),
        true);
  }

  /** What stands in a definition's place; with force, nothing if it can't be read. */
  private static Optional<DefinitionVersion> present(
      Map<String, byte[]> before, String key, boolean force) throws DefinitionException {
    byte[] value = before.get(key);
    try {
      return value == null ? Optional.empty() : read(key, value);
    } catch (DefinitionException unreadable) {
      if (force) {
        return Optional.empty();
      }
      throw unreadable;
    }
  }

  /** Published rules, but for those that are replaced, must compile with a new schema. */
  private static void refuseUnfit(
      List<Policy> policies, List<RuleSource> replacing, Map<String, byte[]> rulesBefore)
      throws DefinitionException {
    Map<String, Policy> changed = new HashMap<>();
    policies.forEach(policy -> changed.put(policy.tenant(), policy));
    Set<String> replaced = new HashSet<>();
    replacing.forEach(
        rule -> replaced.add(key(rule.tenant(), RuleCodec.kind(rule.kind()), rule.id())));
    Problems problems = new Problems();
    for (DefinitionVersion version : readable(rulesBefore, new ArrayList<>())) {
      String key = key(version.tenant(), version.kind(), version.id());
      if (changed.containsKey(version.tenant()) && !replaced.contains(key)) {
        problemsOf(version, changed).forEach(problems::add);
      }
    }
    problems.throwIfAny();
  }

  /**
   * Deletes a definition, readable or not. Without a policy of its own a tenant has the defaults
   * again, without a rule of its own the built-in one of that kind and id, if there is one.
   *
   * @param kind one of {@link #KINDS}
   * @return false if there was none, so nothing was written
   */
  public boolean delete(String tenant, String kind, String id) {
    DefinitionLog log = kind.equals(PolicyCodec.KIND) ? policyLog : ruleLog;
    String key = key(tenant, kind, id);
    if (!log.newest().containsKey(key)) {
      return false;
    }
    log.put(key, null);
    String result = key(tenant, DefinitionCodec.RESULT, id);
    if (kind.equals(CampaignCodec.KIND) && log.newest().containsKey(result)) {
      log.put(result, null);
    }
    return true;
  }

  /** The newest version of a definition, if there is one that can be read. */
  public Optional<DefinitionVersion> find(String tenant, String kind, String id) {
    return list().definitions().stream()
        .filter(version -> version.tenant().equals(tenant))
        .filter(version -> version.kind().equals(kind))
        .filter(version -> version.id().equals(id))
        .findFirst();
  }

  /**
   * Pauses a campaign, or lets it go on.
   *
   * @param effectiveAt the event time from which it does
   * @return what became of it; empty if there is no campaign of that name that can be read
   * @throws DefinitionException if it would not fit any more; nothing is written then
   */
  public Optional<Applied> pause(String tenant, String id, boolean paused, Instant effectiveAt)
      throws DefinitionException {
    Optional<DefinitionVersion> found = find(tenant, CampaignCodec.KIND, id);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    RuleSource source = CampaignCodec.withPaused(found.get().rule().source(), paused);
    return Optional.of(apply(List.of(), List.of(source), effectiveAt, false).get(0));
  }

  /** What stands on the topics, including versions that take effect in a moment. */
  public Published list() {
    List<Problem> unreadable = new ArrayList<>();
    Map<String, byte[]> policies = policyLog.newest();
    List<DefinitionVersion> definitions = readable(policies, unreadable);
    Map<String, Policy> inForce = policies(policies);
    for (DefinitionVersion version : readable(ruleLog.newest(), unreadable)) {
      List<Problem> problems = problemsOf(version, inForce);
      unreadable.addAll(problems);
      if (problems.isEmpty()) {
        definitions.add(version);
      }
    }
    definitions.sort(ORDER);
    return new Published(definitions, unreadable);
  }

  /** A definition as it stands on its topic: JSON, and so YAML, a key a line. */
  public static String text(DefinitionVersion version) {
    byte[] json =
        version.policy() != null
            ? PolicyCodec.value(version.policy())
            : version.rule().json().getBytes(StandardCharsets.UTF_8);
    return RuleCodec.text(NodeReader.read(version.id(), json, new Problems()).get(0), true);
  }

  private static List<DefinitionVersion> readable(
      Map<String, byte[]> records, List<Problem> unreadable) {
    List<DefinitionVersion> versions = new ArrayList<>();
    records.forEach(
        (key, value) -> {
          try {
            // What came of an experiment is nobody's to publish.
            read(key, value).filter(version -> version.result() == null).ifPresent(versions::add);
          } catch (DefinitionException refused) {
            unreadable.addAll(refused.problems());
          }
        });
    return versions;
  }

  private static Map<String, Policy> policies(Map<String, byte[]> records) {
    Map<String, Policy> policies = new HashMap<>();
    readable(records, new ArrayList<>()).stream()
        .map(DefinitionVersion::policy)
        .filter(Objects::nonNull)
        .forEach(version -> policies.put(version.tenant(), version.policy()));
    return policies;
  }

  /** What keeps a version from being compiled, if it is a rule. */
  private static List<Problem> problemsOf(DefinitionVersion version, Map<String, Policy> policies) {
    if (version.rule() == null) {
      return List.of();
    }
    try {
      RuleSource source = version.rule().source();
      RuleCodec.compile(source, schemaOf(version.tenant(), policies));
      if (source.kind() == Rule.Kind.CAMPAIGN) {
        return unknownChannels(version, policies);
      }
      return List.of();
    } catch (DefinitionException refused) {
      return refused.problems();
    }
  }

  /** The channels of a campaign that its tenant has no longer. */
  private static List<Problem> unknownChannels(
      DefinitionVersion version, Map<String, Policy> policies) throws DefinitionException {
    SendingPolicy sending = policies.getOrDefault(version.tenant(), Policy.DEFAULT).sending();
    String known = String.join(", ", sending.allChannels().keySet());
    return CampaignCodec.compile(version.rule().source(), schemaOf(version.tenant(), policies))
        .channels()
        .stream()
        .filter(channel -> sending.channel(channel) == null)
        .map(
            channel ->
                new Problem(
                    key(version.tenant(), version.kind(), version.id()),
                    1,
                    1,
                    "channels",
                    "the channel " + channel,
                    "one of " + known))
        .toList();
  }

  private static String key(String tenant, String kind, String id) {
    return new DefinitionKey(tenant, kind, id).toString();
  }

  private static Optional<DefinitionVersion> read(String key, byte[] value)
      throws DefinitionException {
    return DefinitionCodec.read(key.getBytes(StandardCharsets.UTF_8), value);
  }
}
