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
class DecideBenchmarkIT {
  private static final int MOMENTS = 2_000;

  @TempDir static Path folder;
  private static BenchProcess.Ended ended;

  @BeforeAll
  static void runTheJar() throws Exception {
    ended =
        BenchProcess.run(
            folder,
            "decide",
            "--moments",
            Integer.toString(MOMENTS),
            "--customers",
            "300",
            "--tenants",
            "1,2",
            "--campaigns",
            "20,40",
            "--runs",
            "1",
            "--only",
            "1 tenant, 20|rocksdb, 2 tenants, 40");
  }

  @Test
  void everyVariantHasAFigure() {
    List<String> names = new ArrayList<>();
    for (JsonNode result : ended.json().get("results")) {
      names.add(result.get("name").asText());
      assertThat(result.get("medianMomentsPerSecond").asDouble()).isPositive();
      assertThat(result.get("runs")).hasSize(1);
    }
    assertThat(names)
        .containsExactly(
            "parse, 1 tenant, 20 campaigns",
            "parse, to the tenant, 1 tenant, 20 campaigns",
            "decide heap, 1 tenant, 20 campaigns",
            "decide rocksdb, 1 tenant, 20 campaigns",
            "decide rocksdb, 2 tenants, 40 campaigns");
  }

  @Test
  void whoeverDecidesDecidesTheSame() {
    assertThat(ended.json().get("differences")).isEmpty();
    JsonNode heap = run("decide heap, 1 tenant, 20 campaigns");
    JsonNode rocks = run("decide rocksdb, 1 tenant, 20 campaigns");
    assertThat(rocks.get("rowsByCode")).isEqualTo(heap.get("rowsByCode"));
    assertThat(rocks.get("triggers")).isEqualTo(heap.get("triggers"));
  }

  @Test
  void noCodeIsAllThereIs() {
    for (String name :
        List.of(
            "decide rocksdb, 1 tenant, 20 campaigns", "decide rocksdb, 2 tenants, 40 campaigns")) {
      JsonNode run = run(name);
      long rows = run.get("rows").asLong();
      int sent = run.get("rowsByCode").get("SENT").asInt();
      assertThat(rows).isGreaterThan(MOMENTS);
      assertThat((double) sent / rows).as(name).isBetween(0.25, 0.5);
      assertThat(run.get("triggers").asInt()).isEqualTo(sent);
      assertThat(run.get("rowsByCode").size()).as(name).isGreaterThan(10);
    }
  }

  @Test
  void tableIsPrintedAndProgressIsTold() {
    assertThat(ended.said())
        .contains("warm-up: parse, 1 tenant, 20 campaigns")
        .contains("run 1 of 1: decide rocksdb, 2 tenants, 40 campaigns")
        .contains("candidates and")
        .contains("goals");
  }

  private static JsonNode run(String variant) {
    for (JsonNode result : ended.json().get("results")) {
      if (result.get("name").asText().equals(variant)) {
        return result.get("runs").get(0);
      }
    }
    throw new AssertionError("no variant " + variant);
  }
}
