package dev.nudge.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.nudge.Chromium;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Topic;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.TopicName;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a marketer and an operator do from the pages, in a real browser, on a real broker. */
class ActionsPageIT {
  private static final String TEXT = ActionsCast.THANKS.replace("id: thanks", "id: %s");
  private static final String RAW = "{\"messageId\":\"m1\",\"tenant\":\"acme\"}";

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ActionsCast cast;
  private static ConsoleServer console;
  private static ConsoleServer reader;
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
    cast = ActionsCast.start(directory.resolve("kafka"));
    for (String campaign : List.of("cart-rescue", "win-back", "birthday")) {
      publish(campaign);
    }
    cast.putAside(
        new DeadLetter(
            RAW.getBytes(UTF_8),
            "nudge.orders",
            0,
            4711,
            ActionsCast.APPENDED.toEpochMilli(),
            DeadLetterReason.FIELD_MISSING,
            "orderId: expected a text, found nothing"));
    ConsoleConfig config =
        ConsoleConfig.local(0, clickHouse.config())
            .withClock(() -> ClockReport.wall(MeasureCast.NOW));
    reader = ConsoleServer.start(config);
    console =
        ConsoleServer.start(
            config.withControls(
                new ConsoleControls(
                    cast.kafka(),
                    List.of(
                        ConsoleControls.Recorded.file(
                            Topic.ORDERS, ActionsCast.orders(directory, "acme"))),
                    directory.resolve("rehearsals"))));
    setDefaultAssertionTimeout(30_000);
    browser = Chromium.start();
  }

  private static void publish(String campaign) throws Exception {
    DefinitionReader definitions = DefinitionReader.forPublishing("acme");
    definitions.read("cast", TEXT.formatted(campaign).getBytes(UTF_8));
    DefinitionPublisher publisher = DefinitionTopics.publisher(cast.kafka());
    publisher.apply(List.of(), definitions.rules(), Instant.parse("2026-02-01T00:00:00Z"), true);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {browser, console, reader, cast, clickHouse}) {
      if (one != null) {
        one.close();
      }
    }
  }

  @AfterEach
  void nothingWasBlockedAndNothingFailed() {
    // That a wrong text is answered with 400 is what the browser tells too.
    assertThat(complaints).filteredOn(one -> !one.contains("status of 400")).isEmpty();
  }

  @Test
  void campaignIsPausedAndResumedByKeyboardOnceConfirmed() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/win-back");
      assertThat(page.getByTestId("definition"))
          .hasText("version 1, holds from 1 Feb 2026, 00:00 (event time)");
      Locator pause = button(page, "Pause");
      pause.focus();
      page.keyboard().press("Enter");
      assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Pause win-back?");
      Chromium.screenshot(page, "actions-confirm");
      page.keyboard().press("Escape");
      assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
      assertThat(pause).isFocused();
      assertThat(written("win-back")).hasSize(1);

      page.keyboard().press("Enter");
      page.getByTestId("confirm").focus();
      page.keyboard().press("Enter");
      assertThat(page.getByTestId("done"))
          .hasText(Pattern.compile("Paused: version 2, holds from .* \\(event time\\)\\."));
      assertThat(page.locator(".actions .code")).hasText("Paused");
      assertThat(written("win-back").get(1)).contains("\"paused\":true");
      page.reload();
      assertThat(page.getByTestId("definition")).containsText("version 2");

      button(page, "Resume").click();
      page.getByTestId("confirm").click();
      assertThat(page.getByTestId("done")).containsText("Resumed: version 3");
      assertThat(written("win-back").get(2)).doesNotContain("paused");
    }
  }

  @Test
  void textIsMendedWhereItIsWrongAndAppliedOnceTheBrokerHasIt() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/cart-rescue");
      button(page, "Edit and apply").click();
      Locator text = page.getByLabel("Text of cart-rescue, YAML or JSON");
      assertThat(text).isFocused();
      assertThat(text).hasValue(Pattern.compile("\"trigger\"", Pattern.DOTALL));
      String wrong = TEXT.formatted("cart-rescue").replace("NEW}", "NEWISH}");
      text.fill(wrong);
      button(page, "Apply").click();
      page.getByTestId("confirm").click();

      Locator problem = page.getByTestId("problem");
      assertThat(problem).hasCount(1);
      assertThat(problem).containsText("Line 3, column 18");
      assertThat(problem).containsText("trigger.stage");
      assertThat(page.locator(".editor-line-wrong")).hasText("3");
      Chromium.screenshot(page, "actions-problem");
      problem.getByRole(AriaRole.BUTTON).click();
      assertThat(text).isFocused();
      assertThat(
              text.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
                  .toString())
          .isEqualTo("NEWISH}");
      assertThat(written("cart-rescue")).hasSize(1);

      text.fill(wrong.replace("NEWISH", "GROWING"));
      button(page, "Apply").click();
      page.getByTestId("confirm").click();
      assertThat(page.getByTestId("done")).containsText("Applied: version 2, holds from ");
      assertThat(problem).hasCount(0);
      assertThat(written("cart-rescue").get(1)).contains("GROWING");

      // Somebody else was there meanwhile.
      publishAnew("cart-rescue");
      text.fill(wrong.replace("NEWISH", "DORMANT"));
      complaints.clear();
      button(page, "Apply").click();
      page.getByTestId("confirm").click();
      assertThat(page.locator(".actions .failed")).containsText("Something else happened");
      assertThat(page.getByTestId("done")).hasCount(0);
      assertThat(written("cart-rescue")).hasSize(3);
      complaints.removeIf(one -> one.contains("status of 409"));
    }
  }

  private static void publishAnew(String campaign) {
    try {
      publish(campaign);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rehearsalShowsWhereItIsWhatCameOutAndItsReport() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "campaign/birthday");
      button(page, "Rehearse").click();
      assertThat(page.locator(".rehearsal progress")).isVisible();
      Chromium.screenshot(page, "actions-rehearsing");

      Locator rehearsal = page.getByTestId("rehearsal");
      assertThat(rehearsal)
          .containsText(Pattern.compile("would have sent 1[0-9]{2} and held back [0-9]+ "));
      assertThat(rehearsal).containsText("on 200 records from 5 Jan 2026 to 6 Jan 2026");
      Chromium.screenshot(page, "actions-rehearsed");
      Page report = page.waitForPopup(() -> rehearsal.getByRole(AriaRole.LINK).click());
      report.waitForLoadState();
      Chromium.listen(report, complaints);
      report.reload();
      assertThat(report.locator("body")).containsText("birthday");
      assertThat(report.evaluate("window.origin")).isEqualTo("null");
      Chromium.screenshot(report, "actions-report");
    }
  }

  @Test
  void deadLetterIsMendedAndSentAgain() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = open(context, "health");
      Locator row = page.getByTestId("letter").filter(with("nudge.orders/0/4711"));
      row.getByRole(AriaRole.BUTTON).click();
      assertThat(page.locator("#letter-title")).isFocused();
      Locator text = page.getByLabel("Record, to be mended");
      assertThat(text).hasValue(RAW);
      String mended = ActionsCast.order("acme", "anna", ActionsCast.APPENDED);
      text.fill(mended);
      Chromium.screenshot(page, "actions-letter");
      button(page, "Send the mended record").click();
      page.getByTestId("confirm").click();

      assertThat(row.getByTestId("letter-sent")).hasText("sent again as nudge.orders/0/0");
      assertThat(cast.records(TopicName.ORDERS))
          .extracting(record -> new String(record.value(), UTF_8))
          .containsExactly(mended);

      // As it was, and it has been sent before.
      row.getByRole(AriaRole.CHECKBOX).check();
      button(page, "Send the 1 chosen again").click();
      page.getByTestId("confirm").click();
      assertThat(row.getByTestId("letter-sent")).containsText("sent again before, at ");
      assertThat(cast.records(TopicName.ORDERS)).hasSize(1);
      row.getByRole(AriaRole.BUTTON).click();
      button(page, "Send once more").click();
      page.getByTestId("confirm").click();
      assertThat(row.getByTestId("letter-sent")).hasText("sent again as nudge.orders/0/1");
      assertThat(cast.records(TopicName.ORDERS)).hasSize(2);
      Chromium.screenshot(page, "actions-letters");
    }
  }

  @Test
  void consoleThatOnlyReadsSaysSoAndOffersNothing() {
    try (BrowserContext context = desktop("en-GB", ColorScheme.LIGHT)) {
      Page page = context.newPage();
      Chromium.listen(page, complaints);
      page.navigate(reader.uri() + "?tenant=acme&range=30d#/campaign/win-back");
      assertThat(page.locator(".actions")).containsText("start the console with --kafka");
      assertThat(page.locator(".actions button")).hasCount(2); // of the dialog that stays shut
      page.navigate(reader.uri() + "?tenant=acme&range=30d#/health");
      assertThat(page.getByTestId("letter").first()).isVisible();
      assertThat(page.getByRole(AriaRole.CHECKBOX)).hasCount(0);
    }
  }

  @Test
  void actionsFitAPhoneInChineseAndDark() {
    try (BrowserContext context = browser.context("zh-CN", ColorScheme.DARK, 390, 844)) {
      Page page = open(context, "campaign/birthday");
      button(page, "编辑并应用").click();
      page.locator("#definition-text").fill("kind: campaign\nid: birthday\ncolour: red\n");
      button(page, "应用").click();
      page.getByTestId("confirm").click();
      assertThat(page.getByTestId("problem").first()).containsText("第 ");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
      assertThat(page.locator("main").innerText()).doesNotContainPattern("actions\\.[a-z]");
      Chromium.screenshot(page, "actions-zh-phone");
      page.navigate(console.uri() + "?tenant=acme&range=30d#/health");
      page.getByTestId("letter").filter(with("4711")).getByRole(AriaRole.BUTTON).click();
      assertThat(page.locator("#letter-text")).isVisible();
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
      assertThat(page.locator("main").innerText()).doesNotContainPattern("letters\\.[a-z]");
      Chromium.screenshot(page, "actions-letter-zh-phone");
    }
  }

  @Test
  void actionsAreUsableWithAssistiveTools() throws Exception {
    String axe = Files.readString(Path.of("src/main/console/node_modules/axe-core/axe.min.js"));
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (BrowserContext context = desktop("en-GB", colours)) {
        Page page = open(context, "campaign/birthday");
        button(page, "Edit and apply").click();
        page.locator("#definition-text").fill("kind: campaign\nid: birthday\ncolour: red\n");
        button(page, "Apply").click();
        assertSound(page, axe, colours + " dialog");
        page.getByTestId("confirm").click();
        assertThat(page.getByTestId("problem").first()).isVisible();
        assertSound(page, axe, colours + " editor");
        page.navigate(console.uri() + "?tenant=acme&range=30d#/health");
        page.getByTestId("letter").filter(with("4711")).getByRole(AriaRole.BUTTON).click();
        assertThat(page.locator("#letter-text")).isVisible();
        assertSound(page, axe, colours + " letters");
      }
    }
  }

  private static void assertSound(Page page, String axe, String what) {
    page.evaluate(axe);
    Object violations =
        page.evaluate(
            """
            async () => (await axe.run()).violations.map(
                v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))
            """);
    assertThat((List<?>) violations).as("found by axe, " + what).isEmpty();
  }

  private static List<String> written(String campaign) {
    return cast.records(TopicName.CAMPAIGNS).stream()
        .filter(record -> new String(record.key(), UTF_8).equals("acme|campaign|" + campaign))
        .map(ConsumerRecord::value)
        .map(value -> new String(value, UTF_8))
        .toList();
  }

  private static Locator.FilterOptions with(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static Locator button(Page page, String name) {
    return page.locator("main")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true))
        .first();
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
