package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.KafkaDefinitionLog;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.local.EmbeddedKafka;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureJob;
import dev.nudge.measure.MeasureJobConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job as it is deployed, over random logs that come out of order and late, through an outage of
 * the database: the tables say what the oracle finds in the whole log.
 */
class MeasureJobIT {
  private static final int PARTITIONS = 3;
  private static final int TENANTS = 40;
  private static final long UNTIL = RandomMeasures.UNTIL.toEpochMilli();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** A brand whose messages fail, and whose campaign never sends any. */
  private static final String WATCHED =
      """
      kind: policy
      tenant: watched
      channels: {SMS: {kind: ONE_WAY}}
      ---
      kind: campaign
      tenant: watched
      id: quiet
      active: {from: 2026-01-10T00:00:00Z, to: 2026-04-10T00:00:00Z}
      targets: {paid: 100}
      trigger: {stage: NEW}
      channels: [SMS]
      """;

  private static final String ALERTS_QUERY =
      "SELECT concat(kind, ' ', campaign, ' ', subject, ' ', at, ' ', until, ' ', actual, ' ',"
          + " round(expected, 4)) FROM nudge.alerts WHERE tenant = 'watched' ORDER BY at";

  /** After nine days chance no longer makes ten orders none; an hour after it failures are over. */
  private static final List<String> ALERTS =
      List.of(
          "FAILURE_RATE  SMS 2026-01-05 01:01:00.000 2026-01-05 02:01:00.000 1 0.05",
          "BEHIND_TARGET quiet PAID 2026-01-19 00:00:00.000 2026-04-10 00:00:00.000 0 10");

  private static final String TARGETS_QUERY =
      "SELECT concat(campaign, ' ', metric, ' ', part, ' ', count(), ' ', min(hour), ' ', max(hour),"
          + " ' ', max(actual), ' ', max(target), ' ', max(pace)) FROM nudge.targets"
          + " WHERE tenant = 'watched' GROUP BY campaign, metric, part";

  private static final List<String> TARGETS =
      List.of("quiet PAID NONE 2160 2026-01-10 00:00:00 2026-04-09 23:00:00 0 100 100");

