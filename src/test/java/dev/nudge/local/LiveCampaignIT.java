package dev.nudge.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Campaigns that are applied, paused and deleted while customers come, and a process that dies. */
class LiveCampaignIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PARTITIONS = 3;
  private static final int COUPONS = 2_000;

  /** Of 75.00 at 0.05 a message. */
  private static final int PAID_MESSAGES = 1_500;

  private static final int ENOUGH = 30;

  @TempDir Path directory;

  /** Everything that a topic of decisions or triggers holds, by id: a restart sends some again. */
  private static Map<String, JsonNode> read(KafkaConfig kafka, String topic) {
    Map<String, JsonNode> byId = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      TopicPartition place = new TopicPartition(kafka.topicPrefix() + topic, partition);
      Records.of(kafka, place).stream()
          .filter(record -> TimeRecord.read(record.value()).isEmpty())
          .map(record -> json(record.value()))
          .forEach(
              json -> {
                JsonNode before = byId.put(json.get("id").asText(), json);
                // Whatever is said again is said in the same words.
                assertThat(json.equals(before == null ? json : before)).as("%s", json).isTrue();
              });
    }
    return byId;
  }

  private static JsonNode json(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** When the coupon's campaign said so. */
  private static List<Instant> times(KafkaConfig kafka, String code) {
    return times(kafka, "queue-coupon", code);
  }

  private static List<Instant> times(KafkaConfig kafka, String campaign, String code) {
    return read(kafka, "decisions").values().stream()
        .filter(row -> row.get("campaign").asText().equals(campaign))
        .filter(row -> row.get("code").asText().equals(code))
        .map(row -> Instant.parse(row.get("at").asText()))
        .toList();
  }

  @Test
  void appliedItSendsPausedItDoesNotAndTotalsAreExactThroughADeath() throws Exception {
    Path definitions =
        Files.writeString(
            directory.resolve("definitions.yaml"),
            """
            kind: policy
            tenant: acme
            channels: {SMS: {kind: ONE_WAY, cost: {model: PER_SEND, price: 0.05}, consentDefault: GRANTED}}
            ---
            kind: campaign
            tenant: acme
            id: queue-coupon
            trigger: {pattern: {steps: [{queue: {event: Store Queue Joined}}]}}
            channels: [PUSH]
            resource: {kind: COUPON, type: C5, amount: 5, total: %d, validFor: 7 days}
            ---
            kind: campaign
            tenant: acme
            id: paid-message
            trigger: {pattern: {steps: [{left: {event: Store Queue Left}}]}}
            channels: [SMS]
            budget: {total: 75.00}
            """
                .formatted(COUPONS));
    Path data = directory.resolve("data");
    try (LocalProcess first = LocalProcess.local(data, "--data", "none").ready();
        Customers customers = new Customers(first.kafka())) {
      KafkaConfig kafka = first.kafka();
      customers.come(1);
      command(kafka, "definitions", "apply", definitions.toString());
      first.await("nudging", () -> !sent(kafka, "queue-coupon").isEmpty());

      command(kafka, "campaigns", "pause", "--tenant", "acme", "--id", "queue-coupon");
      first.await("paused", () -> times(kafka, "PAUSED").size() >= ENOUGH);
      Instant paused = Collections.min(times(kafka, "PAUSED"));
      assertThat(sent(kafka, "queue-coupon"))
          .isNotEmpty()
          .allSatisfy(at -> assertThat(at).isBefore(paused));
      assertThat(sent(kafka, "paid-message")).isNotEmpty();

      command(kafka, "campaigns", "resume", "--tenant", "acme", "--id", "queue-coupon");
      int before = sent(kafka, "queue-coupon").size();
      first.await("sending again", () -> sent(kafka, "queue-coupon").size() > before);
      first.kill();
      first.exitCode();
    }
    try (LocalProcess second = LocalProcess.local(data, "--data", "none").ready();
        Customers customers = new Customers(second.kafka())) {
      KafkaConfig kafka = second.kafka();
      assertThat(second.said()).contains("Nudge goes on from the newest checkpoint");
      customers.come(50);
      second.await(
          "through with both budgets",
          () ->
              times(kafka, "BUDGET_EXHAUSTED").size() >= ENOUGH
                  && times(kafka, "paid-message", "BUDGET_EXHAUSTED").size() >= ENOUGH);

      assertThat(sent(kafka, "queue-coupon")).hasSize(COUPONS);
      assertThat(sent(kafka, "paid-message")).hasSize(PAID_MESSAGES);
      Map<String, JsonNode> decisions = read(kafka, "decisions");
      assertThat(read(kafka, "triggers").keySet())
          .containsAll(
              decisions.values().stream()
                  .filter(row -> row.get("code").asText().equals("SENT"))
                  .map(row -> row.get("triggerId").asText())
                  .toList());
      assertThat(decisions.values().stream().map(row -> row.get("moment").asText()))
          .as("rows a candidate")
          .doesNotHaveDuplicates();
      second.await("in the table", () -> rows(second) >= decisions.size());
      assertThat(
              second.query(
                  "SELECT count(), countDistinct(id) FROM nudge.decisions FINAL WHERE code = 'SENT'"))
          .isEqualTo((COUPONS + PAID_MESSAGES) + "\t" + (COUPONS + PAID_MESSAGES));
    }
  }

  private static int rows(LocalProcess local) {
    return Integer.parseInt(local.query("SELECT count() FROM nudge.decisions FINAL"));
  }

  /** When a campaign's triggers left, one for each id. */
  private static List<Instant> sent(KafkaConfig kafka, String campaign) {
    return read(kafka, "triggers").values().stream()
        .filter(trigger -> trigger.get("campaign").asText().equals(campaign))
        .map(trigger -> Instant.parse(trigger.get("notBefore").asText()))
        .toList();
  }

  private static void command(KafkaConfig kafka, String... verb) throws Exception {
    List<String> words = new ArrayList<>(List.of(verb));
    words.addAll(List.of("--kafka", kafka.bootstrapServers()));
    try (LocalProcess process = LocalProcess.run(words.toArray(new String[0]))) {
      assertThat(process.exitCode()).as(process.said()).isZero();
    }
  }

  /** Some new customers queue in front of a store, others leave it, until closed. */
  private static final class Customers implements AutoCloseable {
    private static final AtomicInteger COMING = new AtomicInteger();

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final ScheduledExecutorService door = Executors.newSingleThreadScheduledExecutor();

    Customers(KafkaConfig kafka) {
      producer =
          new KafkaProducer<>(
              kafka.toProperties(), new ByteArraySerializer(), new ByteArraySerializer());
      topic = kafka.topicPrefix() + "clickstream";
    }

    /** So many of each, ten times a second. */
    void come(int many) {
      var unused =
          door.scheduleAtFixedRate(
              () -> IntStream.range(0, many).forEach(each -> comes()),
              0,
              100,
              TimeUnit.MILLISECONDS);
    }

    private void comes() {
      int number = COMING.getAndIncrement();
      for (String event : List.of("Store Queue Joined", "Store Queue Left")) {
        // Each is one of the two: candidates of one customer would compete.
        String customer = event + " " + number;
        String json =
            "{\"messageId\": \"%s\", \"tenant\": \"acme\", \"customerId\": \"%s\", \"event\": \"%s\", \"timestamp\": \"%s\"}"
                .formatted(customer, customer, event, Instant.now());
        var unused =
            producer.send(
                new ProducerRecord<>(topic, customer.getBytes(UTF_8), json.getBytes(UTF_8)));
      }
    }

    @Override
    public void close() {
      door.shutdownNow();
      producer.close(Duration.ZERO);
    }
  }
}
