package dev.nudge.event;

import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written, to the byte. */
class JsonTest {
  private static final StageChange CHANGE =
      new StageChange("acme", "an\"na\n", null, LifecycleStage.PROSPECT, START + 1, 0, 0, 7);

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
                Map.of(),
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
            "lastViewedProducts":[],"bestHour":9,"attributes":{"a":"x\\\\y","b":1.50,"c":true,\
            "d":{"e":[1]}}}}""");
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
}
