package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages' API answers over rows in a real ClickHouse, and to whom. */
@Timeout(300)
class ConsoleApiIT {
  private static final String BRAND = "acme-token-0123456789";
  private static final String PLATFORM = "platform-token-0123456789";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer open;
  private static ConsoleServer closed;

  @BeforeAll
  static void start() throws Exception {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    MeasureCast.insert(clickHouse.config());
    ConsoleConfig config =
        ConsoleConfig.local(0, clickHouse.config())
            .withClock(() -> ClockReport.wall(MeasureCast.NOW));
    open = ConsoleServer.start(config);
    closed =
        ConsoleServer.start(
            config.withTokens(ConsoleTokens.of(Map.of("acme", BRAND, "*", PLATFORM))));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {open, closed, clickHouse}) {
      if (one != null) {
        one.close();
      }
    }
  }

  @Test
  void overviewTellsRatesRevenueAndAlertsOfTheBrandAndTheDeployment() throws Exception {
    JsonNode overview = get("overview?tenant=acme&range=30d");

    assertThat(overview.path("bucketMillis").asLong()).isEqualTo(60_000);
    long sent = 0;
    for (JsonNode rate : overview.path("rates")) {
      assertThat(rate.path("decisions").asLong()).isPositive();
      sent += rate.path("sent").asLong();
    }
    assertThat(sent)
        .isEqualTo(
            number(
                "SELECT uniqExact(id) FROM nudge.decisions WHERE tenant = 'acme' AND code = 'SENT'"
                    + " AND at >= toDateTime('2026-02-14 08:00:00', 'UTC')"));
    assertThat(overview.path("money").path(0).path("revenue").asText())
        .isEqualTo(
            text(
                "SELECT toString(sum(revenue)) FROM nudge.roi_hourly WHERE tenant = 'acme' AND"
                    + " basis = 'EVENT' AND touch = 'last' AND window = 259200000"));
    assertThat(overview.path("openAlerts").asInt()).isEqualTo(4);
    assertThat(texts(overview.path("alerts"), "kind"))
        .containsExactly(
            "SOURCE_SILENT", "FAILURE_RATE", "BUDGET_80", "BEHIND_TARGET", "UNUSUAL_HOUR");
    assertThat(texts(overview.path("alerts"), "severity"))
        .containsExactly("URGENT", "URGENT", "WATCH", "WATCH", "WATCH");
    for (JsonNode alert : overview.path("alerts")) {
      assertThat(alert.path("advice").path("en").asText()).isNotEmpty();
      assertThat(alert.path("advice").path("zh").asText()).isNotEmpty();
    }
  }

  @Test
  void campaignTellsHowFarItIsOnTheWayToItsTargets() throws Exception {
    JsonNode page = get("campaign?tenant=acme&campaign=cart-rescue&range=30d");

    List<String> told = new ArrayList<>();
    for (JsonNode one : page.path("targets")) {
      told.add(
          String.join(
              " ",
              one.path("metric").asText(),
              one.path("part").asText(),
              one.path("actual").asText(),
              one.path("target").asText(),
              one.path("pace").asText(),
              one.path("verdict").asText()));
    }
    // Of orders an alert lasts; the warm-up is over.
    assertThat(told)
        .containsExactly(
            "PAID null 310 840 401.25 BEHIND",
            "PAID WARM_UP 94 210 210 MISSED",
            "PAID MAIN 130 630 401.25 BELOW_PACE",
            "REVENUE null 91500 180000 85982.1428 ON_PACE");
    assertThat(page.path("targets").path(0).path("at").asText()).isEqualTo("2026-02-14T09:00:00Z");
    assertThat(page.path("targets").path(0).path("hours")).hasSize(321);
    assertThat(page.path("targets").path(1).path("hours")).isEmpty();
    assertThat(get("campaign?tenant=acme&campaign=birthday&range=30d").path("targets")).isEmpty();
  }

  @Test
  void campaignsAreListedWithWhatBlocksThemMost() throws Exception {
    JsonNode campaigns = get("campaigns?tenant=acme&range=all").path("campaigns");

    assertThat(texts(campaigns, "campaign"))
        .containsExactlyInAnyOrderElementsOf(MeasureCast.CAMPAIGNS)
        .startsWith("cart-rescue", "win-back");
    JsonNode first = campaigns.get(0);
    // Rows that came again after a failure count once.
    assertThat(first.path("sent").asLong())
        .isEqualTo(
            number(
                "SELECT uniqExact(id) FROM nudge.decisions WHERE tenant = 'acme'"
                    + " AND campaign = 'cart-rescue' AND code = 'SENT'"));
    assertThat(number("SELECT count() - uniqExact(id) FROM nudge.decisions")).isPositive();
    assertThat(first.path("blockedBy").path("code").asText()).isEqualTo("FREQUENCY_CAP");
    assertThat(first.path("blockedBy").path("advice").path("zh").asText()).isNotEmpty();
    assertThat(first.path("arm").path("conversionLift").path("value").asDouble()).isEqualTo(0.03);
    assertThat(first.path("openAlerts").asInt()).isEqualTo(1);
  }

  @Test
  void funnelOfACampaignEqualsTheListOfWhoStandsBehindIt() throws Exception {
    JsonNode page = get("campaign?tenant=acme&campaign=cart-rescue&range=all&touch=any");

    assertThat(page.path("windows").path(0).asLong()).isEqualTo(259_200_000);
    assertThat(page.path("window").asLong()).isEqualTo(259_200_000);
    JsonNode paid = step(page, "PAID");
    for (String arm : List.of("sent", "control")) {
      Set<String> grants = new HashSet<>();
      String after = "";
      JsonNode list;
      do {
        list =
            get(
                "grants?tenant=acme&campaign=cart-rescue&window=259200000&touch=any&step=PAID&arm="
                    + arm
                    + after);
        list.path("grants").forEach(grant -> grants.add(grant.path("grantId").asText()));
        JsonNode last = list.path("grants").path(list.path("grants").size() - 1);
        after =
            "&after="
                + last.path("customerId").asText()
                + "&afterGrant="
                + last.path("grantId").asText();
      } while (list.path("more").asBoolean());
      assertThat(grants).hasSize(paid.path(arm).asInt()).hasSizeGreaterThan(10);
    }
    assertThat(step(page, "SENT").path("control").asLong()).isZero();
    assertThat(step(page, "TARGETED").path("control").asLong()).isPositive();
  }

  @Test
  void returnsOfACampaignAreThoseOfTheView() throws Exception {
    JsonNode page =
        get("campaign?tenant=acme&campaign=win-back&range=30d&basis=COHORT&window=604800000");

    assertThat(page.path("basis").asText()).isEqualTo("COHORT");
    assertThat(page.path("bucketMillis").asLong()).isEqualTo(3_600_000);
    JsonNode last = page.path("hours").path(page.path("hours").size() - 1);
    String of =
        " FROM nudge.roi_hourly WHERE tenant = 'acme' AND campaign = 'win-back' AND basis ="
            + " 'COHORT' AND window = 604800000 AND touch = 'last'";
    assertThat(page.path("hours")).hasSize((int) number("SELECT count()" + of));
    assertThat(last.path("cumRevenue").asText())
        .isEqualTo(text("SELECT toString(sum(revenue))" + of));
    // By the day the sums are the same, and there are fewer rows.
    JsonNode daily =
        get("campaign?tenant=acme&campaign=win-back&range=all&basis=COHORT&window=604800000");
    JsonNode lastDay = daily.path("hours").path(daily.path("hours").size() - 1);
    assertThat(daily.path("hours").size()).isBetween(19, 21);
    assertThat(lastDay.path("cumRevenue")).isEqualTo(last.path("cumRevenue"));
    assertThat(lastDay.path("matured")).isEqualTo(last.path("matured"));
  }

  @Test
  void trafficIsComparedAtEqualLengths() throws Exception {
    JsonNode phases = get("campaign?tenant=acme&campaign=win-back&range=7d").path("phases");

    assertThat(texts(phases, "phase")).startsWith("BEFORE", "DURING");
    JsonNode before = phases.get(0);
    JsonNode during = phases.get(1);
    assertThat(seconds(before)).isEqualTo(seconds(during));
    assertThat(before.path("complete").asBoolean()).isTrue();
    assertThat(before.path("traffic").path("visits").asLong())
        .isEqualTo(
            number(
                "SELECT sum(visits) FROM nudge.traffic WHERE tenant = 'acme' AND minute >= '%s'"
                        .formatted(before.path("from").asText().replace("T", " ").replace("Z", ""))
                    + " AND minute < '%s'"
                        .formatted(before.path("to").asText().replace("T", " ").replace("Z", ""))));
    assertThat(during.path("traffic").path("visits").asLong())
        .isGreaterThan(before.path("traffic").path("visits").asLong());
  }

  @Test
  void campaignThatNobodyKnowsIsAnEmptyPage() throws Exception {
    JsonNode page = get("campaign?tenant=acme&campaign=nobody%27s&range=30d");

    assertThat(page.path("window").isNull()).isTrue();
    assertThat(page.path("steps")).isEmpty();
    assertThat(page.path("phases")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"UNITS, units", "ORDERS, orders", "CARTS, carts", "WISHLISTS, wishlists"})
  void productsAreSorted(String sort, String field) throws Exception {
    JsonNode products = get("products?tenant=acme&range=all&sort=" + sort).path("products");

    List<Double> values = new ArrayList<>();
    products.forEach(product -> values.add(product.path(field).asDouble()));
    assertThat(values).hasSizeGreaterThan(20).isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void productTellsItsAmountsByCurrencyAndItsCompany() throws Exception {
    JsonNode page = get("products?tenant=acme&range=30d&sort=AMOUNT");

    JsonNode first = page.path("products").path(0);
    assertThat(first.path("productId").asText()).isEqualTo(MeasureRows.HOSTILE);
    assertThat(texts(first.path("amounts"), "currency")).containsExactlyInAnyOrder("CNY", "EUR");
    assertThat(page.path("product").asText()).isEqualTo(MeasureRows.HOSTILE);
    assertThat(page.path("together").path(0).path("productId").asText()).isEqualTo("tee-7");
    assertThat(page.path("together").path(0).path("orders").asLong()).isEqualTo(40);
  }

  @Test
  void participantsAreToldInAllAndByAttribute() throws Exception {
    JsonNode groups = get("participants?tenant=acme&campaign=cart-rescue").path("groups");

    JsonNode all = groups.path(0);
    assertThat(all.path("attribute").asText()).isEmpty();
    assertThat(all.path("participants").asLong()).isBetween(1L, all.path("targeted").asLong() - 1);
    assertThat(texts(groups, "attribute")).contains("city", "memberLevel");
    assertThat(texts(groups, "value")).contains("北京", MeasureRows.HOSTILE, "GOLD");
    for (String sum : List.of("targeted", "participants")) {
      long ofCities = 0;
      for (JsonNode group : groups) {
        ofCities += group.path("attribute").asText().equals("city") ? group.path(sum).asLong() : 0;
      }
      assertThat(ofCities).as(sum).isEqualTo(all.path(sum).asLong());
    }
  }

  @Test
  void experimentsTellEveryArmControlFirst() throws Exception {
    JsonNode arms = get("experiments?tenant=acme").path("arms");

    assertThat(arms).hasSize(9);
    JsonNode b = null;
    for (JsonNode arm : arms) {
      if (arm.path("campaign").asText().equals("cart-rescue")
          && arm.path("arm").asText().equals("B")) {
        b = arm;
      }
    }
    assertThat(b).isNotNull();
    assertThat(b.path("winner").asBoolean()).isTrue();
    assertThat(b.path("conversionLift").path("low").asDouble()).isEqualTo(0.026);
    assertThat(arms.get(0).path("arm").asText()).isEqualTo("CONTROL");
    assertThat(arms.get(0).path("conversionLift").path("value").isNull()).isTrue();
  }

  @Test
  void lifecycleAddsUpAsTheTablesDo() throws Exception {
    JsonNode days = get("lifecycle?tenant=acme&range=30d");
    JsonNode weeks = get("lifecycle?tenant=acme&range=90d");

    assertThat(days.path("bucketDays").asInt()).isEqualTo(1);
    assertThat(weeks.path("bucketDays").asInt()).isEqualTo(7);
    long expected =
        number(
            "SELECT sum(customers) FROM nudge.lifecycle WHERE tenant = 'acme' AND metric ="
                + " 'ACQUIRED'");
    for (JsonNode one : List.of(days, weeks)) {
      long acquired = 0;
      for (JsonNode metric : one.path("metrics")) {
        acquired +=
            metric.path("metric").asText().equals("ACQUIRED")
                ? metric.path("customers").asLong()
                : 0;
      }
      assertThat(acquired).isEqualTo(expected);
      assertThat(one.path("repurchases")).hasSize(21);
    }
  }

  @Test
  void healthTellsUnusableRecordsAndHowFarMeasuresAre() throws Exception {
    JsonNode health = get("health?tenant=acme");

    assertThat(health.path("measured").path(0).path("behindMillis").asLong()).isEqualTo(2_000);
    assertThat(texts(health.path("deadLetters"), "reason"))
        .containsExactly("FIELD_MISSING", "NOT_JSON");
    assertThat(health.path("deadLetters").path(1).path("raw").asText())
        .isEqualTo(MeasureRows.HOSTILE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "campaign?tenant=acme",
        "campaign?tenant=acme&campaign=x&window=-1",
        "campaign?tenant=acme&campaign=x&touch=first",
        "campaign?tenant=acme&campaign=x&basis=cohort",
        "products?tenant=acme&sort=amount%20DESC",
        "grants?tenant=acme&campaign=x&touch=any&step=PAID",
        "live?tenant=acme&page=secrets",
        "overview"
      })
  void unusableQuestionsAreRefused(String path) throws Exception {
    assertThat(send(open, path, "Accept", "text/event-stream").statusCode()).isEqualTo(400);
  }

  @Test
  void anotherBrandsRowsAreNeverTold() throws Exception {
    for (String page : List.of("overview", "campaigns", "products", "experiments", "lifecycle")) {
      String answer = send(open, page + "?tenant=zeta&range=all").body();
      assertThat(answer).as(page).doesNotContain("cart-rescue").doesNotContain("tee-");
    }
    assertThat(send(open, "campaigns?tenant=" + encoded("x' OR 1=1 --")).body())
        .contains("\"campaigns\":[]");
  }

  @Test
  void streamTellsThePageAndOnlyWhenItChanges() throws Exception {
    try (EventStream stream =
        new EventStream(open, "tenant=acme&range=all&page=campaign&campaign=birthday&touch=any")) {
      JsonNode before = JSON.readTree(stream.next("page"));
      long shared = step(before, "GOAL").path("sent").asLong();
      try (MeasureRows rows = new MeasureRows(clickHouse.config(), "acme", List.of())) {
        rows.execute(
            "INSERT INTO nudge.funnel_minute VALUES ('acme', '2026-02-14 08:59:00', 'birthday', 1,"
                + " 'A', 259200000, 'any', 'GOAL', '', 7, 0, 9)");
      }
      JsonNode after = JSON.readTree(stream.next("page", data -> !data.equals(before.toString())));
      assertThat(step(after, "GOAL").path("sent").asLong()).isEqualTo(shared + 7);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tenants",
        "clock",
        "overview?tenant=acme",
        "campaigns?tenant=acme",
        "health?tenant=acme",
        "campaign?tenant=acme&campaign=win-back",
        "products?tenant=acme",
        "live?tenant=acme",
        "experiments?tenant=acme",
        "lifecycle?tenant=acme",
        "customers?tenant=acme&prefix=c",
        "customer?tenant=acme&id=customer-1",
        "nothing",
        "grants?tenant=acme&campaign=win-back&window=259200000&step=PAID"
      })
  void withoutATokenThatHoldsNothingIsTold(String path) throws Exception {
    for (String authorization :
        List.of("", "Bearer wrong-token-0123456789", BRAND, "Basic " + BRAND, "Bearer ")) {
      HttpResponse<String> answer =
          authorization.isEmpty()
              ? send(closed, path)
              : send(closed, path, "Authorization", authorization);
      assertThat(answer.statusCode()).as(path + " " + authorization).isEqualTo(401);
      assertThat(answer.body()).doesNotContain("acme");
    }
    assertThat(send(closed, path, "Cookie", Gate.COOKIE + "=" + BRAND).statusCode()).isEqualTo(401);
  }

  @Test
  void brandsTokenOpensThatBrandAndNoOtherNorTheDeployment() throws Exception {
    String[] brand = {"Authorization", "Bearer " + BRAND};

    assertThat(send(closed, "tenants", brand).body()).isEqualTo("[\"acme\"]");
    HttpResponse<String> own = send(closed, "overview?tenant=acme", brand);
    assertThat(own.statusCode()).isEqualTo(200);
    // That a topic is silent is the platform's to know, and so is how much others send.
    assertThat(own.body()).contains("BUDGET_80").doesNotContain("SOURCE_SILENT");
    for (String path :
        List.of(
            "overview?tenant=zeta",
            "campaign?tenant=zeta&campaign=other",
            "customers?tenant=zeta&prefix=a",
            "customer?tenant=zeta&id=a",
            "grants?tenant=zeta&campaign=other&window=1&step=PAID",
            "overview?tenant=*",
            "health?tenant=acme")) {
      assertThat(send(closed, path, brand).statusCode()).as(path).isEqualTo(403);
    }
    for (String path : List.of("live?tenant=zeta", "live?tenant=acme&page=health")) {
      assertThat(
              send(closed, path, "Accept", "text/event-stream", "Authorization", "Bearer " + BRAND)
                  .statusCode())
          .as(path)
          .isEqualTo(403);
    }
  }

  @Test
  void platformsTokenOpensAllBrandsAndTheDeployment() throws Exception {
    String[] platform = {"Authorization", "Bearer " + PLATFORM};

    assertThat(send(closed, "overview?tenant=acme", platform).body()).contains("SOURCE_SILENT");
    assertThat(send(closed, "overview?tenant=zeta", platform).statusCode()).isEqualTo(200);
    assertThat(send(closed, "health?tenant=acme", platform).statusCode()).isEqualTo(200);
  }

  @Test
  void pageSignsOnWithACookieThatScriptsCannotRead() throws Exception {
    assertThat(send(closed, "session").body())
        .isEqualTo("{\"required\":true,\"signedOn\":false,\"tenant\":null}");
    HttpResponse<String> entered = session("POST", "{\"token\":\"" + BRAND + "\"}", true);
    assertThat(entered.body())
        .isEqualTo("{\"required\":true,\"signedOn\":true,\"tenant\":\"acme\"}");
    String cookie = entered.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Strict", "Path=/api").doesNotContain(BRAND);
    String shown = cookie.substring(0, cookie.indexOf(';'));
    assertThat(send(closed, "overview?tenant=acme", "Cookie", shown).statusCode()).isEqualTo(200);
    assertThat(send(closed, "overview?tenant=zeta", "Cookie", shown).statusCode()).isEqualTo(403);

    assertThat(session("POST", "{\"token\":\"wrong\"}", true).statusCode()).isEqualTo(401);
    assertThat(session("POST", "not json", true).statusCode()).isEqualTo(400);
    // A form of another site has no such header.
    assertThat(session("POST", "{\"token\":\"" + BRAND + "\"}", false).statusCode()).isEqualTo(403);
    assertThat(session("PUT", "{}", true).statusCode()).isEqualTo(405);
    HttpResponse<String> left = session("DELETE", "", true);
    assertThat(left.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith(Gate.COOKIE + "=;");
  }

  @Test
  void withoutTokensTheConsoleIsOpen() throws Exception {
    assertThat(send(open, "session").body())
        .isEqualTo("{\"required\":false,\"signedOn\":true,\"tenant\":null}");
  }

  private static long seconds(JsonNode phase) {
    return Duration.between(
            Instant.parse(phase.path("from").asText()), Instant.parse(phase.path("to").asText()))
        .toSeconds();
  }

  private static JsonNode step(JsonNode page, String name) {
    for (JsonNode step : page.path("steps")) {
      if (step.path("step").asText().equals(name)) {
        return step;
      }
    }
    throw new AssertionError("no step " + name + " in " + page);
  }

  private static List<String> texts(JsonNode rows, String field) {
    List<String> texts = new ArrayList<>();
    rows.forEach(row -> texts.add(row.path(field).asText()));
    return texts;
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = send(open, path);
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> send(ConsoleServer server, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.uri() + "api/" + path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> session(String method, String body, boolean header)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(closed.uri() + "api/session"))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (header) {
      request.header(Gate.HEADER, "test");
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static long number(String sql) throws Exception {
    return Long.parseLong(text(sql));
  }

  private static String text(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(clickHouse.config().url(), "default", "");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
