package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a stranger may send: every kind ends as a dead letter with the reason that stands beside it,
 * or is an event like any other, and the job goes on.
 */
@SuppressWarnings("try") // Flink throws whatever it likes when a job ends.
class HostileEventsIT {
  private static final String TAKEN = "taken";

  private static final String CLICK =
      """
      {"messageId":"m1","tenant":"acme","customerId":"@","event":"Product Viewed",\
      "timestamp":"2026-01-05T09:00:00Z","properties":{"productId":"p1"}}""";

  private static final String ORDER =
      """
      {"messageId":"m1","tenant":"acme","customerId":"@","orderId":"o1","status":"PAID",\
      "timestamp":"2026-01-05T09:00:00Z","currency":"CNY","amount":"10.00"}""";

  private static final String PROFILE =
      """
      {"messageId":"m1","tenant":"acme","customerId":"@","timestamp":"2026-01-05T09:00:00Z",\
      "attributes":{"city":"Wien"},"consents":{"SMS":true}}""";

  private static final String DELIVERY =
      """
      {"messageId":"m1","tenant":"acme","customerId":"@","status":"SENT","triggerId":"t1",\
      "timestamp":"2026-01-05T09:00:00Z"}""";

  /** One hostile record: where it is sent, and what is to become of it. */
  private record Case(TopicName topic, byte[] record, String customer, String expected) {}

  private final Map<String, Case> cases = new LinkedHashMap<>();

  @TempDir Path directory;

  private void click(String name, String from, String to, String expected) {
    add(name, TopicName.CLICKSTREAM, changed(CLICK, from, to), expected);
  }

  private void order(String name, String from, String to, String expected) {
    add(name, TopicName.ORDERS, changed(ORDER, from, to), expected);
  }

  private void add(String name, TopicName topic, String record, String expected) {
    String customer = "k" + cases.size();
    bytes(name, topic, record.replace("@", customer).getBytes(UTF_8), customer, expected);
  }

  private void bytes(
      String name, TopicName topic, byte[] record, String customer, String expected) {
    assertThat(cases.put(name, new Case(topic, record, customer, expected))).as(name).isNull();
  }

  private static String changed(String record, String from, String to) {
    assertThat(record).contains(from);
    return record.replace(from, to);
  }

