package dev.nudge.event;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written as a moment is read as that moment. */
class MomentReaderTest {
  private static final String HOSTILE =
      "\"}],\\ \b\t\n\r\u0000\u001f\u007f</script>ß 中文 \uD83D\uDE00 \u2028 'null'";

  private static final Occurrence VIEWED =
      new Occurrence(
          "Product Viewed",
          START - 1,
          "m" + HOSTILE,
          Topic.CLICKSTREAM,
          Map.of(
              HOSTILE,
              Value.string(HOSTILE),
              "price",
              Value.number("1234567890123456789012345678901.50"),
              "small",
              Value.number("-1.0E-400"),
              "yes",
              new Value(Value.Type.BOOLEAN, "true"),
              "text",
              Value.string("1.50"),
              "deep",
              new Value(Value.Type.JSON, "{\"a\":[1.10,null,{\"b\":\"\\u0000\\\"\"}],\"c\":{}}")));

  private static final Occurrence PAID =
      new Occurrence(
          "Order Paid", START, "m4", Topic.ORDERS, Map.of("amount", Value.number("259.8600")));

  @Test
  void stageChangeIsRead() throws IOException {
    StageChange change =
        new StageChange(
            "acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START + 7, 2, 3, 0);
    Moment moment = Moment.of(change, known());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void firstStageComesFromNone() throws IOException {
    StageChange change =
        new StageChange("acme", HOSTILE, null, LifecycleStage.PROSPECT, -START, 0, 0, 0);
    Moment moment = Moment.of(change, nobody());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void anomalyIsReadWithEventAndSteps() throws IOException {
    Anomaly spike =
        new Anomaly(
            "acme",
            "anna",
            "SPEND_SPIKE",
            START,
            "o4",
            Value.string("259.86"),
            Value.number("61.1733"),
            Map.of("orders", Value.number("3"), HOSTILE, Value.string("")),
            0);
    Moment moment =
        Moment.of(spike, PAID, Map.of("paid", List.of(PAID), HOSTILE, List.of(VIEWED)), known());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void anomalyThatSawNothingIsStillOne() throws IOException {
    Anomaly asleep =
        new Anomaly("acme", "anna", "SLEEP_LINE", START, null, null, null, Map.of(), 0);
    Moment moment = Moment.of(asleep, null, Map.of(), nobody());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void campaignsMomentIsReadWithEventAndSteps() throws IOException {
    Occurrence clicked = new Occurrence("Nudge Clicked", START, "m5", Topic.DELIVERIES, Map.of());
    Moment moment =
        Moment.ofCampaign(
            "cart-rescue",
            ANNA,
            START + 1,
            clicked,
            Map.of("look", List.of(VIEWED, VIEWED), "none", List.of(), "then", List.of(clicked)),
            known());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void timetablesMomentHasNoEvent() throws IOException {
    Moment moment = Moment.ofTime("monday", ANNA, START, START + 1, nobody());
    assertThat(reread(moment)).isEqualTo(moment);
  }

  @Test
  void versionsAreNotOnTheTopic() throws IOException {
    StageChange change = new StageChange("acme", "anna", null, LifecycleStage.NEW, START, 1, 1, 99);
    assertThat(reread(Moment.of(change, nobody())).stageChange().version()).isZero();
  }

  @Test
  void whatNobodyAskedForIsSkipped() throws IOException {
    Moment moment = Moment.ofTime("monday", ANNA, START, START, known());
    String json = Json.of(moment);
    String more =
        json.replace("{\"stage\"", "{\"karma\":[{\"a\":1}],\"stage\"")
            .replace("{\"specversion\"", "{\"traceparent\":{\"x\":[]},\"specversion\"");
    assertThat(more).hasSizeGreaterThan(json.length() + 30);
    assertThat(read(more)).isEqualTo(moment);
  }

  @Test
  void featureThatIsNotThereIsAsOfNobody() throws IOException {
    Moment moment =
        read(
            """
            {"id":"i","tenant":"acme","customerId":"anna","kind":"k",\
            "at":"2026-01-05T09:00:00Z","customer":{"age":null}}""");
    assertThat(moment.customer()).isEqualTo(nobody());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-05T09:00:00Z",
        "2026-01-05T09:00:00.007Z",
        "2024-02-29T23:59:59.999Z",
        "1969-12-31T23:59:59.999Z",
        "0000-01-01T00:00:00Z",
        "-0001-06-01T12:30:00.500Z",
        "+12345-06-01T12:30:00Z",
        "2026-01-05T09:00:00.123456Z",
        "2026-01-05T10:00:00+01:00"
      })
  void timesAreAsJavaReadsThem(String time) throws IOException {
    Moment moment = Moment.ofTime("monday", ANNA, START, START, nobody());
    String json = Json.of(moment).replace("\"at\":\"2026-01-05T09:00:00Z", "\"at\":\"" + time);
    assertThat(json).contains(time);
    assertThat(read(json).atMillis()).isEqualTo(Instant.parse(time).toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-13-05T09:00:00Z",
        "2026-02-29T09:00:00Z",
        "2026-01-05T25:00:00Z",
        "2026-01-05T09:60:00Z",
        "2026-01-05T09:00:61Z",
        "2026-01-05 09:00:00Z",
        "2026-01-05T09:00:00",
        "2026-01-05T09:00:00.00aZ",
        "2026-01-05T09:00:00.0000",
        ""
      })
  void whatIsNoTimeIsRefused(String text) {
    String json = Json.of(Moment.ofTime("monday", ANNA, START, START, nobody()));
    String wrong = json.replace("\"at\":\"2026-01-05T09:00:00Z", "\"at\":\"" + text);
    assertThatThrownBy(() -> read(wrong))
        .isInstanceOf(IOException.class)
        .hasMessage("at: found '" + text + "', expected a time such as 2026-01-05T09:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "tenant", "customerId", "kind", "at", "customer"})
  void whatMakesAMomentIsMissedByName(String field) {
    String json = Json.of(Moment.ofTime("monday", ANNA, START, START, nobody()));
    String without = json.replaceFirst("\"" + field + "\":", "\"_" + field + "\":");
    assertThat(without).isNotEqualTo(json);
    assertThatThrownBy(() -> read(without))
        .isInstanceOf(IOException.class)
        .hasMessage(field + ": missing");
    String nulled =
        json.replaceFirst("\"" + field + "\":(\"[^\"]*\"|\\{.*})", "\"" + field + "\":null");
    assertThatThrownBy(() -> read(field.equals("customer") ? nulled + "}" : nulled))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(field + ": missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "tenant":"acme"            | "tenant":5              | tenant: found '5', expected a string
          "at":"2026                 | "at":"x2026             | at: found 'x2026-01-05T09:00:00Z', expected a time such as 2026-01-05T09:00:00Z
          "stage":null               | "stage":"ASLEEP"        | stage: found 'ASLEEP', expected one of [PROSPECT,
          "life":0                   | "life":3000000000       | life: found '3000000000', expected a whole number of 32 bits
          "life":0                   | "life":1.5              | life: found '1.5', expected a whole number of 64 bits
          "orderSum":"0.00"          | "orderSum":"1e99999999" | orderSum: found '1e99999999', expected an amount
          "orderSum":"0.00"          | "orderSum":0.00         | orderSum: found '0.00', expected an amount
          "cartValue":"0.00"         | "cartValue":"0.00001"   | cartValue: found '0.00001', expected an amount
          "orderMean":0.0            | "orderMean":"many"      | orderMean: found 'many', expected a number
          "lastViewedProducts":[]    | "lastViewedProducts":[1] | lastViewedProducts: found '1', expected a string
          "attributes":{}            | "attributes":[]         | attributes: found 'START_ARRAY', expected an object
          "steps":{}                 | "steps":{"a":{}}        | steps.a: found 'START_OBJECT', expected an array
          "steps":{}                 | "steps":{"a":[{"event":"x"}]} | steps.a.timestamp: missing
          """)
  void whatIsNotAsExpectedIsToldByName(String written, String instead, String message) {
    String json = Json.of(Moment.ofTime("monday", ANNA, START, START, nobody()));
    assertThat(json).contains(written);
    assertThatThrownBy(() -> read(json.replace(written, instead)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "null", "{}{}"})
  void whatIsNoObjectIsNoMoment(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(IOException.class);
  }

  private static Moment reread(Moment moment) throws IOException {
    String json = Json.of(moment);
    Moment read = read(json);
    assertThat(Json.of(read)).isEqualTo(json);
    return read;
  }

  private static Moment read(String json) throws IOException {
    return MomentReader.read(json.getBytes(UTF_8));
  }

  private static Features known() {
    return new Features(
        LifecycleStage.STABLE,
        2,
        7,
        4,
        new BigInteger("123456789012345678901234567890123456789"),
        0.1 + 0.2,
        Double.MIN_VALUE,
        BigInteger.ONE,
        BigInteger.valueOf(-1_391_199),
        START - 5,
        START,
        3L,
        1e21,
        1,
        2,
        3,
        4,
        BigInteger.TEN,
        BigInteger.valueOf(10_000),
        BigInteger.valueOf(1_000),
        BigInteger.valueOf(1_000_000),
        List.of("p1", HOSTILE),
        START + 1,
        5_000_000_000L,
        5,
        BigInteger.valueOf(100),
        List.of("Tee"),
        List.of(""),
        9,
        3,
        2,
        1,
        START + 2,
        BigInteger.valueOf(50_000),
        36,
        0,
        Map.of(HOSTILE, Value.string(HOSTILE), "vip", new Value(Value.Type.BOOLEAN, "false")));
  }

  private static Features nobody() {
    BigInteger none = BigInteger.ZERO;
    return new Features(
        null, 0, 0, 0, none, 0, 0, none, none, null, null, null, 0, 0, 0, 0, 0, none, none, none,
        none, List.of(), null, null, 0, none, List.of(), List.of(), null, 0, 0, 0, null, none, null,
        null, Map.of());
  }
}
