package dev.nudge.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Topic;
import dev.nudge.kafka.TopicName;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console changes, on a real broker, and for whom. */
@Timeout(300)
class ConsoleActionsIT {
  private static final String BRAND = "acme-token-0123456789";
  private static final String ZETA = "zeta-token-0123456789";
  private static final String PLATFORM = "platform-token-0123456789";
  private static final String[] NOTHING = {};
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ClickHouseConfig NO_DATABASE =
      new ClickHouseConfig("jdbc:clickhouse://127.0.0.1:1", "default", "");

  @TempDir static Path directory;
  private static ActionsCast cast;
  private static ConsoleServer console;

  @BeforeAll
  static void start() throws Exception {
    cast = ActionsCast.start(directory.resolve("kafka"));
    console =
        ConsoleServer.start(
            ConsoleConfig.local(0, NO_DATABASE)
                .withTokens(ConsoleTokens.of(Map.of("acme", BRAND, "zeta", ZETA, "*", PLATFORM)))
                .withControls(
                    new ConsoleControls(
                        cast.kafka(),
                        List.of(
                            ConsoleControls.Recorded.file(
                                Topic.ORDERS, ActionsCast.orders(directory, "acme"))),
                        directory.resolve("rehearsals"))));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : new AutoCloseable[] {console, cast}) {
      if (one != null) {
        one.close();
      }
    }
    try (Stream<Path> left = Files.list(directory.resolve("rehearsals"))) {
      assertThat(left).as("what rehearsals left behind").isEmpty();
    }
  }

  @Test
  void appliedPausedAndResumedCampaignStandsOnTheTopicInVersions() throws Exception {
    JsonNode applied = post("definition?tenant=acme", text("paused-one"), 200);
    JsonNode paused = post("pause?tenant=acme&campaign=paused-one", "", 200);
    JsonNode twice = post("pause?tenant=acme&campaign=paused-one", "", 200);

    assertThat(applied.path("changed").asBoolean()).isTrue();
    assertThat(applied.path("definition").path("version").asInt()).isEqualTo(1);
    assertThat(Instant.parse(applied.path("definition").path("holdsFrom").asText()))
        .isAfter(Instant.now().minusSeconds(60));
    assertThat(paused.path("definition").path("version").asInt()).isEqualTo(2);
    assertThat(paused.path("definition").path("paused").asBoolean()).isTrue();
    assertThat(twice.path("changed").asBoolean()).isFalse();
    List<JsonNode> written = published("acme|campaign|paused-one");
    assertThat(written).hasSize(2);
    assertThat(written.get(1).toString()).contains("\"paused\":true");

    JsonNode resumed = post("resume?tenant=acme&campaign=paused-one", "", 200);
    assertThat(resumed.path("definition").path("paused").asBoolean()).isFalse();
    assertThat(resumed.path("definition").path("version").asInt()).isEqualTo(3);
    assertThat(published("acme|campaign|paused-one")).hasSize(3);
    post("pause?tenant=acme&campaign=nobody%27s", "", 404);
  }

  @Test
  void textShownCanBeAppliedAgainAndChangesNothing() throws Exception {
    post("definition?tenant=acme", text("shown"), 200);
    JsonNode shown = get("definition?tenant=acme&campaign=shown", 200);

    JsonNode again =
        post("definition?tenant=acme&campaign=shown&version=1", shown.path("text").asText(), 200);

    assertThat(shown.path("text").asText()).contains("\"trigger\"");
    assertThat(again.path("changed").asBoolean()).isFalse();
    assertThat(published("acme|campaign|shown")).hasSize(1);
    get("definition?tenant=acme&campaign=nobody%27s", 404);
  }

  @Test
  void wrongTextIsRefusedWithLineColumnKeyFoundAndExpected() throws Exception {
    JsonNode answer =
        post(
            "definition?tenant=acme",
            text("wrong").replace("{stage: NEW}", "{stage: NEWISH}") + "chanels: [SMS]\n",
            400);

    assertThat(answer.path("problems")).hasSize(2);
    JsonNode stage = answer.path("problems").get(0);
    assertThat(stage.path("line").asInt()).isEqualTo(3);
    assertThat(stage.path("column").asInt()).isEqualTo(18);
    assertThat(stage.path("key").asText()).isEqualTo("trigger.stage");
    assertThat(stage.path("found").asText()).contains("NEWISH");
    assertThat(stage.path("expected").asText()).contains("GROWING");
    assertThat(answer.path("problems").get(1).path("line").asInt()).isEqualTo(6);
    assertThat(published("acme|campaign|wrong")).isEmpty();
    assertThat(post("rehearsal?tenant=acme", "kind: [", 400).path("problems")).isNotEmpty();
  }

  @Test
  void ofTwoWhoEditTheSameVersionTheSecondIsTold() throws Exception {
    post("definition?tenant=acme&campaign=both&version=0", text("both"), 200);
    post(
        "definition?tenant=acme&campaign=both&version=1",
        text("both").replace("control: 10", "control: 20"),
        200);

    JsonNode late =
        post(
            "definition?tenant=acme&campaign=both&version=1",
            text("both").replace("control: 10", "control: 30"),
            409);

    assertThat(late.path("error").asText()).contains("Version 2 of both");
    assertThat(published("acme|campaign|both")).hasSize(2);
    post("definition?tenant=acme&campaign=both&version=2", text("other"), 400);
    assertThat(published("acme|campaign|other")).isEmpty();
  }

  @Test
  void brandsTokenWritesItsOwnCampaignsAlone() throws Exception {
    String[] zeta = {"Authorization", "Bearer " + ZETA, Gate.HEADER, "test"};
    post("definition?tenant=acme", text("acmes"), 200);
    int before = cast.records(TopicName.CAMPAIGNS).size();

    for (String path :
        List.of(
            "definition?tenant=acme",
            "pause?tenant=acme&campaign=acmes",
            "resume?tenant=acme&campaign=acmes",
            "rehearsal?tenant=acme",
            "rehearsal/stop?tenant=acme",
            "dead-letters/replay")) {
      assertThat(send("POST", path, text("acmes"), zeta).statusCode()).as(path).isEqualTo(403);
    }
    for (String path :
        List.of(
            "definition?tenant=acme&campaign=acmes",
            "rehearsal?tenant=acme",
            "rehearsal/report?tenant=acme&id=1",
            "dead-letter?topic=nudge.orders&partition=0&offset=1&appendedAt=" + Instant.EPOCH)) {
      assertThat(send("GET", path, null, zeta).statusCode()).as(path).isEqualTo(403);
    }
    HttpResponse<String> disguised =
        send("POST", "definition?tenant=zeta", "tenant: acme\n" + text("acmes"), zeta);
    assertThat(disguised.statusCode()).isEqualTo(403);
    assertThat(disguised.body()).contains("names the brand acme");
    HttpResponse<String> policy =
        send("POST", "definition?tenant=zeta", "kind: policy\ntenant: zeta\n", zeta);
    assertThat(policy.statusCode()).isEqualTo(400);
    assertThat(policy.body()).contains("one campaign and nothing else");
    assertThat(send("POST", "pause?tenant=zeta&campaign=acmes", "", zeta).statusCode())
        .isEqualTo(404);
    assertThat(cast.records(TopicName.CAMPAIGNS)).hasSize(before);
    assertThat(cast.records(TopicName.POLICIES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "definition?tenant=acme",
        "pause?tenant=acme&campaign=guarded",
        "resume?tenant=acme&campaign=guarded",
        "rehearsal?tenant=acme",
        "rehearsal/stop?tenant=acme",
        "dead-letters/replay"
      })
  void pagesOfOtherSitesChangeNothing(String path) throws Exception {
    String[] token = {"Authorization", "Bearer " + PLATFORM};
    assertThat(send("POST", path, text("guarded"), token).statusCode()).isEqualTo(403);
    for (List<String> header :
        List.of(
            List.of("Origin", "https://evil.example"),
            List.of("Origin", "null"),
            List.of("Origin", "http://127.0.0.1:1"),
            List.of("Sec-Fetch-Site", "same-site"))) {
      HttpResponse<String> answer =
          send(
              "POST",
              path,
              text("guarded"),
              token[0],
              token[1],
              Gate.HEADER,
              "test",
              header.get(0),
              header.get(1));
      assertThat(answer.statusCode()).as(header.toString()).isEqualTo(403);
      assertThat(answer.body()).contains("Another site");
    }
    assertThat(send("POST", path, text("guarded"), Gate.HEADER, "test").statusCode())
        .isEqualTo(401);
    assertThat(send("PUT", path, text("guarded"), token).statusCode()).isEqualTo(405);
    assertThat(published("acme|campaign|guarded")).isEmpty();
  }

  @Test
  void ownPageIsLetIn() throws Exception {
    String origin = console.uri().toString().replaceFirst("/$", "");
    HttpResponse<String> answer =
        send(
            "POST",
            "definition?tenant=acme",
            text("own-page"),
            "Authorization",
            "Bearer " + BRAND,
            Gate.HEADER,
            "console",
            "Origin",
            origin,
            "Sec-Fetch-Site",
            "same-origin");
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void textsThatNobodyWritesAreRefused() throws Exception {
    post("definition?tenant=acme", "#".repeat(Actions.MAX_TEXT_BYTES + 1), 413);
    post("definition?tenant=acme&version=-1", text("odd"), 400);
    post("definition?tenant=acme", text("two") + "---\n" + text("three"), 400);
    post("definition?tenant=acme", "", 400);
    assertThat(published("acme|campaign|two")).isEmpty();
  }

  @Test
  void rehearsalTellsWhatWouldHaveComeOutOfTheBrandsOwnRecords() throws Exception {
    JsonNode begun = post("rehearsal?tenant=acme", text("thanks"), 200);
    assertThat(begun.path("rehearsal").path("status").asText()).isEqualTo("RUNNING");
    post("rehearsal?tenant=acme", text("thanks"), 409);
    assertThat(
            JSON.readTree(
                    send("GET", "rehearsal?tenant=zeta", null, "Authorization", "Bearer " + ZETA)
                        .body())
                .toString())
        .isEqualTo("{\"hasRecords\":true,\"busy\":true,\"rehearsal\":null}");

    JsonNode done = ended();
    assertThat(done.path("status").asText()).isEqualTo("DONE");
    JsonNode result = done.path("result");
    assertThat(result.path("records").asLong()).isEqualTo(200);
    JsonNode outcome = result.path("outcome");
    assertThat(outcome.path("decided").asLong()).isEqualTo(200);
    assertThat(outcome.path("control").asLong()).isBetween(5L, 40L);
    // The last ones are due behind the last record.
    assertThat(outcome.path("sent").asLong() + outcome.path("control").asLong())
        .isBetween(198L, 200L);
    String report = "rehearsal/report?tenant=acme&id=" + done.path("id").asLong();
    HttpResponse<String> page = send("GET", report, null, "Authorization", "Bearer " + BRAND);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("sandbox allow-scripts")
        .doesNotContain("allow-same-origin");
    // Too long to be shown.
    assertThat(page.body().contains("\"thanks\"")).isTrue();
    assertThat(page.body().contains("customer-1")).isTrue();
    assertThat(page.body().contains("stranger")).as("another brand's customers").isFalse();

    // One who is paused sends nothing; the next result takes the place of the one before.
    post("rehearsal?tenant=acme", text("thanks") + "paused: true\n", 200);
    JsonNode paused = ended();
    assertThat(paused.path("result").path("outcome").path("sent").asLong()).isZero();
    assertThat(paused.path("result").path("outcome").path("blocked").path(0).path("code").asText())
        .isEqualTo("PAUSED");
    assertThat(send("GET", report, null, "Authorization", "Bearer " + BRAND).statusCode())
        .isEqualTo(404);
    // Nothing of it was published.
    assertThat(published("acme|campaign|thanks")).isEmpty();

    post("rehearsal?tenant=zeta", text("thanks"), 200);
    assertThat(ended("zeta").path("status").asText()).isEqualTo("NO_RECORDS");

    post("rehearsal?tenant=acme", text("thanks"), 200);
    post("rehearsal/stop?tenant=acme", "", 200);
    assertThat(ended().path("status").asText()).isEqualTo("STOPPED");
  }

  @Test
  void deadLetterIsSentAgainMendedOrAsItWasAndNeverTwiceUnasked() throws Exception {
    String raw = "{\"messageId\":\"m\",\"tenant\":\"acme\"}";
    String mended = ActionsCast.order("acme", "anna", ActionsCast.APPENDED);
    cast.putAside(
        ActionsCast.letter(17, DeadLetterReason.FIELD_MISSING, raw),
        ActionsCast.letter(18, DeadLetterReason.NOT_JSON, "{"),
        // Put aside once more after a failure.
        ActionsCast.letter(17, DeadLetterReason.FIELD_MISSING, raw),
        new DeadLetter(
            raw.getBytes(UTF_8),
            "nudge.campaigns",
            0,
            3,
            ActionsCast.APPENDED.toEpochMilli(),
            DeadLetterReason.DEFINITION_REFUSED,
            "kind: missing"));

    String at = "&partition=1&appendedAt=" + ActionsCast.APPENDED;
    JsonNode whole = get("dead-letter?topic=nudge.orders&offset=17" + at, 200);
    assertThat(whole.path("text").asText()).isEqualTo(raw);
    assertThat(whole.path("replayable").asBoolean()).isTrue();
    assertThat(whole.path("replayed").isNull()).isTrue();
    get("dead-letter?topic=nudge.orders&offset=99" + at, 404);

    JsonNode first =
        post(
            "dead-letters/replay",
            letters(false, wish("nudge.orders", 1, 17, mended), wish("nudge.orders", 1, 18, null)),
            200);
    assertThat(outcomes(first)).containsExactly("SENT", "SENT");
    JsonNode second =
        post(
            "dead-letters/replay",
            letters(
                false,
                wish("nudge.orders", 1, 17, null),
                wish("nudge.orders", 1, 99, null),
                wish("nudge.campaigns", 0, 3, null)),
            200);
    assertThat(outcomes(second)).containsExactly("SENT_BEFORE", "GONE", "NOT_REPLAYABLE");
    assertThat(second.path("letters").get(0).path("as"))
        .isEqualTo(first.path("letters").get(0).path("as"));
    JsonNode third =
        post("dead-letters/replay", letters(true, wish("nudge.orders", 1, 17, null)), 200);
    assertThat(outcomes(third)).containsExactly("SENT");

    List<ConsumerRecord<byte[], byte[]>> orders = cast.records(TopicName.ORDERS);
    assertThat(orders)
        .extracting(record -> new String(record.value(), UTF_8))
        .containsExactly(mended, "{", raw);
    assertThat(orders).extracting(ConsumerRecord::partition).containsOnly(1);
    assertThat(
            get("dead-letter?topic=nudge.orders&offset=18" + at, 200).path("replayed").toString())
        .contains("\"offset\":1");
    post("dead-letters/replay", "{\"letters\":[]}", 400);
    post("dead-letters/replay", "no json", 400);
  }

  @Test
  void consoleWithoutBrokerSaysThatItOnlyReads() throws Exception {
    try (ConsoleServer reader = ConsoleServer.start(ConsoleConfig.local(0, NO_DATABASE))) {
      assertThat(send(reader, "GET", "actions", null, NOTHING).body())
          .isEqualTo("{\"campaigns\":false,\"rehearsals\":false,\"deadLetters\":false}");
      HttpResponse<String> answer =
          send(reader, "POST", "pause?tenant=acme&campaign=c", "", Gate.HEADER, "test");
      assertThat(answer.statusCode()).isEqualTo(501);
      assertThat(answer.body()).contains("--kafka");
    }
    assertThat(send("GET", "actions", null, "Authorization", "Bearer " + BRAND).body())
        .isEqualTo("{\"campaigns\":true,\"rehearsals\":true,\"deadLetters\":false}");
    assertThat(send("GET", "actions", null, "Authorization", "Bearer " + PLATFORM).body())
        .isEqualTo("{\"campaigns\":true,\"rehearsals\":true,\"deadLetters\":true}");
  }

  private static JsonNode ended() throws Exception {
    return ended("acme");
  }

  private static JsonNode ended(String tenant) throws Exception {
    while (true) {
      JsonNode state = get("rehearsal?tenant=" + tenant, 200);
      JsonNode rehearsal = state.path("rehearsal");
      // What was stopped has ended when the next one may begin.
      if (!rehearsal.path("status").asText().equals("RUNNING") && !isBusy(tenant)) {
        return rehearsal;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private static boolean isBusy(String tenant) throws Exception {
    String other = tenant.equals("acme") ? "zeta" : "acme";
    return get("rehearsal?tenant=" + other, 200).path("busy").asBoolean();
  }

  private static List<JsonNode> published(String key) throws Exception {
    List<JsonNode> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : cast.records(TopicName.CAMPAIGNS)) {
      if (new String(record.key(), UTF_8).equals(key)) {
        values.add(JSON.readTree(record.value()));
      }
    }
    return values;
  }

  private static List<String> outcomes(JsonNode answer) {
    List<String> outcomes = new ArrayList<>();
    answer.path("letters").forEach(one -> outcomes.add(one.path("outcome").asText()));
    return outcomes;
  }

  private static String letters(boolean again, Map<?, ?>... wishes) throws Exception {
    return JSON.writeValueAsString(Map.of("letters", wishes, "again", again));
  }

  private static Map<?, ?> wish(String topic, int partition, long offset, String text) {
    Map<String, Object> wish = new HashMap<>();
    wish.put("topic", topic);
    wish.put("partition", partition);
    wish.put("offset", offset);
    wish.put("appendedAt", ActionsCast.APPENDED.toString());
    wish.put("text", text);
    return wish;
  }

  /** The campaign of thanks under another name. */
  private static String text(String id) {
    return ActionsCast.THANKS.replace("id: thanks", "id: " + id);
  }

  private static JsonNode get(String path, int status) throws Exception {
    return json(path, status, send("GET", path, null, "Authorization", "Bearer " + PLATFORM));
  }

  private static JsonNode post(String path, String body, int status) throws Exception {
    return json(
        path,
        status,
        send("POST", path, body, "Authorization", "Bearer " + PLATFORM, Gate.HEADER, "test"));
  }

  private static JsonNode json(String path, int status, HttpResponse<String> answer)
      throws Exception {
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) throws Exception {
    return send(console, method, path, body, headers);
  }

  private static HttpResponse<String> send(
      ConsoleServer server, String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.uri() + "api/" + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
