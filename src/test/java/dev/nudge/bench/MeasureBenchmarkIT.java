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
class MeasureBenchmarkIT {
  private static final List<String> MEASURING =
      List.of(
          "ours rocksdb",
          "sql rocksdb",
          "sql temporal join rocksdb",
          "sql temporal join mini-batch rocksdb");

  @TempDir static Path folder;
  private static BenchProcess.Ended ended;

  @BeforeAll
  static void runTheJar() throws Exception {
    ended =
        BenchProcess.run(
            folder,
            "measure",
            "--events",
            "4000",
            "--customers",
            "300",
            "--campaigns",
            "5",
            "--hot",
            "1",
            "--runs",
            "1");
  }

  @Test
  void everyVariantHasAFigure() {
    List<String> names = new ArrayList<>();
    for (JsonNode result : ended.json().get("results")) {
      names.add(result.get("name").asText());
      assertThat(result.get("medianRecordsPerSecond").asDouble()).isPositive();
      assertThat(result.get("runs")).hasSize(1);
    }
    assertThat(names).startsWith("parse").containsAll(MEASURING).hasSize(1 + MEASURING.size());
    assertThat(ended.json().get("toFastestSql").asDouble()).isPositive();
  }

  @Test
  void oursAndSqlSayTheSameRows() {
    assertThat(ended.json().get("differences")).isEmpty();
    JsonNode ours = series("ours rocksdb");
    for (String variant : MEASURING) {
      assertThat(series(variant)).as(variant).isEqualTo(ours);
    }
  }

  /** Five steps and the money, each of both touches; a benchmark of nothing would agree, too. */
  @Test
  void everySeriesHasRows() {
    JsonNode ours = series("ours rocksdb");
    assertThat(ours).hasSize(2 * (MeasuredRow.STEPS.size() + 1));
    ours.forEach(each -> assertThat(each.get("rows").asLong()).isPositive());
    long grants = ended.json().get("stream").get("grants").asLong();
    for (String touch : List.of("any", "last")) {
      assertThat(number(ours, "funnel TARGETED " + touch, "grants")).isEqualTo(grants);
      assertThat(number(ours, "money " + touch, "costUnits"))
          .isEqualTo(grants * MeasureCampaigns.PRICE_UNITS);
    }
  }

  /** Who has several open grants goes to one of them, or to all. */
  @Test
  void touchesDiffer() {
    JsonNode ours = series("ours rocksdb");
    for (String step : List.of("VIEWED", "CARTED", "ORDERED", "PAID")) {
      assertThat(number(ours, "funnel " + step + " last", "grants"))
          .as(step)
          .isLessThan(number(ours, "funnel " + step + " any", "grants"));
    }
    assertThat(number(ours, "money last", "amountUnits"))
        .isLessThan(number(ours, "money any", "amountUnits"));
  }

  @Test
  void tableIsPrintedWithItsSurroundings() {
    assertThat(ended.said())
        .contains("machine: {processors=")
        .contains("warm-up: parse")
        .contains("run 1 of 1: sql temporal join mini-batch rocksdb")
        .contains("ours rocksdb to the best of SQL");
  }

  private static JsonNode series(String variant) {
    for (JsonNode result : ended.json().get("results")) {
      if (result.get("name").asText().equals(variant)) {
        return result.get("runs").get(0).get("series");
      }
    }
    throw new AssertionError("no variant " + variant);
  }

  private static long number(JsonNode series, String name, String figure) {
    return series.get(name).get(figure).asLong();
  }
}
