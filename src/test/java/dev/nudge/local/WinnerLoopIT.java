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
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both jobs, each fed by the other: decisions are measured, what came of them is decided by.
 *
 * <p>A thousand customers order in the morning. At nine half of them are sent one of two letters,
 * the others wait; twelve hours later they all get the one that did better.
 */
class WinnerLoopIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CUSTOMERS = 1_000;
  private static final Instant MORNING = Instant.parse("2026-01-06T08:00:00Z");
  private static final String DEFINITIONS =
      """
      kind: policy
      tenant: acme
      currency: EUR
      ---
      kind: campaign
      tenant: acme
      id: letter
      trigger: {schedule: "2026-01-06T09:00"}
      channels: [EMAIL]
      variants: [{id: A, weight: 50}, {id: B, weight: 50}]
      experiment: {explore: 50, decideAfter: 12 h, metric: paidRate, then: BEST}
      """;

  @TempDir Path directory;

  @Test
  void thoseWhoWaitGetWhatDidBetter() throws Exception {
    Path campaigns = Files.createDirectory(directory.resolve("campaigns"));
    Files.writeString(campaigns.resolve("letter.yaml"), DEFINITIONS);
    List<String> orders = new ArrayList<>();
    IntStream.range(0, CUSTOMERS)
        .forEach(i -> orders.add(order("c" + i, MORNING.plus(Duration.ofSeconds(i)))));
    orders.add(order("c0", MORNING.plus(Duration.ofDays(3))));
    Path file = Files.write(directory.resolve("orders.jsonl"), orders);
    try (LocalProcess local =
        LocalProcess.local(
                directory.resolve("data"),
                "--orders",
                file.toString(),
                "--campaigns",
                campaigns.toString(),
                "--currency",
                "EUR",
                "--speed",
                "7200")
            .ready()) {
      local.await("a result", () -> !results(local.kafka()).isEmpty());
      local.await("decided", () -> sent(local, "").equals(Integer.toString(CUSTOMERS)));

      JsonNode result = results(local.kafka()).get(0);
      String winner = result.get("winner").asText();
      assertThat(winner).isIn("A", "B");
      String waited = sent(local, " AND due > toDateTime64('2026-01-06 20:00:00', 3, 'UTC')");
      assertThat(Integer.parseInt(waited)).isBetween(CUSTOMERS * 4 / 10, CUSTOMERS * 6 / 10);
      assertThat(
              sent(
                  local,
                  " AND due > toDateTime64('2026-01-06 20:00:00', 3, 'UTC') AND variant = '"
                      + winner
                      + "'"))
          .isEqualTo(waited);
      String explored = " AND due < toDateTime64('2026-01-06 20:00:00', 3, 'UTC') AND variant = ";
      assertThat(Integer.parseInt(sent(local, explored + "'A'"))).isPositive();
      assertThat(Integer.parseInt(sent(local, explored + "'B'"))).isPositive();
      local.await(
          "all of them measured",
          () ->
              local
                  .query("SELECT countDistinct(customer_id) FROM nudge.grants")
                  .equals(Integer.toString(CUSTOMERS)));
    }
  }

  private static String order(String customer, Instant at) {
    return """
    {"messageId": "m-%s-%s", "tenant": "acme", "customerId": "%1$s", "timestamp": "%2$s", \
    "orderId": "o-%1$s-%2$s", "status": "PAID", "currency": "EUR", "amount": "20.00"}"""
        .formatted(customer, at);
  }

  private static String sent(LocalProcess local, String where) {
    return local.query("SELECT count() FROM nudge.decisions FINAL WHERE code = 'SENT'" + where);
  }

  /** The records that Measure wrote onto the topic of campaigns. */
  private static List<JsonNode> results(KafkaConfig kafka) {
    return Records.of(kafka, new TopicPartition(kafka.topicPrefix() + "campaigns", 0)).stream()
        .map(record -> record.value())
        .filter(Objects::nonNull)
        .filter(value -> TimeRecord.read(value).isEmpty())
        .map(WinnerLoopIT::json)
        .filter(record -> record.path("kind").asText().equals("result"))
        .toList();
  }

  private static JsonNode json(byte[] value) {
    try {
      return JSON.readTree(new String(value, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