  private void textThatIsNoJsonObject() {
    String click = CLICK.replace("@", "nobody");
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("nothing", "");
    texts.put("white space", " \n\t ");
    texts.put("null", "null");
    texts.put("a number", "5");
    texts.put("a string", "\"x\"");
    texts.put("a list of records", "[" + click + "]");
    texts.put("cut short", click.substring(0, click.length() / 2));
    texts.put("two records", click + click);
    texts.put("more behind it", click + " ;DROP TABLE nudge.decisions");
    texts.put("names without quotes", click.replace("\"tenant\"", "tenant"));
    texts.put("single quotes", click.replace('"', '\''));
    texts.put("a comment", click.replace("\"tenant\"", "/* */\"tenant\""));
    texts.put("a comma too many", click.replace("}}", "},}"));
    texts.put("a line break in a string", click.replace("p1", "p\n1"));
    texts.put("an escape that is none", click.replace("p1", "\\x41"));
    texts.put("an escape cut short", click.replace("\"p1\"", "\"\\u00\""));
    texts.put("lists a hundred thousand deep", click.replace("\"p1\"", "[".repeat(100_000)));
    texts.put(
        "objects five thousand deep",
        click.replace("\"p1\"", "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000)));
    texts.put("a field name of 60,000 letters", click.replace("productId", "p".repeat(60_000)));
    texts.put("XML", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>");
    texts.put("YAML", "messageId: m1\ntenant: acme\n");
    texts.forEach((name, text) -> add(name, TopicName.CLICKSTREAM, text, "NOT_JSON"));

    byte[] raw = click.getBytes(UTF_8);
    Map<String, byte[]> binaries = new LinkedHashMap<>();
    binaries.put("a zero byte", with(raw, 0));
    binaries.put("a lone continuation byte", with(raw, 0x80));
    binaries.put("an over-long slash", with(raw, 0xc0, 0xaf));
    binaries.put("half a surrogate pair in bytes", with(raw, 0xed, 0xa0, 0x80));
    binaries.put("beyond the last character", with(raw, 0xf4, 0x90, 0x80, 0x80));
    binaries.put("UTF-16", click.getBytes(UTF_16LE));
    binaries.put("compressed", compressed(raw));
    binaries.put("a schema registry's head", HexFormat.of().parseHex("0000000007026d31"));
    binaries.forEach((name, b) -> bytes(name, TopicName.CLICKSTREAM, b, null, "NOT_JSON"));
  }

  private void numbersThatAreNone() {
    for (String number : List.of("NaN", "-Infinity", "+1", "01", ".5", "1.", "0x10", "1_000")) {
      order("the amount " + number, "\"10.00\"", number, "NOT_JSON");
    }
    order("an amount of 2,000 digits", "\"10.00\"", "9".repeat(2_000), "NOT_JSON");
    order("an amount of 2,000 digits as text", "10.00", "9".repeat(2_000), "FIELD_MISTYPED");
    order("an amount with a comma", "10.00", "10,00", "FIELD_MISTYPED");
    order("an amount with five places", "10.00", "10.00001", "FIELD_MISTYPED");
    order("an amount in Arabic digits", "10.00", "١٠", "FIELD_MISTYPED");
    order("the amount true", "\"10.00\"", "true", "FIELD_MISTYPED");
    order("the amount NaN as text", "10.00", "NaN", "FIELD_MISTYPED");
    order("an amount below zero", "10.00", "-0.01", "AMOUNT_OUT_OF_RANGE");
    order("an amount with a billion digits", "\"10.00\"", "1e999999999", "AMOUNT_OUT_OF_RANGE");
    order("an amount a little too large", "10.00", "1000000000000.0001", "AMOUNT_OUT_OF_RANGE");
    order("the largest amount", "10.00", "1000000000000", TAKEN);
    order("a zero below zero", "\"10.00\"", "-0.0", TAKEN);
    order("an amount next to nothing", "10.00", "1e-999999999", "FIELD_MISTYPED");
    order(
        "a quantity that overflows",
        "}",
        ",\"lines\":[{\"productId\":\"p\",\"price\":1,\"quantity\":1e400}]}",
        "AMOUNT_OUT_OF_RANGE");
    click("a price that overflows", "\"p1\"", "\"p1\",\"price\":1e400", "AMOUNT_OUT_OF_RANGE");
    click("a number of no size in a property", "\"p1\"", "\"p1\",\"n\":1e99999999999", TAKEN);
  }

  private void fieldsOfAnotherKind() {
    add("no field", TopicName.CLICKSTREAM, "{}", "FIELD_MISSING");
    click("no tenant", "\"tenant\":\"acme\",", "", "FIELD_MISSING");
    click("the tenant null", "\"acme\"", "null", "FIELD_MISSING");
    click("no event", "\"event\":\"Product Viewed\",", "", "FIELD_MISSING");
    click("no message", "\"messageId\":\"m1\",", "", "FIELD_MISSING");
    order("no amount", ",\"amount\":\"10.00\"", "", "FIELD_MISSING");
    add(
        "a delivery of nothing",
        TopicName.DELIVERIES,
        changed(DELIVERY, "\"triggerId\":\"t1\",", ""),
        "FIELD_MISSING");
    click("the customer 17", "\"@\"", "17", "FIELD_MISTYPED");
    click("the customer an object", "\"@\"", "{\"$ne\":null}", "FIELD_MISTYPED");
    click("the customer empty", "@", "", "FIELD_MISTYPED");
    click("the customer half a character", "@", "a\\ud83d", "FIELD_MISTYPED");
    click("the event a list", "\"Product Viewed\"", "[]", "FIELD_MISTYPED");
    click("properties a text", "{\"productId\":\"p1\"}", "\"x\"", "FIELD_MISTYPED");
    click("a product half a character", "\"p1\"", "\"\\udc00\"", "FIELD_MISTYPED");
    order("a status nobody knows", "PAID", "HACKED", "FIELD_MISTYPED");
    order("a status in small letters", "PAID", "paid", "FIELD_MISTYPED");
    order("lines an object", "}", ",\"lines\":{}}", "FIELD_MISTYPED");
    order("a line null", "}", ",\"lines\":[null]}", "FIELD_MISTYPED");
    add("a consent yes", TopicName.PROFILES, changed(PROFILE, "true", "\"yes\""), "FIELD_MISTYPED");
    add(
        "erased as text",
        TopicName.PROFILES,
        changed(PROFILE, "\"attributes\"", "\"erased\":\"true\",\"attributes\""),
        "FIELD_MISTYPED");
    click("a customer of 257 letters", "@", "k".repeat(257), "ID_TOO_LONG");
    click("a customer of 257 characters beyond 16 bits", "@", "😀".repeat(257), "ID_TOO_LONG");
    click("a message of 100,000 letters", "m1", "m".repeat(100_000), "ID_TOO_LONG");
    click("a record beyond 1 MiB", "p1", "p".repeat(1 << 20), "RECORD_TOO_LARGE");
    click("a record of 3 MiB", "p1", "p".repeat(3 << 20), "RECORD_TOO_LARGE");
  }

  private void timesOfNoUse() {
    String time = "\"2026-01-05T09:00:00Z\"";
    Map<String, String> mistyped = new LinkedHashMap<>();
    mistyped.put("yesterday", "\"yesterday\"");
    mistyped.put("30 February", "\"2026-02-30T00:00:00Z\"");
    mistyped.put("without a zone", "\"2026-01-05T09:00:00\"");
    mistyped.put("in a zone that is none", "\"2026-01-05T09:00:00+99:00\"");
    mistyped.put("with a fraction", "1767603600000.5");
    mistyped.put("beyond 64 bits", "99999999999999999999");
    mistyped.put("true", "true");
    mistyped.put("a list", "[2026,1,5]");
    mistyped.put("in a billion years", "\"+1000000000-01-01T00:00:00Z\"");
    mistyped.forEach((name, to) -> click("the time " + name, time, to, "FIELD_MISTYPED"));
    for (String early :
        List.of("0", "-1", "1767603600", "" + Long.MIN_VALUE, "\"0001-01-01T00:00:00Z\"")) {
      click("the time " + early, time, early, "TIMESTAMP_TOO_EARLY");
    }
    for (String late :
        List.of("" + Long.MAX_VALUE, "\"2999-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"")) {
      click("the time " + late, time, late, "TIMESTAMP_TOO_LATE");
    }
    String moves = "{\"event\":\"$time\",\"timestamp\":%s}";
    add(
        "time itself far ahead",
        TopicName.CLICKSTREAM,
        moves.formatted("\"2999-01-01T00:00:00Z\""),
        "TIMESTAMP_TOO_LATE");
    add(
        "time itself at its beginning",
        TopicName.ORDERS,
        moves.formatted("0"),
        "TIMESTAMP_TOO_EARLY");
    add("time itself without a time", TopicName.ORDERS, "{\"event\":\"$time\"}", "FIELD_MISSING");
  }

  private void eventsLikeAnyOther() {
    click(
        "every key twice",
        "\"tenant\":\"acme\"",
        "\"tenant\":5,\"tenant\":\"acme\"",
        "FIELD_MISTYPED");
    click("the tenant twice", "\"tenant\"", "\"tenant\":\"other\",\"tenant\"", TAKEN);
    click("a zero character in a property", "p1", "p\\u0000", TAKEN);
    click("half a character in a property", "\"p1\"", "\"p1\",\"color\":\"\\ud83d\"", TAKEN);
    click("a property 500 deep", "\"p1\"", "\"p1\",\"x\":" + deep(500), TAKEN);
    click(
        "a field nobody asked for, 900 deep",
        "\"event\"",
        "\"x\":" + deep(900) + ",\"event\"",
        TAKEN);
    click("keys that a script would trip over", "\"p1\"", "\"p1\",\"__proto__\":{\"a\":1}", TAKEN);
    click("forty thousand properties", "\"p1\"", "\"p1\"," + many(40_000), TAKEN);
    click("items that are no products", "\"productId\":\"p1\"", "\"items\":[[],1,null]", TAKEN);
    click("a text that is a program", "p1", "${jndi:ldap://127.0.0.1:1/a}", TAKEN);
    order("ten thousand lines", "}", ",\"lines\":[" + lines(10_000) + "]}", TAKEN);
    named("a customer of 256 letters", "k".repeat(256));
    named("a customer that is SQL", "x'); DROP TABLE nudge.stage_changes; --");
    named("a customer that is a path", "../../etc/passwd");
    named("a customer that is a page", "<script>alert(1)</script>");
    named("a customer written from right to left", "a\u202Eb\u2066c");
    named("a customer with what parts keys", "acme|campaign|x");
    named("a customer in two characters that look like one", "e\u0301");
    named("a customer beyond 16 bits", "😀".repeat(256));
  }

  private void named(String name, String customer) {
    bytes(
        name, TopicName.CLICKSTREAM, CLICK.replace("@", customer).getBytes(UTF_8), customer, TAKEN);
  }

  private static String deep(int levels) {
    return "[".repeat(levels) + "]".repeat(levels);
  }

  private static String many(int properties) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < properties; i++) {
      all.append(i == 0 ? "" : ",").append("\"p").append(i).append("\":\"v\"");
    }
    return all.toString();
  }

  private static String lines(int lines) {
    return "{\"productId\":\"p\",\"price\":1}"
        + ",{\"productId\":\"p\",\"price\":1}".repeat(lines - 1);
  }

  private static byte[] with(byte[] record, int... stranger) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(record, 0, record.length - 4);
    for (int b : stranger) {
      out.write(b);
    }
    out.write(record, record.length - 4, 4);
    return out.toByteArray();
  }

  private static byte[] compressed(byte[] record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Test
  void everyKindIsADeadLetterWithItsReasonOrAnEventAndTheJobGoesOn() throws Exception {
    textThatIsNoJsonObject();
    numbersThatAreNone();
    fieldsOfAnotherKind();
    timesOfNoUse();
    eventsLikeAnyOther();
    assertThat(cases).hasSizeGreaterThanOrEqualTo(60);

    try (EngageDeployment engage = EngageDeployment.start(directory, 1)) {
      Configuration ingest = new Configuration();
      ingest.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
      engage.submit(ingest, 2, null);
      Map<String, String> nameByPlace = send(engage);

      // Whoever comes last is taken as if nothing had been.
      engage.await(
          () ->
              engage
                  .select("SELECT DISTINCT customer_id FROM nudge.stage_changes")
                  .contains("last"));
      long refused = cases.values().stream().filter(c -> !c.expected().equals(TAKEN)).count();
      engage.await(() -> engage.read(TopicName.DEAD_LETTERS).size() >= refused);
      assertThat(engage.status()).isEqualTo(JobStatus.RUNNING);

      Map<String, String> found = new TreeMap<>();
      cases.keySet().forEach(name -> found.put(name, TAKEN));
      for (ConsumerRecord<byte[], byte[]> letter : engage.read(TopicName.DEAD_LETTERS)) {
        assertThat(header(letter, "nudge-message")).isNotBlank();
        found.put(nameByPlace.get(place(letter)), header(letter, "nudge-reason"));
      }
      assertThat(found)
          .allSatisfy(
              (name, what) -> assertThat(what).as(name).isEqualTo(cases.get(name).expected()));

      TreeSet<String> customers = new TreeSet<>(List.of(hex("last")));
      cases.values().stream()
          .filter(one -> one.expected().equals(TAKEN))
          .forEach(one -> customers.add(hex(one.customer())));
      assertThat(
              engage.select(
                  "SELECT DISTINCT lower(hex(customer_id)) AS id FROM nudge.stage_changes"
                      + " WHERE tenant = 'acme' ORDER BY id"))
          .containsExactlyElementsOf(customers);
      assertThat(engage.select("SELECT count() FROM nudge.dead_letters FINAL"))
          .containsExactly(Long.toString(refused));
    }
  }

  /** Sends every case, then a customer, then time; says which case stands where. */
  private Map<String, String> send(EngageDeployment engage) throws Exception {
    Map<String, Future<RecordMetadata>> sent = new LinkedHashMap<>();
    List<Future<RecordMetadata>> last = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = engage.producer()) {
      cases.forEach(
          (name, one) ->
              sent.put(
                  name,
                  producer.send(
                      new ProducerRecord<>(
                          engage.topics().nameOf(one.topic()), 0, null, one.record()))));
      last.add(
          producer.send(
              new ProducerRecord<>(
                  engage.topics().nameOf(TopicName.CLICKSTREAM),
                  0,
                  null,
                  CLICK.replace("@", "last").getBytes(UTF_8))));
      long end = Instant.parse("2026-01-05T10:00:00Z").toEpochMilli();
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        last.addAll(engage.sendTime(producer, topic, end));
      }
      for (Future<RecordMetadata> record : last) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
    Map<String, String> nameByPlace = new TreeMap<>();
    for (Map.Entry<String, Future<RecordMetadata>> one : sent.entrySet()) {
      RecordMetadata at = one.getValue().get(1, TimeUnit.MINUTES);
      nameByPlace.put(at.topic() + " " + at.offset(), one.getKey());
    }
    return nameByPlace;
  }

  private static String place(ConsumerRecord<byte[], byte[]> letter) {
    return header(letter, "nudge-topic") + " " + header(letter, "nudge-offset");
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    assertThat(letter.headers().lastHeader(name))
        .as(
            () ->
                List.of(letter.headers().toArray()).stream()
                    .map(Object::toString)
                    .collect(Collectors.joining()))
        .isNotNull();
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }

  private static String hex(String customer) {
    return HexFormat.of().formatHex(customer.getBytes(UTF_8));
  }
}
