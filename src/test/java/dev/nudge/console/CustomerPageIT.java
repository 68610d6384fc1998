package dev.nudge.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.event.DecisionCode;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The customers' view in a real browser, over decisions in a real ClickHouse. */
class CustomerPageIT {
  private static final Instant NOW = Instant.parse("2026-02-14T09:00:00Z");

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer console;
  private static Chromium browser;

  private final List<String> complaints = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Chromium.assumeInstalled();
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(Path.of("unused")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    WhyCast.insert(clickHouse.config());
    console =
        ConsoleServer.start(
            ConsoleConfig.local(0, clickHouse.config()).withClock(() -> ClockReport.wall(NOW)));
    setDefaultAssertionTimeout(30_000);
    browser = Chromium.start();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {browser, console, clickHouse}) {
      if (one != null) {
        one.close();
      }
    }
  }

  @AfterEach
  void nothingWasBlockedAndNothingFailed() {
    assertThat(complaints).isEmpty();
  }

  @Test
  void customerIsFoundByTheBeginningOfTheIdAndOpenedByKeyboard() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme#customer=");
      assertThat(page.locator(".views a[aria-current=page]")).hasText("Customers");
      assertThat(page.getByRole(AriaRole.STATUS).last())
          .hasText("Of whom something was noticed last");

      page.getByLabel("Customer id").fill("ann");
      assertThat(page.getByRole(AriaRole.STATUS).last()).hasText("3 customers, by id");
      assertThat(page.getByTestId("found").locator("b"))
          .hasText(new String[] {"ann%", "anna", "annabel"});
      Chromium.screenshot(page, "customers-en-search");
      page.getByTestId("found").nth(1).locator("a").focus();
      page.keyboard().press("Enter");

      Locator heading =
          page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Customer anna"));
      assertThat(heading).isFocused();
      assertThat(page).hasTitle("anna · acme · Nudge console");
      assertThat(page).hasURL(Pattern.compile("[?]tenant=acme#customer=anna$"));
      page.goBack();
      assertThat(heading).hasCount(0);

      page.getByLabel("Customer id").fill("annabel");
      page.keyboard().press("Enter");
      assertThat(page.getByText("No moment of this customer triggered a campaign.")).isVisible();
      page.getByLabel("Customer id").fill("zzz");
      assertThat(page.getByRole(AriaRole.STATUS).first()).isVisible();
      assertThat(page.getByText("No customer’s id begins so.")).isVisible();
    }
  }

  @Test
  void storyOfACustomerSaysWhatHappenedAndWhy() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme#customer=anna");

      assertThat(page.locator(".standing")).containsText("Dormant");
      assertThat(page.locator(".standing")).containsText("since 4 Feb 2026, 09:00");
      assertThat(page.getByTestId("candidate").locator(".candidate-head b"))
          .hasText(
              new String[] {"birthday", "experiment", "win-back", "vip-thanks", "cart-rescue"});
      assertThat(page.getByTestId("happened")).hasCount(3);
      Locator capped = candidate(page, "vip-thanks");
      assertThat(capped).containsText("Frequency cap");
      assertThat(capped).containsText("The cap is reached: 2 of 2 SMS within 7 days.");
      assertThat(capped).containsText("Because of Spend spike, 7 Jan 2026, 09:00");
      assertThat(candidate(page, "win-back")).containsText("The campaign sleep-line went first.");
      assertThat(candidate(page, "win-back")).containsText("Because of entering Dormant");
      Locator sent = candidate(page, "cart-rescue");
      assertThat(sent).containsText("Sent by SMS, with 50.00, variant A.");
      assertThat(sent.locator(".earlier li")).hasCount(2);
      assertThat(sent.locator("dl")).isHidden();
      sent.locator("summary").focus();
      page.keyboard().press("Enter");
      assertThat(sent.locator("dl")).containsText("3 of 10 messages in a calendar week");
      assertThat(sent.locator("dl")).containsText("trigger-of-cart-1");

      assertThat(page.getByTestId("cap"))
          .containsText(new String[] {"6 of 10 left", "2 of 3 left", "0 of 2 left"});
      assertThat(page.getByTestId("cap").last())
          .containsText("as of 7 Jan 2026, 09:00, vip-thanks");
      assertThat(page.getByTestId("coupon")).containsText("50.00");
      assertThat(page.getByTestId("unused")).containsText("2 unused");
      assertThat(page.getByTestId("unused")).containsText("as of 6 Jan 2026, 09:00, cart-rescue");
      assertThat(page.getByTestId("feature").first()).containsText("daysToBirthday");
      assertThat(page.getByTestId("feature").first()).containsText("61");
      Chromium.screenshot(page, "customer-en");
    }
  }

  @Test
  void oneCampaignIsToldInFullAndItsAddressCanBeShared() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme#customer=anna");
      page.getByRole(
              AriaRole.LINK, new Page.GetByRoleOptions().setName("and 39 times before: show"))
          .click();

      assertThat(page.getByTestId("candidate")).hasCount(40);
      assertThat(page.getByTestId("happened")).hasCount(0);
      assertThat(page.getByTestId("cap")).hasCount(3);
      String address = page.url();
      try (BrowserContext colleague = desktop("en-GB", ColorScheme.LIGHT)) {
        Page other = colleague.newPage();
        Chromium.listen(other, complaints);
        other.navigate(address);
        assertThat(other.getByTestId("candidate")).hasCount(40);
        other
            .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Show all campaigns"))
            .first()
            .click();
        assertThat(other.getByTestId("candidate")).hasCount(5);
        other.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Moments")).click();
        assertThat(other.getByTestId("candidate")).hasCount(0);
        assertThat(other.getByTestId("happened")).hasCount(3);
      }
    }
  }

  @Test
  void everyCodeHasItsOwnWordsInBothLanguages() {
    for (String language : List.of("en-GB", "zh-CN")) {
      try (BrowserContext context = desktop(language, ColorScheme.LIGHT)) {
        Page page = open(context, "?tenant=acme#customer=cody");
        for (DecisionCode code : DecisionCode.values()) {
          Words label = Reasons.label(code.name());
          assertThat(candidate(page, WhyCast.campaignOf(code)).locator(".candidate-head .code"))
              .hasText(language.equals("zh-CN") ? label.zh() : label.en());
        }
        assertThat(
                page.locator(".candidate-why")
                    .filter(
                        new Locator.FilterOptions().setHasText(Pattern.compile("[A-Z]{2}_[A-Z]"))))
            .hasCount(0);
        Chromium.screenshot(page, "customer-codes-" + language);
      }
    }
  }

  @Test
  void languageIsChangedWithoutAskingAgain() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme#customer=anna");
      page.getByTestId("candidate").first().waitFor();
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("中文")).click();

      assertThat(candidate(page, "cart-rescue")).containsText("已通过 SMS 发送，附 50.00，变体 A。");
      assertThat(page.getByTestId("cap").first()).containsText("剩余 6/10");
      assertThat(page.locator(".standing")).containsText("沉默期");
      Chromium.screenshot(page, "customer-zh");
    }
  }

  @Test
  void newestMomentOnTheOverviewLeadsToItsCustomer() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme");
      page.getByTestId("moment")
          .first()
          .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Customer anna"))
          .click();

      assertThat(page.getByTestId("candidate")).hasCount(5);
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Overview")).click();
      assertThat(page.getByTestId("total")).isVisible();
    }
  }

  @Test
  void customerOfAnotherBrandIsUnknown() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "?tenant=acme#customer=anna");
      assertThat(page.getByTestId("candidate")).hasCount(5);
      page.getByLabel("Brand").selectOption("zeta");
      assertThat(page.getByTestId("candidate").locator(".candidate-head b"))
          .hasText(new String[] {"zeta-only"});
      complaints.clear();

      page.navigate(console.uri() + "?tenant=zeta#customer=cody");
      assertThat(page.getByTestId("unknown"))
          .hasText("Nothing is known of a customer cody of zeta.");
      // The browser itself says that an answer was 404.
      complaints.removeIf(one -> one.contains("404"));
    }
  }

  @Test
  void namesAreOnlyNames() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 390, 844)) {
      Page page = open(context, "?tenant=acme#customer=" + encoded(WhyCast.HOSTILE));
      assertThat(page.locator(".customer-title")).hasText("Customer " + WhyCast.HOSTILE);
      assertThat(page.locator(".candidate-head b")).hasText(WhyCast.HOSTILE_CAMPAIGN);
      assertThat(page.locator(".candidate-why"))
          .containsText("<b onclick=window.owned=1>Paris</b>");
      page.getByLabel("Customer id").fill("<script");
      assertThat(page.getByTestId("found")).hasCount(1);
      assertThat(page.evaluate("window.owned === undefined")).isEqualTo(true);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);

      page.navigate(console.uri() + "?tenant=acme#customer=" + encoded(WhyCast.INJECTING));
      assertThat(page.locator(".customer-title")).hasText("Customer " + WhyCast.INJECTING);
      assertThat(page.getByTestId("candidate")).hasCount(1);
    }
  }

  @Test
  void fitsAPhone() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.DARK, 390, 844)) {
      Page page = open(context, "?tenant=acme#customer=anna");
      assertThat(page.getByTestId("candidate")).hasCount(5);
      candidate(page, "cart-rescue").locator("summary").click();
      Chromium.screenshot(page, "customer-zh-phone");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    }
  }

  @Test
  void pageIsUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (String place : List.of("#customer=", "#customer=anna", "#customer=cody")) {
        try (BrowserContext context = desktop("en-GB", colours)) {
          Page page = open(context, "?tenant=acme" + place);
          page.locator(place.equals("#customer=") ? ".finder-list a" : ".candidate")
              .first()
              .waitFor();
          page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
          page.evaluate(axe);
          Object violations =
              page.evaluate(
                  """
                  async () => (await axe.run()).violations.map(
                      v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))
                  """);
          assertThat((List<?>) violations).as("found by axe, %s %s", colours, place).isEmpty();
        }
      }
    }
  }

  private static BrowserContext desktop(String locale, ColorScheme colours) {
    return browser.context(locale, colours, 1440, 900);
  }

  private Page open(BrowserContext context, String place) {
    Page page = context.newPage();
    Chromium.listen(page, complaints);
    page.navigate(console.uri() + place);
    return page;
  }

  private static Locator candidate(Page page, String campaign) {
    return page.getByTestId("candidate")
        .filter(
            new Locator.FilterOptions()
                .setHas(
                    page.locator(
                        ".candidate-head b",
                        new Page.LocatorOptions()
                            .setHasText(Pattern.compile("^" + campaign + "$")))));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
