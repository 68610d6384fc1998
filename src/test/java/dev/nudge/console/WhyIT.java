package dev.nudge.console;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.event.DecisionCode;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of customers, from a real ClickHouse that the job's own sinks wrote to. */
class WhyIT {
  private static final Instant SENT_AT = Instant.ofEpochMilli(START + DAY + 2 * SECOND);

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static ConsoleServer server;
  private static Why why;

  @BeforeAll
  static void start() throws Exception {
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(Path.of("unused")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    WhyCast.insert(clickHouse.config());
    server = ConsoleServer.start(ConsoleConfig.local(0, clickHouse.config()));
    why = new Why(clickHouse.config());
  }

  @AfterAll
  static void stop() {
    why.close();
    server.close();
    clickHouse.close();
  }

  private static CustomerStory anna(String campaign, Instant since, int limit) throws Exception {
    return why.tell("acme", "anna", campaign, since, limit).orElseThrow();
  }

  // What is told.

  @Test
  void customerStandsWhereTheNewestStageChangeSays() throws Exception {
    assertThat(anna(null, null, 100).stage())
        .isEqualTo(
            new CustomerStory.Stage("DORMANT", Instant.ofEpochMilli(START + 30 * DAY), 1, 1));
    assertThat(why.tell("acme", "cody", null, null, 100).orElseThrow().stage()).isNull();
  }

  @Test
  void momentsAreToldTheNewestFirst() throws Exception {
    assertThat(anna(null, null, 100).moments())
        .extracting(NewestMoments.Row::kind, NewestMoments.Row::to, NewestMoments.Row::value)
        .containsExactly(
            tuple("STAGE", "DORMANT", null),
            tuple("SPEND_SPIKE", null, "300"),
            tuple("STAGE", "NEW", null));
  }

  @Test
  void candidatesAreToldTheNewestFirstAndRefusalsByOnePerCampaign() throws Exception {
    List<CustomerStory.Candidate> candidates = anna(null, null, 100).candidates();

    assertThat(candidates)
        .extracting(CustomerStory.Candidate::campaign)
        .containsExactly("birthday", "experiment", "win-back", "vip-thanks", "cart-rescue");
    assertThat(candidates)
        .extracting(CustomerStory.Candidate::alike)
        .containsExactly(39L, 0L, 0L, 0L, 0L);
    assertThat(candidates.get(0).momentId()).isEqualTo("morning-39");
  }

  @Test
  void rowsThatPutACandidateOffStandBehindItsFinalOneAndEachIsThereOnce() throws Exception {
    CustomerStory.Candidate rescue = anna("cart-rescue", null, 100).candidates().get(0);

    assertThat(rescue.rows())
        .extracting(CustomerStory.Decided::code, row -> row.why().en())
        .containsExactly(
            tuple("SENT", "Sent by SMS, with 50.00, variant A."),
            tuple(
                "DEFERRED",
                "Waits for the campaign's slot (Asia/Shanghai), due again at 2026-01-06 09:00:00"
                    + " UTC."),
            tuple(
                "DEFERRED",
                "Waits for the end of quiet hours (Asia/Shanghai), due again at 2026-01-06 08:00:00"
                    + " UTC."));
    assertThat(rescue.rows().get(0).at()).isEqualTo(SENT_AT);
    assertThat(rescue.rows().get(0).due()).isEqualTo(SENT_AT.minusSeconds(2));
    assertThat(rescue.rows().get(0).grantId()).isNotNull();
    assertThat(rescue.rows().get(0).winner()).isNull();
  }

  @Test
  void candidateNamesItsMomentWhereThatIsKnown() throws Exception {
    List<CustomerStory.Candidate> candidates = anna(null, null, 100).candidates();

    assertThat(candidates.get(1).moment()).isNull();
    assertThat(candidates.get(2).moment().to()).isEqualTo("DORMANT");
    assertThat(candidates.get(3).moment().kind()).isEqualTo("SPEND_SPIKE");
  }

  @Test
  void campaignsAreSummedUpOverAllCandidatesHoweverFewAreTold() throws Exception {
    CustomerStory story = anna(null, null, 1);

    assertThat(story.candidates()).hasSize(1);
    assertThat(story.moreCandidates()).isTrue();
    assertThat(story.moments()).hasSize(1);
    assertThat(story.moreMoments()).isTrue();
    assertThat(story.campaigns())
        .extracting(CustomerStory.CampaignSummary::campaign)
        .containsExactly("birthday", "experiment", "win-back", "vip-thanks", "cart-rescue");
    assertThat(story.campaigns().get(0).codes())
        .containsExactly(
            new CustomerStory.CodeCount(
                "AUDIENCE", Reasons.label("AUDIENCE"), 40, Instant.ofEpochMilli(START + 39 * DAY)));
    assertThat(story.campaigns().get(1).codes().get(0).code()).isEqualTo("DEFERRED");
    assertThat(story.campaigns().get(4).codes())
        .as("what was put off and then sent was sent")
        .extracting(CustomerStory.CodeCount::code, CustomerStory.CodeCount::candidates)
        .containsExactly(tuple("SENT", 1L));
  }

  @Test
  void oneCampaignsRefusalsAreToldOneByOne() throws Exception {
    CustomerStory story = anna("birthday", null, 100);

    assertThat(story.candidates()).hasSize(40);
    assertThat(story.candidates()).extracting(CustomerStory.Candidate::alike).containsOnly(0L);
    assertThat(story.campaigns()).hasSize(1);
    assertThat(story.moreCandidates()).isFalse();
    assertThat(anna("birthday", null, 39).moreCandidates()).isTrue();
    assertThat(anna("nothing", null, 39).candidates()).isEmpty();
  }

  @Test
  void sinceKeepsCandidatesWhoseNewestRowIsNotOlder() throws Exception {
    Instant asleep = Instant.ofEpochMilli(START + 30 * DAY + 2 * SECOND);

    assertThat(anna(null, asleep, 100).campaigns())
        .extracting(CustomerStory.CampaignSummary::campaign)
        .containsExactly("birthday", "experiment", "win-back");
    assertThat(anna(null, asleep.plusMillis(1), 100).candidates())
        .extracting(CustomerStory.Candidate::campaign)
        .containsExactly("birthday", "experiment");
    assertThat(anna(null, SENT_AT, 100).candidates().get(4).rows())
        .as("all rows of a candidate, those before too")
        .hasSize(3);
    assertThat(anna(null, Instant.MIN, 100).candidates()).hasSize(5);
    assertThat(anna(null, Instant.MAX, 100).candidates()).isEmpty();
  }

  @Test
  void capsAreToldAsReadLastAndWithWhatTheReaderSentItself() throws Exception {
    assertThat(anna("birthday", null, 1).caps())
        .extracting(
            cap -> cap.cap().en(),
            CustomerStory.CapLeft::used,
            CustomerStory.CapLeft::left,
            CustomerStory.CapLeft::at)
        .containsExactly(
            tuple("Messages in a calendar week", 4L, 6L, SENT_AT),
            // It went by SMS, so the cap of PUSH is as it was read.
            tuple("PUSH in a calendar day", 1L, 2L, SENT_AT),
            tuple("SMS within 7 days", 2L, 0L, Instant.ofEpochMilli(START + 2 * DAY + 2 * SECOND)));
  }

  @Test
  void couponsAndUnusedOnesAreToldAsOfTheirDecision() throws Exception {
    CustomerStory story = anna(null, null, 1);

    assertThat(story.coupons())
        .extracting(
            CustomerStory.Coupon::at,
            CustomerStory.Coupon::campaign,
            CustomerStory.Coupon::amount,
            CustomerStory.Coupon::channel)
        .containsExactly(tuple(SENT_AT, "cart-rescue", "50.00", "SMS"));
    assertThat(story.unused()).isEqualTo(new CustomerStory.Unused(2, SENT_AT, "cart-rescue"));
  }

  @Test
  void featuresAreThoseThatAudiencesReadLast() throws Exception {
    Instant last = Instant.ofEpochMilli(START + 39 * DAY);

    assertThat(anna(null, null, 1).features())
        .containsExactly(
            new CustomerStory.Feature("customer.daysToBirthday", "61", last, "birthday"),
            new CustomerStory.Feature("customer.orderCount", "1", last, "birthday"));
  }

  @Test
  void everyCodeIsToldInItsWords() throws Exception {
    CustomerStory story = why.tell("acme", "cody", null, null, 100).orElseThrow();

    assertThat(story.candidates()).hasSize(DecisionCode.values().length);
    assertThat(story.candidates())
        .allSatisfy(
            candidate -> {
              CustomerStory.Decided row = candidate.rows().get(0);
              assertThat(row.why().en()).doesNotContain(row.code());
            });
  }

  // Whose it is.

  @Test
  void anotherTenantsCustomerOfTheSameNameIsSomebodyElse() throws Exception {
    CustomerStory other = why.tell("zeta", "anna", null, null, 100).orElseThrow();

    assertThat(other.stage().stage()).isEqualTo("STABLE");
    assertThat(other.moments()).hasSize(1);
    assertThat(other.candidates())
        .extracting(CustomerStory.Candidate::campaign)
        .containsExactly("zeta-only");
    assertThat(other.coupons()).isEmpty();
    assertThat(other.caps()).isEmpty();
    assertThat(why.tell("zeta", "cody", null, null, 100)).isEmpty();
    assertThat(why.isCampaign("zeta", "cart-rescue")).isFalse();
    assertThat(why.isCampaign("acme", "cart-rescue")).isTrue();
    assertThat(why.search("zeta", "a", 50))
        .extracting(CustomerStory.Found::customerId, CustomerStory.Found::stage)
        .containsExactly(tuple("anna", "STABLE"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x' OR '1'='1",
        "anna' --",
        "\\' OR 1=1 -- ",
        "anna\\",
        "?",
        "%",
        "anna'; DROP TABLE nudge.decisions; --",
        "{a:String}",
        "'||customer_id||'"
      })
  void nothingIsFoundByWhatIsNoId(String id) throws Exception {
    assertThat(why.tell("acme", id, null, null, 100)).isEmpty();
    assertThat(why.tell(id, "anna", null, null, 100)).isEmpty();
    assertThat(why.search("acme", id, 50)).isEmpty();
    assertThat(why.search(id, "a", 50)).isEmpty();
    assertThat(anna(id, null, 100).candidates()).isEmpty();
    assertThat(anna(null, null, 100).candidates()).hasSize(5);
  }

  @Test
  void strangeIdsAreFoundAndAreNobodyElses() throws Exception {
    for (String strange : List.of(WhyCast.INJECTING, WhyCast.HOSTILE)) {
      CustomerStory story = why.tell("acme", strange, null, null, 100).orElseThrow();
      assertThat(story.candidates()).hasSize(1);
      assertThat(story.moments()).hasSize(1);
      assertThat(why.search("acme", strange, 50))
          .extracting(CustomerStory.Found::customerId)
          .containsExactly(strange);
    }
  }

  @Test
  void searchIsByPrefixSortedAndBounded() throws Exception {
    assertThat(why.search("acme", "ann", 50))
        .extracting(CustomerStory.Found::customerId, CustomerStory.Found::stage)
        .containsExactly(tuple("ann%", "NEW"), tuple("anna", "DORMANT"), tuple("annabel", "NEW"));
    assertThat(why.search("acme", "ann", 2)).hasSize(2);
    assertThat(why.search("acme", "ann%", 50)).hasSize(1);
    assertThat(why.search("acme", "cod", 50))
        .as("somebody of whom only decisions are known")
        .containsExactly(new CustomerStory.Found("cody", null, null));
    assertThatThrownBy(() -> why.search("acme", "a", 501))
        .hasMessage("limit: found 501, expected 1 to 500");
    assertThatThrownBy(() -> why.tell("acme", "anna", null, null, 0))
        .hasMessage("limit: found 0, expected 1 to 500");
  }

  // The API.

  @Test
  void apiTellsTheStoryOfOneCustomer() throws Exception {
    HttpResponse<String> answer = get("/api/customer", "tenant", "acme", "id", "anna");
    JsonNode story = new ObjectMapper().readTree(answer.body());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).isEqualTo(Why.json(anna(null, null, 100)));
    assertThat(story.path("stage").path("since").asText()).isEqualTo("2026-02-04T09:00:00Z");
    assertThat(
            story.path("candidates").path(4).path("rows").path(0).path("why").path("zh").asText())
        .isEqualTo("已通过 SMS 发送，附 50.00，变体 A。");
    assertThat(
            new ObjectMapper()
                .readTree(
                    get(
                            "/api/customer",
                            "tenant",
                            "acme",
                            "id",
                            "anna",
                            "campaign",
                            "birthday",
                            "limit",
                            "7")
                        .body())
                .path("candidates"))
        .hasSize(7);
  }

  @Test
  void apiFindsCustomersByPrefixAndNamesNobodyOfAnotherTenant() throws Exception {
    assertThat(get("/api/customers", "tenant", "zeta", "prefix", "ann").body())
        .isEqualTo(
            "[{\"customerId\":\"anna\",\"stage\":\"STABLE\",\"since\":\"2026-01-05T09:00:00Z\"}]");
    assertThat(get("/api/customers", "tenant", "nobody", "prefix", "ann").body()).isEqualTo("[]");
    assertThat(get("/api/customer", "tenant", "zeta", "id", "cody").statusCode()).isEqualTo(404);
    assertThat(get("/api/customer", "tenant", "zeta", "id", "cody").body())
        .isEqualTo("{\"error\":\"Nothing is known of this customer\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/customers?prefix=a, tenant is missing",
    "/api/customers?tenant=acme, prefix is missing",
    "/api/customers?tenant=acme&prefix=, prefix is missing",
    "/api/customer?id=anna, tenant is missing",
    "/api/customer?tenant=acme, id is missing",
    "/api/customer?tenant=acme&id=anna&campaign=, campaign is missing",
    "/api/customer?tenant=acme&id=anna&limit=0, limit is not one of 1 to 500",
    "/api/customer?tenant=acme&id=anna&limit=501, limit is not one of 1 to 500",
    "/api/customer?tenant=acme&id=anna&limit=1e2, limit is not one of 1 to 500",
    "/api/customer?tenant=acme&id=anna&limit=-1, limit is not one of 1 to 500"
  })
  void apiRefusesWhatIsMissingOrTooMuch(String path, String error) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"" + error);
  }

  @Test
  void apiRefusesIdsOfAbsurdLength() throws Exception {
    String longest = "a".repeat(256);
    assertThat(get("/api/customer", "tenant", "acme", "id", longest).statusCode()).isEqualTo(404);
    assertThat(get("/api/customer", "tenant", "acme", "id", longest + "a").statusCode())
        .isEqualTo(400);
    assertThat(get("/api/customers", "tenant", "acme", "prefix", longest + "a").statusCode())
        .isEqualTo(400);
  }

  @Test
  void apiSaysThatTheDatabaseIsAway() throws Exception {
    ClickHouseConfig nowhere = new ClickHouseConfig("http://127.0.0.1:1", "default", "");
    try (ConsoleServer alone = ConsoleServer.start(ConsoleConfig.local(0, nowhere))) {
      HttpResponse<String> answer = get(alone, "/api/customer?tenant=acme&id=anna");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("{\"error\":\"The database does not answer\"}");
    }
  }

  private static HttpResponse<String> get(String path, String... query) throws Exception {
    List<String> parts = new ArrayList<>();
    IntStream.range(0, query.length / 2)
        .forEach(
            i ->
                parts.add(
                    query[2 * i]
                        + "="
                        + URLEncoder.encode(query[2 * i + 1], StandardCharsets.UTF_8)));
    return get(server, query.length == 0 ? path : path + "?" + String.join("&", parts));
  }

  private static HttpResponse<String> get(ConsoleServer server, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(60))
                .build(),
            BodyHandlers.ofString());
  }
}
