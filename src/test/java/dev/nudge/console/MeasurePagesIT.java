package dev.nudge.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of campaigns, products, experiments and health in a real browser. */
class MeasurePagesIT {
  private static final String TOKEN = "acme-token-0123456789";
  private static final String HOSTILE_CAMPAIGN =
      "campaign/%3Cscript%3Ewindow.owned%3D1%3C%2Fscript%3E";

  /** Each page, and what it shows as soon as it has its data. */
  private static final Map<String, String> PAGES = new LinkedHashMap<>();

  static {
    PAGES.put("overview", "[data-testid=now-revenue]");
    PAGES.put("campaigns", "[data-testid=campaign]");
    PAGES.put("campaign/cart-rescue", "[data-testid=step-PAID]");
    PAGES.put("customers", "[data-testid=lifecycle-row]");
    PAGES.put("products", "[data-testid=product]");
    PAGES.put("experiments", "[data-testid=experiment]");
    PAGES.put("health", "[data-testid=letter]");
  }

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer console;
  private static ConsoleServer closed;
  private static Chromium browser;

  private final List<String> complaints = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Chromium.assumeInstalled();
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(Path.of("unused")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    MeasureCast.insert(clickHouse.config());
    ConsoleConfig config =
        ConsoleConfig.local(0, clickHouse.config())
            .withClock(() -> ClockReport.wall(MeasureCast.NOW));
    console = ConsoleServer.start(config);
    closed = ConsoleServer.start(config.withTokens(ConsoleTokens.of(Map.of("acme", TOKEN))));
    setDefaultAssertionTimeout(30_000);
    browser = Chromium.start();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {browser, console, closed, clickHouse}) {
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
  void everyPageHasAnAddressAndShowsItsDataInBothLanguages() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "overview");
      for (Map.Entry<String, String> one : PAGES.entrySet()) {
        page.navigate(console.uri() + "?tenant=acme&range=30d#/" + one.getKey());
        assertThat(page.locator(one.getValue()).first()).isVisible();
        assertThat(page.locator(".views a[aria-current=page]")).hasCount(1);
        String english = page.locator("main").innerText();
        switchTo(page, "中文");
        assertThat(page.locator(one.getValue()).first()).isVisible();
        assertThat(page.locator("main").innerText()).isNotEqualTo(english);
        // A word that has no translation would be shown as its key.
        assertThat(page.locator("main").innerText())
            .doesNotContainPattern(
                "(campaign|arms|alerts|targets|products|lifecycle|system|now)\\.[a-z]");
        assertThat(english)
            .doesNotContainPattern(
                "(campaign|arms|alerts|targets|products|lifecycle|system|now)\\.[a-z]");
        switchTo(page, "EN");
        Chromium.screenshot(page, "measures-" + one.getKey().replace('/', '-'));
      }
    }
  }

  @Test
  void overviewTellsWhatIsWrongAndWhereToLook() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "overview");

      assertThat(page.getByTestId("now-alerts")).hasText("4");
      assertThat(page.getByTestId("now-revenue")).containsText("CNY");
      Locator behind =
          page.getByTestId("alert").filter(new Locator.FilterOptions().setHasText("Behind target"));
      assertThat(behind).containsText("310 against 420");
      assertThat(behind).containsText("since 13 Feb 2026, 20:00");
      assertThat(behind).containsText("watch");
      assertThat(page.getByTestId("alert").first()).containsText("122 min against 60 min");
      assertThat(page.getByTestId("alert").last()).containsText("12 Feb 2026, 10:00 sent");
      assertThat(behind).containsText("Look at what blocks it most");
      behind.getByRole(AriaRole.LINK).click();
      assertThat(page).hasURL(Pattern.compile("#/campaign/cart-rescue$"));
      assertThat(page.locator("main")).isFocused();
      assertThat(page).hasTitle("cart-rescue · acme · Nudge console");
    }
  }

  @Test
  void funnelMovesWhenRowsAreWritten() throws Exception {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/birthday?touch=any");
      Locator clicked = page.getByTestId("step-CLICKED");
      Locator bar = clicked.locator(".funnel-sent i");
      assertThat(clicked).isVisible();
      String drawn = bar.evaluate("one => one.style.transform").toString();
      long before = value(clicked);
      page.evaluate("window.sameDocument = true");

      try (MeasureRows rows = new MeasureRows(clickHouse.config(), "acme", List.of())) {
        rows.execute(
            "INSERT INTO nudge.funnel_minute VALUES ('acme', '2026-02-14 08:59:00', 'birthday', 1,"
                + " 'A', 259200000, 'any', 'CLICKED', '', 70, 0, 9)");
      }

      assertThat(clicked.locator("button").first())
          .hasAttribute("data-value", String.valueOf(before + 70));
      assertThat(bar.evaluate("one => one.style.transform")).isNotEqualTo(drawn);
      assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);
    }
  }

  @Test
  void campaignIsLookedAtByWindowTouchBasisAndPeriodAndItsAddressCanBeShared() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/cart-rescue");
      Locator paid = page.getByTestId("step-PAID");
      assertThat(paid).isVisible();
      assertThat(page.getByTestId("arm")).hasCount(4);
      assertThat(page.getByTestId("arm").last()).containsText("Winner");
      assertThat(page.getByTestId("arm").last()).containsText("+4 points");
      assertThat(page.getByTestId("arm").last().locator("svg"))
          .hasAttribute("aria-label", "+4 points, between +2.6 points and +5.4 points");
      assertThat(page.getByTestId("blocked").first()).containsText("Frequency cap");
      assertThat(page.getByTestId("blocked").first()).containsText("Raise the priority");
      assertThat(page.getByTestId("phase").first()).containsText("Before");
      assertThat(page.getByTestId("target")).hasCount(4);
      assertThat(page.getByTestId("target").first()).containsText("310 of 840");
      assertThat(page.getByTestId("target").first()).containsText("Behind");

      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("When it was sent"))
          .click();
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("7 days")).click();
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Any touch")).click();
      assertThat(page)
          .hasURL(
              Pattern.compile("#/campaign/cart-rescue[?]basis=COHORT&window=604800000&touch=any$"));
      assertThat(page.locator(".choices a[aria-current]"))
          .hasText(new String[] {"7 days", "Any touch"});
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("AIDEES")).click();
      assertThat(page.getByTestId("letter-INTEREST")).containsText("Clicked + Viewed a product");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("90 days")).click();
      assertThat(page.getByText("ROI by day")).isVisible();
      assertThat(page.getByTestId("roi-sum")).containsText("Revenue");
    }
  }

  @Test
  void numberOfTheFunnelOpensTheListOfWhoStandsBehindIt() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/cart-rescue?touch=any");
      Locator number = page.getByTestId("step-PAID").locator("button").first();
      long paid = value(page.getByTestId("step-PAID"));
      assertThat(paid).isGreaterThan(100);
      number.focus();
      page.keyboard().press("Enter");

      assertThat(page.getByTestId("grant")).hasCount(50);
      assertThat(page.locator("#grants-title")).isFocused();
      Chromium.screenshot(page, "measures-grants");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Show more")).click();
      assertThat(page.getByTestId("grant")).hasCount(100);
      page.getByTestId("grant").first().getByRole(AriaRole.LINK).click();
      assertThat(page).hasURL(Pattern.compile("#customer=customer-[0-9]+&campaign=cart-rescue$"));
      assertThat(page.getByTestId("candidate").first()).isVisible();
    }
  }

  @Test
  void participantsAreShownByTheAttributeThatIsChosen() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/cart-rescue");

      assertThat(page.getByTestId("participants-of")).hasCount(3);
      assertThat(Long.parseLong(page.getByTestId("participants").getAttribute("data-value")))
          .isGreaterThan(100);
      assertThat(page.locator(".participants")).containsText(MeasureRows.HOSTILE);
      page.locator(".participants select").selectOption("memberLevel");
      assertThat(page.getByTestId("participants-of")).hasCount(2);
      page.locator(".participants").scrollIntoViewIfNeeded();
      Chromium.screenshot(page, "measures-participants");
    }
  }

  @Test
  void experimentsSayWhatIsNotToBeTrusted() {
    try (BrowserContext context = desktop("zh-CN", ColorScheme.DARK)) {
      Page page = open(context, "experiments");

      assertThat(page.getByTestId("experiment")).hasCount(3);
      assertThat(page.getByText("客户分组与声明不符")).hasCount(1);
      assertThat(page.getByText("数据尚不足")).hasCount(2);
      assertThat(page.getByText("胜出")).hasCount(1);
      Chromium.screenshot(page, "measures-experiments-zh-dark");
    }
  }

  @Test
  void productsAreSortedAndTellTheirCompany() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "products");
      assertThat(page.locator("#together-title"))
          .hasText("Sold together with " + MeasureRows.HOSTILE);
      assertThat(page.getByTestId("together")).hasText("tee-740");

      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Carts")).click();
      assertThat(page.locator("th[aria-sort=descending]")).containsText("Carts");
      assertThat(page.getByTestId("product").first()).containsText("tee-");
      page.getByTestId("product").nth(2).getByRole(AriaRole.LINK).click();
      assertThat(page.locator("th[aria-sort=descending]")).containsText("Carts");
      assertThat(page.locator("#together-title")).containsText("Sold together with tee-");
    }
  }

  @Test
  void namesAreOnlyNamesOnEveryPage() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, HOSTILE_CAMPAIGN);
      assertThat(page.locator(".toolbar-title")).hasText(MeasureRows.HOSTILE);
      assertThat(page.getByTestId("step-TARGETED")).isVisible();
      for (String one : List.of("overview", "campaigns", "products", "experiments", "health")) {
        page.navigate(console.uri() + "?tenant=acme&range=30d#/" + one);
        assertThat(page.getByText(MeasureRows.HOSTILE).first()).isVisible();
        assertThat(page.evaluate("window.owned === undefined")).isEqualTo(true);
      }
    }
  }

  @Test
  void everyPageFitsAPhone() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.DARK, 390, 844)) {
      Page page = open(context, "overview");
      for (Map.Entry<String, String> one : PAGES.entrySet()) {
        page.navigate(console.uri() + "?tenant=acme&range=30d#/" + one.getKey());
        assertThat(page.locator(one.getValue()).first()).isVisible();
        assertThat(page.evaluate("document.documentElement.scrollWidth"))
            .as(one.getKey())
            .isEqualTo(390);
        Chromium.screenshot(page, "measures-" + one.getKey().replace('/', '-') + "-zh-phone");
      }
    }
  }

  @Test
  void everyPageIsReachedByKeyboard() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "overview");
      assertThat(page.getByTestId("now-revenue")).isVisible();
      for (String name : List.of("Campaigns", "Products", "Experiments", "Health", "Overview")) {
        page.locator(".views")
            .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name))
            .focus();
        page.keyboard().press("Enter");
        assertThat(page.locator(".views a[aria-current=page]")).hasText(name);
        assertThat(page.locator("main")).isFocused();
      }
      page.goBack();
      assertThat(page.locator(".views a[aria-current=page]")).hasText("Health");
    }
  }

  @Test
  void emptyBrandIsToldWhatToDo() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = context.newPage();
      Chromium.listen(page, complaints);
      // The only brand is chosen; another name has nothing at all.
      page.route("**/api/tenants", route -> route.fulfill(json("[\"empty\"]")));
      for (Map.Entry<String, String> one :
          Map.of(
                  "campaigns", "apply a campaign",
                  "products", "Paid orders with lines",
                  "experiments", "a control share shows its experiment here",
                  "campaign/none", "Nothing was sent yet",
                  "overview", "Waiting for the first data")
              .entrySet()) {
        page.navigate(console.uri() + "?tenant=empty&range=30d#/" + one.getKey());
        assertThat(page.locator("main")).containsText(one.getValue());
      }
    }
  }

  @Test
  void pagesAreUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (Map.Entry<String, String> one : PAGES.entrySet()) {
        try (BrowserContext context = desktop("en-GB", colours)) {
          Page page = open(context, one.getKey());
          page.locator(one.getValue()).first().waitFor();
          page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
          page.evaluate(axe);
          Object violations =
              page.evaluate(
                  """
                  async () => (await axe.run()).violations.map(
                      v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))
                  """);
          assertThat((List<?>) violations)
              .as("found by axe, %s %s", colours, one.getKey())
              .isEmpty();
        }
      }
    }
  }

  @Test
  void brandSignsOnSeesItselfAloneAndSignsOff() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = context.newPage();
      page.navigate(closed.uri() + "#/campaigns");
      page.getByLabel("Token").fill("a wrong token that nobody has");
      page.keyboard().press("Enter");
      assertThat(page.getByRole(AriaRole.ALERT)).hasText("This is no token of anybody’s.");
      Chromium.screenshot(page, "measures-sign-on");
      page.getByLabel("Token").fill(TOKEN);
      page.keyboard().press("Enter");

      assertThat(page.getByTestId("campaign")).hasCount(4);
      assertThat(page.locator(".views a")).hasCount(5);
      page.reload();
      assertThat(page.getByTestId("campaign")).hasCount(4);
      page.navigate(closed.uri() + "?tenant=acme#/overview");
      assertThat(page.getByTestId("now-alerts")).hasText("3");
      assertThat(page.locator("#health-title")).hasCount(0);

      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign off")).click();
      assertThat(page.getByLabel("Token")).isVisible();
      page.reload();
      assertThat(page.getByLabel("Token")).isVisible();
    }
  }

  private static Route.FulfillOptions json(String body) {
    return new Route.FulfillOptions().setContentType("application/json").setBody(body);
  }

  private static long value(Locator step) {
    return Long.parseLong(step.locator("button").first().getAttribute("data-value"));
  }

  private static void switchTo(Page page, String language) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(language)).click();
  }

  private static BrowserContext desktop(String locale, ColorScheme colours) {
    return browser.context(locale, colours, 1440, 900);
  }

  private Page open(BrowserContext context, String place) {
    Page page = context.newPage();
    Chromium.listen(page, complaints);
    page.navigate(console.uri() + "?tenant=acme&range=30d#/" + place);
    return page;
  }
}
