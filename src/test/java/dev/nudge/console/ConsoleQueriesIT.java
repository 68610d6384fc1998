package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long the console's questions take. {@code mvn verify -Dit.test=ConsoleQueriesIT
 * -Dconsole.decisions=1000000} asks them of a million decisions and all that followed, holds the
 * best of some rounds of each to 100 ms (the machine may have other work), and leaves the figures
 * in {@code target/console-queries.txt}; by itself it asks a few, and only that they answer.
 */
class ConsoleQueriesIT {
  private static final int GOAL = 1_000_000;
  private static final int DECISIONS = Integer.getInteger("console.decisions", 10_000);
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00Z");
  private static final int DAYS = 60;
  private static final int ROUNDS = 11;
  private static final int GOAL_MILLIS = 100;
  private static final long WINDOW = Duration.ofDays(3).toMillis();
  private static final String TENANT = "load";
  private static final String HOT = "campaign-0";

  private record Took(long best, long median) {}

  @TempDir Path directory;

  @Test
  void everyQuestionIsAnsweredAtOnce() throws Exception {
    List<String> campaigns = IntStream.range(0, 12).mapToObj(i -> "campaign-" + i).toList();
    try (EmbeddedClickHouse clickHouse =
        EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0)) {
      Migrations.apply(clickHouse.config(), Duration.ZERO);
      MeasureRows.standIn(clickHouse.config());
      try (MeasureRows rows = new MeasureRows(clickHouse.config(), TENANT, campaigns)) {
        rows.insert(DECISIONS, NOW, DAYS);
      }
      Map<String, Took> millis = new LinkedHashMap<>();
      try (ClickHouseReader reader = new ClickHouseReader(clickHouse.config());
          Pages pages = new Pages(clickHouse.config())) {
        questions(reader).forEach((name, question) -> millis.put(name, took(question)));
        for (Question.Page page : Question.Page.values()) {
          millis.put("page " + page.word(), took(() -> answer(pages, page)));
        }
      }
      List<String> lines = new ArrayList<>(List.of(DECISIONS + " decisions: best, median millis"));
      millis.forEach(
          (name, took) -> lines.add("%-40s %5d %5d".formatted(name, took.best(), took.median())));
      Files.write(Path.of("target/console-queries.txt"), lines);
      lines.forEach(System.out::println);

      assertThat(millis).hasSizeGreaterThan(15);
      if (DECISIONS >= GOAL) {
        assertThat(millis)
            .allSatisfy(
                (name, took) ->
                    assertThat(name.startsWith("page ") ? 0 : took.best())
                        .as(name)
                        .isLessThan(GOAL_MILLIS));
      }
    }
  }

  private static Map<String, Callable<?>> questions(ClickHouseReader reader) {
    CampaignQueries campaigns = new CampaignQueries(reader);
    ShopQueries shop = new ShopQueries(reader);
    ExperimentQueries experiments = new ExperimentQueries(reader);
    AlertQueries alerts = new AlertQueries(reader);
    GrantQueries grants = new GrantQueries(reader);
    ParticipantQueries participants = new ParticipantQueries(reader);
    long now = NOW.toEpochMilli();
    long month = now - Duration.ofDays(30).toMillis();
    long hour = now - Duration.ofHours(1).toMillis();
    Map<String, Callable<?>> questions = new LinkedHashMap<>();
    questions.put("decisions a minute, an hour", () -> shop.rates(TENANT, hour, now, 60_000));
    questions.put("decisions a day, 60 days", () -> shop.rates(TENANT, 0, now, 86_400_000));
    questions.put("all campaigns, 30 days", () -> campaigns.counts(TENANT, null, month));
    questions.put("all campaigns, all time", () -> campaigns.counts(TENANT, null, 0));
    questions.put("money of all campaigns", () -> campaigns.money(TENANT, 0));
    questions.put("when a campaign was sent", () -> campaigns.sent(TENANT, HOT));
    questions.put("why it was not sent", () -> campaigns.reasons(TENANT, HOT, 0));
    questions.put("funnel, 30 days", () -> campaigns.funnel(TENANT, HOT, WINDOW, "any", month));
    questions.put("funnel, all time", () -> campaigns.funnel(TENANT, HOT, WINDOW, "any", 0));
    questions.put(
        "ROI by hour, 30 days",
        () -> campaigns.hours(TENANT, HOT, "EVENT", WINDOW, "last", month, 3_600));
    questions.put(
        "ROI by day, all time",
        () -> campaigns.hours(TENANT, HOT, "COHORT", WINDOW, "last", 0, 86_400));
    questions.put(
        "who reached a step",
        () -> grants.grants(TENANT, HOT, WINDOW, "any", "TARGETED", false, "customer-5", "", 50));
    questions.put("who takes part", () -> participants.participants(TENANT, HOT));
    questions.put("traffic, 60 days", () -> shop.traffic(TENANT, month - 30 * 86_400_000L, now));
    questions.put(
        "products, all time", () -> shop.products(TENANT, Question.ProductSort.UNITS, 0, 50));
    questions.put("sold together", () -> shop.together(TENANT, "tee-7", 0, 20));
    questions.put("lifecycle", () -> shop.lifecycle(TENANT, 0, 1));
    questions.put("orders", () -> shop.orders(TENANT, 0, 1));
    questions.put("repurchases", () -> shop.repurchases(TENANT, 0));
    questions.put("experiments", () -> experiments.arms(TENANT));
    questions.put("targets", () -> campaigns.targets(TENANT, HOT, List.of("PAID"), 3_600));
    questions.put("alerts", () -> alerts.alerts(TENANT, true, 0));
    return questions;
  }

  private static Object answer(Pages pages, Question.Page page) throws Exception {
    return pages.answer(
        TENANT,
        Question.of(page, Map.of("campaign", HOT), Period.MONTH, true),
        ClockReport.wall(NOW));
  }

  private static Took took(Callable<?> question) {
    long[] took = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long began = System.nanoTime();
      try {
        assertThat(question.call()).isNotNull();
      } catch (Exception e) {
        throw new AssertionError("a question failed", e);
      }
      took[i] = Duration.ofNanos(System.nanoTime() - began).toMillis();
    }
    Arrays.sort(took);
    return new Took(took[0], took[ROUNDS / 2]);
  }
}
