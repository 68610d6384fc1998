package dev.nudge.ingest;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.event.DeadLetterReason.AMOUNT_OUT_OF_RANGE;
import static dev.nudge.event.DeadLetterReason.FIELD_MISSING;
import static dev.nudge.event.DeadLetterReason.FIELD_MISTYPED;
import static dev.nudge.event.DeadLetterReason.ID_TOO_LONG;
import static dev.nudge.event.DeadLetterReason.NOT_JSON;
import static dev.nudge.event.DeadLetterReason.RECORD_TOO_LARGE;
import static dev.nudge.event.DeadLetterReason.TIMESTAMP_TOO_EARLY;
import static dev.nudge.event.DeadLetterReason.TIMESTAMP_TOO_LATE;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Profile;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record must be, and what is said of one that isn't. */
class RecordDecoderTest {
  private static final String EMOJI = "\ud83d\ude00";
  private static final String TIME = "\"2026-01-05T09:00:00Z\"";

  private static final String CLICK =
      """
      {"messageId":"m1","tenant":"acme","customerId":"anna","event":"Product Viewed",
       "timestamp":"2026-01-05T09:00:00Z","sessionId":"s1",
       "properties":{"productId":"p1","category":"Tee","price":"19.90","quantity":2,"gift":true,
                     "sizes":[1,{"eu":38}],"colour":null}}""";

  private static final String ORDER =
      """
      {"messageId":"m1","tenant":"acme","customerId":"anna","orderId":"o1","status":"PAID",
       "timestamp":"2026-01-05T09:00:00Z","currency":"CNY","amount":"139.12","grantId":"g1",
       "refundOf":"o0","attributes":{"country":"DE"},
       "lines":[{"productId":"p1","name":"Tee","category":"Tops","brand":"B","quantity":3,
                 "price":2.5},
                {"productId":"p2","price":"0.0001"}]}""";

  private static final String PROFILE =
      """
      {"messageId":"m1","tenant":"acme","customerId":"anna","timestamp":"2026-01-05T09:00:00Z",
       "attributes":{"memberLevel":3,"city":"Wien"},"consents":{"SMS":true,"PUSH":false},
       "erased":false}""";

  private static final String DELIVERY =
      """
      {"messageId":"m1","tenant":"acme","customerId":"anna","status":"COUPON_REDEEMED",
       "timestamp":"2026-01-05T09:00:00Z","triggerId":"t1","grantId":"g1","couponType":"C50",
       "channel":"PUSH","orderId":"o1","discount":"5"}""";

  private static final Map<Topic, String> RECORDS =
      Map.of(
          Topic.CLICKSTREAM,
          CLICK,
          Topic.ORDERS,
          ORDER,
          Topic.PROFILES,
          PROFILE,
          Topic.DELIVERIES,
          DELIVERY);

  private static final RecordPosition LINE = RecordPosition.line("orders.jsonl", 17);

