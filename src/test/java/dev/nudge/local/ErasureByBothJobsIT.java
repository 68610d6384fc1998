package dev.nudge.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A customer whom both jobs have written of in every table is erased: no row names them any more,
 * aggregates stay, nobody else loses a row, and who comes back is a stranger to both jobs.
 */
class ErasureByBothJobsIT {
  private static final String DEFINITIONS =
      """
      kind: policy
      tenant: acme
      currency: EUR
      schema: {city: STRING}
      ---
      kind: campaign
      tenant: acme
      id: welcome
      trigger: {stage: NEW}
      channels: [INBOX]
      resource: {kind: COUPON, type: HELLO, amount: 5, validFor: 3 days}
      conversion: {goal: Order Paid, windows: [1 days]}
      """;

  /** Seconds; behind all that is sent. */
  private static final int END = 600;

  private static final List<String> TABLES =
      List.of("anomalies", "decisions", "funnel_steps", "grant_rows", "stage_changes");

  @TempDir Path directory;

  /** Time is what the records say, ahead of the clock, as far as is believed. */
  private Instant begin;

  private LocalProcess local;
  private KafkaProducer<byte[], byte[]> producer;

  @Test
  void noRowNamesWhoIsErasedAndAggregatesStay() throws Exception {
    Path campaigns = Files.createDirectory(directory.resolve("campaigns"));
    Files.writeString(campaigns.resolve("definitions.yaml"), DEFINITIONS);
    try (LocalProcess started =
            LocalProcess.local(
                    directory.resolve("data"),
                    "--data",
                    "none",
                    "--campaigns",
                    campaigns.toString())
                .ready();
        KafkaProducer<byte[], byte[]> sending = producer(started.kafka())) {
      local = started;
      producer = sending;
      // Behind the start of local mode, from which on its definitions hold.
      begin = Instant.now();
      for (String customer : List.of("anna", "bert")) {
        send("profiles", profile(customer, 0, "\"attributes\": {\"city\": \"Ulm\"}"));
        IntStream.range(1, 5).forEach(i -> send("orders", order(customer, i, i == 4 ? 500 : 20)));
        send("orders", order(customer, 6, 20).replace("PAID", "LOST"));
      }
      tellTime(20);
      for (String customer : List.of("anna", "bert")) {
        for (String table : TABLES) {
          local.await(table + " of " + customer, () -> rowsOf(customer, table, 0, END) > 0);
        }
      }
      local.await("dead letters", () -> query("count() FROM nudge.dead_letters").equals("2"));
      Map<String, Integer> ofBert = rowsOf("bert");
      local.await("sums", () -> orders().equals("8\t1120"));

      send("profiles", profile("anna", 30, "\"erased\": true"));
      tellTime(40);
      // A month's visit, of which nothing is known; and one that was on its way for long.
      send("orders", order("anna", 50, 30));
      send("orders", order("anna", 5, 40));
      tellTime(60);
      local.await("a stranger's stage", () -> rowsOf("anna", "stage_changes", 45, END) == 1);
      local.await("a stranger's grant", () -> rowsOf("anna", "grant_rows", 45, END) == 1);

      assertThat(erase()).contains("1 customers are erased").contains("grant_rows");
      for (String table : TABLES) {
        assertThat(rowsOf("anna", table, 0, 45)).as(table).isZero();
      }
      assertThat(
              query(
                  "concat(`to`, ' ', toString(life), ' ', toString(order_count))"
                      + " FROM nudge.stage_changes FINAL WHERE customer_id = 'anna'"))
          .isEqualTo("NEW 1 1");
      assertThat(query("count() FROM nudge.dead_letters WHERE position(raw, 'anna') > 0"))
          .isEqualTo("0");
      assertThat(rowsOf("bert")).isEqualTo(ofBert);
      // Sums take what comes late, whosever it was.
      local.await("sums of all", () -> orders().equals("10\t1190"));
      assertThat(erase()).contains("1 customers are erased").doesNotContain("rows deleted");
    }
  }

  private String erase() throws Exception {
    try (LocalProcess erase =
        LocalProcess.run(
            "erase",
            "--kafka",
            local.kafka().bootstrapServers(),
            "--clickhouse",
            "jdbc:clickhouse://" + local.clickHouse().getAuthority())) {
      assertThat(erase.exitCode()).as(erase.said()).isZero();
      return erase.said();
    }
  }

  private String orders() {
    return query(
        "sum(orders_paid), toString(sum(amount_paid)) FROM nudge.orders_hourly FINAL WHERE segment = 'TOTAL'");
  }

  private Map<String, Integer> rowsOf(String customer) {
    Map<String, Integer> rows = new TreeMap<>();
    TABLES.forEach(table -> rows.put(table, rowsOf(customer, table, 0, END)));
    return rows;
  }

  private int rowsOf(String customer, String table, int fromSeconds, int untilSeconds) {
    return Integer.parseInt(
        query(
            "count() FROM nudge.%s FINAL WHERE customer_id = '%s' AND at >= %s AND at < %s"
                .formatted(table, customer, literal(fromSeconds), literal(untilSeconds))));
  }

  private String literal(int seconds) {
    return "fromUnixTimestamp64Milli(toInt64(%d))".formatted(at(seconds).toEpochMilli());
  }

  private String query(String select) {
    return local.query("SELECT " + select);
  }

  private Instant at(int seconds) {
    return begin.plusSeconds(seconds);
  }

  private String profile(String customer, int seconds, String what) {
    return """
    {"messageId": "p-%s-%d", "tenant": "acme", "customerId": "%1$s", "timestamp": "%s", %s}"""
        .formatted(customer, seconds, at(seconds), what);
  }

  private String order(String customer, int seconds, int amount) {
    return """
    {"messageId": "m-%s-%d", "tenant": "acme", "customerId": "%1$s", "timestamp": "%s", \
    "orderId": "o-%1$s-%2$d", "status": "PAID", "currency": "EUR", "amount": "%d"}"""
        .formatted(customer, seconds, at(seconds), amount);
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConfig kafka) {
    Properties properties = kafka.toProperties();
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void send(String topic, String record) {
    try {
      producer
          .send(
              new ProducerRecord<>(
                  local.kafka().topicPrefix() + topic, "k".getBytes(UTF_8), record.getBytes(UTF_8)))
          .get(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError(record, e);
    }
  }

  /** On every partition, so that both jobs go on to there but for the disorder they allow. */
  private void tellTime(int seconds) throws Exception {
    for (String topic : List.of("profiles", "orders", "deliveries", "clickstream")) {
      for (PartitionInfo each : producer.partitionsFor(local.kafka().topicPrefix() + topic)) {
        Future<?> sent =
            producer.send(
                new ProducerRecord<>(
                    each.topic(),
                    each.partition(),
                    TimeRecord.key(),
                    TimeRecord.value(at(seconds).toEpochMilli())));
        sent.get(1, TimeUnit.MINUTES);
      }
    }
  }
}
