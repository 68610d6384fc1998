package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server without a database: what it serves, refuses, and says while the database is away. */
class ConsoleServerTest {
  private static final ClockReport NOON =
      new ClockReport(
              Instant.parse("2011-03-04T12:00:00Z"), ClockReport.Kind.REPLAY, 172_800, 0.25, false)
          .simulating(ClockReport.Simulated.ANSWERS);

  private static ConsoleServer server;

  @BeforeAll
  static void start() throws IOException {
    server =
        ConsoleServer.start(
            new ConsoleConfig(
                ConsoleConfig.DEFAULT_HOST,
                0,
                clickHouse(closedPort()),
                null,
                () -> NOON,
                Set.of("nudge.example"),
                1,
                ConsoleTokens.NONE,
                null));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/favicon.svg", "/api/clock", "/api/nothing", "/api/live"})
  void everyAnswerCarriesTheSecurityHeaders(String path) throws IOException {
    String answer = get(path, "127.0.0.1");

    assertThat(answer)
        .contains(
            "content-security-policy: default-src 'self'; script-src 'self'; style-src 'self'")
        .doesNotContain("unsafe-inline")
        .contains("x-content-type-options: nosniff")
        .contains("x-frame-options: deny")
        .contains("referrer-policy: no-referrer")
        .doesNotContain("access-control-allow-origin");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "localhost, 200",
    "LOCALHOST:8080, 200",
    "[::1]:8080, 200",
    "nudge.example, 200",
    "nudge.example:443, 200",
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "evil.example:8080, 421"
  })
  void onlyKnownHostNamesAreAnswered(String host, int status) throws IOException {
    assertThat(get("/api/clock", host)).startsWith("http/1.1 " + status);
    assertThat(get("/", host)).startsWith("http/1.1 " + status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
  void onlyReadsAreAnswered(String method) throws IOException {
    assertThat(send(method + " /api/clock HTTP/1.1", "localhost", "*/*"))
        .startsWith("http/1.1 405")
        .contains("allow: get, head");
  }

  @Test
  void headAnswersWithoutABody() throws IOException {
    assertThat(send("HEAD / HTTP/1.1", "localhost", "*/*"))
        .startsWith("http/1.1 200")
        .doesNotContain("<html");
  }

  @Test
  void pageIsCheckedEachTimeAndItsFilesNever() throws IOException {
    String page = get("/", "localhost");
    Matcher script = Pattern.compile("src=\"(/assets/[^\"]+\\.js)\"").matcher(exact("/"));

    assertThat(page).contains("cache-control: no-cache").contains("text/html");
    assertThat(script.find()).isTrue();
    assertThat(get(script.group(1), "localhost"))
        .startsWith("http/1.1 200")
        .contains("cache-control: public, max-age=31536000, immutable");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/live | tenant is missing",
        "/api/live?tenant= | tenant is missing",
        "/api/live?tenant=acme&range=1y | range is not one of"
      })
  void unusableParametersAreRefused(String path, String reason) throws IOException {
    assertThat(send("GET " + path + " HTTP/1.1", "localhost", "text/event-stream"))
        .startsWith("http/1.1 400")
        .contains("application/json")
        .contains("{\"error\":\"" + reason);
  }

  @Test
  void tenantOfAbsurdLengthIsRefused() throws IOException {
    String path = "/api/live?tenant=" + "a".repeat(257);

    assertThat(send("GET " + path + " HTTP/1.1", "localhost", "text/event-stream"))
        .startsWith("http/1.1 400");
  }

  @Test
  void unknownPathIsAPlainError() throws IOException {
    assertThat(get("/api/nothing", "localhost"))
        .startsWith("http/1.1 404")
        .contains("{\"error\":")
        .doesNotContain("at dev.nudge")
        .doesNotContain("exception");
  }

  @Test
  void clockIsTheDeployments() throws IOException {
    assertThat(exact("/api/clock"))
        .contains(
            "{\"now\":\"2011-03-04T12:00:00Z\",\"kind\":\"REPLAY\",\"speed\":172800.0,"
                + "\"progress\":0.25,\"done\":false,\"simulated\":\"ANSWERS\"}");
  }

  @Test
  void tenantsAreUnavailableWithoutDatabase() throws IOException {
    assertThat(get("/api/tenants", "localhost"))
        .startsWith("http/1.1 503")
        .contains("{\"error\":\"the database does not answer\"}");
  }

  @Test
  void streamTellsTheClockAndTheTroubleAndHasRoomForAsManyAsConfigured() throws IOException {
    try (EventStream stream = new EventStream(server, "tenant=acme&range=7d")) {
      assertThat(stream.next("clock")).contains("2011-03-04T12:00:00Z");
      assertThat(stream.next("trouble"))
          .contains("\"code\":\"CLICKHOUSE_AWAY\"")
          .contains("\"since\":\"2")
          .doesNotContain("jdbc")
          .doesNotContain("Exception");
      assertThat(send("GET /api/live?tenant=b HTTP/1.1", "localhost", "text/event-stream"))
          .startsWith("http/1.1 503")
          .contains("too many pages are open");
      assertThat(stream.next("heartbeat")).contains("beat");
    }
  }

  @Test
  void badConfigurationSaysWhatWasExpected() {
    ClickHouseConfig clickHouse = clickHouse(8123);
    assertThatThrownBy(() -> ConsoleConfig.local(70_000, clickHouse))
        .hasMessage("console.port is 70000, not in 0 to 65535");
    ConsoleConfig config = ConsoleConfig.local(0, clickHouse);
    assertThatThrownBy(() -> config.withMaxViewers(0))
        .hasMessage("console.max-viewers is 0, not 1 or more");
    assertThat(config.toString()).doesNotContain("secret");
  }

  private static ClickHouseConfig clickHouse(int port) {
    return new ClickHouseConfig("jdbc:clickhouse://127.0.0.1:" + port, "default", "secret");
  }

  /** The whole answer in lower case, since case matters in no header. */
  private static String get(String path, String host) throws IOException {
    return send("GET " + path + " HTTP/1.1", host, "*/*");
  }

  private static String send(String request, String host, String accept) throws IOException {
    return raw(request, host, accept).toLowerCase(Locale.ROOT);
  }

  private static String exact(String path) throws IOException {
    return raw("GET " + path + " HTTP/1.1", "localhost", "*/*");
  }

  /** Java's HTTP clients don't let a caller choose the Host header. */
  private static String raw(String request, String host, String accept) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          (request
                  + "\r\nHost: "
                  + host
                  + "\r\nAccept: "
                  + accept
                  + "\r\nConnection: close\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
