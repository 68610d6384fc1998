package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Anomaly;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.StageChange;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsIT {

  private static final Path LIBRARY = ChdbLibrary.locate(Path.of("unused"));

  /** In New York the wall clock shows this hour twice: 06:30Z is half past one once more. */
  private static final Instant SECOND_HALF_PAST_ONE = Instant.parse("2026-11-01T06:30:00.789Z");

  private static final Instant NINE = Instant.parse("2026-01-05T09:00:00.123Z");

  @TempDir Path directory;
  private EmbeddedClickHouse clickHouse;
  private final TimeZone zone = TimeZone.getDefault();

  @BeforeEach
  void start() throws Exception {
    TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
    clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
  }

  @AfterEach
  void stop() {
    clickHouse.close();
    TimeZone.setDefault(zone);
  }

  @Test
  void twentyYearsFitOneInsert() throws Exception {
    List<StageChange> changes =
        IntStream.range(0, 240)
            .mapToObj(
                month ->
                    new StageChange(
                        "acme",
                        "Anna",
                        LifecycleStage.LOST,
                        LifecycleStage.NEW,
                        NINE.minus(Duration.ofDays(31L * month)).toEpochMilli(),
                        1,
                        1,
                        1))
            .toList();
    run(changes, StageChange.class, Rows.stageChanges(clickHouse.config()));
    assertThat(query("SELECT count() FROM nudge.stage_changes FINAL")).isEqualTo("240\n");
  }

  @Test
  void stageChangesSentTwiceAreThereOnce() throws Exception {
    List<StageChange> changes =
        List.of(
            new StageChange("acme", "Anna", null, LifecycleStage.NEW, NINE.toEpochMilli(), 1, 1, 1),
            new StageChange(
                "acme",
                "Bert\n\n'ß",
                LifecycleStage.NEW,
                LifecycleStage.GROWING,
                SECOND_HALF_PAST_ONE.toEpochMilli(),
                1,
                2,
                Long.MAX_VALUE),
            new StageChange(
                "acme", "Carl", LifecycleStage.DORMANT, LifecycleStage.LOST, -1, 2, 7, 3));
    for (int attempt = 0; attempt < 2; attempt++) {
      run(changes, StageChange.class, Rows.stageChanges(clickHouse.config()));
    }
    assertThat(query("SELECT * FROM nudge.stage_changes FINAL ORDER BY customer_id"))
        .isEqualTo(
            """
            acme	Anna	\\N	NEW	2026-01-05 09:00:00.123	1	1	1
            acme	Bert\\n\\n\\'ß	NEW	GROWING	2026-11-01 06:30:00.789	1	2	9223372036854775807
            acme	Carl	DORMANT	LOST	1969-12-31 23:59:59.999	2	7	3
            """);
    assertThat(query("SELECT count() FROM nudge.stage_changes")).isEqualTo("6\n");
  }

  @Test
  void anomaliesSentTwiceAreThereOnceAndTwoAtOneInstantAreTwo() throws Exception {
    Anomaly spike =
        new Anomaly(
            "acme",
            "Anna",
            "SPEND_SPIKE",
            NINE.toEpochMilli(),
            "o4",
            Value.string("259.86"),
            Value.string("61.17335"),
            Map.of("orders", Value.number("3"), "note", Value.string("a\n\n'ß")),
            Long.MAX_VALUE);
    Anomaly refill =
        new Anomaly(
            "acme",
            "Bert",
            "REFILL_DUE",
            SECOND_HALF_PAST_ONE.toEpochMilli(),
            null,
            Value.number("-1209600000"),
            null,
            Map.of(),
            3);
    Anomaly odd =
        new Anomaly(
            "acme",
            "Carl",
            "own-rule",
            -1,
            null,
            Value.string("no number"),
            Value.number("1e33"),
            Map.of(),
            4);
    List<Moment> moments =
        List.of(moment(spike, "m1"), moment(refill, "m2"), moment(refill, "m3"), moment(odd, "m4"));
    for (int attempt = 0; attempt < 2; attempt++) {
      run(moments, Moment.class, Rows.anomalies(clickHouse.config()));
    }
    assertThat(
            query(
                """
                SELECT tenant, customer_id, kind, at, order_id, value, baseline, evidence, version
                FROM nudge.anomalies FINAL ORDER BY customer_id"""))
        .isEqualTo(
            """
            acme	Anna	SPEND_SPIKE	2026-01-05 09:00:00.123	o4	259.86	61.1734	\
            {"note":"a\\\\n\\\\n\\'ß","orders":3}	9223372036854775807
            acme	Bert	REFILL_DUE	2026-11-01 06:30:00.789		-1209600000	\\N	{}	3
            acme	Bert	REFILL_DUE	2026-11-01 06:30:00.789		-1209600000	\\N	{}	3
            acme	Carl	own-rule	1969-12-31 23:59:59.999		\\N	\\N	{}	4
            """);
    assertThat(query("SELECT id FROM nudge.anomalies FINAL ORDER BY id").lines())
        .containsExactlyInAnyOrderElementsOf(moments.stream().map(Moment::id).toList());
    assertThat(query("SELECT count() FROM nudge.anomalies")).isEqualTo("8\n");
  }

  /** The moment that one event made of an anomaly. */
  private static Moment moment(Anomaly anomaly, String messageId) {
    Occurrence event =
        new Occurrence(
            Occurrence.ORDER_PAID, anomaly.atMillis(), messageId, Topic.ORDERS, Map.of());
    return Moment.of(anomaly, event, Map.of("order", List.of(event)), null);
  }

  @Test
  void decisionsSentTwiceAreThereOnceAndOneCandidatesRowsAreAll() throws Exception {
    List<Decision> decisions =
        List.of(
            decision("d1", NINE, DecisionCode.DEFERRED, DeferReason.QUIET_HOURS, null),
            decision("d2", SECOND_HALF_PAST_ONE, DecisionCode.SENT, null, 123_456L));
    for (int attempt = 0; attempt < 2; attempt++) {
      run(decisions, Decision.class, Rows.decisions(clickHouse.config()));
    }
    assertThat(query("SELECT * FROM nudge.decisions FINAL ORDER BY id"))
        .isEqualTo(
            """
            acme	Anna	cart-rescue	2147483647	m1	1969-12-31 23:59:59.999	2026-01-05 09:00:00.123	DEFERRED	\
            QUIET_HOURS	{"zone":"a\\\\n\\\\n\\'ß"}				\\N			d1
            acme	Anna	cart-rescue	2147483647	m1	1969-12-31 23:59:59.999	2026-11-01 06:30:00.789	SENT	\
            	{"zone":"a\\\\n\\\\n\\'ß"}		B	SMS	12.3456	t1	g1	d2
            """);
    assertThat(query("SELECT count() FROM nudge.decisions")).isEqualTo("4\n");
  }

  private static Decision decision(
      String id, Instant at, DecisionCode code, DeferReason reason, Long amountUnits) {
    boolean isSent = code == DecisionCode.SENT;
    return new Decision(
        id,
        "acme",
        "Anna",
        "cart-rescue",
        Integer.MAX_VALUE,
        "m1",
        -1,
        at.toEpochMilli(),
        code,
        reason,
        Map.of("zone", Value.string("a\n\n'ß")),
        null,
        isSent ? "B" : null,
        isSent ? "SMS" : null,
        amountUnits,
        isSent ? "t1" : null,
        isSent ? "g1" : null);
  }

  @Test
  void deadLettersShowTheBeginningOfTheirBytes() throws Exception {
    byte[] binary = {'a', (byte) 0xff, '\n', '\n', 0, 'z'};
    // The 4,096th byte is the first of two that make one character.
    byte[] longer = ("x".repeat(4_095) + "ß".repeat(100)).getBytes(StandardCharsets.UTF_8);
    List<DeadLetter> letters =
        List.of(
            letter(binary, 1, DeadLetterReason.NOT_JSON),
            letter(longer, 2, DeadLetterReason.RECORD_TOO_LARGE),
            letter(new byte[0], 3, DeadLetterReason.NOT_JSON));
    for (int attempt = 0; attempt < 2; attempt++) {
      run(letters, DeadLetter.class, Rows.deadLetters(clickHouse.config()));
    }
    assertThat(
            query(
                """
                SELECT topic, `partition`, `offset`, appended_at, reason, message,
                  if(length(raw) < 10, raw, toString(length(raw))), endsWith(raw, 'x\uFFFD'),
                  raw_bytes
                FROM nudge.dead_letters FINAL ORDER BY `offset`"""))
        .isEqualTo(
            """
            orders	3	1	2026-01-05 09:00:00.123	NOT_JSON	amount: found "x"	a\uFFFD\\n\\n\\0z	0	6
            orders	3	2	2026-01-05 09:00:00.123	RECORD_TOO_LARGE	amount: found "x"	4098	1	4295
            orders	3	3	2026-01-05 09:00:00.123	NOT_JSON	amount: found "x"		0	0
            """);
  }

  @Test
  void everyRowOfALargeBatchArrives() throws Exception {
    int rows = 3 * Rows.FLUSH_ROWS + 1;
    run(changes(rows), StageChange.class, Rows.stageChanges(clickHouse.config()));
    assertThat(query("SELECT count(), sum(version), uniqExact(at) FROM nudge.stage_changes FINAL"))
        .isEqualTo("%d\t%d\t%d\n".formatted(rows, rows * (rows - 1L) / 2, rows));
  }

  @Test
  void whoSubmitsIsToldOfAServerThatIsAway() {
    ClickHouseConfig config = clickHouse.config();
    assertThat(Rows.trouble(config)).isEmpty();
    clickHouse.close();
    assertThat(Rows.trouble(config))
        .hasValueSatisfying(told -> assertThat(told).contains(config.url(), "as user default"));
  }

  @Test
  void rowsOutlastAnOutage() throws Exception {
    ClickHouseConfig config = clickHouse.config();
    int port = clickHouse.port();
    clickHouse.close();
    Configuration impatient = new Configuration();
    // One failure would end the job.
    impatient.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    JobClient job;
    try (ServerSocket silent = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      job = start(changes(100), StageChange.class, Rows.stageChanges(config), impatient);
      silent.accept().close();
    }
    clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, port);
    job.getJobExecutionResult().get();
    assertThat(query("SELECT count(), sum(version) FROM nudge.stage_changes FINAL"))
        .isEqualTo("100\t4950\n");
  }

  private static List<StageChange> changes(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new StageChange(
                    "acme",
                    "c" + i,
                    LifecycleStage.NEW,
                    LifecycleStage.GROWING,
                    NINE.toEpochMilli() + i,
                    1,
                    i,
                    i))
        .toList();
  }

  private static DeadLetter letter(byte[] raw, long offset, DeadLetterReason reason) {
    return new DeadLetter(
        raw, "orders", 3, offset, NINE.toEpochMilli(), reason, "amount: found \"x\"");
  }

  private static <T> void run(List<T> records, Class<T> type, Sink<T> sink) throws Exception {
    start(records, type, sink, new Configuration()).getJobExecutionResult().get();
  }

  private static <T> JobClient start(
      List<T> records, Class<T> type, Sink<T> sink, Configuration configuration) throws Exception {
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    environment
        .fromData(records, TypeInformation.of(type))
        .uid("test-records-v1")
        .rebalance()
        .sinkTo(sink)
        .uid("test-rows-v1");
    return environment.executeAsync();
  }

  private String query(String sql) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(clickHouse.url()))
                .POST(BodyPublishers.ofString(sql))
                .build(),
            BodyHandlers.ofString())
        .body();
  }
}
