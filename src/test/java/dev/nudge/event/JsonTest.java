package dev.nudge.event;

import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written, to the byte. */
class JsonTest {
  private static final StageChange CHANGE =
      new StageChange("acme", "an\"na\n", null, LifecycleStage.PROSPECT, START + 1, 0, 0, 7);

  private static final Anomaly SPIKE =
      new Anomaly(
          "acme",
          "anna",
          "SPEND_SPIKE",
          START,
          "o4",
          Value.string("259.86"),
          Value.string("61.1733"),
          Map.of("orders", Value.number("3"), "currency", Value.string("GBP")),
          7);

  @Test
  void stageChangeIsWrittenInItsRowsOrderWithoutItsVersion() {
    assertThat(Json.of(CHANGE))
        .isEqualTo(
            """
            {"tenant":"acme","customerId":"an\\"na\\n","from":null,"to":"PROSPECT",\
            "at":"2026-01-05T09:00:00.001Z","life":0,"orderCount":0}""");
  }

  @Test
  void momentHasCloudEventsAttributesItsFieldsAndTheCustomer() {
    String json =
        Json.of(
            new Moment(
                "i1",
                "acme",
                "an\"na\n",
                "STAGE",
                START,
                CHANGE,
                null,
                null,
                List.of(),
                features()));
    assertThat(json)
        .isEqualTo(
            """
            {"specversion":"1.0","id":"i1","source":"nudge/detect","type":"dev.nudge.moment",\
            "subject":"an\\"na\\n","time":"2026-01-05T09:00:00Z","kind":"STAGE",\
            "tenant":"acme","customerId":"an\\"na\\n","from":null,"to":"PROSPECT",\
            "at":"2026-01-05T09:00:00.001Z","life":0,"orderCount":0,\
            "customer":{"stage":"PROSPECT","life":0,"orderCount":1,"lifeOrderCount":2,\
            "orderSum":"139.12","orderMean":1.5,"orderStdDev":0.25,"refundSum":"0.0001",\
            "netSum":"139.1199","firstOrderAt":"2026-01-05T09:00:00Z","lastOrderAt":null,\
            "daysSinceOrder":3,"meanGapMillis":0.5,"orders30d":1,"orders90d":2,"orders180d":3,\
            "orders365d":4,"sum30d":"0.00","sum90d":"1.00","sum180d":"0.10","sum365d":"100.00",\
            "lastBoughtProducts":["p1","p\\"2"],"lastSeenAt":null,"daysSinceSeen":null,\
            "viewCount7d":5,"cartValue":"0.01","favouriteCategories":["Tee"],\
            "lastViewedProducts":[],"bestHour":9,"sent30d":3,"clicked30d":2,"redeemed30d":1,\
            "lastClickedAt":"2026-01-05T09:00:00Z","discountSum":"5.00","age":36,"daysToBirthday":null,\
            "attributes":{"a":"x\\\\y","b":1.50,"c":true,\
            "d":{"e":[1]}}}}""");
  }

  @Test
  void anomalyOfMoneyIsWrittenAsItsRowWithStrings() {
    assertThat(Json.of(SPIKE))
        .isEqualTo(
            """
            {"tenant":"acme","customerId":"anna","kind":"SPEND_SPIKE","at":"2026-01-05T09:00:00Z",\
            "orderId":"o4","value":"259.86","baseline":"61.1733",\
            "evidence":{"currency":"GBP","orders":3}}""");
  }

  @Test
  void anomalyOfCountsHasNumbersAndLeavesOutWhatIsNotThere() {
    Anomaly asleep =
        new Anomaly(
            "acme", "anna", "SLEEP_LINE", START, null, Value.number("45"), null, Map.of(), 3);
    assertThat(Json.of(asleep))
        .isEqualTo(
            """
            {"tenant":"acme","customerId":"anna","kind":"SLEEP_LINE","at":"2026-01-05T09:00:00Z",\
            "value":45,"evidence":{}}""");
  }

