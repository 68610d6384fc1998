package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Versions: what is written, and what is not. */
class DefinitionPublisherTest {
  private static final Instant NOW = Instant.parse("2026-01-05T09:00:00Z");
  private static final Policy FIRST = policy("acme", 30);
  private static final Policy SECOND = policy("acme", 14);
  private static final PropertyType STRING = PropertyType.STRING;
  private static final String KEY = "acme|policy|default";

  private static final String RULE_KEY = "acme|anomaly|BIG";

  private final InMemoryDefinitionLog log = new InMemoryDefinitionLog();
  private final InMemoryDefinitionLog ruleLog = new InMemoryDefinitionLog();
  private final DefinitionPublisher publisher = new DefinitionPublisher(log, ruleLog);

  @Test
  void firstVersionIsOne() throws DefinitionException {
    assertThat(apply(FIRST)).isEqualTo(applied(1, FIRST, true));
    assertThat(publisher.list().definitions()).containsExactly(applied(1, FIRST, true).version());
    assertThat(publisher.list().policies()).containsExactly(FIRST);
  }

  @Test
  void samePolicyAgainWritesNothing() throws DefinitionException {
    apply(FIRST);
    assertThat(publisher.apply(List.of(FIRST), List.of(), NOW.plusSeconds(60), false))
        .containsExactly(applied(1, FIRST, false));
    assertThat(log.appended()).isEqualTo(1);
  }

  @Test
  void samePolicyForcedIsANewVersion() throws DefinitionException {
    apply(FIRST);
    assertThat(publisher.apply(List.of(FIRST), List.of(), NOW, true))
        .containsExactly(applied(2, FIRST, true));
  }

  @Test
  void eachTenantCountsItsOwnVersions() throws DefinitionException {
    apply(FIRST);
    apply(SECOND);
    apply(policy("zeta", 30));
    assertThat(versions()).containsExactly("acme policy default 2", "zeta policy default 1");
  }

  @Test
  void deletedPolicyIsGoneAndThenUnknown() throws DefinitionException {
    apply(FIRST);
    assertThat(publisher.delete("acme", "policy", "default")).isTrue();
    assertThat(versions()).isEmpty();
    assertThat(publisher.delete("acme", "policy", "default")).isFalse();
    assertThat(log.appended()).isEqualTo(2);
    assertThat(apply(FIRST)).isEqualTo(applied(1, FIRST, true));
  }

  @Test
  void policyThatJobsWouldRefuseIsNotWritten() {
    assertThatThrownBy(() -> apply(policy("a|b", 30))).isInstanceOf(DefinitionException.class);
    assertThatThrownBy(() -> apply(policy("acme", 91)))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("lostDays");
    assertThat(log.appended()).isZero();
  }

  @Test
  void unreadableRecordIsToldAndOverwrittenOnlyByForce() throws DefinitionException {
    log.put(KEY, utf8("{\"kind\":\"policy\",\"next\":1}"));
    log.put("$time", utf8("{}"));
    assertThat(publisher.list().policies()).isEmpty();
    assertThat(publisher.list().unreadable()).extracting(Problem::path).contains("next");
    assertThatThrownBy(() -> apply(FIRST)).isInstanceOf(DefinitionException.class);

    publisher.apply(List.of(FIRST), List.of(), NOW, true);
    assertThat(versions()).containsExactly("acme policy default 1");
    assertThat(publisher.list().unreadable()).isEmpty();
  }

  @Test
  void rulesGoToTheirOwnLogAndCountByTenantKindAndId() throws DefinitionException {
    apply(rule("acme", "BIG", "event.amount > 100.0"));
    apply(rule("acme", "BIG", "event.amount > 50.0"));
    apply(rule("acme", "HUGE", "event.amount > 900.0"));
    apply(rule("zeta", "BIG", "event.amount > 100.0"));
    assertThat(apply(rule("zeta", "BIG", "event.amount > 100.0")).changed()).isFalse();
    assertThat(versions())
        .containsExactly("acme anomaly BIG 2", "acme anomaly HUGE 1", "zeta anomaly BIG 1");
    assertThat(ruleLog.appended()).isEqualTo(4);
    assertThat(log.appended()).isZero();
  }

  @Test
  void ruleThatDiffersOnlyInWhatBecomesOfOpenMatchesIsANewVersion() throws DefinitionException {
    RuleSource drop = rule("acme", "BIG", "true");
    apply(drop);
    RuleSource drain =
        new RuleSource(drop.tenant(), drop.kind(), drop.id(), OnChange.DRAIN, drop.json());
    DefinitionPublisher.Applied applied = apply(drain);
    assertThat(applied.changed()).isTrue();
    assertThat(applied.version().rule().version()).isEqualTo(2);
    assertThat(applied.version().rule().onChange()).isEqualTo(OnChange.DRAIN);
    assertThat(publisher.list().definitions()).containsExactly(applied.version());
  }

  @Test
  void publishedRuleIsShownAsItWasWritten() throws DefinitionException {
    DefinitionVersion version = apply(rule("acme", "BIG", "event.amount > 100.0")).version();
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read("shown", utf8(DefinitionPublisher.text(version)));
    assertThat(reader.rules()).containsExactly(version.rule().source());
  }

  @Test
  void ruleIsCompiledWithTheSchemaOfItsTenantsPolicy() throws DefinitionException {
    RuleSource rule = rule("acme", "BIG", "event.size > 100");
    assertThatThrownBy(() -> apply(List.of(policy("acme", STRING)), rule))
        .isInstanceOf(DefinitionException.class)
        .hasMessageStartingWith(RULE_KEY + ":1:");
    assertThat(log.appended()).isZero();

    publisher.apply(List.of(policy("acme", STRING)), List.of(), NOW, false);
    assertThatThrownBy(() -> apply(rule)).isInstanceOf(DefinitionException.class);
    assertThat(ruleLog.appended()).isZero();
    apply(List.of(policy("acme", PropertyType.INTEGER)), rule);
    assertThat(versions()).containsExactly("acme anomaly BIG 1", "acme policy default 2");
  }

