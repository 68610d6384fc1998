package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark, tiny, by the command and from the jar that people run. */
class CepBenchmarkIT {
  private static final int EVENTS = 2_000;
  private static final int CUSTOMERS = 50;
  private static final long HALF_AN_HOUR_MILLIS = 30 * 60_000L;

  /** Of so few customers, every fifth is the least that a slow variant gets. */
  private static final int EVERY_FIFTH = 5;

  @TempDir static Path folder;
  private static JsonNode json;
  private static String said;

  @BeforeAll
  static void runTheJar() throws Exception {
    BenchProcess.Ended ended =
        BenchProcess.run(
            folder,
            "cep",
            "--events",
            Integer.toString(EVENTS),
            "--patterns",
            "1,2",
            "--customers",
            Integer.toString(CUSTOMERS),
            "--runs",
            "1");
    said = ended.said();
    json = ended.json();
  }

  @Test
  void everyVariantHasAFigure() {
    List<String> names = new ArrayList<>();
    for (JsonNode result : json.get("results")) {
      names.add(result.get("name").asText());
      assertThat(result.get("medianEventsPerSecond").asDouble()).isPositive();
      assertThat(result.get("runs")).hasSize(1);
    }
    assertThat(names)
        .contains(
            "L1 source+parse",
            "L2 +one keyed state rocksdb",
            "stock heap 1",
            "stock rocksdb 1",
            "stock heap 2",
            "stock rocksdb 2",
            "stock heap sequence",
            "sql heap sequence",
            "sql rocksdb sequence",
            "ours heap 1",
            "ours rocksdb 2",
            "ours rocksdb 2 +dedup",
            "ours rocksdb 2 +features",
            "ours rocksdb 2 +cel",
            "ours rocksdb 2, hot",
            "ours rocksdb 2, long, checkpoints every 10 s")
        .doesNotHaveDuplicates();
  }

  @Test
  void stockFindsWhatTheStreamHolds() {
    assertThat(matches("stock heap 1", 0)).isEqualTo(added(1, false)).isPositive();
    assertThat(matches("stock heap 2", 0)).isEqualTo(added(EVERY_FIFTH, false)).isPositive();
    assertThat(matches("stock heap 2", 1)).isEqualTo(added(EVERY_FIFTH, true)).isPositive();
  }

  @Test
  void sqlFindsWhatStockFinds() {
    long sequences = added(EVERY_FIFTH, true);
    for (String name :
        List.of("stock heap sequence", "sql heap sequence", "sql rocksdb sequence")) {
      assertThat(matches(name, 1)).as(name).isEqualTo(sequences);
    }
    assertThat(json.get("agreements")).hasSizeGreaterThanOrEqualTo(4);
    for (JsonNode agreement : json.get("agreements")) {
      assertThat(agreement.get("difference").isNull()).as(agreement.toString()).isTrue();
    }
  }

  @Test
  void stateAndLatencyAreMeasured() {
    for (JsonNode state : json.get("state")) {
      assertThat(state.get("bytes").asLong()).as(state.toString()).isPositive();
    }
    assertThat(json.get("state")).hasSizeGreaterThanOrEqualTo(4);
    JsonNode stock = json.get("latency").get(0);
    assertThat(stock.get("name").asText()).isEqualTo("stock heap sequence");
    assertThat(stock.get("matches").asInt()).isPositive();
    assertThat(stock.get("p99Millis").asInt())
        .isGreaterThanOrEqualTo(stock.get("p50Millis").asInt());
  }

  @Test
  void tableIsPrintedAndProgressIsTold() {
    assertThat(said)
        .contains("warm-up: L1 source+parse")
        .contains("run 1 of 1: sql heap sequence")
        .contains("event to match")
        .contains("goals");
  }

  private static long matches(String variant, int pattern) {
    for (JsonNode result : json.get("results")) {
      if (result.get("name").asText().equals(variant)) {
        return result
            .get("runs")
            .get(0)
            .get("matchesByPattern")
            .path(Integer.toString(pattern))
            .asLong(0);
      }
    }
    throw new AssertionError("no variant " + variant);
  }

  /** Counted by hand: products added that were, or were not, paid for within half an hour. */
  private static long added(int everyNthCustomer, boolean paid) {
    List<BenchEvent> events = new ArrayList<>();
    new EventStream(1, EVENTS, CUSTOMERS, 0, Loads.FROM_MILLIS, Loads.SPAN_MILLIS)
        .forEachRemaining(events::add);
    return events.stream()
        .filter(event -> event.customer() % everyNthCustomer == 0)
        .filter(event -> event.name().equals("Product Added"))
        .filter(event -> isPaid(event, events) == paid)
        .count();
  }

  private static boolean isPaid(BenchEvent added, List<BenchEvent> events) {
    return events.stream()
        .filter(event -> event.customer() == added.customer())
        .filter(event -> event.name().equals("Order Paid"))
        .mapToLong(event -> event.atMillis() - added.atMillis())
        .anyMatch(later -> later > 0 && later < HALF_AN_HOUR_MILLIS);
  }
}
