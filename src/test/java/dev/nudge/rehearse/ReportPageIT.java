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
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Json;
import dev.nudge.event.LifecycleStage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report in a real browser, opened from the disk, over real customers' stage changes. */
class ReportPageIT {
  private static final String HOSTILE = "</script><b>acme & 子公司";

  private static final Comparator<JsonNode> IN_ORDER =
      Comparator.comparing((JsonNode change) -> Instant.parse(change.path("at").asText()))
          .thenComparing(change -> change.path("life").asInt())
          .thenComparing(change -> change.path("orderCount").asInt());

  @TempDir static Path folder;

  private static Chromium browser;
  private static Map<LifecycleStage, Long> stages;
  private static long customers;
  private static long changes;
  private static List<String> anomalies;

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Chromium.assumeInstalled();
    List<String> lines = expected("stage-changes");
    anomalies = expected("anomalies");
    countByLastChange(lines);
    Files.write(folder.resolve("stage_changes.jsonl"), withAnotherTenant(lines));
    Files.write(folder.resolve("anomalies.jsonl"), anomalies);
    for (String file : List.of("decisions", "funnel", "roi", "experiments")) {
      Files.write(folder.resolve(file + ".jsonl"), List.of());
    }
    Files.write(folder.resolve("dead_letters.jsonl"), deadLetters());
    Report.write(
        folder,
        new Rehearsal.Summary(
            41_322,
            58,
            1_204,
            Instant.parse("2010-12-01T08:26:00Z"),
            Instant.parse("2011-12-09T12:50:00Z"),
            1),
        ResultFiles.NAMES,
        Given.NOTHING);
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
    assertThat(requests).allSatisfy(url -> assertThat(url).startsWith("file://"));
    assertThat(requests).hasSize(1);
  }

  @Test
  void showsTheNumbersOfTheFiles() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);

      assertThat(page.getByTestId("total")).hasAttribute("data-value", String.valueOf(customers));
      stages.forEach(
          (stage, count) ->
              assertThat(page.getByTestId("count-" + stage))
                  .hasAttribute("data-value", String.valueOf(count)));
      assertThat(page.getByTestId("records")).hasText("41,322");
      assertThat(page.getByTestId("skipped")).hasText("1,204");
      assertThat(page.getByTestId("unusable")).hasText("58");
      assertThat(page.getByTestId("changes")).hasText(String.format("%,d", changes));
      assertThat(page.getByText("Field missing")).isVisible();
      assertThat(page.getByText("1 Dec 2010 to 9 Dec 2011")).isVisible();
      for (String file : ResultFiles.NAMES) {
        assertThat(page.getByText(file + ".jsonl")).isVisible();
        assertThat(page.locator(".files dt:has-text('" + file + "') + dd")).isVisible();
      }
      Chromium.screenshot(page, "report-en");
    }
  }

  @Test
  void showsAnomaliesByKindAndTheLargestAmounts() throws Exception {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);

      assertThat(page.getByTestId("all-anomalies")).hasText("20,553");
      for (String kind : List.of("SPEND_SPIKE", "SPEND_DROP", "SLEEP_LINE", "OVERDUE")) {
        long count =
            anomalies.stream().filter(line -> line.contains("\"kind\":\"" + kind + "\"")).count();
        assertThat(page.getByTestId("anomalies-" + kind))
            .hasAttribute("data-value", String.valueOf(count));
      }
      assertThat(page.getByText("By week, from Monday")).isVisible();
      assertThat(page.getByTestId("largest")).hasCount(Report.MAX_LARGEST);
      JsonNode largest = furthestFromUsual();
      assertThat(page.getByTestId("largest").first())
          .containsText(largest.path("customerId").asText());
      assertThat(page.getByTestId("largest").first())
          .containsText(largest.path("orderId").asText());
      assertThat(page.getByTestId("largest").first())
          .containsText(String.format(Locale.UK, "%,.2f", largest.path("value").asDouble()));

      Locator drops = page.locator(".kinds button.anomaly-spend-drop");
      drops.focus();
      page.keyboard().press("Enter");
      assertThat(drops).hasAttribute("aria-pressed", "true");
      assertThat(page.locator(".anomalies").getByRole(AriaRole.IMG))
          .hasAttribute("aria-label", Pattern.compile(".*: Spend drop 2,064\\."));
    }
  }

  private static JsonNode furthestFromUsual() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode furthest = null;
    double distance = -1;
    for (String line : anomalies) {
      JsonNode anomaly = mapper.readTree(line);
      double one = Math.abs(anomaly.path("value").asDouble() - anomaly.path("baseline").asDouble());
      if (anomaly.path("value").isTextual() && one > distance) {
        furthest = anomaly;
        distance = one;
      }
    }
    return furthest;
  }

  @Test
  void tenantWithoutAnomaliesIsToldSo() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);

      page.getByLabel("Brand").selectOption(HOSTILE);

      assertThat(page.getByText("No anomalies in this rehearsal")).isVisible();
      assertThat(page.locator(".anomalies canvas")).hasCount(0);
      assertThat(page.getByTestId("largest")).hasCount(0);
    }
  }

  @Test
  void anotherTenantsCustomersAreOtherCustomers() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.DARK, 1280, 900)) {
      Page page = open(context);

      page.getByLabel("Brand").selectOption(HOSTILE);

      assertThat(page.getByTestId("total")).hasText("1");
      assertThat(page.getByTestId("move-NEW-GROWING")).hasCount(0);
      assertThat(page).hasTitle(HOSTILE + " · Rehearsal report");
      page.getByLabel("Brand").selectOption("online-retail");
      page.locator(".tile.stage-lost").click();
      assertThat(page.getByText("Only moves that touch Lost").first()).isVisible();
      assertThat(page.getByTestId("move-NEW-GROWING")).hasCount(0);
      assertThat(page.getByTestId("move-DORMANT-LOST")).hasCount(1);
      page.locator(".tile-total").click();
      Chromium.screenshot(page, "report-en-dark");
    }
  }

  @Test
  void speaksChinese() {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.LIGHT, 1280, 900)) {
      Page page = open(context);

      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("中文")).click();

      assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
      assertThat(page).hasTitle("online-retail · 预演报告");
      for (String words :
          List.of("期末客户", "各阶段客户数走势", "阶段流转", "阶段变化（按类型）", "异常事件", "金额最大的异常", "随附文件")) {
        assertThat(page.getByText(words).first()).isVisible();
      }
      assertThat(page.locator(".tile.stage-dormant")).containsText("沉默期");
      Chromium.screenshot(page, "report-zh");
    }
  }

  @Test
  void fitsAPhone() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.LIGHT, 390, 844)) {
      Page page = open(context);
      Chromium.screenshot(page, "report-zh-phone");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    }
  }

  @Test
  void printsOnWhite() throws Exception {
    try (BrowserContext context = browser.context("en-GB", ColorScheme.DARK, 1280, 900)) {
      Page page = open(context);
      page.evaluate(
          """
          addEventListener('beforeprint', () => {
            window.paper = getComputedStyle(document.body).color
            window.chart = document.querySelector('.chart canvas').clientWidth
          })
          """);

      page.pdf(
          new Page.PdfOptions()
              .setPath(Path.of("target/screenshots/report-en.pdf"))
              .setPreferCSSPageSize(true)
              .setPrintBackground(true));

      assertThat(page.evaluate("window.paper")).isEqualTo("rgb(27, 36, 33)");
      assertThat(page.evaluate("window.chart")).isEqualTo(650);
      assertThat(page.locator("body")).hasCSS("color", "rgb(231, 237, 234)");
    }
  }

  @Test
  void isUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      requests.clear();
      try (BrowserContext context = browser.context("en-GB", colours, 1280, 900)) {
        Page page = open(context);
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

  private Page open(BrowserContext context) {
    Page page = context.newPage();
    Chromium.listen(page, complaints);
    page.onRequest(request -> requests.add(request.url()));
    page.navigate(folder.resolve("report.html").toUri().toString());
    page.getByTestId("total").waitFor();
    return page;
  }

  private static List<String> expected(String name) throws IOException {
    try (InputStream file =
            ReportPageIT.class.getResourceAsStream(
                "/data/expected/online-retail-" + name + ".jsonl.gz");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }

  /**
   * Another way to count: each customer's last change says where they are. Of two at the same time
   * the one of the later life, or with more orders, is the last, wherever the sorted file has it.
   */
  private static void countByLastChange(List<String> lines) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Map<String, JsonNode> newest = new HashMap<>();
    for (String line : lines) {
      JsonNode change = mapper.readTree(line);
      newest.merge(
          change.path("customerId").asText(),
          change,
          (one, other) -> IN_ORDER.compare(one, other) > 0 ? one : other);
    }
    List<LifecycleStage> last =
        newest.values().stream()
            .map(change -> LifecycleStage.valueOf(change.path("to").asText()))
            .toList();
    stages = new EnumMap<>(LifecycleStage.class);
    for (LifecycleStage stage : LifecycleStage.values()) {
      stages.put(stage, last.stream().filter(stage::equals).count());
    }
    customers = last.size();
    changes = lines.size();
  }

  private static List<String> withAnotherTenant(List<String> lines) {
    List<String> all = new ArrayList<>(lines);
    all.add(lines.get(0).replace("\"online-retail\"", "\"" + HOSTILE + "\""));
    return all;
  }

  private static List<String> deadLetters() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 58; i++) {
      DeadLetterReason reason = i < 41 ? DeadLetterReason.FIELD_MISSING : DeadLetterReason.NOT_JSON;
      lines.add(Json.of(new DeadLetter(new byte[] {'{'}, "orders.jsonl", 0, i, 0, reason, "no")));
    }
    return lines;
  }
}