  @Test
  void schemaThatAPublishedRuleDoesNotFitIsRefusedButByForce() throws DefinitionException {
    apply(rule("acme", "BIG", "event.size > 100"));
    List<Policy> strings = List.of(policy("acme", STRING));
    assertThatThrownBy(() -> publisher.apply(strings, List.of(), NOW, false))
        .isInstanceOf(DefinitionException.class)
        .hasMessageStartingWith(RULE_KEY + ":1:");
    assertThat(log.appended()).isZero();
    publisher.apply(List.of(policy("zeta", STRING)), List.of(), NOW, false);
    // With a rule that fits in place of the one that does not, it is right.
    apply(strings, rule("acme", "BIG", "event.size == 'XL'"));

    publisher.apply(List.of(policy("acme", PropertyType.INTEGER)), List.of(), NOW, true);
    assertThat(publisher.list().unreadable()).extracting(Problem::file).containsOnly(RULE_KEY);
    assertThat(versions()).containsExactly("acme policy default 2", "zeta policy default 1");
  }

  @Test
  void ruleUnderAnotherNameOrOfNoTenantIsNotWritten() throws DefinitionException {
    RuleSource good = rule("acme", "BIG", "true");
    for (RuleSource wrong :
        List.of(
            new RuleSource("acme", good.kind(), "OTHER", OnChange.DROP, good.json()),
            new RuleSource("zeta", good.kind(), "BIG", OnChange.DROP, good.json()),
            new RuleSource(null, good.kind(), "BIG", OnChange.DROP, good.json()),
            new RuleSource("acme", Rule.Kind.STAGE, "BIG", OnChange.DROP, good.json()))) {
      assertThatThrownBy(() -> apply(wrong))
          .as("%s", wrong)
          .isInstanceOf(DefinitionException.class);
    }
    assertThat(ruleLog.appended()).isZero();
  }

  @Test
  void unreadableRuleIsToldDeletedOrOverwrittenByForce() throws DefinitionException {
    ruleLog.put(RULE_KEY, utf8("{\"kind\":\"anomaly\"}"));
    ruleLog.put("|anomaly|BIG", utf8("{}"));
    assertThat(publisher.list().definitions()).isEmpty();
    assertThat(publisher.list().unreadable())
        .extracting(Problem::toString)
        .contains(
            "|anomaly|BIG:1:1: found the record key \"|anomaly|BIG\", expected TENANT|anomaly|ID",
            RULE_KEY
                + ":1:1: version: found nothing, expected a whole number from 1 to 2147483647");
    RuleSource rule = rule("acme", "BIG", "true");
    assertThatThrownBy(() -> apply(rule)).isInstanceOf(DefinitionException.class);
    publisher.apply(List.of(), List.of(rule), NOW, true);
    assertThat(versions()).containsExactly("acme anomaly BIG 1");
    assertThat(publisher.delete("", "anomaly", "BIG")).isTrue();
    assertThat(publisher.list().unreadable()).isEmpty();
  }

  @Test
  void whatCameOfAnExperimentIsNobodysDefinitionAndGoesWithItsCampaign()
      throws DefinitionException {
    ExperimentResult result = ExperimentResult.of("acme", "a", 1, "B", 0);
    ruleLog.put("acme|campaign|a", utf8("{}"));
    ruleLog.put("acme|result|a", DefinitionCodec.value(result));
    ruleLog.put("acme|result|b", DefinitionCodec.value(result));
    assertThat(publisher.list().definitions()).isEmpty();

    assertThat(publisher.delete("acme", "campaign", "a")).isTrue();
    assertThat(ruleLog.newest().keySet()).containsExactly("acme|result|b");
  }

  private DefinitionPublisher.Applied apply(Policy policy) throws DefinitionException {
    return publisher.apply(List.of(policy), List.of(), NOW, false).get(0);
  }

  private DefinitionPublisher.Applied apply(RuleSource rule) throws DefinitionException {
    return publisher.apply(List.of(), List.of(rule), NOW, false).get(0);
  }

  private void apply(List<Policy> policies, RuleSource rule) throws DefinitionException {
    publisher.apply(policies, List.of(rule), NOW, false);
  }

  private List<String> versions() {
    return publisher.list().definitions().stream()
        .map(v -> String.join(" ", v.tenant(), v.kind(), v.id(), v.version() + ""))
        .toList();
  }

  private static DefinitionPublisher.Applied applied(int version, Policy policy, boolean changed) {
    return new DefinitionPublisher.Applied(
        DefinitionVersion.of(
            new PolicyVersion(policy.tenant(), version, NOW.toEpochMilli(), policy, false)),
        changed);
  }

  private static RuleSource rule(String tenant, String id, String where)
      throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read(
        "rule.yaml",
        utf8(
            """
            kind: anomaly
            tenant: %s
            id: %s
            pattern: {steps: [{big: {event: Order Paid, where: "%s"}}]}
            """
                .formatted(tenant, id, where)));
    return reader.rules().get(0);
  }

  private static Policy policy(String tenant, int dormantDays) {
    return new Policy(
        tenant, "UTC", null, new LifecyclePolicy(dormantDays, 90, 4, 7, RecoverTo.BY_COUNT));
  }

  private static Policy policy(String tenant, PropertyType size) {
    return new Policy(tenant, "UTC", null, LifecyclePolicy.DEFAULT, Map.of(), Map.of("size", size));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
