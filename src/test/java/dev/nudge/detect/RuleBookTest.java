package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.definition.BuiltInRules;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RunningRule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which rules hold for whom and when. Times are plain numbers. */
class RuleBookTest {
  private RuleBook book;

  @BeforeEach
  void open() {
    Incidents nobody = new Incidents(count -> {}, count -> {}, count -> {});
    book =
        new RuleBook(
            new RuleCompiler(
                new CustomerScope(), nobody, new MatchCounts((tenant, definition) -> () -> {})));
  }

  private static RuleVersion version(String tenant, String id, int version, String event) {
    String json =
        """
        {"kind":"anomaly","id":"%s","pattern":{"steps":[{"a":{"event":"%s"}}]}}"""
            .formatted(id, event);
    return new RuleVersion(tenant, Rule.Kind.ANOMALY, id, version, 10, OnChange.DROP, json, false);
  }

  private static PolicyHistory policy(String yaml) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("p", ("kind: policy\n" + yaml).getBytes(StandardCharsets.UTF_8));
    Policy policy = reader.policies().get(0);
    return PolicyHistory.none().with(new PolicyVersion("acme", 1, 10, policy, false), 0);
  }

  private List<String> idsOf(String tenant, long at) {
    return book.standing(tenant, at).rules().inForce().stream()
        .map(rule -> rule.rule().id())
        .toList();
  }

  private static List<String> builtIn() {
    return BuiltInRules.sources().stream().map(RuleSource::id).toList();
  }

  @Test
  void withoutDefinitionsTheBuiltInRulesHoldInTheirOrder() {
    assertThat(idsOf("acme", 0))
        .isEqualTo(builtIn())
        .startsWith("prospect", "new", "recovering", "declining", "stable", "growing")
        .contains("SPEND_SPIKE", "REFILL_DUE")
        .hasSize(19);
    assertThat(book.policyOf("acme", 0)).isEqualTo(Policy.DEFAULT);
  }

  @Test
  void ownRuleHoldsFromItsTimeOnForItsTenant() throws Exception {
    RuleVersion own = version("acme", "OWN", 1, "A");
    book.setRules(own, RuleHistory.none().with(own, 0));
    assertThat(idsOf("acme", 9)).isEqualTo(builtIn());
    assertThat(idsOf("acme", 10)).hasSize(20).endsWith("OWN");
    assertThat(idsOf("zeta", 10)).isEqualTo(builtIn());
  }

  @Test
  void ruleOfEveryTenantHoldsForAllAndATenantsOwnTakesItsPlace() throws Exception {
    RuleVersion all = version(null, "OWN", 1, "A");
    RuleVersion own = version("acme", "OWN", 1, "B");
    book.setRules(all, RuleHistory.none().with(all, 0));
    book.setRules(own, RuleHistory.none().with(own, 0));
    assertThat(idsOf("acme", 10)).hasSize(20);
    RunningRule ofAcme = last(book.standing("acme", 10).rules().inForce());
    RunningRule ofZeta = last(book.standing("zeta", 10).rules().inForce());
    assertThat(ofAcme.rule().tenant()).isEqualTo("acme");
    assertThat(ofZeta.rule().tenant()).isNull();
    assertThat(book.byNumber(ofAcme.number())).isSameAs(ofAcme);
  }

  private static RunningRule last(List<RunningRule> rules) {
    return rules.get(rules.size() - 1);
  }

  @Test
  void replacedBuiltInRuleStandsWhereItStood() throws Exception {
    RuleVersion own = version("acme", "SPEND_SPIKE", 1, "A");
    book.setRules(own, RuleHistory.none().with(own, 0));
    assertThat(idsOf("acme", 10)).isEqualTo(builtIn());
    int place = builtIn().indexOf("SPEND_SPIKE");
    RunningRule mine = book.standing("acme", 10).rules().inForce().get(place);
    assertThat(mine.rule().tenant()).isEqualTo("acme");
    assertThat(mine.order()).isEqualTo(place);
    assertThat(book.standing("acme", 9).rules().inForce().get(place).rule().tenant()).isNull();
  }

  @Test
  void versionsHaveNumbersOfTheirOwnAndTheSameOnesInEveryProcess() throws Exception {
    RuleVersion one = version("acme", "OWN", 1, "A");
    RuleVersion two = version("acme", "OWN", 2, "A");
    book.setRules(one, RuleHistory.none().with(one, 0));
    long first = last(book.standing("acme", 10).rules().inForce()).number();
    book.setRules(two, RuleHistory.none().with(two, 0));
    long second = last(book.standing("acme", 10).rules().inForce()).number();
    assertThat(second).isNotEqualTo(first);
    assertThat(book.byNumber(first)).isNull();
    open();
    book.setRules(one, RuleHistory.none().with(one, 0));
    assertThat(last(book.standing("acme", 10).rules().inForce()).number()).isEqualTo(first);
  }

  @Test
  void ruleThatIsGoneLeavesNoNumber() throws Exception {
    RuleVersion own = version("acme", "OWN", 1, "A");
    book.setRules(own, RuleHistory.none().with(own, 0));
    long number = last(book.standing("acme", 10).rules().inForce()).number();
    book.remove(own);
    assertThat(book.byNumber(number)).isNull();
    assertThat(idsOf("acme", 10)).isEqualTo(builtIn());
    book.remove(own);
    assertThat(idsOf("acme", 10)).isEqualTo(builtIn());
  }

  private static RuleVersion campaign(int version, long from, String trigger) {
    String json =
        """
        {"kind":"campaign","id":"C","channels":["PUSH"],"trigger":%s}"""
            .formatted(trigger);
    return new RuleVersion(
        "acme", Rule.Kind.CAMPAIGN, "C", version, from, OnChange.DROP, json, false);
  }

  @Test
  void campaignIsARuleWhileItHasAPatternOrATimerOfItsOwn() throws Exception {
    RuleVersion pattern = campaign(1, 10, "{\"pattern\":{\"steps\":[{\"a\":{\"event\":\"A\"}}]}}");
    RuleVersion stage = campaign(2, 20, "{\"stage\":\"DORMANT\"}");
    RuleVersion timer = campaign(3, 30, "{\"after\":{\"last\":\"A\",\"wait\":\"1 days\"}}");
    RuleHistory history = RuleHistory.none().with(pattern, 0).with(stage, 0).with(timer, 0);
    book.setRules(pattern, history);
    assertThat(idsOf("acme", 9)).isEqualTo(builtIn());
    assertThat(idsOf("acme", 10)).hasSize(20).endsWith("C");
    assertThat(idsOf("acme", 20)).isEqualTo(builtIn());
    assertThat(idsOf("acme", 30)).hasSize(20).endsWith("C");
    assertThat(idsOf("zeta", 30)).isEqualTo(builtIn());
    RuleVersion wrong = campaign(4, 40, "{\"stage\":\"OLD\"}");
    assertThatThrownBy(() -> book.setRules(wrong, history.with(wrong, 35)))
        .hasMessageContaining("acme|campaign|C:1:68: trigger.stage: found \"OLD\"");
    book.remove(pattern);
    assertThat(idsOf("acme", 30)).isEqualTo(builtIn());
  }

  @Test
  void ruleThatIsRefusedChangesNothing() throws Exception {
    RuleVersion right = version("acme", "OWN", 1, "A");
    RuleHistory history = RuleHistory.none().with(right, 0);
    book.setRules(right, history);
    RuleVersion wrong =
        new RuleVersion(
            "acme", Rule.Kind.ANOMALY, "OWN", 2, 20, OnChange.DROP, "{\"kind\":1}", false);
    assertThatThrownBy(() -> book.setRules(wrong, history.with(wrong, 15)))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("acme|anomaly|OWN:1:9: kind:");
    assertThat(idsOf("acme", 20)).endsWith("OWN");
  }

  @Test
  void policySwitchesOffFromItsTimeOnForItsTenant() throws Exception {
    book.setPolicies("acme", policy("anomalies: {SLOWING: {enabled: false}}\n"));
    assertThat(idsOf("acme", 9)).contains("SLOWING");
    assertThat(idsOf("acme", 10)).doesNotContain("SLOWING").hasSize(18);
    assertThat(idsOf("zeta", 10)).contains("SLOWING");
  }

  @Test
  void policyOfEveryTenantGivesWayToATenantsOwn() throws Exception {
    book.setPolicies(RuleBook.EVERY_TENANT, policy("anomalies: {SLOWING: {enabled: false}}\n"));
    assertThat(idsOf("zeta", 10)).doesNotContain("SLOWING");
    book.setPolicies("acme", policy("zone: Asia/Shanghai\n"));
    assertThat(idsOf("acme", 10)).contains("SLOWING");
    assertThat(book.policyOf("acme", 10).zone()).isEqualTo("Asia/Shanghai");
    assertThat(idsOf("zeta", 10)).doesNotContain("SLOWING");
  }

  @Test
  void schemaOfEveryTenantTypesTheRulesOfWhoHasNone() throws Exception {
    RuleVersion typed =
        new RuleVersion(
            "acme",
            Rule.Kind.ANOMALY,
            "OWN",
            1,
            10,
            OnChange.DROP,
            """
            {"kind":"anomaly","id":"OWN","pattern":{"steps":[{"a":{"event":"A",\
            "where":"event.size == 'large'"}}]}}""",
            false);
    book.setPolicies(RuleBook.EVERY_TENANT, policy("schema: {size: INTEGER}\n"));
    assertThatThrownBy(() -> book.setRules(typed, RuleHistory.none().with(typed, 0)))
        .isInstanceOf(DefinitionException.class);
    book.setPolicies("acme", policy("schema: {size: STRING}\n"));
    book.setRules(typed, RuleHistory.none().with(typed, 0));
    assertThat(idsOf("acme", 10)).endsWith("OWN");
  }
}
