package dev.nudge.rehearse;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of campaigns in a real browser: what a marketer reads of 120 candidates. */
class CampaignReportPageIT {
  private static final String HOSTILE = "<b>{x}@|";

  @TempDir static Path folder;

  private static Chromium browser;

  private final List<String> complaints = new CopyOnWriteArrayList<>();

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
  void nothingFailed() {
    assertThat(complaints).isEmpty();
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

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name);
  }

  @Test
  void speaksChineseOnAPhone() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.LIGHT, 390, 844)) {
      Page page = open(context);
      choose(page, "win-back");

      for (String words :
          List.of("每个候选的去向", "发送走势", "优惠券与预算", "发送明细", "未提供回执", "候选的去向与原因", "触达频次上限")) {
        assertThat(page.getByText(words).first()).isVisible();
      }
      assertThat(page.getByTestId("reason-FREQUENCY_CAP")).containsText("每个自然周最多 10 次");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
      Chromium.screenshot(page, "report-campaigns-zh-phone");
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
    page.getByTestId("campaign-detail").waitFor();
  }

  private Page open(BrowserContext context) {
    Page page = context.newPage();
    Chromium.listen(page, complaints);
    page.navigate(folder.resolve("report.html").toUri().toString());
    page.getByTestId("sent").waitFor();
    return page;
  }
}
