package dev.nudge.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.event.LifecycleStage;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, over real customers' stage changes in a real ClickHouse. */
class ConsolePageIT {
  private static final String TENANT = "online-retail";
  private static final Instant NOW = Instant.parse("2011-10-15T00:00:00Z");

  private static final List<String> BUILT_IN =
      List.of(
          "SPEND_SPIKE",
          "SPEND_DROP",
          "SLEEP_LINE",
          "OVERDUE",
          "SLOWING",
          "ORDER_UNPAID",
          "CART_ABANDONED",
          "BROWSE_BURST",
          "ORDER_BURST",
          "RETURNED",
          "REFILL_DUE");

  @TempDir static Path directory;

  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer console;
  private static Chromium browser;
  private static final AtomicReference<ClockReport> CLOCK =
      new AtomicReference<>(replay(NOW, 172_800));

  /** What happened up to now, and a customer who comes thereafter. */
  private static List<JsonNode> past;

  private static JsonNode nextNewcomer;

  /** Anomalies up to now. */
  private static List<JsonNode> pastAnomalies;

  private final List<String> complaints = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Chromium.assumeInstalled();
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(Path.of("unused")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    MeasureRows.standIn(clickHouse.config());
    readExpected();
    insert(TENANT, past);
    insert("other", past.subList(0, 25));
    insertAnomalies(TENANT, pastAnomalies);
    insertDeadLetters();
    console =
        ConsoleServer.start(ConsoleConfig.local(0, clickHouse.config()).withClock(CLOCK::get));
    // The feed rests between its rounds; a busy machine makes them long.
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
  void tilesShowTheNumbersOfTheDatabase() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);

      assertThat(page.getByTestId("total"))
          .hasText(NumberFormat.getIntegerInstance(Locale.UK).format(total(TENANT)));
      Map<LifecycleStage, Long> counts = countByLastChange(TENANT);
      for (LifecycleStage stage : LifecycleStage.values()) {
        assertThat(page.getByTestId("count-" + stage))
            .hasAttribute("data-value", String.valueOf(counts.get(stage)));
      }
      assertThat(page.getByRole(AriaRole.BANNER)).containsText("Replay ×172,800 of real data");
      assertThat(page.getByText("Field missing")).isVisible();
      assertThat(page.getByTestId("moment")).hasCount(60);
      Chromium.screenshot(page, "console-en");

