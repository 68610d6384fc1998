package dev.nudge.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to the console of who wants more than is theirs: each is refused, or finds nothing. */
@Timeout(300)
class HostileRequestsIT {
  private static final String BRAND = "zeta-token-0123456789";
  private static final String PLATFORM = "platform-token-0123456789";
  private static final Set<String> TABLES =
      Set.of("decisions", "stage_changes", "anomalies", "grant_rows", "funnel_steps");

  /** What stands in acme's rows, and on no page that a stranger may see. */
  private static final String SECRET = "cart-rescue";

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer console;

  @BeforeAll
  static void start() throws Exception {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    MeasureCast.insert(clickHouse.config());
    console =
        ConsoleServer.start(
            ConsoleConfig.local(0, clickHouse.config())
                .withClock(() -> ClockReport.wall(MeasureCast.NOW))
                .withTokens(ConsoleTokens.of(Map.of("zeta", BRAND, "*", PLATFORM))));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {console, clickHouse}) {
      if (one != null) {
        one.close();
      }
    }
  }

  static List<String> injections() {
    return List.of(
        "' OR 1=1 --",
        "'; DROP TABLE nudge.decisions; --",
        "\\'; TRUNCATE TABLE nudge.decisions; --",
        "zeta' UNION ALL SELECT * FROM nudge.decisions WHERE tenant = 'acme",
        "zeta') OR tenant IN ('acme",
        "1 OR tenant = 'acme'",
        "zeta%' OR customer_id LIKE '%",
        "%",
        "_",
        "{tenant:String}",
        "?",
        "$$acme$$",
        "zeta\u0000acme",
        "zeta\nFORMAT JSON",
        "file('/etc/passwd')",
        "url('http://127.0.0.1:1/')");
  }

  /** Every parameter of every question, each with every injection. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "overview?tenant=zeta&range=@",
        "campaigns?tenant=zeta&range=@",
        "campaign?tenant=zeta&campaign=@",
        "campaign?tenant=zeta&campaign=x&window=@",
        "campaign?tenant=zeta&campaign=x&touch=@",
        "campaign?tenant=zeta&campaign=x&basis=@",
        "products?tenant=zeta&sort=@",
        "products?tenant=zeta&product=@",
        "experiments?tenant=zeta&range=@",
        "lifecycle?tenant=zeta&range=@",
        "customers?tenant=zeta&prefix=@",
        "customer?tenant=zeta&id=@",
        "customer?tenant=zeta&id=a&campaign=@",
        "customer?tenant=zeta&id=a&limit=@",
        "grants?tenant=zeta&campaign=@&window=1&touch=any&step=PAID",
        "grants?tenant=zeta&campaign=x&window=@&touch=any&step=PAID",
        "grants?tenant=zeta&campaign=x&window=1&touch=any&step=@",
        "grants?tenant=zeta&campaign=x&window=1&touch=any&step=PAID&arm=@",
        "grants?tenant=zeta&campaign=x&window=1&touch=any&step=PAID&after=@&afterGrant=@",
        "participants?tenant=zeta&campaign=@"
      })
  void sqlInAParameterIsATextThatNothingIsCalledBy(String path) throws Exception {
    Map<String, String> before = counts();
    for (String injection : injections()) {
      String target = "/api/" + path.replace("@", URLEncoder.encode(injection, UTF_8));
      String answer = get(target, "Authorization: Bearer " + BRAND);
      // 503 would say that the database was asked and did not understand.
      assertThat(status(answer)).as(target).isIn(200, 400, 404);
      assertThat(answer).as(target).doesNotContain(SECRET).doesNotContain("root:");
    }
    assertThat(counts()).isEqualTo(before);
  }

  @Test
  void sqlAsABrandIsNotTheTokensBrand() throws Exception {
    for (String injection : injections()) {
      String target = "/api/overview?tenant=" + URLEncoder.encode(injection, UTF_8);
      assertThat(status(get(target, "Authorization: Bearer " + BRAND))).as(target).isEqualTo(403);
      String platforms = get(target, "Authorization: Bearer " + PLATFORM);
      assertThat(status(platforms)).as(target).isEqualTo(200);
      assertThat(platforms).as(target).doesNotContain(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/..%252f..%252fetc%252fpasswd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "/assets/..;/..;/etc/passwd",
        "/assets/%c0%ae%c0%ae/etc/passwd",
        "/assets/%00",
        "/assets/../log4j2.properties",
        "/log4j2.properties",
        "/assets/../../log4j2.properties",
        "/..%2flog4j2.properties",
        "/../log4j2.properties",
        "/clickhouse/V001__lifecycle.sql",
        "/..%2fclickhouse%2fV001__lifecycle.sql",
        "/dev/nudge/cli/Nudge.class",
        "/META-INF/MANIFEST.MF",
        "/WEB-INF/web.xml",
        "//etc/passwd",
        "/file:/etc/passwd",
        "/.git/config",
        "/api/../api/tenants",
        "/api/./tenants",
        "/assets/../api/tenants",
        "/api//tenants",
        "//api/tenants",
        "/api/tenants/",
        "/api/tenants;a=b",
        "/api;a=b/tenants",
        "/api/%74enants",
        "/%61pi/tenants",
        "/API/tenants",
        "/api%2ftenants",
        "/api/rehearsal/report?tenant=acme&id=../../../etc/passwd",
        "/api/dead-letter?tenant=acme&topic=../../x"
      })
  void noPathLeadsOutOfThePageOrAroundTheTokens(String target) throws Exception {
    String answer = get(target);

    assertThat(status(answer)).isIn(400, 401, 404, 405);
    assertThat(answer)
        .doesNotContain("root:")
        .doesNotContain("rootLogger")
        .doesNotContain("CREATE TABLE")
        .doesNotContain("[\"acme\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/overview?tenant=acme",
        "/api/overview?tenant=acme&tenant=zeta",
        "/api/overview?tenant=ACME",
        "/api/overview?tenant=*",
        "/api/overview?tenant=zeta%20",
        "/api/overview?tenant=%20zeta",
        "/api/overview?tenant=zeta%00",
        "/api/overview?tenant=zeta,acme",
        "/api/overview?tenant[]=acme&tenant=acme",
        "/api/campaign?tenant=acme&campaign=cart-rescue",
        "/api/customers?tenant=acme&prefix=c",
        "/api/customer?tenant=acme&id=c1",
        "/api/participants?tenant=acme&campaign=cart-rescue",
        "/api/grants?tenant=acme&campaign=cart-rescue&window=1&touch=any&step=PAID",
        "/api/health?tenant=zeta"
      })
  void brandsTokenOpensNoOtherBrand(String target) throws Exception {
    assertThat(status(get(target, "Authorization: Bearer " + BRAND))).isEqualTo(403);
  }

  @Test
  void secondBrandInAnAddressIsNotAsked() throws Exception {
    String answer = get("/api/campaigns?tenant=zeta&tenant=acme", "Authorization: Bearer " + BRAND);
    assertThat(status(answer)).isEqualTo(200);
    assertThat(answer).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no token | X-Nothing: 1",
        "an empty one | Authorization: Bearer",
        "the beginning of one | Authorization: Bearer zeta-token-01234567",
        "one and more | Authorization: Bearer zeta-token-01234567890",
        "one in capitals | Authorization: Bearer ZETA-TOKEN-0123456789",
        "another scheme | Authorization: Basic emV0YTp6ZXRhLXRva2VuLTAxMjM0NTY3ODk=",
        "one as the cookie | Cookie: nudge-console=zeta-token-0123456789",
        "a cookie made up | Cookie: nudge-console=0000000000000000000000000000000000000000",
        "one in a header of a proxy | X-Forwarded-User: zeta",
        "SQL | Authorization: Bearer ' OR 1=1 --",
        "all | Authorization: Bearer *"
      })
  void whatIsNoTokenOpensNothing(String what, String header) throws Exception {
    for (String target : List.of("/api/tenants", "/api/overview?tenant=zeta")) {
      assertThat(status(get(target, header))).as(target).isEqualTo(401);
    }
    assertThat(status(get("/api/tenants?token=" + BRAND, header))).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a page of another site | Origin: https://evil.example",
        "a page of no site | Origin: null",
        "another port of this machine | Origin: http://127.0.0.1:1",
        "a name that begins like ours | Origin: http://127.0.0.1.evil.example",
        "a frame of another site | Sec-Fetch-Site: cross-site",
        "a neighbour's page | Sec-Fetch-Site: same-site"
      })
  void otherSitesSignNobodyOnAndChangeNothing(String what, String header) throws Exception {
    String body = "{\"token\":\"" + BRAND + "\"}";
    for (String method : List.of("POST", "DELETE")) {
      String answer =
          raw(
              method + " /api/session HTTP/1.1",
              body,
              "Host: 127.0.0.1",
              "X-Nudge: 1",
              "Content-Type: application/json",
              header);
      assertThat(status(answer)).as(method).isEqualTo(403);
      assertThat(answer).doesNotContainIgnoringCase("set-cookie");
    }
  }

  @Test
  void formOfAnotherSiteSignsNobodyOn() throws Exception {
    String answer =
        raw(
            "POST /api/session HTTP/1.1",
            "token=" + BRAND,
            "Host: 127.0.0.1",
            "Content-Type: application/x-www-form-urlencoded");
    assertThat(status(answer)).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a name that leads here | GET /api/tenants HTTP/1.1 | Host: evil.example | 421",
        "no name | GET /api/tenants HTTP/1.1 | X-Nothing: 1 | 400",
        "an address of elsewhere | GET http://evil.example/api/tenants HTTP/1.1 | Host: evil.example | 421",
        "a tunnel | CONNECT evil.example:443 HTTP/1.1 | Host: evil.example:443 | 400-499",
        "a method made up | DROP /api/tenants HTTP/1.1 | Host: 127.0.0.1 | 400-499",
        "a method in disguise | GET /api/tenants HTTP/1.1 | X-HTTP-Method-Override: DELETE | 400-499",
        "an echo | TRACE / HTTP/1.1 | Host: 127.0.0.1 | 400-499",
        "a version made up | GET / HTTP/9.9 | Host: 127.0.0.1 | 400-599",
        "a header without end | GET / HTTP/1.1 | X-Long: LONG | 431",
        "two lengths | POST /api/session HTTP/1.1 | Transfer-Encoding: chunked | 400-499",
        "a length below zero | POST /api/session HTTP/1.1 | Content-Length: -1 | 400-499"
      })
  void requestsThatAreNoneAreRefused(String what, String line, String header, String expected)
      throws Exception {
    String sent = header.replace("LONG", "x".repeat(100_000));
    List<String> headers = new ArrayList<>(List.of(sent));
    if (!sent.startsWith("Host") && !what.equals("no name")) {
      headers.add("Host: 127.0.0.1");
    }
    String answer = raw(line, "{}", headers.toArray(String[]::new));
    // One status, or the first and the last that will do.
    assertThat(status(answer))
        .isBetween(
            Integer.parseInt(expected.substring(0, 3)),
            Integer.parseInt(expected.substring(expected.length() - 3)));
    assertThat(answer).doesNotContain("[\"acme\"").doesNotContain("\tat ");
  }

  @Test
  void bodyOfASignOnIsBounded() throws Exception {
    String answer =
        raw(
            "POST /api/session HTTP/1.1",
            "{\"token\":\"" + "x".repeat(50_000) + "\"}",
            "Host: 127.0.0.1",
            "X-Nudge: 1");
    assertThat(status(answer)).isBetween(400, 499);
  }

  private static Map<String, String> counts() throws Exception {
    Map<String, String> counts = new TreeMap<>();
    for (String table : TABLES) {
      String sql = URLEncoder.encode("SELECT count() FROM nudge." + table, UTF_8);
      counts.put(
          table,
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?query=" + sql)).build(),
                  BodyHandlers.ofString())
              .body());
    }
    return counts;
  }

  private static String get(String target, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Host: 127.0.0.1");
    return raw("GET " + target + " HTTP/1.1", "", all.toArray(String[]::new));
  }

  private static int status(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 ");
    return Integer.parseInt(answer.substring(9, 12));
  }

  /** As it is written here, byte by byte: a client would mend it first. */
  private static String raw(String line, String body, String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.port())) {
      socket.setSoTimeout(60_000);
      StringBuilder request = new StringBuilder(line).append("\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      if (!body.isEmpty() && !String.join("", headers).contains("Content-Length")) {
        request.append("Content-Length: ").append(body.getBytes(UTF_8).length).append("\r\n");
      }
      request.append("Connection: close\r\n\r\n").append(body);
      socket.getOutputStream().write(request.toString().getBytes(UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
