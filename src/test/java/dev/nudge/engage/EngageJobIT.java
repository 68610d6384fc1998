package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.detect.LifecycleOracle;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engage as it is deployed: a real broker, a real mini cluster, a real ClickHouse engine. */
class EngageJobIT {
  private static final long SEED = 20101201;
  private static final int PARTITIONS = 3;
  private static final int BAD_LINES = 60;
  private static final long MAX_DISPLACEMENT_MILLIS = 5_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;
  private EmbeddedKafka broker;
  private EmbeddedClickHouse clickHouse;
  private KafkaConfig kafka;
  private TopicLayout topics;
  private JobClient job;

  @BeforeEach
  void start() throws Exception {
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(directory.resolve("native")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ofSeconds(10));
    broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
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
  void displacedDoubledAndPollutedOrdersOnThreePartitionsGiveTheSameRows() throws Exception {
    List<String> lines = OnlineRetail.orders();
    long last = timestamp(lines.get(lines.size() - 1));
    long end = last + MAX_DISPLACEMENT_MILLIS + 1;

    Configuration ingest = new Configuration();
    ingest.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    job = submit(ingest);
    send(polluted(displacedAndDoubled(lines)), end);

    List<String> expected = OnlineRetail.expectedStageChanges();
    await(() -> select("SELECT count() FROM nudge.stage_changes FINAL").equals(List.of("24658")));
    assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);

    await(() -> lastTimes().stream().allMatch(time -> time >= last));
    assertThatMomentsAreThoseRowsAndNeverBehindTheirTime(expected.size());

    await(() -> select("SELECT count() FROM nudge.dead_letters FINAL").equals(List.of("60")));
    assertThat(select("SELECT DISTINCT reason FROM nudge.dead_letters FINAL ORDER BY reason"))
        .containsExactly(
            "AMOUNT_OUT_OF_RANGE",
            "FIELD_MISSING",
            "FIELD_MISTYPED",
            "ID_TOO_LONG",
            "NOT_JSON",
            "RECORD_TOO_LARGE",
            "TIMESTAMP_TOO_EARLY",
            "TIMESTAMP_TOO_LATE");
    assertThat(read(TopicName.DEAD_LETTERS))
        .hasSize(BAD_LINES)
        .allSatisfy(letter -> assertThat(letter.headers().lastHeader("nudge-reason")).isNotNull());
    // No restart strategy: one failure would have ended the job.
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void backlogBesideSilentPartitionsLosesNothingAndThenTimeFollowsTheClock() throws Exception {
    List<LifecycleOracle.Payment> payments = OnlineRetail.payments();
    List<String> expected =
        new LifecycleOracle(30, 90, 4, 7, Instant.MAX)
            .changes(payments).stream().map(OnlineRetail::row).toList();
    sendBacklog(OnlineRetail.orders());

    Configuration ingest = new Configuration();
    ingest.set(IngestConfig.IDLE_AFTER, Duration.ofSeconds(3));
    job = submit(ingest);

    // Everybody's silence since 2011 has come to its end: all are lost.
    String count = Integer.toString(expected.size());
    await(() -> select("SELECT count() FROM nudge.stage_changes FINAL").equals(List.of(count)));
    assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(select("SELECT count() FROM nudge.dead_letters FINAL")).containsExactly("0");
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
  }

  /** All of it before the job is there, by customer; the other topics stay empty. */
  private void sendBacklog(List<String> lines) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (String line : lines) {
        byte[] key = field(line, "customerId").getBytes(UTF_8);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.nameOf(TopicName.ORDERS), null, key, line.getBytes(UTF_8))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
  }

