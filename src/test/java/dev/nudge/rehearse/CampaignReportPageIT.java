package dev.nudge.rehearse;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Value;
import dev.nudge.measure.FunnelStep;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of campaigns in a real browser: what a marketer reads of 120 candidates. */
class CampaignReportPageIT {
  private static final String HOSTILE = "<b>{x}@|";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  private static Chromium browser;

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Chromium.assumeInstalled();
    Decided decided = new Decided();
    for (int i = 0; i < 100; i++) {
      Instant at = Decided.MONDAY.plus(Duration.ofHours(i));
      if (i % 10 == 0) {
        decided.row("win-back", "c" + i, at, DecisionCode.LOWER_PRIORITY, Map.of(), null, HOSTILE);
      } else if (i % 10 == 1) {
        decided.row(
            "win-back",
            "c" + i,
            at,
            DecisionCode.FREQUENCY_CAP,
            Map.of(
                "cap",
                new Value(
                    Value.Type.JSON,
                    "{\"scope\":\"ANY\",\"window\":\"WEEK\",\"max\":10,\"sent\":10}")),
            null,
            null);
      } else if (i % 10 == 2) {
        decided.row("win-back", "c" + i, at, DecisionCode.CONTROL);
      } else if (i % 10 == 3) {
        decided.row(
            "win-back",
            "c" + i,
            at,
            DecisionCode.DEFERRED,
            Map.of(),
            DeferReason.QUIET_HOURS,
            null);
      } else {
        decided.sent("win-back", "c" + i, at, i % 2 == 0 ? "A" : "B", "SMS", 10_000L * i);
      }
    }
    for (int i = 0; i < 30; i++) {
      decided.row("birthday", "c" + i, Decided.END, DecisionCode.AUDIENCE);
    }
    decided.row("win-back", "last", Decided.END, DecisionCode.BUDGET_EXHAUSTED);
    decided.row(HOSTILE, "c1", Decided.MONDAY, DecisionCode.CONTROL);
    MeasuredRows.addTo(decided, "win-back", 2_000);
    MeasuredRows.addTo(decided, HOSTILE, 20);
    decided.write(
        folder,
        Decided.given(
            Map.of("acme", Map.of("GBP", 1_234L)),
            "kind: policy\nzone: Asia/Shanghai\ncurrency: CNY\n",
            """
            kind: campaign
            id: win-back
            trigger: {stage: DORMANT}
            audience: "customer.orderCount > 3"
            channels: [SMS, PUSH]
            resource: {kind: COUPON, type: C50, amount: {random: {min: 0, max: 99}}, total: 80, claim: {within: 2 days}}
            budget: {total: 4000, perDay: 1500}
            conversion: {goal: Order Paid, windows: [3 days, 5 days]}
            """,
            "{kind: campaign, id: birthday, trigger: {every: '0 9 * * *'}, channels: [PUSH]}",
            "{kind: campaign, id: cart-rescue, trigger: {anomaly: CART_ABANDONED}, channels: [PUSH]}"));
    browser = Chromium.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void nothingFailedAndNothingLeftTheFile() {
    assertThat(complaints).isEmpty();
    assertThat(requests).isNotEmpty().allSatisfy(url -> assertThat(url).startsWith("file://"));
  }

