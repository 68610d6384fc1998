package dev.nudge.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.event.Anomaly;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Json;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Anna and Bert, customers of acme, over three days. */
class ReportTest {
  private static final Instant MONDAY = Instant.parse("2026-01-05T09:00:00Z");
  private static final Instant END = MONDAY.plus(Duration.ofDays(3));
  private static final String HOSTILE = "</script><b>\"'&\u2028<!--";

  @TempDir Path folder;

  private final List<String> changes = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();
  private final List<String> deadLetters = new ArrayList<>();

  @Test
  void countsCustomersPerStageOverTimeAndMovesByKind() throws Exception {
    threeDays();

    JsonNode report = written(summary(END, 5_000));

    assertThat(report.path("from").asText()).isEqualTo("2026-01-05T09:00:00Z");
    assertThat(report.path("until").asText()).isEqualTo("2026-01-08T09:00:00Z");
    assertThat(report.path("records").asLong()).isEqualTo(120);
    assertThat(report.path("skipped").asLong()).isEqualTo(7);
    assertThat(report.path("deadLetters").toString())
        .isEqualTo(
            "[{\"reason\":\"FIELD_MISSING\",\"count\":2},{\"reason\":\"NOT_JSON\",\"count\":1}]");
    assertThat(report.path("files").toString()).isEqualTo("[\"moments\",\"stage_changes\"]");
    assertThat(report.path("changesOfOthers").asLong()).isZero();
    assertThat(report.path("tenants")).hasSize(1);
    JsonNode acme = report.path("tenants").path(0);
    assertThat(acme.path("name").asText()).isEqualTo("acme");
    assertThat(acme.path("moves").toString())
        .isEqualTo(
            "[{\"from\":\"NONE\",\"to\":\"NEW\",\"changes\":2},"
                + "{\"from\":\"NEW\",\"to\":\"GROWING\",\"changes\":1}]");
    assertThat(at(acme, MONDAY)).isEqualTo("NEW 0, GROWING 0");
    assertThat(at(acme, MONDAY.plus(Duration.ofHours(1)))).isEqualTo("NEW 1, GROWING 0");
    assertThat(at(acme, MONDAY.plus(Duration.ofHours(25)))).isEqualTo("NEW 2, GROWING 0");
    assertThat(at(acme, END)).isEqualTo("NEW 1, GROWING 1");
  }

  @Test
  void namesCanNotLeaveTheirPlace() throws Exception {
    change(HOSTILE, "Anna", null, LifecycleStage.NEW, MONDAY);

    JsonNode report = written(summary(END, 5_000));

    assertThat(report.path("tenants").path(0).path("name").asText()).isEqualTo(HOSTILE);
    assertThat(page()).doesNotContain(HOSTILE, "</script><b>");
    assertThat(page().split("</script>", -1)).hasSize(template().split("</script>", -1).length);
  }

  @Test
  void sameResultsGiveTheSameBytesHoweverLongItTook() throws Exception {
    threeDays();
    written(summary(END, 5_000));
    byte[] first = Files.readAllBytes(folder.resolve("report.html"));

    written(summary(END, 999_999));

    assertThat(folder.resolve("report.html")).hasBinaryContent(first);
  }

  @Test
  void largestTenantsComeFirstAndThoseOverTheLimitAreCountedAsOne() throws Exception {
    for (int tenant = 0; tenant < Report.MAX_TENANTS; tenant++) {
      change("tenant" + tenant, "Anna", null, LifecycleStage.NEW, MONDAY.plusSeconds(tenant));
    }
    Instant later = MONDAY.plusSeconds(60);
    change("tenant3", "Anna", LifecycleStage.NEW, LifecycleStage.GROWING, later);
    change("one too many", "Anna", null, LifecycleStage.NEW, later);
    change("two too many", "Anna", null, LifecycleStage.NEW, later);

    JsonNode report = written(summary(END, 5_000));

    assertThat(report.path("tenants")).hasSize(Report.MAX_TENANTS);
    assertThat(report.path("tenants").findValuesAsText("name"))
        .startsWith("tenant3", "tenant0", "tenant1", "tenant10")
        .doesNotContain("one too many");
    assertThat(report.path("changesOfOthers").asLong()).isEqualTo(2);
  }