      // Another brand's customers are other customers.
      page.getByLabel("Brand").selectOption("other");
      assertThat(page.getByTestId("total"))
          .hasAttribute("data-value", String.valueOf(total("other")));
    }
  }

  @Test
  void speaksChineseAndRemembersIt() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);
      assertThat(page.locator("html")).hasAttribute("lang", "en");

      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("中文")).click();
      assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
      page.reload();

      assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
      for (String stage : List.of("潜在客户", "新客期", "发展期", "稳定期", "衰退期", "沉默期", "流失")) {
        assertThat(page.locator(".tile", new Page.LocatorOptions().setHasText(stage))).isVisible();
      }
      for (String kind : List.of("消费激增", "消费骤降", "沉睡提醒", "逾期未购")) {
        assertThat(page.locator(".kinds button", new Page.LocatorOptions().setHasText(kind)))
            .isVisible();
      }
      assertThat(page.getByRole(AriaRole.BANNER)).containsText("真实数据回放 ×172,800");
      Chromium.screenshot(page, "console-zh");
    }
  }

  @Test
  void followsTheBrowsersLanguageAndColours() throws Exception {
    try (BrowserContext chinese = context("zh-CN", ColorScheme.DARK, 1440, 900);
        BrowserContext english = context("en-GB", ColorScheme.DARK, 1440, 900)) {
      Page page = open(chinese, TENANT);
      assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
      Chromium.screenshot(page, "console-zh-dark");

      page = open(english, TENANT);
      assertThat(page.locator("html")).hasAttribute("lang", "en");
      assertThat(page.locator("body")).hasCSS("background-color", "rgb(15, 20, 19)");
      Chromium.screenshot(page, "console-en-dark");
    }
  }

  @Test
  void fitsAPhone() throws Exception {
    try (BrowserContext context = context("zh-CN", ColorScheme.LIGHT, 390, 844)) {
      Page page = open(context, TENANT);
      Chromium.screenshot(page, "console-zh-phone");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    }
  }

  @Test
  void newRowShowsWithoutReload() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      insert("live", past.subList(0, 200));
      Page page = open(context, "live");
      String before = page.getByTestId("total").getAttribute("data-value");
      page.evaluate("window.sameDocument = true");

      JsonNode newcomer =
          new ObjectMapper()
              .readTree(
                  """
                  {"customerId": "Anna", "from": null, "to": "NEW", "at": "%s",
                   "life": 1, "orderCount": 1}
                  """
                      .formatted(NOW));
      insert("live", List.of(newcomer));

      assertThat(page.getByTestId("moment").first()).containsText("Anna");
      assertThat(page.getByTestId("total"))
          .hasAttribute("data-value", String.valueOf(Long.parseLong(before) + 1));
      assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);

      // The same row once more, as after a failure, counts nobody twice; the row behind it shows
      // both were read.
      insert("live", List.of(newcomer));
      insert("live", List.of(nextNewcomer));
      assertThat(page.getByTestId("moment").first())
          .containsText(nextNewcomer.path("customerId").asText());
      assertThat(page.getByTestId("total"))
          .hasAttribute("data-value", String.valueOf(total("live")));
    }
  }

  @Test
  void replayWithoutSpeedLimitNamesNoSpeedAndItsClockStandsBetweenReports() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      CLOCK.set(replay(NOW, 0));
      Page page = open(context, TENANT);

      assertThat(page.locator(".badge")).hasText("Replay of real data");
      assertThat(page.locator(".clock time")).hasAttribute("datetime", "2011-10-15T00:00:00.000Z");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("中文")).click();
      assertThat(page.locator(".badge")).hasText("真实数据回放");
    } finally {
      CLOCK.set(replay(NOW, 172_800));
    }
  }

  @Test
  void whatIsSimulatedIsMarkedInBothLanguages() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      CLOCK.set(replay(NOW, 172_800).simulating(ClockReport.Simulated.ANSWERS));
      Page page = open(context, TENANT);

      assertThat(page.locator(".badge-simulated")).containsText("Answers simulated");
      assertThat(page.locator(".badge-simulated"))
          .hasAttribute("title", Pattern.compile("because they were nudged is invented"));
      CLOCK.set(ClockReport.wall(NOW).simulating(ClockReport.Simulated.SHOP));
      assertThat(page.locator(".badge-simulated")).containsText("Simulated shop");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("中文")).click();
      assertThat(page.locator(".badge-simulated")).containsText("模拟店铺");
      CLOCK.set(ClockReport.wall(NOW));
      assertThat(page.locator(".badge-simulated")).hasCount(0);
    } finally {
      CLOCK.set(replay(NOW, 172_800));
    }
  }

  @Test
  void replayThatHasNotBegunShowsNoTime() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      CLOCK.set(replay(null, 0));
      Page page = open(context, TENANT);

      assertThat(page.locator(".badge")).hasText("Replay is about to begin");
      assertThat(page.locator(".clock time")).hasCount(0);
      // What earlier runs left is shown up to its newest row.
      assertThat(page.getByTestId("total"))
          .hasAttribute("data-value", String.valueOf(total(TENANT)));
    } finally {
      CLOCK.set(replay(NOW, 172_800));
    }
  }

  @Test
  void stageInFocusNarrowsEveryPanel() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);
      Locator lost = page.locator(".tile.stage-lost");

      lost.focus();
      page.keyboard().press("Enter");

      assertThat(lost).hasAttribute("aria-pressed", "true");
      assertThat(page.getByText("Only moves that touch Lost")).isVisible();
      assertThat(page.locator(".legend li")).hasCount(1);
      assertThat(page.getByTestId("moment")).hasCount(20);
      for (Locator chip : page.locator(".moment-move .chip-strong").all()) {
        assertThat(chip).hasText("Lost");
      }
      Chromium.screenshot(page, "console-en-focus");
    }
  }

  @Test
  void anomaliesAreCountedByKindOverThePeriod() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);

      expectAnomalies(page, NOW.minus(Duration.ofDays(90)));
      assertThat(page.getByText("By UTC day")).isVisible();
      assertThat(page.locator(".anomalies").getByRole(AriaRole.IMG))
          .hasAttribute("aria-label", Pattern.compile("Stacked bars .*Spend drop \\d.*"));

      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("All").setExact(true))
          .click();
      assertThat(page.getByText("By week, from Monday")).isVisible();
      expectAnomalies(page, Instant.MIN);
      Chromium.screenshot(page, "console-en-anomalies");
    }
  }

  /** Counted once more from the rows that were put in. */
  private static void expectAnomalies(Page page, Instant since) {
    Map<String, Long> counts =
        pastAnomalies.stream()
            .filter(row -> !Instant.parse(row.path("at").asText()).isBefore(since))
            .collect(groupingBy(row -> row.path("kind").asText(), counting()));
    assertThat(counts.keySet())
        .containsExactlyInAnyOrder("SPEND_SPIKE", "SPEND_DROP", "SLEEP_LINE", "OVERDUE");
    counts.forEach(
        (kind, count) ->
            assertThat(page.getByTestId("anomalies-" + kind))
                .hasAttribute("data-value", count.toString()));
    assertThat(page.getByTestId("anomalies"))
        .hasAttribute(
            "data-value",
            String.valueOf(counts.values().stream().mapToLong(Long::longValue).sum()));
  }

  @Test
  void tickerShowsAnomaliesBesideStageChangesTheNewestFirst() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);
      List<Instant> expected =
          Stream.concat(past.stream(), pastAnomalies.stream())
              .map(row -> Instant.parse(row.path("at").asText()))
              .sorted(Comparator.reverseOrder())
              .limit(60)
              .toList();

      assertThat(page.locator(".feed .dot-anomaly").first()).isAttached();
      assertThat(page.getByTestId("moment")).hasCount(60);
      assertThat(page.locator(".feed time").all().stream())
          .extracting(time -> Instant.parse(time.getAttribute("datetime")))
          .containsExactlyElementsOf(expected);
    }
  }

  @Test
  void kindInFocusNarrowsTheTickerAndTakesTheFocusFromAStage() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = open(context, TENANT);
      Locator lost = page.locator(".tile.stage-lost");
      lost.click();
      assertThat(lost).hasAttribute("aria-pressed", "true");
      Locator spikes =
          page.getByRole(
              AriaRole.BUTTON,
              new Page.GetByRoleOptions().setName(Pattern.compile("^Spend spike")));

      spikes.focus();
      page.keyboard().press("Enter");

      assertThat(spikes).hasAttribute("aria-pressed", "true");
      assertThat(lost).hasAttribute("aria-pressed", "false");
      assertThat(page.getByText("Only Spend spike")).isVisible();
      assertThat(page.getByTestId("moment")).hasCount(20);
      JsonNode newest =
          pastAnomalies.stream()
              .filter(row -> row.path("kind").asText().equals("SPEND_SPIKE"))
              .max(Comparator.comparing(row -> Instant.parse(row.path("at").asText())))
              .orElseThrow();
      assertThat(page.getByTestId("moment").first())
          .containsText("order " + newest.path("orderId").asText());
      assertThat(page.getByTestId("moment").first()).containsText("Spend spike");
      assertThat(page.getByTestId("moment").first())
          .containsText(Pattern.compile("[\\d,.]+ \\(usual [\\d,.]+\\)"));
      Chromium.screenshot(page, "console-en-kind");

      page.keyboard().press("Enter");
      assertThat(spikes).hasAttribute("aria-pressed", "false");
      assertThat(page.getByTestId("moment")).hasCount(60);
    }
  }

  @Test
  void newAnomalyShowsWithoutReloadAndOnceHoweverOftenItIsSent() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      insert("unusual", past.subList(0, 200));
      Page page = open(context, "unusual");
      assertThat(page.getByText("No anomalies in this period")).isVisible();

      JsonNode own = anomaly("Anna", "vip-silent", NOW.minusSeconds(60));
      insertAnomalies("unusual", List.of(own));
      assertThat(page.getByTestId("moment").first()).containsText("vip-silent");
      insertAnomalies("unusual", List.of(own));
      insertAnomalies("unusual", List.of(anomaly("Bert", "SPEND_SPIKE", NOW)));

      assertThat(page.getByTestId("moment").first()).containsText("Spend spike");
      assertThat(page.getByTestId("anomalies")).hasAttribute("data-value", "2");
      assertThat(page.getByTestId("anomalies-vip-silent")).hasAttribute("data-value", "1");
    }
  }

  @Test
  void everyBuiltInKindHasWordsInBothLanguagesAndABrandsOwnItsName() throws Exception {
    List<JsonNode> anomalies = new ArrayList<>();
    for (String kind : BUILT_IN) {
      for (int i = 0; i <= BUILT_IN.indexOf(kind); i++) {
        anomalies.add(anomaly("c" + i, kind, NOW.minus(Duration.ofDays(i * 7L + 1))));
      }
    }
    anomalies.add(anomaly("Anna", "vip-silent", NOW.minusSeconds(1)));
    insert("kinds", past.subList(0, 200));
    insertAnomalies("kinds", anomalies);
    for (String language : List.of("en-GB", "zh-CN")) {
      try (BrowserContext context = context(language, ColorScheme.LIGHT, 390, 844)) {
        Page page = open(context, "kinds");

        for (String kind : BUILT_IN) {
          String colour = "anomaly-" + kind.toLowerCase(Locale.ROOT).replace('_', '-');
          Locator row = page.locator(".kinds button." + colour);
          assertThat(row.locator("b")).hasText(String.valueOf(BUILT_IN.indexOf(kind) + 1));
          assertThat(row.locator("span")).not().hasText(Pattern.compile("[A-Z]{3}|\\."));
          assertThat(row).not().hasAttribute("title", Pattern.compile("anomalies|[A-Z]{3}"));
        }
        assertThat(page.locator(".kinds button.anomaly-own span")).hasText("vip-silent");
        assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
        page.locator(".anomalies")
            .screenshot(
                new Locator.ScreenshotOptions()
                    .setPath(Path.of("target/screenshots/anomalies-" + language + "-phone.png")));
      }
    }
  }

  private static JsonNode anomaly(String customer, String kind, Instant at) throws IOException {
    return new ObjectMapper()
        .readTree(
            "{\"customerId\": \"%s\", \"kind\": \"%s\", \"at\": \"%s\"}"
                .formatted(customer, kind, at));
  }

  @Test
  void emptyDatabaseIsToldSo() throws Exception {
    try (BrowserContext context = context("en-GB", ColorScheme.LIGHT, 1440, 900)) {
      Page page = context.newPage();
      listen(page);
      page.route(
          "**/api/tenants",
          route ->
              route.fulfill(
                  new com.microsoft.playwright.Route.FulfillOptions()
                      .setBody("[]")
                      .setContentType("application/json")));
      page.navigate(console.uri().toString());

      assertThat(page.getByText("Waiting for the first data")).isVisible();
      Chromium.screenshot(page, "console-en-waiting");
    }
  }

  @Test
  void pageIsUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (BrowserContext context = context("en-GB", colours, 1440, 900)) {
        Page page = open(context, TENANT);
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

  private static BrowserContext context(String locale, ColorScheme colours, int width, int height) {
    return browser.context(locale, colours, width, height);
  }

  /** Opens the page and waits for its first numbers. */
  private Page open(BrowserContext context, String tenant) {
    Page page = context.newPage();
    listen(page);
    page.navigate(console.uri() + "?tenant=" + tenant + "&range=90d");
    page.getByTestId("total").waitFor();
    page.getByTestId("moment").first().waitFor();
    page.locator(".health-grid").waitFor();
    return page;
  }

  /** Whatever the policy blocks is an error on the browser's console. */
  private void listen(Page page) {
    Chromium.listen(page, complaints);
  }

  private static ClockReport replay(Instant now, double speed) {
    return new ClockReport(now, ClockReport.Kind.REPLAY, speed, 0.847, false);
  }

  private static void readExpected() throws IOException {
    past = new ArrayList<>();
    for (JsonNode change : rows("/data/expected/online-retail-stage-changes.jsonl.gz")) {
      if (isOver(change)) {
        past.add(change);
      } else if (nextNewcomer == null && change.path("from").isNull()) {
        nextNewcomer = change;
      }
    }
    pastAnomalies = new ArrayList<>(rows("/data/expected/online-retail-anomalies.jsonl.gz"));
    pastAnomalies.removeIf(anomaly -> !isOver(anomaly));
  }

  private static boolean isOver(JsonNode row) {
    return !Instant.parse(row.path("at").asText()).isAfter(NOW);
  }

  private static List<JsonNode> rows(String resource) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    try (InputStream file = ConsolePageIT.class.getResourceAsStream(resource);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(mapper.readTree(line));
      }
    }
    return rows;
  }

  private static void insert(String tenant, List<JsonNode> changes) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO nudge.stage_changes (tenant, customer_id, `from`, `to`, at, life,"
                    + " order_count, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < changes.size(); i++) {
        JsonNode change = changes.get(i);
        insert.setString(1, tenant);
        insert.setString(2, change.path("customerId").asText());
        insert.setString(3, change.path("from").textValue());
        insert.setString(4, change.path("to").asText());
        insert.setObject(5, Instant.parse(change.path("at").asText()));
        insert.setInt(6, change.path("life").asInt());
        insert.setInt(7, change.path("orderCount").asInt());
        insert.setLong(8, i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static void insertAnomalies(String tenant, List<JsonNode> anomalies) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO nudge.anomalies (tenant, customer_id, kind, at, order_id, value,"
                    + " baseline, evidence, id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (JsonNode anomaly : anomalies) {
        insert.setString(1, tenant);
        insert.setString(2, anomaly.path("customerId").asText());
        insert.setString(3, anomaly.path("kind").asText());
        insert.setObject(4, Instant.parse(anomaly.path("at").asText()));
        insert.setString(5, anomaly.path("orderId").asText());
        insert.setBigDecimal(6, decimal(anomaly.path("value")));
        insert.setBigDecimal(7, decimal(anomaly.path("baseline")));
        insert.setString(8, "{}");
        insert.setString(9, anomaly.toString());
        insert.setLong(10, 1);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static BigDecimal decimal(JsonNode value) {
    return value.isMissingNode() ? null : new BigDecimal(value.asText());
  }

  private static void insertDeadLetters() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO nudge.dead_letters SELECT 'nudge.orders', 0, number, now64(3),"
              + " if(number < 41, 'FIELD_MISSING', 'NOT_JSON'), 'no amount', '{', 1"
              + " FROM numbers(58)");
    }
  }

  /** Another way to count: each customer's last change says where they are. */
  private static Map<LifecycleStage, Long> countByLastChange(String tenant) throws SQLException {
    Map<LifecycleStage, Long> counts = new EnumMap<>(LifecycleStage.class);
    for (LifecycleStage stage : LifecycleStage.values()) {
      counts.put(stage, 0L);
    }
    try (Connection connection = connect();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT stage, count() FROM (SELECT argMax(`to`, (at, life, order_count, version))"
                    + " AS stage FROM nudge.stage_changes WHERE tenant = ? GROUP BY customer_id)"
                    + " GROUP BY stage")) {
      select.setString(1, tenant);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          counts.put(LifecycleStage.valueOf(rows.getString(1)), rows.getLong(2));
        }
      }
    }
    return counts;
  }

  private static long total(String tenant) throws SQLException {
    return countByLastChange(tenant).values().stream().mapToLong(Long::longValue).sum();
  }

  private static Connection connect() throws SQLException {
    ClickHouseConfig config = clickHouse.config();
    Properties properties = new Properties();
    properties.setProperty("user", config.user());
    properties.setProperty("password", config.password());
    return DriverManager.getConnection(config.url(), properties);
  }
}
