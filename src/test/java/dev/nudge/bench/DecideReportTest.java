package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.bench.DecideReport.Goal;
import dev.nudge.bench.DecideReport.Measured;
import dev.nudge.bench.DecideReport.Run;
import dev.nudge.event.DecisionCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is told of decisions that were measured. */
class DecideReportTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final String STREAM = "1 tenant, 20 campaigns";
  private static final MomentLoad LOAD = new MomentLoad(STREAM, 1, 20, null, 1_000, 500_000, 0);
  private static final DecideBenchConfig CONFIG =
      new DecideBenchConfig(1_000, 100, List.of(1), List.of(20), 3, 2, 1, null);

  /** A second, in which 1,000 moments made so many rows of these. */
  private static Run run(long nanos, int sent, int deferred, int triggers) {
    Map<Integer, Integer> tallied =
        Map.of(
            DecideVariant.CODES.indexOf(DecisionCode.SENT),
            sent,
            DecideVariant.CODES.indexOf(DecisionCode.DEFERRED),
            deferred,
            DecideVariant.TRIGGER,
            triggers);
    return Run.of(1_000, nanos, nanos, new TreeMap<>(tallied));
  }

  private static Measured measured(DecideVariant variant, Run... runs) {
    return new Measured(variant.on(STREAM), variant, STREAM, Arrays.asList(runs));
  }

  private static DecideReport report(Measured... measured) {
    return new DecideReport(CONFIG, List.of(LOAD), Arrays.asList(measured));
  }

  @Test
  void rowsAreCountedAndTriggersAreNone() {
    Run run = run(SECOND_NANOS / 2, 900, 100, 850);
    assertThat(run.rows()).isEqualTo(1_000);
    assertThat(run.triggers()).isEqualTo(850);
    assertThat(run.candidates()).isEqualTo(900);
    assertThat(run.rowsPerSecond()).isEqualTo(2_000);
    assertThat(run.momentsPerSecond()).isEqualTo(2_000);
    assertThat(run.processorMicros()).isEqualTo(500);
  }

  @Test
  void goalIsSetBesideTheMedian() {
    Run slow = run(2 * SECOND_NANOS, 900, 100, 850);
    Run fast = run(SECOND_NANOS, 900, 100, 850);
    DecideReport report = report(measured(DecideVariant.DECIDE_ROCKSDB, slow, fast, slow));
    assertThat(report.goals())
        .containsExactly(
            new Goal("decisions/s, decide rocksdb, 1 tenant, 20 campaigns", 30_000, 500.0));
  }

  @Test
  void goalThatWasNotMeasuredStandsThereAllTheSame() {
    DecideReport report = report(measured(DecideVariant.PARSE, run(SECOND_NANOS, 0, 0, 0)));
    assertThat(report.goals()).extracting(Goal::found).containsOnlyNulls().hasSize(1);
    assertThat(report.table()).containsPattern("decide rocksdb, 1 tenant, 20 campaigns +30,000 +-");
  }

  @Test
  void whoDecidesOtherwiseIsNamed() {
    Run run = run(SECOND_NANOS, 900, 100, 850);
    assertThat(
            report(
                    measured(DecideVariant.PARSE, run(SECOND_NANOS, 0, 0, 0)),
                    measured(DecideVariant.DECIDE_HEAP, run, run),
                    measured(DecideVariant.DECIDE_ROCKSDB, run))
                .differences())
        .isEmpty();
    DecideReport different =
        report(
            measured(DecideVariant.DECIDE_HEAP, run),
            measured(DecideVariant.DECIDE_ROCKSDB, run, run(SECOND_NANOS, 900, 100, 849)));
    assertThat(different.differences())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("decide rocksdb, 1 tenant, 20 campaigns: found ")
        .contains("849", "850");
    assertThat(different.table()).contains("DIFFERENT: decide rocksdb");
  }

  @Test
  void jsonHasTheRatiosToReadingAlone() throws Exception {
    DecideReport report =
        report(
            measured(DecideVariant.PARSE, run(SECOND_NANOS, 0, 0, 0)),
            measured(DecideVariant.DECIDE_HEAP, run(4 * SECOND_NANOS, 900, 100, 850)));
    JsonNode decided = new ObjectMapper().readTree(report.json()).get("results").get(1);
    assertThat(decided.get("toParse").asDouble()).isEqualTo(0.25);
    assertThat(decided.get("toParseAndHop").isNull()).isTrue();
    assertThat(decided.get("runs").get(0).get("rowsByCode").get("SENT").asInt()).isEqualTo(900);
  }
}
