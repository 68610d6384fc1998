package dev.nudge.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.definition.Campaign;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came of one campaign of acme in a week from Monday on, which is drawn day by day. */
class MeasuredHistoryTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long THREE_DAYS = 259_200_000;
  private static final long ONE_DAY = 86_400_000;
  private static final CampaignHistory.Buckets DAYS =
      CampaignHistory.Buckets.of(Decided.MONDAY.toEpochMilli(), Decided.END.toEpochMilli());

  @TempDir Path folder;

  private final List<String> lines = new ArrayList<>();

  @Test
  void stepsAddUpOverMinutesAndVersionsByVariantAndOfAllWhoWereSent() throws Exception {
    step(1, "A", "2026-01-05T09:00:00Z", "last", "SENT", "", 3, "0.00");
    step(2, "A", "2026-01-06T09:01:00Z", "last", "SENT", "", 2, "0.00");
    step(1, "B", "2026-01-05T09:00:00Z", "last", "SENT", "", 4, "0.00");
    step(1, "CONTROL", "2026-01-05T09:00:00Z", "last", "TARGETED", "", 1, "0.00");
    step(1, "A", "2026-01-05T09:40:00Z", "last", "PAID", "CNY", 1, "30.10");
    step(1, "B", "2026-01-05T09:41:00Z", "last", "PAID", "CNY", 2, "0.2001");
    step(1, "B", "2026-01-05T09:41:00Z", "last", "PAID", "GBP", 1, "7.00");
    step(1, "CONTROL", "2026-01-05T09:42:00Z", "last", "PAID", "CNY", 1, "5.00");
    step(1, "B", "2026-01-05T09:41:00Z", "any", "PAID", "CNY", 9, "1.00");

    JsonNode funnel = written(null, MeasuredHistory::addSteps).path("funnel");

    assertThat(told(funnel, "last", ""))
        .containsExactly("SENT 9", "PAID 4 30.3001 CNY 7.00 GBP"); // and none of control
    assertThat(told(funnel, "last", "A")).containsExactly("SENT 5", "PAID 1 30.10 CNY");
    assertThat(told(funnel, "last", "B")).containsExactly("SENT 4", "PAID 3 0.2001 CNY 7.00 GBP");
    assertThat(told(funnel, "last", "CONTROL")).containsExactly("TARGETED 1", "PAID 1 5.00 CNY");
    assertThat(told(funnel, "any", "")).containsExactly("PAID 9 1.00 CNY");
  }

  @Test
  void hoursOfADayAddUpAndItsLastHourTellsHowThingsStand() throws Exception {
    hour("2026-01-05T09:00:00Z", "COHORT", 2, "0.10", "0.20", "0.10", "0.20", "50", "1");
    hour("2026-01-05T10:00:00Z", "COHORT", 1, "0.20", "0.05", "0.30", "0.25", "120", "0.5");
    hour("2026-01-07T00:00:00Z", "COHORT", 0, "-0.30", "0.00", "0.00", "0.25", "0", "0.25");
    hour("2026-01-05T09:00:00Z", "EVENT", 2, "0.00", "0.00", "0.00", "0.00", null, null);

    JsonNode returns = written(null, MeasuredHistory::addHour).path("returns");

    assertThat(returns).hasSize(2);
    JsonNode cohort = returns.path(0);
    assertThat(cohort.path("basis").asText()).isEqualTo("COHORT");
    assertThat(cohort.path("window").asLong()).isEqualTo(THREE_DAYS);
    assertThat(cohort.path("places")).hasToString("[0,2]");
    assertThat(cohort.path("grants")).hasToString("[3,0]");
    assertThat(cohort.path("revenue")).hasToString("[\"0.30\",\"-0.30\"]");
    assertThat(cohort.path("cost")).hasToString("[\"0.25\",\"0.00\"]");
    assertThat(cohort.path("cumRevenue")).hasToString("[\"0.30\",\"0.00\"]");
    assertThat(cohort.path("cumCost")).hasToString("[\"0.25\",\"0.25\"]");
    assertThat(cohort.path("roi")).hasToString("[\"120\",\"0\"]");
    assertThat(cohort.path("matured")).hasToString("[\"0.5\",\"0.25\"]");
    assertThat(returns.path(1).path("roi")).hasToString("[null]");
    assertThat(returns.path(1).path("matured")).hasToString("[null]");
  }

  @Test
  void amountsThatNoDoubleHoldsAddUpToTheUnit() throws Exception {
    String large = "12345678901234567890.0001";
    hour("2026-01-05T09:00:00Z", "EVENT", 1, large, "0.00", large, "0.00", null, null);
    hour("2026-01-05T10:00:00Z", "EVENT", 1, "0.0001", "0.00", large, "0.00", null, null);

    JsonNode returns = written(null, MeasuredHistory::addHour).path("returns").path(0);

    assertThat(returns.path("revenue")).hasToString("[\"12345678901234567890.0002\"]");
  }

  @Test
  void armsStandAsInTheFileControlAndAllSentFirst() throws Exception {
    for (String arm : List.of("B", "SENT", "A", "CONTROL")) {
      lines.add(
          "{\"tenant\":\"acme\",\"campaign\":\"win-back\",\"arm\":\"%s\",\"conversionLift\":0.012345,\"conversionP\":null}"
              .formatted(arm));
    }

    JsonNode arms = written(null, MeasuredHistory::addArm).path("arms");

    assertThat(arms.findValuesAsText("arm")).containsExactly("CONTROL", "SENT", "A", "B");
    assertThat(arms.path(3)).isEqualTo(JSON.readTree(lines.get(0)));
  }

  @Test
  void primaryWindowComesFirstThoughItIsTheLonger() throws Exception {
    Campaign campaign =
        Decided.given(
                Map.of(),
                """
                kind: campaign
                id: win-back
                trigger: {stage: DORMANT}
                channels: [PUSH]
                conversion: {goal: Order Paid, windows: [3 days, 1 day]}
                """)
            .campaignsOf("acme")
            .get("win-back");
    step(1, "A", "2026-01-05T09:00:00Z", "last", "SENT", "", 3, "0.00");

    JsonNode windows = written(campaign, MeasuredHistory::addSteps).path("windows");

    assertThat(windows).hasToString("[" + THREE_DAYS + "," + ONE_DAY + "]");
  }

  @Test
  void rowsBeyondTheLimitsAreCountedAsOne() throws Exception {
    for (int i = 0; i < MeasuredHistory.MAX_CURRENCIES + 2; i++) {
      step(1, "A", "2026-01-05T09:00:00Z", "last", "PAID", "C" + i, 1, "1.00");
    }
    for (int i = 0; i < CampaignHistory.MAX_NAMES + 2; i++) {
      step(1, "v" + i, "2026-01-05T09:00:00Z", "last", "SENT", "C0", 1, "0.00");
    }

    JsonNode measured = written(null, MeasuredHistory::addSteps);

    // Two currencies too many, and of variants, of which A is one, three.
    assertThat(measured.path("rowsLeftOut").asLong()).isEqualTo(5);
    // The variants that fit, and all of them together.
    assertThat(measured.path("funnel")).hasSize(CampaignHistory.MAX_NAMES + 1);
    assertThat(told(measured.path("funnel"), "last", "").get(1))
        .isEqualTo("PAID 5 1.00 C0 1.00 C1 1.00 C2 1.00 C3 1.00 C4");
  }

  @Test
  void windowsBeyondTheLimitAreCountedAsOne() throws Exception {
    for (int i = 1; i <= MeasuredHistory.MAX_WINDOWS + 1; i++) {
      lines.add(
          "{\"tenant\":\"acme\",\"campaign\":\"win-back\",\"hour\":\"2026-01-05T09:00:00Z\",\"basis\":\"EVENT\",\"window\":%d,\"touch\":\"any\",\"currency\":\"\",\"grants\":1,\"revenue\":\"1.00\",\"cost\":\"1.00\",\"cumRevenue\":\"1.00\",\"cumCost\":\"1.00\",\"roi\":100,\"matured\":1}"
              .formatted(i));
    }

    JsonNode measured = written(null, MeasuredHistory::addHour);

    assertThat(measured.path("rowsLeftOut").asLong()).isEqualTo(1);
    assertThat(measured.path("returns")).hasSize(MeasuredHistory.MAX_WINDOWS);
  }

  @Test
  void whereNothingWasMeasuredThereIsNothing() throws Exception {
    assertThat(written(null, MeasuredHistory::addSteps).isNull()).isTrue();
  }

  @Test
  void reportTellsOfEachCampaignAndOfRefundsWithoutOne() throws Exception {
    Decided decided = new Decided();
    step(1, "A", "2026-01-05T09:00:00Z", "last", "SENT", "", 3, "0.00");
    decided.funnel.addAll(lines);
    lines.clear();
    hour("2026-01-05T09:00:00Z", "EVENT", 0, "-4.00", "0.00", "-4.00", "0.00", null, null);
    decided.returns.add(lines.get(0).replace("win-back", "UNATTRIBUTED"));

    decided.write(folder, Given.NOTHING);

    JsonNode decisions = Decided.read(folder.resolve("report.html"));
    assertThat(decisions.path("campaigns").findValuesAsText("id")).containsExactly("win-back");
    JsonNode campaign = decisions.path("campaigns").path(0);
    assertThat(campaign.path("candidates").asInt()).isZero();
    assertThat(told(campaign.path("measured").path("funnel"), "last", ""))
        .containsExactly("SENT 3");
    assertThat(decisions.path("unattributed").path("returns").path(0).path("cumRevenue"))
        .hasToString("[\"-4.00\"]");
  }

  @Test
  void rowsOfFurtherCampaignsAreCountedAsOne() throws Exception {
    Decided decided = new Decided();
    for (int i = 0; i < DecisionHistory.MAX_CAMPAIGNS + 3; i++) {
      lines.clear();
      step(1, "A", "2026-01-05T09:00:00Z", "last", "SENT", "", 3, "0.00");
      decided.funnel.add(lines.get(0).replace("win-back", "campaign" + i));
    }

    decided.write(folder, Given.NOTHING);

    JsonNode decisions = Decided.read(folder.resolve("report.html"));
    assertThat(decisions.path("campaigns")).hasSize(DecisionHistory.MAX_CAMPAIGNS);
    assertThat(decisions.path("measuresOfOthers").asLong()).isEqualTo(3);
  }

  private void step(
      int version,
      String variant,
      String minute,
      String touch,
      String step,
      String currency,
      long grants,
      String amount) {
    lines.add(
        "{\"tenant\":\"acme\",\"campaign\":\"win-back\",\"campaignVersion\":%d,\"variant\":\"%s\",\"minute\":\"%s\",\"window\":%d,\"touch\":\"%s\",\"step\":\"%s\",\"currency\":\"%s\",\"grants\":%d,\"amount\":\"%s\"}"
            .formatted(
                version, variant, minute, THREE_DAYS, touch, step, currency, grants, amount));
  }

  private void hour(
      String hour,
      String basis,
      long grants,
      String revenue,
      String cost,
      String cumRevenue,
      String cumCost,
      String roi,
      String matured) {
    lines.add(
        "{\"tenant\":\"acme\",\"campaign\":\"win-back\",\"hour\":\"%s\",\"basis\":\"%s\",\"window\":%d,\"touch\":\"last\",\"currency\":\"CNY\",\"grants\":%d,\"revenue\":\"%s\",\"cost\":\"%s\",\"cumRevenue\":\"%s\",\"cumCost\":\"%s\",\"roi\":%s,\"netRoi\":null,\"asOf\":\"%s\",\"matured\":%s}"
            .formatted(
                hour,
                basis,
                THREE_DAYS,
                grants,
                revenue,
                cost,
                cumRevenue,
                cumCost,
                roi,
                Instant.parse(hour).plusSeconds(3_600),
                matured));
  }

  /** What is written of the lines, read from a file. */
  private JsonNode written(Campaign campaign, BiConsumer<MeasuredHistory, MeasuredLine> adder)
      throws IOException {
    Path file = folder.resolve("lines.jsonl");
    Files.write(file, lines);
    MeasuredHistory history = new MeasuredHistory(campaign, DAYS);
    MeasuredLine.each(new JsonFactory(), file, line -> adder.accept(history, line));
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      history.write(json);
    }
    return JSON.readTree(text.toString());
  }

  private static List<String> told(JsonNode funnel, String touch, String variant) {
    List<String> told = new ArrayList<>();
    for (JsonNode side : funnel) {
      if (side.path("touch").asText().equals(touch)
          && side.path("variant").asText().equals(variant)) {
        for (JsonNode step : side.path("steps")) {
          StringBuilder words = new StringBuilder();
          words.append(step.path("step").asText()).append(' ').append(step.path("grants").asLong());
          for (JsonNode amount : step.path("amounts")) {
            words.append(' ').append(amount.path("amount").asText());
            words.append(' ').append(amount.path("currency").asText());
          }
          told.add(words.toString());
        }
      }
    }
    return told;
  }
}