  @Test
  void countsAnomaliesByKindAndHour() throws Exception {
    anomaly("acme", "SLEEP_LINE", MONDAY, null, Value.number("45"), Value.number("45"));
    anomaly("acme", "SPEND_SPIKE", MONDAY, "o1", Value.string("30.00"), Value.string("10.00"));
    anomaly("acme", "SPEND_SPIKE", END, "o2", Value.string("40.00"), Value.string("10.00"));

    JsonNode acme = written(summary(END, 5_000)).path("tenants").path(0);

    JsonNode history = acme.path("anomalies");
    assertThat(history.path("total").asLong()).isEqualTo(3);
    assertThat(history.path("firstMillis").asLong()).isEqualTo(MONDAY.toEpochMilli());
    assertThat(history.path("bucketMillis").asLong()).isEqualTo(3_600_000);
    assertThat(history.path("kinds").findValuesAsText("kind"))
        .containsExactly("SPEND_SPIKE", "SLEEP_LINE");
    JsonNode spikes = history.path("kinds").path(0);
    assertThat(spikes.path("total").asLong()).isEqualTo(2);
    assertThat(spikes.path("counts")).hasSize(73);
    assertThat(spikes.path("counts").path(0).asLong()).isEqualTo(1);
    assertThat(spikes.path("counts").path(72).asLong()).isEqualTo(1);
  }

  @Test
  void largestAmountsAreThoseFurthestFromWhatWasUsual() throws Exception {
    for (int n = 0; n < Report.MAX_LARGEST; n++) {
      anomaly("acme", "SPEND_SPIKE", MONDAY, "o" + n, Value.string("20"), Value.string("10"));
    }
    anomaly("acme", "SLEEP_LINE", MONDAY, null, Value.number("1000"), Value.number("45"));
    anomaly("acme", "SPEND_SPIKE", MONDAY, "as large", Value.string("10"), Value.string("20"));
    anomaly("acme", "SPEND_DROP", MONDAY, "drop", Value.string("100.5"), Value.string("900"));
    anomaly("acme", "CART_ABANDONED", MONDAY, null, Value.string("500"), null);
    anomaly("acme", "own-rule", MONDAY, null, Value.string("no number"), null);

    JsonNode acme = written(summary(END, 5_000)).path("tenants").path(0);

    JsonNode largest = acme.path("largest");
    assertThat(largest).hasSize(Report.MAX_LARGEST);
    assertThat(largest.path(0).toString())
        .isEqualTo(
            "{\"kind\":\"SPEND_DROP\",\"customerId\":\"Anna\",\"orderId\":\"drop\","
                + "\"at\":\"2026-01-05T09:00:00Z\",\"value\":\"100.5000\",\"baseline\":\"900.0000\"}");
    assertThat(largest.findValuesAsText("kind")).startsWith("SPEND_DROP", "CART_ABANDONED");
    assertThat(largest.path(2).path("orderId").asText()).isEqualTo("o0");
    assertThat(largest.path(11).path("orderId").asText()).isEqualTo("o9");
    assertThat(acme.path("anomalies").path("total").asLong()).isEqualTo(17);
  }

  @Test
  void rehearsalWithoutAnomaliesHasNone() throws Exception {
    threeDays();

    JsonNode acme = written(summary(END, 5_000)).path("tenants").path(0);

    assertThat(acme.path("anomalies").path("total").asLong()).isZero();
    assertThat(acme.path("anomalies").path("kinds")).isEmpty();
    assertThat(acme.path("largest")).isEmpty();
  }

  @Test
  void anomaliesOfTenantsOverTheLimitAreCountedAsOne() throws Exception {
    for (int tenant = 0; tenant < Report.MAX_TENANTS; tenant++) {
      change("tenant" + tenant, "Anna", null, LifecycleStage.NEW, MONDAY);
    }
    anomaly("tenant7", "RETURNED", MONDAY, null, null, null);
    anomaly("one too many", "RETURNED", MONDAY, null, null, null);

    JsonNode report = written(summary(END, 5_000));

    assertThat(report.path("anomaliesOfOthers").asLong()).isEqualTo(1);
    assertThat(report.path("tenants")).hasSize(Report.MAX_TENANTS);
  }