  @Test
  void eachCampaignHasItsRow() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);

      assertThat(page.getByTestId("sent")).hasText("60");
      Locator winBack = page.getByTestId("campaign-win-back");
      assertThat(winBack.locator("[data-of=candidates]")).hasText("91");
      assertThat(winBack.locator("[data-of=sent]")).hasText("60");
      assertThat(winBack).containsText("when a customer becomes Dormant");
      assertThat(page.getByTestId("campaign-birthday").locator("[data-of=candidates]"))
          .hasText("30");
      assertThat(page.getByTestId("idle")).containsText("cart-rescue");
      assertThat(page.getByTestId("sent-by-win-back")).hasAttribute("data-value", "60");
      assertThat(page.getByTestId("held-by-LOWER_PRIORITY")).hasAttribute("data-value", "10");
      assertThat(page.getByTestId("limit-win-back-total")).containsText("60 of 80");
      assertThat(page.getByText("win-back first had nothing left at 12 Jan 2026, 09:00 UTC."))
          .isVisible();
      assertThat(page.getByTestId("currency")).containsText("1,234 paid orders in GBP");
      assertThat(page.getByText("No deliveries were given")).isVisible();
      Chromium.screenshot(page, "report-campaigns-en");
    }
  }

  @Test
  void chosenCampaignSaysWhy() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.DARK, 1280, 900)) {
      Page page = open(context);

      choose(page, "win-back");

      Locator detail = page.getByTestId("campaign-detail");
      assertThat(detail.getByTestId("reason-LOWER_PRIORITY")).containsText(HOSTILE + " went first");
      assertThat(detail.getByTestId("reason-FREQUENCY_CAP"))
          .containsText("at most 10 in all per calendar week");
      assertThat(detail.getByTestId("reason-DEFERRED")).containsText("until quiet hours end");
      assertThat(detail).containsText("customer.orderCount > 3");
      assertThat(detail).containsText("Variant A");
      assertThat(page.getByTestId("held-by-AUDIENCE")).hasCount(0);
      detail.getByRole(AriaRole.BUTTON, named("Largest amounts")).click();
      assertThat(detail.getByTestId("send").first()).containsText("c99");
      assertThat(detail.getByTestId("send").first()).containsText("99.00");
      Chromium.screenshot(page, "report-campaigns-en-dark");

      detail.getByRole(AriaRole.BUTTON, named("Close")).click();
      assertThat(page.getByTestId("campaign-detail")).hasCount(0);
      assertThat(page.getByTestId("held-by-AUDIENCE")).hasAttribute("data-value", "30");
    }
  }

  @Test
  void funnelIsThatOfTheFileForEachWindowTouchAndVariant() throws Exception {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);
      choose(page, "win-back");
      Locator measured = page.getByTestId("measured");

      assertThat(measured).containsText("these customers bought without it");
      assertThat(measured).containsText("no coupon was claimed or used");
      expectFunnel(measured, 3, "last", null);
      measured.getByRole(AriaRole.BUTTON, named("5 days")).click();
      expectFunnel(measured, 5, "last", null);
      measured.getByRole(AriaRole.BUTTON, named("Any touch")).click();
      expectFunnel(measured, 5, "any", null);
      measured.getByRole(AriaRole.BUTTON, named("Variant B")).click();
      expectFunnel(measured, 5, "any", "B");
      measured.getByRole(AriaRole.BUTTON, named("3 days")).click();
      expectFunnel(measured, 3, "any", "B");
      // Nobody can be asked who stands behind a number, so none of them is a button.
      assertThat(measured.locator(".funnel-table button")).hasCount(0);
      measured.getByRole(AriaRole.BUTTON, named("AIDEES")).click();
      assertThat(measured.getByTestId("letter-EXPERIENCE")).isVisible();
    }
  }

  /** Another way to count: line by line, for each step anew. */
  private static void expectFunnel(Locator measured, int days, String touch, String variant)
      throws Exception {
    for (FunnelStep step : FunnelStep.values()) {
      long sent = 0;
      long control = 0;
      BigDecimal amount = BigDecimal.ZERO;
      for (JsonNode row : lines("funnel")) {
        if (row.path("campaign").asText().equals("win-back")
            && row.path("window").asLong() == Duration.ofDays(days).toMillis()
            && row.path("touch").asText().equals(touch)
            && row.path("step").asText().equals(step.name())) {
          String of = row.path("variant").asText();
          if (of.equals("CONTROL")) {
            control += row.path("grants").asLong();
          } else if (variant == null || variant.equals(of)) {
            sent += row.path("grants").asLong();
            amount = amount.add(new BigDecimal(row.path("amount").asText()));
          }
        }
      }
      Locator shown = measured.getByTestId("step-" + step);
      if (sent + control == 0 || step.compareTo(FunnelStep.FAILED) >= 0) {
        assertThat(shown).hasCount(0);
      } else {
        Locator numbers = shown.locator("[data-value]");
        assertThat(numbers.first()).hasAttribute("data-value", String.valueOf(sent));
        if (step == FunnelStep.TARGETED || step == FunnelStep.PAID) {
          assertThat(numbers.last()).hasAttribute("data-value", String.valueOf(control));
        }
        assertThat(shown.locator("td").last()).hasText(amount.signum() == 0 ? "" : money(amount));
      }
    }
  }

  @Test
  void returnsAreThoseOfTheFileDayByDay() throws Exception {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);
      choose(page, "win-back");
      Locator measured = page.getByTestId("measured");
      measured.getByText("As a table").click();

      expectReturns(measured, 3, "EVENT");
      assertThat(measured.getByText("their windows were not over at the end")).isVisible();
      assertThat(isShaded(measured, 0.07)).as("the first day's windows").isFalse();
      assertThat(isShaded(measured, 0.92)).as("the last day's windows").isTrue();
      Chromium.screenshot(measured, "report-measured-en");
      measured.getByRole(AriaRole.BUTTON, named("When it was sent")).click();
      expectReturns(measured, 3, "COHORT");
      measured.getByRole(AriaRole.BUTTON, named("5 days")).click();
      expectReturns(measured, 5, "COHORT");
    }
  }

  /**
   * Whether the chart of returns is painted from top to bottom.
   *
   * @param place where from left to right, 0 to 1
   */
  private static boolean isShaded(Locator measured, double place) {
    return (boolean)
        measured
            .locator(".roi canvas")
            .evaluate(
                """
                (canvas, place) => {
                  const x = Math.round(canvas.width * place)
                  // The browser complains of a canvas that is read again and again, but not of a copy.
                  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')
                  copy.drawImage(canvas, 0, 0)
                  const column = copy.getImageData(x, 0, 1, canvas.height).data
                  const painted = column.filter((value, i) => i % 4 === 3 && value > 0).length
                  return painted > canvas.height / 2
                }
                """,
                place);
  }

  private static void expectReturns(Locator measured, int days, String basis) throws Exception {
    Map<String, BigDecimal> revenue = new TreeMap<>();
    Map<String, BigDecimal> cost = new TreeMap<>();
    JsonNode last = null;
    for (JsonNode row : lines("roi")) {
      if (row.path("campaign").asText().equals("win-back")
          && row.path("window").asLong() == Duration.ofDays(days).toMillis()
          && row.path("touch").asText().equals("last")
          && row.path("basis").asText().equals(basis)) {
        String day = row.path("hour").asText().substring(0, 10);
        revenue.merge(day, new BigDecimal(row.path("revenue").asText()), BigDecimal::add);
        cost.merge(day, new BigDecimal(row.path("cost").asText()), BigDecimal::add);
        last = row;
      }
    }
    assertThat(measured.getByTestId("roi-sum"))
        .hasText(
            String.format(
                Locale.UK,
                "Revenue %s, cost %s, return %s up to 12 Jan 2026, 09:00.",
                money(new BigDecimal(last.path("cumRevenue").asText())),
                money(new BigDecimal(last.path("cumCost").asText())),
                percent(last.path("roi").decimalValue())));
    Locator rows = measured.locator(".roi tbody tr");
    assertThat(rows).hasCount(revenue.size());
    List<String> newestFirst = new ArrayList<>(revenue.keySet());
    Collections.reverse(newestFirst);
    for (int i = 0; i < newestFirst.size(); i++) {
      Locator cells = rows.nth(i).locator("td");
      assertThat(cells.nth(1)).hasText(money(revenue.get(newestFirst.get(i))));
      assertThat(cells.nth(2)).hasText(money(cost.get(newestFirst.get(i))));
    }
    // What stands at the end is what the days add up to.
    assertThat(revenue.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add))
        .isEqualByComparingTo(last.path("cumRevenue").asText());
  }

  @Test
  void armsStandAsInTheFileWithTheirIntervals() throws Exception {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.DARK, 1280, 900)) {
      Page page = open(context);
      choose(page, "win-back");
      Locator arms = page.getByTestId("measured").getByTestId("arm");

      List<JsonNode> expected =
          lines("experiments").stream()
              .filter(arm -> arm.path("campaign").asText().equals("win-back"))
              .toList();
      assertThat(arms).hasCount(expected.size());
      for (JsonNode arm : expected) {
        String name = arm.path("arm").asText();
        Locator row =
            switch (name) {
              case "CONTROL" -> arms.nth(0);
              case "SENT" -> arms.nth(1);
              default -> arms.nth(name.equals("A") ? 2 : 3);
            };
        assertThat(row.locator("td").nth(2))
            .containsText(String.format(Locale.UK, "%,d", arm.path("customers").asLong()));
        assertThat(row.locator("td").nth(3))
            .hasText(String.format(Locale.UK, "%,d", arm.path("conversions").asLong()));
        if (!name.equals("CONTROL")) {
          assertThat(row.getByRole(AriaRole.IMG))
              .hasAttribute(
                  "aria-label",
                  points(arm.path("conversionLift"))
                      + ", between "
                      + points(arm.path("conversionLiftLow"))
                      + " and "
                      + points(arm.path("conversionLiftHigh")));
        }
      }
      assertThat(arms.nth(2)).containsText("Would have won");
      assertThat(arms.getByText("Not enough data")).hasCount(0);
      Chromium.screenshot(page.getByTestId("measured"), "report-measured-en-dark");

      choose(page, HOSTILE);
      assertThat(page.getByTestId("measured")).containsText("What came of " + HOSTILE);
      Chromium.screenshot(page.getByTestId("measured"), "report-measured-few");
      assertThat(arms.getByText("Not enough data")).hasCount(4);
      assertThat(page.locator("main b:text-is('{x}@|')")).hasCount(0);
    }
  }

  private static String points(JsonNode lift) {
    return String.format(Locale.UK, "%+.2f", lift.asDouble() * 100)
            .replaceAll("0$", "")
            .replaceAll("[.]0$", "")
        + " points";
  }

  /** As the page writes an amount in CNY. */
  private static String money(BigDecimal amount) {
    int places = amount.abs().compareTo(BigDecimal.valueOf(1_000)) < 0 ? 2 : 0;
    return String.format(Locale.UK, "%,." + places + "f CNY", amount);
  }

  private static String percent(BigDecimal roi) {
    return String.format(Locale.UK, "%,.1f", roi).replaceAll("[.]0$", "") + "%";
  }

  private static List<JsonNode> lines(String file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(file + ".jsonl"))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name);
  }

  @Test
  void speaksChineseOnAPhone() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.LIGHT, 390, 844)) {
      Page page = open(context);
      choose(page, "win-back");

      for (String words :
          List.of(
              "每个候选的去向",
              "发送走势",
              "优惠券与预算",
              "发送明细",
              "未提供回执",
              "候选的去向与原因",
              "触达频次上限",
              "win-back 的效果",
              "漏斗",
              "每日 ROI",
              "版本与对照组",
              "本应胜出")) {
        assertThat(page.getByText(words).first()).isVisible();
      }
      assertThat(page.getByTestId("reason-FREQUENCY_CAP")).containsText("每个自然周最多 10 次");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
      Chromium.screenshot(page, "report-campaigns-zh-phone");
      Chromium.screenshot(page.getByTestId("measured"), "report-measured-zh-phone");
    }
  }

  @Test
  void isUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (BrowserContext context = browser.context("en-GB", colours, 1280, 900)) {
        Page page = open(context);
        choose(page, "win-back");
        page.evaluate(axe);
        Object violations =
            page.evaluate(
                """
                async () => (await axe.run()).violations.map(
                    v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))
                """);
        assertThat((List<?>) violations).as("found by axe, %s", colours).isEmpty();
      }
    }
  }

  private static void choose(Page page, String campaign) {
    page.getByTestId("campaign-" + campaign).locator("button").click();
    page.getByTestId("campaign-detail").getByText(campaign).first().waitFor();
  }

  private Page open(BrowserContext context) {
    Page page = context.newPage();
    Chromium.listen(page, complaints);
    page.onRequest(request -> requests.add(request.url()));
    page.navigate(folder.resolve("report.html").toUri().toString());
    page.getByTestId("sent").waitFor();
    return page;
  }
}
