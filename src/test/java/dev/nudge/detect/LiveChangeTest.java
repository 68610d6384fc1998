package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.click;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.pattern.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules that change while events flow: which version sees which event, with and without a restart
 * between any two steps.
 */
@ParameterizedClass
@MethodSource("ways")
class LiveChangeTest {
  private static final CustomerKey ZOE = new CustomerKey("zeta", "zoe");

  @Parameter(0)
  private Backend backend;

  @Parameter(1)
  private boolean restarts;

  private Shop shop;

  static Stream<Arguments> ways() {
    return Stream.of(
        Arguments.of(Backend.HEAP, false),
        Arguments.of(Backend.HEAP, true),
        Arguments.of(Backend.ROCKSDB, true));
  }

  @BeforeEach
  void open() throws Exception {
    shop = new Shop(backend);
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  /** Time goes on; where there are restarts, another process goes on from there. */
  private List<String> until(long watermark) throws Exception {
    List<String> found = shop.found(watermark, "WISH", "SPEND_SPIKE", "ORDER_UNPAID", "SLEEP_LINE");
    if (restarts) {
      shop.restart();
    }
    return found;
  }

  /** Two wishes in a row, the version in its value. */
  private static String wishes(int version, String onChange) {
    return """
        kind: anomaly
        tenant: acme
        id: WISH
        onChange: %s
        pattern:
          steps:
            - first: {event: Wished}
            - second: {event: Wished}
          within: 1 h
        value: "%d"
        """
        .formatted(onChange, version);
  }

  /** A wish that is not followed by another within half an hour. */
  private static String silence(int version, String onChange) {
    return """
        kind: anomaly
        tenant: acme
        id: WISH
        onChange: %s
        pattern:
          steps:
            - first: {event: Wished}
            - none: {not: Wished}
          within: 30 min
        value: "%d"
        """
        .formatted(onChange, version);
  }

  private static CustomerEvent wish(long minute) {
    return wish(ANNA, minute);
  }

  private static CustomerEvent wish(CustomerKey who, long minute) {
    return clicked(who, START + minute * MINUTE, click("Wished"));
  }

  private static long minute(long minute) {
    return START + minute * MINUTE;
  }

  @Test
  void eventsFromTheInstantOnAreSeenByTheNewVersion() throws Exception {
    shop.rule(1, START, wishes(1, "DROP"));
    shop.receive(wish(0), wish(1), wish(8), wish(10), wish(11));
    shop.rule(2, minute(10), wishes(2, "DROP"));
    assertThat(until(minute(5))).containsExactly("anna+1m WISH 1/-");
    // The wish of minute 8 is forgotten at 10; that of minute 10 is the second version's first.
    assertThat(until(minute(12))).containsExactly("anna+11m WISH 2/-");
  }

  @Test
  void drainedVersionEndsWhatItHasBegunAndBeginsNothing() throws Exception {
    shop.rule(1, START, wishes(1, "DROP"));
    shop.receive(wish(8));
    assertThat(until(minute(9))).isEmpty();
    shop.rule(2, minute(10), wishes(2, "DRAIN"));
    shop.receive(wish(10));
    assertThat(until(minute(10))).containsExactly("anna+10m WISH 1/-");
    shop.receive(wish(11), wish(12), wish(13));
    assertThat(until(minute(14))).containsExactly("anna+11m WISH 2/-", "anna+13m WISH 2/-");
  }

  @Test
  void droppedVersionsSilenceIsNeverTold() throws Exception {
    shop.rule(1, START, silence(1, "DROP"));
    shop.receive(wish(0), wish(BERT, 21));
    assertThat(until(minute(5))).isEmpty();
    shop.rule(2, minute(20), silence(2, "DROP"));
    assertThat(until(minute(60))).containsExactly("bert+51m WISH 2/-");
  }

  @Test
  void drainedVersionsSilenceIsTold() throws Exception {
    shop.rule(1, START, silence(1, "DROP"));
    shop.receive(wish(0), wish(BERT, 21));
    assertThat(until(minute(5))).isEmpty();
    shop.rule(2, minute(20), silence(2, "DRAIN"));
    assertThat(until(minute(60))).containsExactly("anna+30m WISH 1/-", "bert+51m WISH 2/-");
  }

  @Test
  void silenceThatEndsAtTheInstantOfTheChangeIsTheNewVersions() throws Exception {
    shop.rule(1, START, silence(1, "DROP"));
    shop.receive(wish(0), wish(BERT, -1));
    shop.rule(2, minute(30), silence(2, "DROP"));
    assertThat(until(minute(60))).isEmpty();
    shop.receive(wish(100));
    assertThat(until(minute(200))).containsExactly("anna+130m WISH 2/-");
  }

  @Test
  void versionThatArrivesLateHoldsFromTheWatermarkOn() throws Exception {
    shop.rule(1, START, wishes(1, "DROP"));
    shop.receive(wish(0), wish(1));
    assertThat(until(minute(5))).containsExactly("anna+1m WISH 1/-");
    shop.rule(2, START, wishes(2, "DROP"));
    shop.receive(wish(6), wish(7));
    assertThat(until(minute(8))).containsExactly("anna+7m WISH 2/-");
  }

  @Test
  void ruleOfTheFutureWaits() throws Exception {
    shop.rule(1, minute(10), wishes(1, "DROP"));
    shop.receive(wish(8), wish(9), wish(10));
    assertThat(until(minute(10))).isEmpty();
    shop.receive(wish(11));
    assertThat(until(minute(11))).containsExactly("anna+11m WISH 1/-");
  }

  @Test
  void threeVersionsEachEndTheirOwn() throws Exception {
    shop.rule(1, START, silence(1, "DROP"));
    shop.rule(2, minute(10), silence(2, "DRAIN"));
    shop.rule(3, minute(20), silence(3, "DRAIN"));
    CustomerKey carl = new CustomerKey("acme", "carl");
    shop.receive(wish(5), wish(BERT, 15), wish(carl, 25));
    assertThat(until(minute(26))).isEmpty();
    assertThat(until(minute(90)))
        .containsExactly("anna+35m WISH 1/-", "bert+45m WISH 2/-", "carl+55m WISH 3/-");
  }

  @Test
  void deletedRuleFindsNothingMoreAndLeavesNothing() throws Exception {
    shop.rule(1, START, silence(1, "DROP"));
    shop.receive(wish(0));
    assertThat(until(minute(5))).isEmpty();
    shop.delete("acme", "WISH");
    assertThat(until(minute(60))).isEmpty();
    shop.receive(wish(61));
    assertThat(until(START + 3 * DAY)).isEmpty();
    assertThat(shop.timers()).isZero();
    assertThat(shop.ruleVersions()).isZero();
  }

  @Test
  void deletedRuleThatComesBackStartsClean() throws Exception {
    shop.rule(1, START, wishes(1, "DROP"));
    shop.receive(wish(0));
    assertThat(until(minute(5))).isEmpty();
    shop.delete("acme", "WISH");
    // Word for word the same, and version 1 again; Anna has not been looked at in between.
    shop.rule(1, minute(6), wishes(1, "DRAIN"));
    shop.receive(wish(7));
    assertThat(until(minute(8))).isEmpty();
    shop.receive(wish(9));
    assertThat(until(minute(10))).containsExactly("anna+9m WISH 1/-");
  }

  @Test
  void ruleThatDoesNotCompileIsQuarantinedAndTheVersionBeforeStays() throws Exception {
    shop.rule(1, START, wishes(1, "DROP"));
    String broken =
        Shop.version(2, 0, wishes(2, "DROP")).json().replace("\"2\"", "\"event.price >\"");
    shop.define(
        new RuleVersion(
            "acme", Rule.Kind.ANOMALY, "WISH", 2, minute(1), OnChange.DROP, broken, false));
    assertThat(shop.counted("definitionsQuarantined")).isEqualTo(1);
    shop.receive(wish(2), wish(3));
    assertThat(until(minute(4))).containsExactly("anna+3m WISH 1/-");
    shop.rule(3, minute(5), wishes(3, "DROP"));
    shop.receive(wish(6), wish(7));
    assertThat(until(minute(8))).containsExactly("anna+7m WISH 3/-");
  }

  @Test
  void versionThatCompilesNoMoreAtARestartLeavesTheOneBeforeInForce() throws Exception {
    shop.policy("acme", 1, START, "schema: {size: STRING}");
    shop.rule(1, START, wishes(1, "DROP"));
    String sized =
        Shop.version(2, 0, wishes(2, "DROP"))
            .json()
            .replace(
                "{\"event\":\"Wished\"}", "{\"event\":\"Wished\",\"where\":\"event.size == 'L'\"}");
    shop.define(
        new RuleVersion(
            "acme", Rule.Kind.ANOMALY, "WISH", 2, minute(10), OnChange.DROP, sized, false));
    assertThat(shop.counted("definitionsQuarantined")).isZero();
    shop.policy("acme", 2, minute(1), "schema: {size: INTEGER}");
    shop.restart();
    assertThat(shop.counted("definitionsQuarantined")).isEqualTo(1);
    shop.receive(wish(11), wish(12));
    assertThat(until(minute(12))).containsExactly("anna+12m WISH 1/-");
  }

  @Test
  void patternThatFlinkTakesAndFailsOnIsQuarantinedToo() throws Exception {
    String circle =
        """
        {"name":"WISH","type":"COMPOSITE","version":1,
         "quantifier":{"consumingStrategy":"SKIP_TILL_NEXT","properties":["SINGLE"]},
         "nodes":[{"name":"group","type":"COMPOSITE",
           "quantifier":{"consumingStrategy":"SKIP_TILL_NEXT","properties":["LOOPING"]},
           "nodes":[{"name":"a","type":"ATOMIC",
             "quantifier":{"consumingStrategy":"SKIP_TILL_NEXT","properties":["SINGLE","OPTIONAL"]},
             "condition":{"type":"AVIATOR","expression":"event == 'Wished'"}}],
           "edges":[]}],
         "edges":[]}
        """;
    shop.define(
        new RuleVersion("acme", Rule.Kind.ANOMALY, "WISH", 1, START, OnChange.DROP, circle, false));
    assertThat(shop.counted("definitionsQuarantined")).isEqualTo(1);
    shop.receive(wish(1));
    assertThat(until(minute(2))).isEmpty();
  }

  // A tenant's own in place of a built-in one

  private static final String OWN_SPIKE =
      """
      kind: anomaly
      tenant: acme
      id: SPEND_SPIKE
      params: {factor: 100.0}
      pattern:
        steps:
          - order: {event: Order Paid, where: "event.amount >= params.factor"}
      orderId: "event.orderId"
      value: "event.amount"
      """;

  @Test
  void tenantsOwnRuleTakesThePlaceOfTheBuiltInOneForItAlone() throws Exception {
    shop.rule(1, START + 4 * HOUR, OWN_SPIKE);
    for (CustomerKey who : List.of(ANNA, ZOE)) {
      for (int i = 0; i < 6; i++) {
        shop.receive(paid(who, START + i * HOUR, "o" + i, i < 3 ? "10" : "100"));
      }
    }
    List<String> found = new ArrayList<>(until(START + 4 * HOUR));
    found.addAll(until(START + 6 * HOUR));
    assertThat(found)
        .containsExactlyInAnyOrder(
            "anna+3h SPEND_SPIKE o3 100/10",
            "anna+4h SPEND_SPIKE o4 100/-",
            "anna+5h SPEND_SPIKE o5 100/-",
            "zoe+3h SPEND_SPIKE o3 100/10",
            "zoe+4h SPEND_SPIKE o4 100/32.5",
            "zoe+5h SPEND_SPIKE o5 100/46");
  }

  @Test
  void policySwitchesATenantsOwnRuleOffToo() throws Exception {
    shop.policy("acme", 1, START + 2 * HOUR, "anomalies: {SPEND_SPIKE: {enabled: false}}");
    shop.rule(1, START, OWN_SPIKE);
    shop.receive(paid(ANNA, START + HOUR, "o1", "100"), paid(ANNA, START + 2 * HOUR, "o2", "100"));
    assertThat(until(START + 3 * HOUR)).containsExactly("anna+1h SPEND_SPIKE o1 100/-");
  }

  @Test
  void whenTheTenantsOwnRuleIsDeletedTheBuiltInOneHoldsAgain() throws Exception {
    shop.rule(1, START, OWN_SPIKE);
    shop.receive(
        paid(ANNA, START, "o0", "10"),
        paid(ANNA, START + 1, "o1", "10"),
        paid(ANNA, START + 2, "o2", "10"),
        paid(ANNA, START + 3, "o3", "50"));
    assertThat(until(START + 3)).isEmpty();
    shop.delete("acme", "SPEND_SPIKE");
    shop.receive(paid(ANNA, START + 4, "o4", "50"));
    assertThat(until(START + 4)).containsExactly("anna+4 SPEND_SPIKE o4 50/20");
  }

  // Policies

  @Test
  void switchedOffRuleForgetsWhatItHadOpen() throws Exception {
    shop.policy("acme", 1, minute(10), "anomalies: {ORDER_UNPAID: {enabled: false}}");
    shop.receive(placed(ANNA, START, "o1"), viewed(ANNA, minute(11)), placed(ZOE, START, "o1"));
    assertThat(until(minute(15))).isEmpty();
    assertThat(until(minute(60))).containsExactly("zoe+30m ORDER_UNPAID o1 10/-");
  }

  @Test
  void parametersOfAPolicyHoldFromItsInstantOn() throws Exception {
    shop.policy("acme", 1, START + 4, "anomalies: {SPEND_SPIKE: {factor: 3.0}}");
    for (int i = 0; i < 6; i++) {
      shop.receive(paid(ANNA, START + i, "o" + i, i < 3 ? "10" : "40"));
    }
    assertThat(until(START + 6)).containsExactly("anna+3 SPEND_SPIKE o3 40/10");
  }

  @Test
  void policyAndRuleOfOneInstantHoldTogether() throws Exception {
    shop.policy("acme", 1, minute(10), "anomalies: {SPEND_SPIKE: {factor: 50.0}}");
    shop.rule(1, minute(10), OWN_SPIKE);
    shop.receive(
        paid(ANNA, minute(9), "o1", "60"),
        paid(ANNA, minute(10), "o2", "49.99"),
        paid(ANNA, minute(10), "o3", "50"));
    assertThat(until(minute(11))).containsExactly("anna+10m SPEND_SPIKE o3 50/-");
  }

  @Test
  void deletedPolicyGivesTheBuiltInParametersBack() throws Exception {
    shop.policy("acme", 1, Long.MIN_VALUE, "anomalies: {SLEEP_LINE: {enabled: false}}");
    shop.receive(paid(ANNA, START, "o1"), paid(BERT, START + DAY, "o1"));
    assertThat(until(START + DAY / 2)).isEmpty();
    shop.deletePolicy("acme");
    assertThat(until(START + 50 * DAY)).containsExactly("bert+46d SLEEP_LINE 45/45");
  }
}