  @Test
  void longRehearsalHasNoMorePointsThanAShortOne() throws Exception {
    Instant inFortyYears = MONDAY.plus(Duration.ofDays(40 * 365));
    change("acme", "Anna", null, LifecycleStage.NEW, MONDAY);
    change("acme", "Anna", LifecycleStage.NEW, LifecycleStage.DORMANT, inFortyYears);

    JsonNode acme = written(summary(inFortyYears, 5_000)).path("tenants").path(0);

    assertThat(acme.path("times").size()).isBetween(2, StageHistory.MAX_POINTS + 1);
    assertThat(acme.path("counts").path("DORMANT")).hasSize(acme.path("times").size());
  }

  @Test
  void rehearsalOfNothingSaysSo() throws Exception {
    JsonNode report = written(new Rehearsal.Summary(0, 0, 0, null, null, 12));

    assertThat(report.path("from").isNull()).isTrue();
    assertThat(report.path("until").isNull()).isTrue();
    assertThat(report.path("tenants")).isEmpty();
  }

  @Test
  void pageIsOneFileThatAllowsNoNetwork() throws Exception {
    assertThat(template())
        .contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
        .doesNotContain("unsafe-inline", "unsafe-eval", " src=\"", "rel=\"stylesheet\"")
        .hasSizeLessThan(1_200_000);
  }

  private void threeDays() {
    change("acme", "Anna", null, LifecycleStage.NEW, MONDAY);
    change("acme", "Bert", null, LifecycleStage.NEW, MONDAY.plus(Duration.ofDays(1)));
    change("acme", "Anna", LifecycleStage.NEW, LifecycleStage.GROWING, END);
    deadLetter(DeadLetterReason.NOT_JSON);
    deadLetter(DeadLetterReason.FIELD_MISSING);
    deadLetter(DeadLetterReason.FIELD_MISSING);
  }

  private void change(
      String tenant, String customer, LifecycleStage from, LifecycleStage to, Instant at) {
    changes.add(
        Json.of(new StageChange(tenant, customer, from, to, at.toEpochMilli(), 1, 1, 1)) + "\n");
  }

  private void anomaly(
      String tenant, String kind, Instant at, String orderId, Value value, Value baseline) {
    anomalies.add(
        Json.of(
                new Anomaly(
                    tenant,
                    "Anna",
                    kind,
                    at.toEpochMilli(),
                    orderId,
                    value,
                    baseline,
                    Map.of("value", Value.string("1e9")),
                    1))
            + "\n");
  }

  private void deadLetter(DeadLetterReason reason) {
    byte[] raw = "{\"reason\": {}".getBytes(StandardCharsets.UTF_8);
    deadLetters.add(Json.of(new DeadLetter(raw, "orders.jsonl", 0, 1, 0, reason, "no")) + "\n");
  }

  private static Rehearsal.Summary summary(Instant until, long millis) {
    return new Rehearsal.Summary(120, 0, 7, MONDAY, until, millis);
  }

  /** Writes the report and reads its numbers back from the page, as the browser does. */
  private JsonNode written(Rehearsal.Summary summary) throws IOException {
    Files.writeString(folder.resolve("stage_changes.jsonl"), String.join("", changes));
    Files.writeString(folder.resolve("anomalies.jsonl"), String.join("", anomalies));
    for (String file : List.of("decisions", "funnel", "roi", "experiments")) {
      Files.writeString(folder.resolve(file + ".jsonl"), "");
    }
    Files.writeString(folder.resolve("dead_letters.jsonl"), String.join("", deadLetters));
    Report.write(folder, summary, List.of("moments", "stage_changes"), Given.NOTHING);
    String open = "<script type=\"application/json\" id=\"rehearsal\">";
    int data = page().indexOf(open) + open.length();
    return new ObjectMapper().readTree(page().substring(data, page().indexOf("</script>", data)));
  }

  private String page() throws IOException {
    return Files.readString(folder.resolve("report.html"));
  }

  private static String template() throws IOException {
    try (var page = Report.class.getResourceAsStream("/report/report.html")) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String at(JsonNode tenant, Instant time) {
    for (int i = 0; i < tenant.path("times").size(); i++) {
      if (tenant.path("times").path(i).asLong() == time.toEpochMilli()) {
        JsonNode counts = tenant.path("counts");
        return "NEW " + counts.path("NEW").path(i) + ", GROWING " + counts.path("GROWING").path(i);
      }
    }
    throw new AssertionError("no point at " + time + " among " + tenant.path("times"));
  }
}
