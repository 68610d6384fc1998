package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.bench.ClusterGauges.Checkpoint;
import dev.nudge.bench.ClusterReport.Drain;
import dev.nudge.bench.ClusterReport.Goal;
import dev.nudge.bench.ClusterReport.Recovery;
import dev.nudge.bench.ClusterReport.Sample;
import dev.nudge.bench.ClusterReport.Steady;
import dev.nudge.bench.TriggerLatency.Lateness;
import dev.nudge.chaos.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of a deployment that was measured. */
class ClusterReportTest {
  private static final Checkpoint CHECKPOINT = new Checkpoint(3, 2 << 20, 1 << 20, 70);
  private static final Lateness LATENESS = new Lateness(1_000, 40, 180, 950);

  private static ClusterBenchConfig config(int customers, double load, Duration steady) {
    return config(customers, load, steady, List.of(Map.of("a", "b")));
  }

  private static ClusterBenchConfig config(
      int customers, double load, Duration steady, List<Map<String, String>> variants) {
    return new ClusterBenchConfig(
        new Deployment(Path.of("job.jar"), Path.of("flink-conf"), Path.of("flink-lib")),
        customers,
        50_000,
        3,
        variants,
        2,
        0,
        load,
        steady,
        3,
        List.of(0.7, 0.35),
        1);
  }

  private static Drain drain(boolean checkpoints, long events, double seconds) {
    return new Drain(
        checkpoints ? Drain.AS_DEPLOYED : Drain.NO_CHECKPOINTS,
        events,
        seconds,
        60,
        CHECKPOINT,
        CHECKPOINT);
  }

  private static ClusterReport report(List<Recovery> recoveries) {
    return new ClusterReport(
        config(1_000_000, 0.7, Duration.ofMinutes(60)),
        drain(true, 3_460_000, 300),
        List.of(
            drain(true, 1_000, 1.1),
            drain(false, 1_000, 1.0),
            drain(true, 2_000, 99),
            drain(false, 2_000, 2.0),
            drain(true, 1_000, 1.04),
            drain(false, 500, 0.5)),
        7_000,
        List.of(new Steady(Drain.AS_DEPLOYED, LATENESS, samples(360))),
        recoveries);
  }

  private static List<Sample> samples(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i ->
                new Sample(
                    10 * i,
                    0.8,
                    LATENESS,
                    5,
                    6,
                    1 << 30,
                    3L << 30,
                    2 << 30,
                    CHECKPOINT,
                    CHECKPOINT))
        .toList();
  }

  private static final List<Recovery> RECOVERIES =
      List.of(
          new Recovery("engage", 0.7, 5.0, 12.5, 14.0),
          new Recovery("measure", 0.7, 6.0, 31.0, 33.0),
          new Recovery("engage", 0.7, 4.0, 9.0, 9.5),
          new Recovery("measure", 0.35, 4.0, 8.0, 8.5));

  @Test
  void goalsAreTheSlowestRecoveryAndMedianSpeedsBesideWhatIsWanted() {
    assertThat(report(RECOVERIES).goals())
        .extracting(Goal::atMost)
        .containsExactly(200.0, 20.0, 20.0, 0.05);
    assertThat(report(RECOVERIES).goals().get(0).found()).isEqualTo(180);
    assertThat(report(RECOVERIES).goals().get(1).found()).isEqualTo(31);
    assertThat(report(RECOVERIES).goals().get(2).found()).isEqualTo(8);
    // A second for a thousand events without, 1.1 with: medians of three each.
    assertThat(report(RECOVERIES).goals().get(3).found()).isCloseTo(0.1, within(1e-9));
  }

  @Test
  void withoutKillsNothingIsFoundOfThem() {
    assertThat(report(List.of()).goals().get(1).found()).isNull();
    assertThat(report(List.of()).table()).contains("<= 20.0        -");
  }

  @Test
  void whoDidNotCatchUpIsToldAndKeepsTheFigures() throws Exception {
    ClusterReport report =
        report(
            List.of(
                new Recovery("engage", 0.7, 5.0, Double.POSITIVE_INFINITY, 90), RECOVERIES.get(3)));
    assertThat(report.table())
        .contains(
            "a TaskManager of engage killed at 70 % load: restored after 5.0 s, not caught up, the latest trigger was 90.0 s late")
        .contains("<= 20.0 Infinity");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.at("/recoveries/0/caughtUpSeconds").asText()).isEqualTo("Infinity");
    assertThat(json.at("/recoveries/1/caughtUpSeconds").asDouble()).isEqualTo(8);
  }

  @Test
  void anHourIsToldInTwelveLinesAndInFullAsJson() throws Exception {
    ClusterReport report = report(RECOVERIES);
    assertThat(report.table().lines().filter(line -> line.contains(" triggers "))).hasSize(12);
    assertThat(report.table())
        .contains("  3600 s  cpu  80 %    1,000 triggers  p50    40  p99    180  max    950 ms")
        .contains("at 4,900 events/s, of 7,000 that can come live")
        .contains(
            "a TaskManager of measure killed at 70 % load: restored after 6.0 s, caught up after 31.0 s");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.at("/steadies/0/samples")).hasSize(360);
    assertThat(json.at("/config/customers").asInt()).isEqualTo(1_000_000);
    assertThat(json.at("/recoveries/1/caughtUpSeconds").asDouble()).isEqualTo(31);
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    Duration minute = Duration.ofMinutes(1);
    assertThatThrownBy(() -> config(10, 0.7, minute))
        .hasMessage("--customers: found 10, expected 1000 to 10000000");
    assertThatThrownBy(() -> config(1_000, 1, minute))
        .hasMessage("--load: found 1.0, expected more than 0 and less than 1");
    assertThatThrownBy(() -> config(1_000, Double.NaN, minute)).hasMessageContaining("--load");
    assertThatThrownBy(() -> config(1_000, 0.7, Duration.ofSeconds(9)))
        .hasMessage("--minutes: found PT9S, expected ten seconds to a week");
    assertThatThrownBy(
            () -> config(1_000, 0.7, minute, List.of(Map.of("a", "b"), Map.of("a", "b"))))
        .hasMessage("--variant: found [{a=b}, {a=b}], expected each only once");
  }
}