  @TempDir Path folder;
  private EmbeddedClickHouse clickHouse;
  private EmbeddedKafka broker;
  private KafkaConfig kafka;
  private TopicLayout topics;
  private JobClient job;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    clickHouse = startClickHouse(0);
    Migrations.apply(clickHouse.config(), Duration.ofSeconds(10));
    broker = EmbeddedKafka.start(folder.resolve("kafka"), 0);
    kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
  }

  private EmbeddedClickHouse startClickHouse(int port) {
    return EmbeddedClickHouse.start(
        ChdbLibrary.locate(folder.resolve("native")), folder.resolve("clickhouse"), port);
  }

  @AfterEach
  void stop() throws Exception {
    if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
      job.cancel().get(1, TimeUnit.MINUTES);
    }
    broker.close();
    clickHouse.close();
  }

  @Test
  void lateAndThroughAnOutageTheTablesAreThoseOfTheOracle() throws Exception {
    new RandomMeasures(31, TENANTS).write(folder);
    Files.writeString(folder.resolve("definitions").resolve("watched.yaml"), WATCHED);
    publishDefinitions();
    MeasureOracle oracle = MeasureOracle.of(folder, UNTIL);
    List<Arrivals.Arrival> arrivals = Arrivals.of(folder, 7);
    int half = arrivals.size() / 2;
    int port;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (String line : Files.readAllLines(folder.resolve("decisions.jsonl"), UTF_8)) {
        String customer = Event.JSON.readTree(line).get("customerId").asText();
        sent.add(producer.send(record(TopicName.DECISIONS, customer, line)));
      }
      sendTime(producer, TopicName.DECISIONS, UNTIL);
      sendTime(producer, TopicName.MOMENTS, UNTIL);
      sendFailures(producer);
      send(producer, arrivals.subList(0, half));
      // Partitions on which nothing comes hold nobody back.
      long newest =
          arrivals.subList(0, half).stream().mapToLong(Arrivals.Arrival::at).max().orElseThrow();
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        sendTime(producer, topic, newest);
      }
      producer.flush();
      submit();
      await("SELECT count() > 1000 FROM nudge.funnel_minute", "1"::equals);

      port = clickHouse.port();
      clickHouse.close();
      send(producer, arrivals.subList(half, arrivals.size()));
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        // Less the out-of-orderness, and what is at the instant itself is not complete.
        sendTime(producer, topic, UNTIL + 5_001);
      }
      producer.flush();
    }
    for (Future<RecordMetadata> each : sent) {
      each.get();
    }
    clickHouse = startClickHouse(port);

    await(
        "SELECT max(until) = toDateTime64('2026-05-20 07:12:34.567', 3, 'UTC')"
            + " FROM nudge.measured FINAL",
        "1"::equals);
    assertThat(oracle.funnel()).hasSizeGreaterThan(3_000);
    try (Connection connection =
        DriverManager.getConnection(clickHouse.config().url(), "default", "")) {
      // The last rows may still be on their way.
      awaitSame(oracle.funnel(), () -> TableLines.funnel(connection, "nudge.funnel"));
      awaitSame(ALERTS, () -> select(ALERTS_QUERY));
      awaitSame(TARGETS, () -> select(TARGETS_QUERY));
      awaitSame(oracle.roi(), () -> TableLines.roi(connection, "nudge.roi_hourly"));
      assertThat(FunnelChecks.differences(connection)).isEmpty();
      List<String> participants = ParticipantsOracle.lines(oracle);
      assertThat(participants.stream().filter(row -> row.contains("city=北京")))
          .hasSizeGreaterThan(5);
      awaitSame(participants, () -> TableLines.participants(connection));
      FunnelChecks.insertLog(connection, oracle);
      List<String> differences = new ArrayList<>();
      FunnelChecks.Compared compared =
          FunnelChecks.compareWithWindowFunnel(connection, oracle, differences);
      assertThat(differences).isEmpty();
      assertThat(compared.grants()).isGreaterThan(300);
    }
    // No restart strategy: one failure would have ended the job.
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
  }

  /** Before all else: what is on time is judged at its minute. */
  private void sendFailures(KafkaProducer<byte[], byte[]> producer) {
    long at = RandomMeasures.START.plus(Duration.ofHours(1)).toEpochMilli();
    for (int i = 0; i < 20; i++) {
      String line =
          "{\"messageId\": \"f%d\", \"tenant\": \"watched\", \"customerId\": \"w%d\","
                  .formatted(i, i)
              + " \"timestamp\": %d, \"status\": \"FAILED\", \"triggerId\": \"t%d\","
                  .formatted(at + i, i)
              + " \"channel\": \"SMS\"}";
      sent.add(producer.send(record(TopicName.DELIVERIES, "w" + i, line)));
    }
  }

  private void publishDefinitions() throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    try (Stream<Path> files = Files.list(folder.resolve("definitions"))) {
      for (Path file : files.sorted().toList()) {
        reader.read(file);
      }
    }
    new DefinitionPublisher(log(TopicName.POLICIES), log(TopicName.CAMPAIGNS))
        .apply(reader.policies(), reader.rules(), Instant.EPOCH, false);
  }

  private KafkaDefinitionLog log(TopicName topic) {
    Map<String, Object> clients = new HashMap<>();
    kafka.toProperties().forEach((key, value) -> clients.put(key.toString(), value));
    return new KafkaDefinitionLog(clients, topic.withPrefix(kafka.topicPrefix()));
  }

  private void submit() throws Exception {
    Configuration flink = new Configuration();
    flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.resolve("checkpoints").toUri() + "");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    Configuration keys = new Configuration();
    keys.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    // Decisions are all there from the beginning: were customers' topics idle, time would run
    // ahead.
    keys.set(IngestConfig.IDLE_AFTER, Duration.ofHours(1));
    // The log may lie ahead of the machine's clock.
    keys.set(IngestConfig.MAX_CLOCK_SKEW, Duration.ofDays(36_500));
    MeasureJob.define(
        env,
        new MeasureJobConfig(
            kafka, clickHouse.config(), IngestConfig.from(keys), MeasureConfig.from(keys)),
        DefinitionSource.newestOffsets(kafka));
    job = env.executeAsync(MeasureJob.NAME);
  }

  private void send(KafkaProducer<byte[], byte[]> producer, List<Arrivals.Arrival> arrivals)
      throws IOException {
    for (Arrivals.Arrival arrival : arrivals) {
      Topic topic =
          Topic.CUSTOMER_INPUTS.stream()
              .filter(each -> arrival.file().equals(each.plainName() + ".jsonl"))
              .findAny()
              .orElseThrow();
      String customer = Event.JSON.readTree(arrival.line()).get("customerId").asText();
      sent.add(producer.send(record(TopicName.of(topic), customer, arrival.line())));
    }
  }

  private ProducerRecord<byte[], byte[]> record(TopicName topic, String customer, String line) {
    return new ProducerRecord<>(
        topics.nameOf(topic), customer.getBytes(UTF_8), line.getBytes(UTF_8));
  }

  private void sendTime(KafkaProducer<byte[], byte[]> producer, TopicName topic, long atMillis) {
    for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
      sent.add(
          producer.send(
              new ProducerRecord<>(
                  topics.nameOf(topic), partition, null, TimeRecord.value(atMillis))));
    }
  }

  private static void awaitSame(List<String> lines, Callable<List<String>> found) throws Exception {
    List<String> expected = lines.stream().sorted().toList();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!found.call().stream().sorted().toList().equals(expected)
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(500);
    }
    assertThat(found.call()).containsExactlyInAnyOrderElementsOf(expected);
  }

  private void await(String sql, Predicate<String> is) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!is.test(String.join("\n", select(sql)))) {
      assertThat(job.getJobStatus().get())
          .isIn(JobStatus.CREATED, JobStatus.RUNNING, JobStatus.INITIALIZING);
      assertThat(System.nanoTime()).as(sql).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private List<String> select(String sql) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(clickHouse.url()))
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build(),
            BodyHandlers.ofString())
        .body()
        .lines()
        .toList();
  }
}
