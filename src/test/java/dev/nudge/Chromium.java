package dev.nudge;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A real browser for the tests of pages; without one on the machine they are skipped. */
public final class Chromium implements AutoCloseable {
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Skips the test if there is none. */
  public static void assumeInstalled() {
    assumeTrue(
        installed().isPresent(),
        "no Chromium on this machine (apt-get install chromium): the page is not tested");
  }

  /** Starts it. */
  public static Chromium start() {
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new Chromium(
        playwright,
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(installed().orElseThrow())
                    .setArgs(FLAGS)));
  }

  private static Optional<Path> installed() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A user of their own; a width below 500 is a phone's. */
  public BrowserContext context(String locale, ColorScheme colours, int width, int height) {
    return browser.newContext(
        new Browser.NewContextOptions()
            .setLocale(locale)
            .setColorScheme(colours)
            .setViewportSize(width, height)
            .setDeviceScaleFactor(width < 500 ? 2 : 1));
  }

  /** Collects what the browser complains of, such as what the page's policy blocks. */
  public static void listen(Page page, List<String> complaints) {
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
  }

  /** For people to look at, in target/screenshots. */
  public static void screenshot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  /** Of a part of a page. */
  public static void screenshot(Locator part, String name) {
    // From the top, where the page's head, which stays in sight, covers nothing of it.
    part.evaluate("() => scrollTo(0, 0)");
    BoundingBox box = part.boundingBox();
    part.page()
        .screenshot(
            new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true)
                .setClip(box.x, box.y, box.width, box.height));
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
