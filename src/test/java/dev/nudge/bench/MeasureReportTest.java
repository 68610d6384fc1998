package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.bench.MeasureReport.Measured;
import dev.nudge.bench.MeasureReport.Run;
import dev.nudge.bench.RowTally.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is told of measuring that was measured. */
class MeasureReportTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final String PAID = "funnel PAID any";
  private static final MeasureLoad LOAD = new MeasureLoad(null, 1_000, 200, 400_000, 0);
  private static final MeasureBenchConfig CONFIG =
      new MeasureBenchConfig(1_000, 100, 50, 3, 3, 2, 1, null);

  /** 1,200 records, which came to so many rows. */
  private static Run run(long nanos, long rows, long fingerprint) {
    return Run.of(
        LOAD.records(),
        nanos,
        nanos,
        2 * rows,
        new TreeMap<>(Map.of(PAID, new Series(rows, 70, 900, 0, fingerprint))));
  }

  private static Run nothing(long nanos) {
    return Run.of(LOAD.records(), nanos, nanos, 0, new TreeMap<>());
  }

  private static Measured measured(MeasureVariant variant, Run... runs) {
    return new Measured(variant, Arrays.asList(runs));
  }

  private static MeasureReport report(Measured... measured) {
    return new MeasureReport(CONFIG, LOAD, Arrays.asList(measured));
  }

  @Test
  void ratioIsToTheFastestSqlByMedians() {
    MeasureReport report =
        report(
            measured(MeasureVariant.PARSE, nothing(SECOND_NANOS / 10)),
            measured(
                MeasureVariant.OURS,
                run(SECOND_NANOS, 50, 7),
                run(9 * SECOND_NANOS, 50, 7),
                run(SECOND_NANOS, 50, 7)),
            measured(MeasureVariant.SQL, run(8 * SECOND_NANOS, 50, 7)),
            measured(MeasureVariant.SQL_TEMPORAL, run(3 * SECOND_NANOS, 50, 7)),
            measured(MeasureVariant.SQL_TEMPORAL_BATCHED, run(4 * SECOND_NANOS, 50, 7)));
    assertThat(report.toFastestSql()).isEqualTo(3.0);
    assertThat(report.processorToLeastSql()).isEqualTo(3.0);
    assertThat(report.differences()).isEmpty();
    assertThat(report.table()).containsPattern("records/s +2\\.00 +3\\.00");
  }

  @Test
  void ratioThatWasNotMeasuredIsNone() {
    MeasureReport report = report(measured(MeasureVariant.SQL, run(SECOND_NANOS, 50, 7)));
    assertThat(report.toFastestSql()).isNull();
    assertThat(report.processorToLeastSql()).isNull();
    assertThat(report.table()).containsPattern("records/s +2\\.00 +-");
  }

  @Test
  void oneOtherRowIsADifferenceThoughTheSumsAreTheSame() {
    MeasureReport report =
        report(
            measured(MeasureVariant.OURS, run(SECOND_NANOS, 50, 7)),
            measured(MeasureVariant.SQL, run(SECOND_NANOS, 50, 8)));
    assertThat(report.differences()).hasSize(1);
    assertThat(report.table()).contains("DIFFERENT: sql rocksdb: funnel PAID any: found ");
  }

  @Test
  void seriesThatOneAloneHasIsADifference() {
    assertThat(
            report(
                    measured(MeasureVariant.OURS, run(SECOND_NANOS, 50, 7)),
                    measured(MeasureVariant.SQL, nothing(SECOND_NANOS)))
                .differences())
        .hasSize(1);
    assertThat(
            report(
                    measured(MeasureVariant.PARSE, nothing(SECOND_NANOS)),
                    measured(MeasureVariant.OURS, nothing(SECOND_NANOS)),
                    measured(MeasureVariant.SQL, run(SECOND_NANOS, 50, 7)))
                .differences())
        .hasSize(1);
  }

  @Test
  void fingerprintTellsWhichRowHasWhat() {
    List<MeasuredRow> rows =
        List.of(
            MeasuredRow.ofFunnel("any", "k1", 60_000, "PAID", 1, 0),
            MeasuredRow.ofFunnel("any", "k1", 60_000, "PAID", 0, 1),
            MeasuredRow.ofFunnel("any", "k2", 60_000, "PAID", 1, 0),
            MeasuredRow.ofFunnel("any", "k1", 120_000, "PAID", 1, 0));
    assertThat(rows.stream().map(RowTally::fingerprint)).doesNotHaveDuplicates();
    // Swapped between two rows, the sums are the same.
    long here =
        RowTally.fingerprint(MeasuredRow.ofFunnel("any", "k1", 0, "PAID", 1, 10))
            + RowTally.fingerprint(MeasuredRow.ofFunnel("any", "k2", 0, "PAID", 2, 20));
    long there =
        RowTally.fingerprint(MeasuredRow.ofFunnel("any", "k1", 0, "PAID", 2, 20))
            + RowTally.fingerprint(MeasuredRow.ofFunnel("any", "k2", 0, "PAID", 1, 10));
    assertThat(here).isNotEqualTo(there);
  }

  @Test
  void jsonHasTheRatiosAndEveryRun() throws Exception {
    MeasureReport report =
        report(
            measured(MeasureVariant.OURS, run(SECOND_NANOS, 50, 7), run(SECOND_NANOS, 50, 7)),
            measured(MeasureVariant.SQL, run(2 * SECOND_NANOS, 50, 7)));
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("toFastestSql").asDouble()).isEqualTo(2.0);
    assertThat(json.get("results").get(0).get("runs")).hasSize(2);
    JsonNode series = json.get("results").get(1).get("runs").get(0).get("series").get(PAID);
    assertThat(series.get("grants").asLong()).isEqualTo(70);
  }
}