  private JobClient submit(Configuration ingest) throws Exception {
    Configuration flink = new Configuration();
    flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.resolve("checkpoints").toUri() + "");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    EngageJob.define(
        env,
        new EngageConfig(
            kafka, clickHouse.config(), IngestConfig.from(ingest), DeliveryGuarantee.AT_LEAST_ONCE),
        topics,
        DefinitionSource.newestOffsets(kafka));
    return env.executeAsync(EngageJob.NAME);
  }

  /** A record on its way: when it arrives, in which partition. */
  private record Arrival(long arrivesAtMillis, long atMillis, int partition, byte[] value) {}

  /** Each line twice, each copy up to 5 s late, on any partition. */
  private static List<Arrival> displacedAndDoubled(List<String> lines) {
    Random random = new Random(SEED);
    List<Arrival> arrivals = new ArrayList<>();
    for (String line : lines) {
      long at = timestamp(line);
      for (int copy = 0; copy < 2; copy++) {
        long delay = random.nextLong(MAX_DISPLACEMENT_MILLIS + 1);
        arrivals.add(new Arrival(at + delay, at, random.nextInt(PARTITIONS), line.getBytes(UTF_8)));
      }
    }
    arrivals.sort(Comparator.comparingLong(Arrival::arrivesAtMillis));
    return arrivals;
  }

  private static List<Arrival> polluted(List<Arrival> arrivals) {
    Random random = new Random(SEED + 1);
    List<Arrival> all = new ArrayList<>(arrivals);
    for (int i = 0; i < BAD_LINES; i++) {
      int place = random.nextInt(all.size());
      Arrival before = all.get(place);
      all.add(
          place,
          new Arrival(
              before.arrivesAtMillis(), before.atMillis(), random.nextInt(PARTITIONS), bad(i)));
    }
    return all;
  }

  /** The i-th malformed record: many kinds, several of each. */
  private static byte[] bad(int i) {
    String good =
        "{\"messageId\":\"bad%d\",\"tenant\":\"online-retail\",\"customerId\":\"17850\",\"orderId\":\"bad%d\",\"status\":\"PAID\",\"timestamp\":\"2011-01-01T00:00:00Z\",\"currency\":\"GBP\",\"amount\":\"1.00\"}"
            .formatted(i, i);
    return switch (i % 15) {
      case 0 -> new byte[0];
      case 1 -> new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1};
      case 2 -> good.substring(0, good.length() / 2).getBytes(UTF_8);
      case 3 -> "[1,2,3]".getBytes(UTF_8);
      case 4 -> (good + good).getBytes(UTF_8);
      case 5 -> good.replace("\"tenant\":\"online-retail\",", "").getBytes(UTF_8);
      case 6 -> good.replace("\"PAID\"", "\"MAYBE\"").getBytes(UTF_8);
      case 7 -> good.replace("\"1.00\"", "\"-1.00\"").getBytes(UTF_8);
      case 8 -> good.replace("\"1.00\"", "1e999999999").getBytes(UTF_8);
      case 9 -> good.replace("\"1.00\"", "true").getBytes(UTF_8);
      case 10 -> good.replace("\"2011-01-01T00:00:00Z\"", "1293840000").getBytes(UTF_8);
      case 11 -> good.replace("2011-01-01", "2999-01-01").getBytes(UTF_8);
      case 12 -> good.replace("17850", "c".repeat(257)).getBytes(UTF_8);
      case 13 -> good.replace("}", ",\"attributes\":" + "[".repeat(5_000) + "}").getBytes(UTF_8);
      default -> good.replace("}", ",\"x\":\"" + "y".repeat(1 << 20) + "\"}").getBytes(UTF_8);
    };
  }

  private void send(List<Arrival> arrivals, long end) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      long newest = Long.MIN_VALUE;
      for (int i = 0; i < arrivals.size(); i++) {
        Arrival arrival = arrivals.get(i);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.nameOf(TopicName.ORDERS), arrival.partition(), null, arrival.value())));
        newest = Math.max(newest, arrival.atMillis());
        if (i % 2_000 == 0) {
          // The other topics have no events: time records keep them from holding orders back.
          for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
            if (topic != TopicName.ORDERS) {
              sent.addAll(sendTime(producer, topic, newest));
            }
          }
        }
      }
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        sent.addAll(sendTime(producer, topic, end));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
  }

  private List<Future<RecordMetadata>> sendTime(
      KafkaProducer<byte[], byte[]> producer, TopicName topic, long atMillis) {
    return IntStream.range(0, topics.partitionsOf(topic))
        .mapToObj(
            p ->
                producer.send(
                    new ProducerRecord<>(
                        topics.nameOf(topic), p, null, TimeRecord.value(atMillis))))
        .toList();
  }

  private KafkaProducer<byte[], byte[]> producer() {
    var properties = kafka.toProperties();
    properties.put("max.request.size", 4 << 20);
    properties.put("linger.ms", 20);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Every record of a topic that is there now, partition by partition in order. */
  private List<ConsumerRecord<byte[], byte[]>> read(TopicName topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, topics.partitionsOf(topic))
              .mapToObj(p -> new TopicPartition(topics.nameOf(topic), p))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private List<Long> lastTimes() {
    Map<Integer, Long> times = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(TopicName.MOMENTS)) {
      TimeRecord.read(record.value())
          .ifPresent(at -> times.merge(record.partition(), at, Math::max));
    }
    return times.size() < PARTITIONS ? List.of(Long.MIN_VALUE) : List.copyOf(times.values());
  }

  private void assertThatMomentsAreThoseRowsAndNeverBehindTheirTime(int count) {
    Map<Integer, Long> saidByPartition = new HashMap<>();
    TreeSet<String> ids = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> record : read(TopicName.MOMENTS)) {
      OptionalLong time = TimeRecord.read(record.value());
      if (time.isPresent()) {
        saidByPartition.put(record.partition(), time.getAsLong());
      } else {
        String moment = new String(record.value(), UTF_8);
        ids.add(field(moment, "id"));
        assertThat(Instant.parse(field(moment, "at")).toEpochMilli())
            .isGreaterThan(saidByPartition.getOrDefault(record.partition(), Long.MIN_VALUE));
      }
    }
    assertThat(ids).hasSize(count);
  }

  private List<String> rows() {
    return select(
        """
        SELECT tenant, customer_id AS customerId, `from`, `to`,
               formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, life, order_count AS orderCount
        FROM nudge.stage_changes FINAL FORMAT JSONEachRow""");
  }

  private List<String> select(String sql) {
    try {
      String query = URLEncoder.encode(sql, UTF_8);
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?query=" + query)).build();
      return HttpClient.newHttpClient()
          .send(request, BodyHandlers.ofString())
          .body()
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void await(BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(job.getJobStatus().get())
          .isIn(JobStatus.CREATED, JobStatus.RUNNING, JobStatus.INITIALIZING);
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static long timestamp(String line) {
    return Instant.parse(field(line, "timestamp")).toEpochMilli();
  }

  private static String field(String line, String name) {
    int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return line.substring(start, line.indexOf('"', start));
  }
}