  @Test
  void momentOfAnAnomalyHasItsFieldsTheEventAndTheSteps() {
    Occurrence paid =
        new Occurrence(
            "Order Paid",
            START,
            "m4",
            Topic.ORDERS,
            Map.of(
                "orderId", Value.string("o4"),
                "amount", Value.number("259.86"),
                "event", Value.string("another"),
                "timestamp", Value.number("1"),
                "messageId", Value.string("another")));
    Occurrence viewed =
        new Occurrence("Product Viewed", START - 1, "m3", Topic.CLICKSTREAM, Map.of());
    Map<String, List<Occurrence>> steps = new LinkedHashMap<>();
    steps.put("paid", List.of(paid));
    steps.put("looked", List.of(viewed, viewed));
    Moment moment = Moment.of(SPIKE, paid, steps, features());

    assertThat(Json.of(moment))
        .startsWith(
            """
            {"specversion":"1.0","id":"%s","source":"nudge/detect","type":"dev.nudge.moment",\
            "subject":"anna","time":"2026-01-05T09:00:00Z",\
            "tenant":"acme","customerId":"anna","kind":"SPEND_SPIKE","at":"2026-01-05T09:00:00Z",\
            "orderId":"o4","value":"259.86","baseline":"61.1733",\
            "evidence":{"currency":"GBP","orders":3},\
            "event":{"event":"Order Paid","timestamp":"2026-01-05T09:00:00Z","messageId":"m4",\
            "amount":259.86,"orderId":"o4"},\
            "steps":{"looked":[{"event":"Product Viewed","timestamp":"2026-01-05T08:59:59.999Z",\
            "messageId":"m3"},{"event":"Product Viewed","timestamp":"2026-01-05T08:59:59.999Z",\
            "messageId":"m3"}],"paid":[{"event":"Order Paid",\
            "timestamp":"2026-01-05T09:00:00Z","messageId":"m4","amount":259.86,"orderId":"o4"}]},\
            "customer":{"stage":"PROSPECT\""""
                .formatted(moment.id()));
  }

  @Test
  void momentOfADefinitionThatIsNoAnomalyShowsKindTimeEventAndSteps() {
    Occurrence viewed = new Occurrence("Product Viewed", START, "m3", Topic.CLICKSTREAM, Map.of());
    Moment moment =
        new Moment(
            "i2",
            "acme",
            "anna",
            "cart-rescue",
            START + 1,
            null,
            null,
            viewed,
            List.of(new Step("looked", List.of(viewed))),
            features());
    assertThat(Json.of(moment))
        .contains(
            """
            "time":"2026-01-05T09:00:00.001Z","tenant":"acme","customerId":"anna",\
            "kind":"cart-rescue","at":"2026-01-05T09:00:00.001Z",\
            "event":{"event":"Product Viewed","timestamp":"2026-01-05T09:00:00Z",\
            "messageId":"m3"},\
            "steps":{"looked":[{"event":"Product Viewed","timestamp":"2026-01-05T09:00:00Z",\
            "messageId":"m3"}]},"customer":{""");
  }

  @Test
  void momentOfATimerHasNoEvent() {
    assertThat(Json.of(Moment.of(SPIKE, null, Map.of(), features())))
        .contains("\"evidence\":{\"currency\":\"GBP\",\"orders\":3},\"steps\":{},\"customer\":{")
        .doesNotContain("\"event\"");
  }

  @Test
  void deadLetterInUtf8StandsAsText() {
    DeadLetter letter =
        new DeadLetter(
            "{\"städt\": ".getBytes(UTF_8),
            "nudge.orders",
            2,
            17,
            START,
            DeadLetterReason.NOT_JSON,
            "record: \"x\"");
    assertThat(Json.of(letter))
        .isEqualTo(
            """
            {"topic":"nudge.orders","partition":2,"offset":17,"reason":"NOT_JSON",\
            "message":"record: \\"x\\"","raw":"{\\"städt\\": "}""");
  }

  @Test
  void deadLetterThatIsNoUtf8StandsAsBase64() {
    DeadLetter letter =
        new DeadLetter(
            new byte[] {(byte) 0xff, 0}, "o", 0, 1, 0, DeadLetterReason.NOT_JSON, "record");
    assertThat(Json.of(letter)).endsWith("\"rawBase64\":\"/wA=\"}").doesNotContain("\"raw\"");
  }