  private final RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));

  // What comes out of good records

  @Test
  void clickHasItsNameItsSessionAndTypedProperties() {
    CustomerEvent event = event(Topic.CLICKSTREAM, CLICK);
    assertThat(event.tenant()).isEqualTo("acme");
    assertThat(event.customerId()).isEqualTo("anna");
    assertThat(event.messageId()).isEqualTo("m1");
    assertThat(event.atMillis()).isEqualTo(START);
    assertThat(event.raw()).isEqualTo(CLICK.getBytes(UTF_8));
    assertThat(event.topic()).isEqualTo(Topic.CLICKSTREAM);
    assertThat(event.click())
        .isEqualTo(
            new Click(
                "Product Viewed",
                "s1",
                Map.of(
                    "productId",
                    Value.string("p1"),
                    "category",
                    Value.string("Tee"),
                    "price",
                    Value.string("19.90"),
                    "quantity",
                    Value.number("2"),
                    "gift",
                    new Value(Value.Type.BOOLEAN, "true"),
                    "sizes",
                    new Value(Value.Type.JSON, "[1,{\"eu\":38}]"))));
  }

  @Test
  void orderHasExactAmountsAndItsLines() {
    assertThat(event(Topic.ORDERS, ORDER).order())
        .isEqualTo(
            new Order(
                "o1",
                OrderStatus.PAID,
                "CNY",
                1_391_200,
                "g1",
                "o0",
                Map.of("country", Value.string("DE")),
                List.of(
                    new OrderLine("p1", "Tee", "Tops", "B", 30_000, 25_000),
                    new OrderLine("p2", null, null, null, 10_000, 1))));
  }

  @Test
  void profileHasAttributesConsentsAndErasure() {
    assertThat(event(Topic.PROFILES, PROFILE).profile())
        .isEqualTo(
            new Profile(
                Map.of("memberLevel", Value.number("3"), "city", Value.string("Wien")),
                Map.of("SMS", true, "PUSH", false),
                false));
    assertThat(event(Topic.PROFILES, with(PROFILE, "erased", "true")).profile().erased()).isTrue();
  }

  @Test
  void deliveryHasWhatItTellsOf() {
    assertThat(event(Topic.DELIVERIES, DELIVERY).delivery())
        .isEqualTo(
            new Delivery(DeliveryStatus.COUPON_REDEEMED, "t1", "g1", "C50", "PUSH", "o1", 50_000L));
  }

  @Test
  void unknownFieldsAreSkippedWhateverTheyHold() {
    CustomerEvent event = event(Topic.ORDERS, with(ORDER, "x", "{\"lines\":[{}],\"amount\":-1}"));
    assertThat(event.order()).isEqualTo(event(Topic.ORDERS, ORDER).order());
  }

  // Fields missing, null, mistyped

  static Stream<Arguments> requiredFields() {
    List<Arguments> fields = new ArrayList<>();
    RECORDS
        .keySet()
        .forEach(
            topic ->
                Stream.of("messageId", "tenant", "customerId", "timestamp")
                    .forEach(field -> fields.add(arguments(topic, field))));
    Stream.of("orderId", "status", "currency", "amount")
        .forEach(field -> fields.add(arguments(Topic.ORDERS, field)));
    fields.add(arguments(Topic.CLICKSTREAM, "event"));
    fields.add(arguments(Topic.DELIVERIES, "status"));
    return fields.stream();
  }

  @ParameterizedTest
  @MethodSource("requiredFields")
  void requiredFieldThatIsMissingIsNamed(Topic topic, String field) {
    assertThat(refused(topic, without(RECORDS.get(topic), field), FIELD_MISSING))
        .startsWith(field + ": missing, expected ");
  }

  @ParameterizedTest
  @MethodSource("requiredFields")
  void nullIsAbsent(Topic topic, String field) {
    assertThat(refused(topic, with(RECORDS.get(topic), field, "null"), FIELD_MISSING))
        .startsWith(field + ": missing, expected ");
  }

  static Stream<Arguments> mistypedFields() {
    return Stream.of(
        arguments(Topic.CLICKSTREAM, "messageId", "5", "\"5\""),
        arguments(Topic.CLICKSTREAM, "tenant", "true", "\"true\""),
        arguments(Topic.CLICKSTREAM, "customerId", "{}", "an object"),
        arguments(Topic.CLICKSTREAM, "event", "[]", "an array"),
        arguments(Topic.CLICKSTREAM, "sessionId", "1.5", "\"1.5\""),
        arguments(Topic.CLICKSTREAM, "properties", "[]", "an array"),
        arguments(Topic.CLICKSTREAM, "properties", "\"x\"", "\"x\""),
        arguments(Topic.ORDERS, "messageId", "\"\"", "\"\""),
        arguments(Topic.ORDERS, "tenant", "\"\"", "\"\""),
        arguments(Topic.ORDERS, "orderId", "17", "\"17\""),
        arguments(Topic.ORDERS, "orderId", "\"\"", "\"\""),
        arguments(Topic.ORDERS, "status", "\"paid\"", "\"paid\""),
        arguments(Topic.ORDERS, "status", "\"\"", "\"\""),
        arguments(Topic.ORDERS, "status", "1", "\"1\""),
        arguments(Topic.ORDERS, "currency", "false", "\"false\""),
        arguments(Topic.ORDERS, "grantId", "5", "\"5\""),
        arguments(Topic.ORDERS, "refundOf", "{}", "an object"),
        arguments(Topic.ORDERS, "attributes", "[]", "an array"),
        arguments(Topic.ORDERS, "lines", "{}", "an object"),
        arguments(Topic.PROFILES, "attributes", "\"x\"", "\"x\""),
        arguments(Topic.PROFILES, "consents", "[true]", "an array"),
        arguments(Topic.PROFILES, "erased", "\"true\"", "\"true\""),
        arguments(Topic.PROFILES, "erased", "1", "\"1\""),
        arguments(Topic.DELIVERIES, "status", "\"OPENED\"", "\"OPENED\""),
        arguments(Topic.DELIVERIES, "triggerId", "1", "\"1\""),
        arguments(Topic.DELIVERIES, "channel", "[]", "an array"),
        arguments(Topic.DELIVERIES, "discount", "true", "\"true\""));
  }

  @ParameterizedTest
  @MethodSource("mistypedFields")
  void mistypedFieldIsNamedWithWhatWasFound(Topic topic, String field, String value, String found) {
    assertThat(refused(topic, with(RECORDS.get(topic), field, value), FIELD_MISTYPED))
        .startsWith(field + ": found " + found + ", expected ");
  }

  static Stream<Arguments> badLines() {
    return Stream.of(
        arguments("[5]", FIELD_MISTYPED, "lines[0]: found \"5\", expected an object"),
        arguments("[null]", FIELD_MISTYPED, "lines[0]: found \"null\", expected an object"),
        arguments("[{\"price\":1}]", FIELD_MISSING, "lines[0].productId: missing"),
        arguments("[{\"productId\":\"p\"}]", FIELD_MISSING, "lines[0].price: missing"),
        arguments(
            "[{\"productId\":\"p\",\"price\":1},{\"productId\":\"p\",\"price\":null}]",
            FIELD_MISSING,
            "lines[1].price: missing"),
        arguments(
            "[{\"productId\":7,\"price\":1}]", FIELD_MISTYPED, "lines[0].productId: found \"7\""),
        arguments(
            "[{\"productId\":\"p\",\"price\":1,\"name\":7}]",
            FIELD_MISTYPED,
            "lines[0].name: found \"7\", expected a string"),
        arguments(
            "[{\"productId\":\"p\",\"price\":1,\"quantity\":\"two\"}]",
            FIELD_MISTYPED,
            "lines[0].quantity: found \"two\", expected a decimal"),
        arguments(
            "[{\"productId\":\"p\",\"price\":1e13}]",
            AMOUNT_OUT_OF_RANGE,
            "lines[0].price: found \"1e13\", expected at most 10^12"));
  }

  @ParameterizedTest
  @MethodSource("badLines")
  void badLineIsNamedByItsIndex(String lines, DeadLetterReason reason, String message) {
    assertThat(refused(Topic.ORDERS, with(ORDER, "lines", lines), reason)).startsWith(message);
  }

  @Test
  void consentThatIsNoBooleanIsNamed() {
    assertThat(refused(Topic.PROFILES, with(PROFILE, "consents", "{\"SMS\":1}"), FIELD_MISTYPED))
        .isEqualTo("consents.SMS: found \"1\", expected true or false");
  }

  @Test
  void optionalFieldsMayBeAbsentOrNull() {
    String bare =
        """
        {"messageId":"m","tenant":"t","customerId":"c","timestamp":1767603600000,"orderId":"o",
         "status":"PLACED","currency":"EUR","amount":0,"lines":null,"attributes":null,
         "grantId":null}""";
    assertThat(event(Topic.ORDERS, bare).order())
        .isEqualTo(new Order("o", OrderStatus.PLACED, "EUR", 0, null, null, Map.of(), List.of()));
    String profile =
        "{\"messageId\":\"m\",\"tenant\":\"t\",\"customerId\":\"c\",\"timestamp\":"
            + START
            + ",\"consents\":{\"SMS\":null},\"attributes\":{\"city\":null}}";
    assertThat(event(Topic.PROFILES, profile).profile())
        .isEqualTo(new Profile(Map.of(), Map.of(), false));
  }

  @Test
  void deadLetterCarriesTheRecordAndWhereItStood() {
    RecordPosition position = new RecordPosition("nudge.orders", 3, 99, START);
    byte[] raw = "nonsense".getBytes(UTF_8);
    Ingested ingested = decoder.decode(Topic.ORDERS, raw, position);
    DeadLetter letter = ingested.deadLetter();
    assertThat(ingested.event()).isNull();
    assertThat(ingested.atMillis()).isEqualTo(Long.MIN_VALUE);
    assertThat(letter.raw()).isEqualTo(raw);
    assertThat(letter.topic()).isEqualTo("nudge.orders");
    assertThat(letter.partition()).isEqualTo(3);
    assertThat(letter.offset()).isEqualTo(99);
    assertThat(letter.appendedAtMillis()).isEqualTo(START);
    assertThat(letter.reason()).isEqualTo(NOT_JSON);
  }

  @Test
  void longValueIsShownInPartAndNeverInHalfACharacter() {
    String status = '"' + "x".repeat(63) + EMOJI.repeat(3) + '"';
    String message = refused(Topic.ORDERS, with(ORDER, "status", status), FIELD_MISTYPED);
    assertThat(message).contains("…").hasSizeLessThan(200);
    assertThat(UTF_8.newEncoder().canEncode(message)).isTrue();
  }

  // Time

  @ParameterizedTest
  @CsvSource({
    "2026-01-05T09:00:00Z, 0",
    "2026-01-05T09:00:00z, 0",
    "2026-01-05t09:00:00Z, 0",
    "2026-01-05T09:00Z, 0",
    "2026-01-05T17:00:00+08:00, 0",
    "2026-01-05T17:00:00+0800, 0",
    "2026-01-05T17:00:00+08, 0",
    "2026-01-05T03:30:00-05:30, 0",
    "2026-01-05T09:00:00+00:00, 0",
    "2026-01-05T09:00:00.001Z, 1",
    "2026-01-05T09:00:00.0019999Z, 1",
    "2026-01-05T09:00:00.123456789+00:00, 123"
  })
  void timestampIsIsoWithZone(String timestamp, long afterStart) {
    CustomerEvent event = event(Topic.ORDERS, with(ORDER, "timestamp", quoted(timestamp)));
    assertThat(event.atMillis()).isEqualTo(START + afterStart);
  }

  @Test
  void timestampIsEpochMilliseconds() {
    CustomerEvent event = event(Topic.ORDERS, with(ORDER, "timestamp", Long.toString(START)));
    assertThat(event.atMillis()).isEqualTo(START);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2026-01-05T09:00:00\"",
        "\"2026-01-05\"",
        "\"2026-01-05 09:00:00Z\"",
        "\"2026-02-30T09:00:00Z\"",
        "\"2026-13-01T09:00:00Z\"",
        "\"2026-01-05T25:00:00Z\"",
        "\"2026-01-05T09:00:00ZZ\"",
        "\"2026-01-05T09:00:00+08:00+0800\"",
        "\"2026-01-05T09:00:00+19:00\"",
        "\"2026-01-05T09:00:00Z[Europe/Berlin]\"",
        "\"2026-01-05T09:00:00 Z\"",
        "\" 2026-01-05T09:00:00Z\"",
        "\"2026-01-05T09:00:00 Europe/Berlin\"",
        "\"1767603600000\"",
        "\"yesterday\"",
        "\"\"",
        "1767603600000.5",
        "1.7676036e12",
        "99999999999999999999",
        "true",
        "[]",
        "{}"
      })
  void timestampOfAnotherFormIsMistyped(String timestamp) {
    assertThat(refused(Topic.ORDERS, with(ORDER, "timestamp", timestamp), FIELD_MISTYPED))
        .startsWith("timestamp: found ")
        .endsWith(", expected ISO 8601 with a zone, or epoch milliseconds");
  }

  @Test
  void secondsTakenForMillisecondsAreTooEarly() {
    assertThat(refused(Topic.ORDERS, with(ORDER, "timestamp", "1767603600"), TIMESTAMP_TOO_EARLY))
        .isEqualTo(
            "timestamp: found 1970-01-21T11:00:03.600Z, expected 1990-01-01T00:00:00Z or later"
                + " (are these seconds instead of milliseconds?)");
  }

  @Test
  void firstInstantOf1990IsTheEarliest() {
    long earliest = Instant.parse("1990-01-01T00:00:00Z").toEpochMilli();
    assertThat(event(Topic.ORDERS, at(earliest)).atMillis()).isEqualTo(earliest);
    refused(Topic.ORDERS, at(earliest - 1), TIMESTAMP_TOO_EARLY);
    refused(Topic.ORDERS, at(Long.MIN_VALUE), TIMESTAMP_TOO_EARLY);
    refused(Topic.ORDERS, at(-1), TIMESTAMP_TOO_EARLY);
  }

  @Test
  void lastInstantOf2099IsTheLatestInAFile() {
    long first = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();
    assertThat(event(Topic.ORDERS, at(first - 1)).atMillis()).isEqualTo(first - 1);
    refused(Topic.ORDERS, at(first), TIMESTAMP_TOO_LATE);
    refused(Topic.ORDERS, at(Long.MAX_VALUE), TIMESTAMP_TOO_LATE);
    refused(
        Topic.ORDERS,
        with(ORDER, "timestamp", "\"+999999999-12-31T23:59:59.999Z\""),
        FIELD_MISTYPED);
  }

  @Test
  void aMinuteAfterItsAppendTimeIsTheLatestOnATopic() {
    RecordPosition appended = new RecordPosition("nudge.orders", 0, 0, START - MINUTE);
    byte[] inTime = at(START).getBytes(UTF_8);
    byte[] tooLate = at(START + 1).getBytes(UTF_8);
    assertThat(decoder.decode(Topic.ORDERS, inTime, appended).atMillis()).isEqualTo(START);
    DeadLetter letter = decoder.decode(Topic.ORDERS, tooLate, appended).deadLetter();
    assertThat(letter.reason()).isEqualTo(TIMESTAMP_TOO_LATE);
    assertThat(letter.message())
        .isEqualTo(
            "timestamp: found 2026-01-05T09:00:00.001Z, expected at most 2026-01-05T09:00:00Z"
                + " (append time and clock skew)");
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void timeRecordOnlyMovesTimeOnEveryTopic(Topic topic) {
    Ingested ingested = decode(topic, "{\"event\":\"$time\",\"timestamp\":" + TIME + "}");
    assertThat(ingested).isEqualTo(new Ingested(null, null, START));
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void timeRecordIsBoundedLikeAnyOther(Topic topic) {
    refused(topic, "{\"event\":\"$time\"}", FIELD_MISSING);
    refused(topic, "{\"event\":\"$time\",\"timestamp\":17}", TIMESTAMP_TOO_EARLY);
    refused(
        topic, "{\"event\":\"$time\",\"timestamp\":\"2100-01-01T00:00:00Z\"}", TIMESTAMP_TOO_LATE);
  }

  // Ids

  @ParameterizedTest
  @ValueSource(strings = {"messageId", "tenant", "customerId", "orderId", "grantId", "refundOf"})
  void idHas256CharactersAtMost(String field) {
    event(Topic.ORDERS, with(ORDER, field, quoted("x".repeat(256))));
    event(Topic.ORDERS, with(ORDER, field, quoted(EMOJI.repeat(256))));
    event(Topic.ORDERS, with(ORDER, field, quoted("\uffff" + EMOJI.repeat(255))));
    assertThat(refused(Topic.ORDERS, with(ORDER, field, quoted("x".repeat(257))), ID_TOO_LONG))
        .isEqualTo(field + ": found 257 characters, expected an id of 1 to 256 characters");
    refused(Topic.ORDERS, with(ORDER, field, quoted(EMOJI.repeat(257))), ID_TOO_LONG);
    refused(Topic.ORDERS, with(ORDER, field, quoted("x" + EMOJI.repeat(256))), ID_TOO_LONG);
  }

  @Test
  void everyIdOfADeliveryAndALineIsBounded() {
    String longId = quoted("x".repeat(257));
    for (String field : List.of("triggerId", "grantId", "couponType", "channel", "orderId")) {
      refused(Topic.DELIVERIES, with(DELIVERY, field, longId), ID_TOO_LONG);
    }
    refused(
        Topic.ORDERS,
        with(ORDER, "lines", "[{\"productId\":" + longId + ",\"price\":1}]"),
        ID_TOO_LONG);
    refused(
        Topic.CLICKSTREAM,
        with(CLICK, "properties", "{\"productId\":" + longId + "}"),
        ID_TOO_LONG);
    refused(Topic.CLICKSTREAM, with(CLICK, "event", longId), ID_TOO_LONG);
    refused(Topic.CLICKSTREAM, with(CLICK, "sessionId", longId), ID_TOO_LONG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d", "\\ude00", "a\\ud83db", "\\ude00\\ud83d", "\\ud83d\\ud83d"})
  void idWithHalfASurrogatePairIsMistyped(String id) {
    assertThat(refused(Topic.ORDERS, with(ORDER, "customerId", '"' + id + '"'), FIELD_MISTYPED))
        .startsWith("customerId: found half a surrogate pair");
  }

  // Amounts

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "0, 0",
        "-0, 0",
        "0.0, 0",
        "\"0\", 0",
        "139.12, 1391200",
        "\"139.12\", 1391200",
        "\"00139.120000000\", 1391200",
        "0.0001, 1",
        "1e-4, 1",
        "1E3, 10000000",
        "0e999999999, 0",
        "1000000000000, 10000000000000000",
        "1e12, 10000000000000000",
        "\"999999999999.9999\", 9999999999999999",
        "999999999999.9999, 9999999999999999"
      })
  void amountIsANumberOrADecimalString(String amount, long units) {
    assertThat(event(Topic.ORDERS, with(ORDER, "amount", amount)).order().amountUnits())
        .isEqualTo(units);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1000000000000.0001",
        "\"1000000000000.0001\"",
        "1e13",
        "1e999999999",
        "\"1e999999999\"",
        "-0.0001",
        "-1",
        "\"-139.12\"",
        "-1e999999999"
      })
  void amountBelowZeroOrAboveTheGreatestIsOutOfRange(String amount) {
    assertThat(refused(Topic.ORDERS, with(ORDER, "amount", amount), AMOUNT_OUT_OF_RANGE))
        .startsWith("amount: found \"" + amount.replace("\"", "") + "\", expected ")
        .endsWith("10^12");
    refused(Topic.DELIVERIES, with(DELIVERY, "discount", amount), AMOUNT_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.00001",
        "139.12345",
        "1e-5",
        "1e-999999999",
        "\"1e-999999999\"",
        "1e9999999999",
        "\"\"",
        "\" 1\"",
        "\"+1\"",
        "\".5\"",
        "\"5.\"",
        "\"1,5\"",
        "\"1_000\"",
        "\"0x10\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"\u0661\u0662\"",
        "\"\uff11\"",
        "\"\\u0967\"",
        "\"12 CNY\"",
        "true",
        "[]",
        "{}"
      })
  void amountThatIsNoDecimalOfFourPlacesIsMistyped(String amount) {
    assertThat(refused(Topic.ORDERS, with(ORDER, "amount", amount), FIELD_MISTYPED))
        .startsWith("amount: found ")
        .endsWith(", expected a decimal with at most 4 places");
  }

  @Test
  void decimalIsBoundedInLength() {
    event(Topic.ORDERS, with(ORDER, "amount", "1." + "0".repeat(62)));
    refused(Topic.ORDERS, with(ORDER, "amount", "1." + "0".repeat(63)), FIELD_MISTYPED);
    refused(
        Topic.ORDERS, with(ORDER, "amount", quoted("1." + "0".repeat(100_000))), FIELD_MISTYPED);
  }

  // Deliveries

  @ParameterizedTest
  @EnumSource(DeliveryStatus.class)
  void deliveryNamesTheTriggerOrWhatStandsForIt(DeliveryStatus status) {
    boolean coupon = status.name().startsWith("COUPON_");
    boolean leaving = status == DeliveryStatus.UNSUBSCRIBED;
    Map<String, Boolean> enough =
        Map.of(
            "\"triggerId\":\"t\"",
            true,
            "\"grantId\":\"g\"",
            coupon,
            "\"couponType\":\"C\"",
            coupon,
            "\"channel\":\"PUSH\"",
            leaving,
            "\"orderId\":\"o\"",
            false);
    enough.forEach(
        (field, accepted) -> {
          String record =
              "{\"messageId\":\"m\",\"tenant\":\"t\",\"customerId\":\"c\",\"timestamp\":"
                  + TIME
                  + ",\"status\":\""
                  + status
                  + "\","
                  + field
                  + "}";
          Ingested ingested = decode(Topic.DELIVERIES, record);
          assertThat(ingested.event() != null).as(record).isEqualTo(accepted);
          if (!accepted) {
            assertThat(ingested.deadLetter().reason()).isEqualTo(FIELD_MISSING);
            assertThat(ingested.deadLetter().message()).startsWith("triggerId: missing, expected ");
          }
        });
  }

  // Clicks

  @ParameterizedTest
  @CsvSource({
    "view_item, Product Viewed",
    "add_to_cart, Product Added",
    "remove_from_cart, Product Removed",
    "add_to_wishlist, Product Added to Wishlist",
    "begin_checkout, Checkout Started",
    "view_cart, Cart Viewed",
    "share, Product Shared",
    "login, Signed In",
    "Product Viewed, Product Viewed",
    "product viewed, product viewed",
    "VIEW_ITEM, VIEW_ITEM",
    "Store Queue Joined, Store Queue Joined",
    "$times, $times",
    "排队, 排队"
  })
  void ga4NamesAreAliasesAndOthersAreCustom(String sent, String name) {
    assertThat(event(Topic.CLICKSTREAM, with(CLICK, "event", quoted(sent))).click().event())
        .isEqualTo(name);
  }

  @Test
  void ga4ItemFillsInWhatIsNotBesideIt() {
    Click click =
        properties(
            """
            {"currency":"EUR","price":"5","items":[
              {"item_id":"p1","item_name":"Tee","item_category":"Tops","item_brand":"B",
               "price":9.99,"quantity":2},
              {"item_id":"p2"}]}""");
    assertThat(click.productId()).isEqualTo("p1");
    assertThat(click.category()).isEqualTo("Tops");
    assertThat(click.priceUnits()).isEqualTo(50_000);
    assertThat(click.quantityUnits()).isEqualTo(20_000);
    assertThat(click.properties())
        .containsEntry("name", Value.string("Tee"))
        .containsEntry("brand", Value.string("B"))
        .containsEntry("currency", Value.string("EUR"))
        .doesNotContainKeys("item_id", "item_name", "item_category", "item_brand");
  }

  @Test
  void segmentsSnakeCaseIsAnAliasAndOurOwnNameWins() {
    assertThat(properties("{\"product_id\":\"p1\"}").productId()).isEqualTo("p1");
    assertThat(properties("{\"product_id\":\"p1\",\"productId\":\"p2\"}").productId())
        .isEqualTo("p2");
    assertThat(properties("{\"productId\":\"p2\",\"item_id\":\"p1\"}").productId()).isEqualTo("p2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[5]", "[[]]", "{}", "{\"item_id\":\"p\"}", "\"p\"", "7", "[null]"})
  void itemsWithoutAFirstItemSayNothing(String items) {
    assertThat(properties("{\"items\":" + items + "}").productId()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "999999999999.9999, 9999999999999999",
        "0.1234, 1234",
        "\"19.90\", 199000",
        "2.50, 25000"
      })
  void priceOfAnItemIsExact(String price, long units) {
    assertThat(properties("{\"items\":[{\"item_id\":\"p\",\"price\":" + price + "}]}").priceUnits())
        .isEqualTo(units);
  }

  @Test
  void badPriceOrQuantityOfAClickIsNamed() {
    assertThat(refusedProperties("{\"price\":\"cheap\"}", FIELD_MISTYPED))
        .startsWith("properties.price: found \"cheap\", expected a decimal");
    assertThat(refusedProperties("{\"quantity\":true}", FIELD_MISTYPED))
        .startsWith("properties.quantity: found \"true\", expected a decimal");
    assertThat(refusedProperties("{\"price\":[1]}", FIELD_MISTYPED))
        .startsWith("properties.price: found \"[1]\", expected a decimal");
    refusedProperties("{\"price\":1e13}", AMOUNT_OUT_OF_RANGE);
    refusedProperties("{\"items\":[{\"item_id\":\"p\",\"price\":1e400}]}", AMOUNT_OUT_OF_RANGE);
    refusedProperties("{\"items\":[{\"item_id\":\"p\",\"price\":\"x\"}]}", FIELD_MISTYPED);
  }

  @Test
  void quantityAbsentMeansOneAndPriceAbsentNothing() {
    Click click = properties("{}");
    assertThat(click.quantityUnits()).isEqualTo(10_000);
    assertThat(click.priceUnits()).isZero();
    assertThat(click.productId()).isNull();
    assertThat(click.category()).isNull();
    assertThat(properties("{\"category\":\"\"}").category()).isNull();
  }

  @Test
  void nestedPropertyIsKeptToTheLetter() {
    String nested =
        "{\"a\":[1.10,1E400,1e99999999999,12345678901234567890.1,true,null,\"\\u00e4\\n\"]}";
    assertThat(properties("{\"x\":" + nested + "}").properties().get("x"))
        .isEqualTo(
            new Value(
                Value.Type.JSON,
                "{\"a\":[1.10,1E400,1e99999999999,12345678901234567890.1,true,null,\"ä\\n\"]}"));
  }

  // JSON

  static Stream<Arguments> notJson() {
    return Stream.of(
            "",
            " ",
            "null",
            "5",
            "\"x\"",
            "[]",
            "[" + ORDER + "]",
            "{",
            "}",
            ORDER.substring(0, ORDER.length() - 1),
            ORDER + "}",
            ORDER + ORDER,
            ORDER + "x",
            ORDER + " \n 1",
            ORDER.replace("\"messageId\"", "messageId"),
            ORDER.replace('"', '\''),
            ORDER.replace("\"139.12\"", "NaN"),
            ORDER.replace("\"139.12\"", "+1"),
            ORDER.replace("\"139.12\"", "01"),
            ORDER.replace("\"139.12\"", ".5"),
            ORDER.replace("\"139.12\"", "1.").replace("1.,", "1.,"),
            ORDER.replace("\"amount\"", "/* */ \"amount\""),
            ORDER.replace("}", ",}"),
            with(ORDER, "x", "[".repeat(100_000)),
            with(ORDER, "x", "[".repeat(100_000) + "]".repeat(100_000)),
            with(ORDER, "attributes", "{\"x\":".repeat(5_000) + "1" + "}".repeat(5_000)),
            with(ORDER, "x", "\"a\nb\""),
            with(ORDER, "x", "\"\\x\""))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("notJson")
  void whatIsNotOneJsonObjectIsUnusable(String record) {
    assertThat(refused(Topic.ORDERS, record, NOT_JSON)).startsWith("record: ");
  }

  @Test
  void tombstoneIsUnusable() {
    DeadLetter letter = decoder.decode(Topic.ORDERS, null, LINE).deadLetter();
    assertThat(letter.reason()).isEqualTo(NOT_JSON);
    assertThat(letter.raw()).isEmpty();
  }

  @Test
  void nestingOf500IsRead() {
    String deep = "[".repeat(500) + "]".repeat(500);
    assertThat(properties("{\"x\":" + deep + "}").properties().get("x").text()).isEqualTo(deep);
  }

  static Stream<Arguments> malformedUtf8() {
    return Stream.of(
        arguments("a lone continuation byte", new int[] {0x80}),
        arguments("a byte that never occurs", new int[] {0xff}),
        arguments("a sequence cut short", new int[] {0xc3}),
        arguments("three bytes cut short", new int[] {0xe2, 0x82}),
        arguments("a slash in two bytes", new int[] {0xc0, 0xaf}),
        arguments("a slash in three bytes", new int[] {0xe0, 0x80, 0xaf}),
        arguments("a slash in four bytes", new int[] {0xf0, 0x80, 0x80, 0xaf}),
        arguments("half a surrogate pair", new int[] {0xed, 0xa0, 0x80}),
        arguments("beyond U+10FFFF", new int[] {0xf4, 0x90, 0x80, 0x80}));
  }

  @ParameterizedTest
  @MethodSource("malformedUtf8")
  void malformedUtf8IsUnusableWhereverItStands(String what, int[] bytes) {
    for (String field : List.of("customerId", "x", "attributes")) {
      String mark = field.equals("attributes") ? "{\"city\":\"@@\"}" : "\"@@\"";
      byte[] record = with(ORDER, field, mark).getBytes(UTF_8);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = 0; i < record.length; i++) {
        if (record[i] == '@' && record[i + 1] == '@') {
          for (int b : bytes) {
            out.write(b);
          }
          i++;
        } else {
          out.write(record[i]);
        }
      }
      Ingested ingested = decoder.decode(Topic.ORDERS, out.toByteArray(), LINE);
      assertThat(ingested.deadLetter()).as("%s in %s", what, field).isNotNull();
      assertThat(ingested.deadLetter().reason()).as("%s in %s", what, field).isEqualTo(NOT_JSON);
    }
  }

  @Test
  void otherEncodingsThanUtf8AreUnusable() {
    for (Charset charset :
        List.of(UTF_16BE, UTF_16LE, Charset.forName("UTF-32BE"), Charset.forName("UTF-32LE"))) {
      DeadLetter letter = decoder.decode(Topic.ORDERS, ORDER.getBytes(charset), LINE).deadLetter();
      assertThat(letter).as(charset.name()).isNotNull();
      assertThat(letter.reason()).as(charset.name()).isEqualTo(NOT_JSON);
    }
  }

  @Test
  void recordHasOneMebibyteAtMost() {
    int padding = (1 << 20) - with(ORDER, "x", "\"\"").getBytes(UTF_8).length;
    String largest = with(ORDER, "x", quoted("x".repeat(padding)));
    assertThat(largest.getBytes(UTF_8)).hasSize(1 << 20);
    assertThat(event(Topic.ORDERS, largest).order().orderId()).isEqualTo("o1");
    assertThat(refused(Topic.ORDERS, largest + " ", RECORD_TOO_LARGE))
        .isEqualTo("record: found 1048577 bytes, expected at most 1048576");
  }

  @Test
  void lastOfDuplicateKeysCounts() {
    String twice =
        """
        {"messageId":"m0","messageId":"m1","tenant":"acme","customerId":"anna","orderId":"o1",
         "status":"PLACED","status":"PAID","timestamp":"2026-01-05T09:00:00Z","currency":"CNY",
         "amount":1,"amount":2,"attributes":{"a":1,"b":2},"attributes":{"a":3,"a":4},
         "lines":[{"productId":"p0","price":1}],
         "lines":[{"productId":"p1","productId":"p2","price":1}]}""";
    CustomerEvent event = event(Topic.ORDERS, twice);
    assertThat(event.messageId()).isEqualTo("m1");
    assertThat(event.order())
        .isEqualTo(
            new Order(
                "o1",
                OrderStatus.PAID,
                "CNY",
                20_000,
                null,
                null,
                Map.of("a", Value.number("4")),
                List.of(new OrderLine("p2", null, null, null, 10_000, 10_000))));
    String consents = with(PROFILE, "consents", "{\"SMS\":true}");
    assertThat(
            event(Topic.PROFILES, consents.replaceFirst("\\{", "{\"consents\":{\"PUSH\":true},"))
                .profile()
                .consents())
        .isEqualTo(Map.of("SMS", true));
  }

  @Test
  void whateverIsMutatedDecodingNeverThrows() {
    Random random = new Random(20260105);
    List<Topic> topics = Topic.CUSTOMER_INPUTS;
    int events = 0;
    int letters = 0;
    for (int i = 0; i < 20_000; i++) {
      Topic topic = topics.get(random.nextInt(topics.size()));
      byte[] mutated = mutate(RECORDS.get(topic).getBytes(UTF_8), random);
      Ingested ingested = decoder.decode(topics.get(random.nextInt(topics.size())), mutated, LINE);
      if (ingested.deadLetter() != null) {
        letters++;
        assertThat(ingested.deadLetter().message()).isNotBlank();
        assertThat(ingested.event()).isNull();
      } else if (ingested.event() != null) {
        events++;
        CustomerEvent event = ingested.event();
        assertThat(event.tenant()).isNotEmpty();
        assertThat(event.atMillis()).isBetween(START - 40 * 365 * DAY, START + 80 * 365 * DAY);
        if (event.click() != null) {
          assertThat(event.click().priceUnits()).isLessThanOrEqualTo(10_000_000_000_000_000L);
          assertThat(event.click().quantityUnits()).isLessThanOrEqualTo(10_000_000_000_000_000L);
        }
      }
    }
    assertThat(events).isGreaterThan(500);
    assertThat(letters).isGreaterThan(5_000);
  }

  private static byte[] mutate(byte[] record, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int edits = 1 + random.nextInt(4);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < edits; i++) {
      places.add(random.nextInt(record.length));
    }
    String interesting = "{}[]\",:\\0-19eE.tfnu$ \n";
    for (int i = 0; i < record.length; i++) {
      if (!places.contains(i)) {
        out.write(record[i]);
        continue;
      }
      switch (random.nextInt(5)) {
        case 0 -> out.write(random.nextInt(256));
        case 1 -> out.write(interesting.charAt(random.nextInt(interesting.length())));
        case 2 -> {
          out.write(record[i]);
          out.write(record[i]);
        }
        case 3 -> {
          // Left out.
        }
        default -> {
          int length = Math.min(random.nextInt(40), record.length - i);
          out.write(record, i, length);
          out.write(record, i, length);
        }
      }
    }
    return out.toByteArray();
  }

  // Words

  private Ingested decode(Topic topic, String record) {
    return decoder.decode(topic, record.getBytes(UTF_8), LINE);
  }

  private CustomerEvent event(Topic topic, String record) {
    Ingested ingested = decode(topic, record);
    assertThat(ingested.deadLetter())
        .as(() -> ingested.deadLetter() == null ? "" : ingested.deadLetter().message())
        .isNull();
    return ingested.event();
  }

  private String refused(Topic topic, String record, DeadLetterReason reason) {
    DeadLetter letter = decode(topic, record).deadLetter();
    assertThat(letter).as(record.substring(0, Math.min(300, record.length()))).isNotNull();
    assertThat(letter.reason()).as(letter.message()).isEqualTo(reason);
    assertThat(letter.raw()).isEqualTo(record.getBytes(UTF_8));
    return letter.message();
  }

  private Click properties(String properties) {
    return event(Topic.CLICKSTREAM, with(CLICK, "properties", properties)).click();
  }

  private String refusedProperties(String properties, DeadLetterReason reason) {
    return refused(Topic.CLICKSTREAM, with(CLICK, "properties", properties), reason);
  }

  private static String at(long millis) {
    return with(ORDER, "timestamp", Long.toString(millis));
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  /** The record with a top-level field set to a JSON value. */
  private static String with(String record, String field, String json) {
    return "{\"" + field + "\":" + json + "," + without(record, field).substring(1);
  }

  /** The record without a top-level field: renamed, and so unknown. */
  private static String without(String record, String field) {
    return record.replaceFirst("\"" + field + "\":", "\"_" + field + "\":");
  }
}
