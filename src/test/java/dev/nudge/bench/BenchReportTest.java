package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.bench.BenchReport.Agreement;
import dev.nudge.bench.BenchReport.Latency;
import dev.nudge.bench.BenchReport.Measured;
import dev.nudge.bench.BenchReport.Run;
import dev.nudge.bench.BenchReport.StateSize;
import dev.nudge.bench.Variant.Backend;
import dev.nudge.bench.Variant.Engine;
import dev.nudge.bench.Variant.Extras;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BenchReportTest {
  private static final Load ALL = new Load("all", null, 1_000, 1_016, 200_000, 40, 10, 0);

  private final BenchReport report =
      report(
          List.of(
              measured(Variant.of(Engine.L1, Backend.HEAP), 90, 200, 100),
              measured(Variant.of(Engine.L2, Backend.ROCKSDB), 80, 70),
              measured(Variant.stock(Backend.ROCKSDB, 20), 2),
              measured(ours(Backend.ROCKSDB), 60),
              measured(ours(Backend.HEAP), 50)),
          List.of());

  @Test
  void medianIsTheMiddleRunOrTheMeanOfTheTwo() {
    assertThat(report.measured().get(0).median()).isEqualTo(100);
    assertThat(report.measured().get(1).median()).isEqualTo(75);
  }

  @Test
  void ratiosCompareMediansWithL1L2AndStockOnTheSameBackend() throws Exception {
    JsonNode results = json(report).get("results");
    JsonNode rocksDb = results.get(3).get("ratios");
    assertThat(rocksDb.get("L1").asDouble()).isEqualTo(0.6);
    assertThat(rocksDb.get("L2").asDouble()).isEqualTo(0.8);
    assertThat(rocksDb.get("stock").asDouble()).isEqualTo(30);
    assertThat(results.get(4).get("ratios").get("stock").isNull()).isTrue();
  }

  @Test
  void goalsFindTheirVariantsByName() {
    assertThat(report.goals())
        .filteredOn(goal -> goal.found() != null)
        .extracting(BenchReport.Goal::ratio, BenchReport.Goal::atLeast, BenchReport.Goal::found)
        .containsExactly(
            tuple("ours rocksdb 20 / L2 +one keyed state rocksdb", 0.8, 0.8),
            tuple("ours rocksdb 20 / L1 source+parse", 0.5, 0.6),
            tuple("ours rocksdb 20 / ours heap 20", 0.8, 1.2));
  }

  @Test
  void jsonHoldsMachineVersionsParametersAndAllRuns() throws Exception {
    JsonNode json = json(report);
    assertThat(json.get("machine").get("processors").asInt())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(json.get("versions").get("flink").asText()).startsWith("2.");
    assertThat(json.get("versions").get("kafka").asText()).startsWith("4.");
    assertThat(json.get("parameters").get("customers").asInt()).isEqualTo(50);
    assertThat(json.get("streams").get(0).get("bytes").asInt()).isEqualTo(200_000);
    JsonNode first = json.get("results").get(0);
    assertThat(first.get("runs")).hasSize(3);
    assertThat(first.get("runs").get(1).get("eventsPerSecond").asDouble()).isEqualTo(200);
    assertThat(first.get("runs").get(1).get("matchesByPattern").get("1").asInt()).isEqualTo(7);
    assertThat(json.get("state").get(0).get("bytesPerCustomer").asDouble()).isEqualTo(100);
    assertThat(json.get("state").get(0).get("bytesPerPendingCustomer").asDouble()).isEqualTo(400);
    assertThat(json.get("latency").get(0).get("p99Millis").asInt()).isEqualTo(30);
  }

  @Test
  void tableHasALineForEveryVariant() {
    assertThat(report.table().lines())
        .anyMatch(line -> line.matches("L1 source\\+parse +all +100 +20\\.0 +1\\.00 +1\\.33 +- +7"))
        .anyMatch(
            line -> line.matches("ours rocksdb 20 +all +60 +33\\.3 +0\\.60 +0\\.80 +30\\.00 +7"))
        .anyMatch(line -> line.matches("ours rocksdb 20 +4,000 +100 +400"))
        .anyMatch(line -> line.matches("ours rocksdb 20 +2,000 +20 +30 +3"))
        .anyMatch(line -> line.matches("ours rocksdb 100 / L2.* +0\\.50 +-"));
  }

  @Test
  void whatWasGivenUpIsNoMatchAndIsTold() {
    Variant variant = ours(Backend.HEAP);
    Run run = new Run(1, 1, 1, matches(BenchMatch.GIVEN_UP, 3, 1, 7), 0);
    Measured hot = new Measured(variant.name(), variant, "hot", 1_000, List.of(run));
    assertThat(run.matches()).isEqualTo(7);
    assertThat(report(List.of(hot), List.of()).table())
        .contains("ours heap 20, hot: 3 times a customer had too many partial matches");
  }

  @Test
  void differenceNamesTheFirstPatternThatDiffers() {
    Agreement differs =
        Agreement.of("a", matches(0, 3, 2, 5), "b", matches(0, 3, 1, 4, 2, 5), "all");
    assertThat(differs.difference()).isEqualTo("pattern 1: 0 and 4 matches");
    BenchReport failed = report(List.of(), List.of(differs));
    assertThat(failed.allAgree()).isFalse();
    assertThat(failed.table()).contains("a and b, all: DIFFERENT, pattern 1: 0 and 4 matches");
  }

  @Test
  void zeroMatchesOfAPatternAreNoDifference() {
    Agreement same = Agreement.of("a", matches(0, 3, 1, 0), "b", matches(0, 3), "all");
    assertThat(same.difference()).isNull();
    assertThat(report(List.of(), List.of(same)).table()).contains("a and b, all: the same 3");
  }

  @Test
  void latencyWithoutMatchesIsUnknown() {
    assertThat(Latency.of("x", 2_000, new TreeMap<>()).p50Millis()).isNull();
  }

  @Test
  void quantilesAreMillisecondsThatOccurred() {
    Latency latency = Latency.of("x", 2_000, matches(10, 98, 50, 1, 900, 1));
    assertThat(latency.p50Millis()).isEqualTo(10);
    assertThat(latency.p99Millis()).isEqualTo(50);
  }

  @Test
  void valuesOutOfRangeAreRefusedByOption() {
    assertThatThrownBy(() -> config(999, List.of(1)))
        .hasMessage("--events: found 999, expected 1000 to 10000000");
    assertThatThrownBy(() -> config(1_000, List.of(0)))
        .hasMessage("--patterns: found 0, expected 1 to 1000");
    assertThat(config(1_000, List.of(20, 1, 20)).patterns()).containsExactly(1, 20);
  }

  private static BenchConfig config(long events, List<Integer> patterns) {
    return new BenchConfig(events, patterns, 50, 10, 1, 2, 1, null);
  }

  private static BenchReport report(List<Measured> measured, List<Agreement> agreements) {
    return new BenchReport(
        config(1_000, List.of(20)),
        List.of(ALL),
        measured,
        agreements,
        List.of(new StateSize("ours rocksdb 20", 4_000, ALL)),
        List.of(Latency.of("ours rocksdb 20", 2_000, matches(10, 1, 20, 1, 30, 1))));
  }

  private static Variant ours(Backend backend) {
    return Variant.ours(backend, new PatternSet(20, false), Extras.NONE);
  }

  private static Measured measured(Variant variant, double... eventsPerSecond) {
    List<Run> runs =
        Arrays.stream(eventsPerSecond)
            .mapToObj(each -> new Run(each, 1_000 / each, 2e3 / each, matches(1, 7), 0))
            .toList();
    return new Measured(variant.name(), variant, "all", 1_000, runs);
  }

  /** Numbers by pattern, or by milliseconds: key, count, key, count. */
  private static SortedMap<Integer, Integer> matches(int... keysAndCounts) {
    TreeMap<Integer, Integer> matches = new TreeMap<>();
    for (int i = 0; i < keysAndCounts.length; i += 2) {
      matches.put(keysAndCounts[i], keysAndCounts[i + 1]);
    }
    return matches;
  }

  private static JsonNode json(BenchReport report) throws Exception {
    return new ObjectMapper().readTree(report.json());
  }
}