  private static Features features() {
    return new Features(
        LifecycleStage.PROSPECT,
        0,
        1,
        2,
        BigInteger.valueOf(1_391_200),
        1.5,
        0.25,
        BigInteger.ONE,
        BigInteger.valueOf(1_391_199),
        START,
        null,
        3L,
        0.5,
        1,
        2,
        3,
        4,
        BigInteger.ZERO,
        BigInteger.valueOf(10_000),
        BigInteger.valueOf(1_000),
        BigInteger.valueOf(1_000_000),
        List.of("p1", "p\"2"),
        null,
        null,
        5,
        BigInteger.valueOf(100),
        List.of("Tee"),
        List.of(),
        9,
        3,
        2,
        1,
        START,
        BigInteger.valueOf(50_000),
        36,
        null,
        Map.of(
            "d",
            new Value(Value.Type.JSON, "{\"e\":[1]}"),
            "b",
            Value.number("1.50"),
            "a",
            Value.string("x\\y"),
            "c",
            new Value(Value.Type.BOOLEAN, "true")));
  }

  @Test
  void aDecisionSaysWhatItRead() {
    Decision decision =
        new Decision(
            "d1",
            "acme",
            "anna",
            "a",
            2,
            "m1",
            1_000,
            3_000,
            DecisionCode.DEFERRED,
            DeferReason.QUIET_HOURS,
            Map.of("zone", Value.string("UTC"), "held", Value.number("1")),
            null,
            null,
            null,
            5_000L,
            null,
            null);

    assertThat(Json.of(decision))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"d1\",\"source\":\"nudge/decide\","
                + "\"type\":\"dev.nudge.decision\",\"subject\":\"anna\","
                + "\"time\":\"1970-01-01T00:00:03Z\",\"tenant\":\"acme\","
                + "\"customerId\":\"anna\",\"campaign\":\"a\",\"version\":2,\"moment\":\"m1\","
                + "\"due\":\"1970-01-01T00:00:01Z\",\"at\":\"1970-01-01T00:00:03Z\","
                + "\"code\":\"DEFERRED\",\"reason\":\"QUIET_HOURS\","
                + "\"values\":{\"held\":1,\"zone\":\"UTC\"},\"amount\":\"0.50\"}");
  }

  @Test
  void aTriggerSaysWhatIsSent() {
    GrantedResource resource =
        new GrantedResource(
            "COUPON",
            "C50",
            500_000,
            null,
            2_000L,
            86_400_000L,
            null,
            new GrantedResource.Threshold(
                2_000_000, List.of("shoes"), List.of(), List.of(), List.of()));
    Trigger trigger =
        new Trigger(
            "t1",
            "acme",
            "anna",
            "a",
            2,
            "A",
            "ON_PAGE",
            "CART",
            "g1",
            resource,
            Map.of("title", "é", "body", "x"),
            List.of("p1"),
            "m1",
            1_000,
            9_000);

    assertThat(Json.of(trigger))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"t1\",\"source\":\"nudge/decide\","
                + "\"type\":\"dev.nudge.trigger\",\"subject\":\"anna\","
                + "\"time\":\"1970-01-01T00:00:01Z\",\"tenant\":\"acme\","
                + "\"customerId\":\"anna\",\"campaign\":\"a\",\"version\":2,\"variant\":\"A\","
                + "\"channel\":\"ON_PAGE\",\"position\":\"CART\",\"grantId\":\"g1\","
                + "\"resource\":{\"grantId\":\"g1\",\"kind\":\"COUPON\",\"type\":\"C50\","
                + "\"amount\":\"50.00\",\"claim\":{\"to\":\"1970-01-01T00:00:02Z\"},"
                + "\"validFor\":\"PT24H\",\"threshold\":{\"amount\":\"200.00\","
                + "\"categories\":[\"shoes\"],\"products\":[],\"stores\":[],\"cities\":[]}},"
                + "\"content\":{\"body\":\"x\",\"title\":\"é\"},\"recommendations\":[\"p1\"],"
                + "\"moment\":\"m1\",\"notBefore\":\"1970-01-01T00:00:01Z\","
                + "\"expires\":\"1970-01-01T00:00:09Z\"}");
  }
}
