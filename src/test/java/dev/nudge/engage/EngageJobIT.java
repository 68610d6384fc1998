package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import dev.nudge.detect.LifecycleOracle;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicName;
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
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engage as it is deployed: a real broker, a real mini cluster, a real ClickHouse engine. */
class EngageJobIT {
  private static final long SEED = 20101201;
  private static final int PARTITIONS = 3;
  private static final int BAD_LINES = 60;

  /** The kinds whose anomalies are known for these orders. */
  private static final String EXPECTED_KINDS =
      "kind IN ('SPEND_SPIKE', 'SPEND_DROP', 'SLEEP_LINE', 'OVERDUE')";

  private static final long MAX_DISPLACEMENT_MILLIS = 5_000;

  @TempDir Path directory;
  private EngageDeployment engage;

  @BeforeEach
  void start() throws Exception {
    engage = EngageDeployment.start(directory, PARTITIONS);
  }

  @AfterEach
  void stop() throws Exception {
    engage.close();
  }

  @Test
  void displacedDoubledAndPollutedOrdersOnThreePartitionsGiveTheSameRows() throws Exception {
    List<String> lines = OnlineRetail.orders();
    long last = timestamp(lines.get(lines.size() - 1));
    long end = last + MAX_DISPLACEMENT_MILLIS + 1;

    Configuration ingest = new Configuration();
    ingest.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    engage.submit(ingest, 2, null);
    send(polluted(displacedAndDoubled(lines)), end);

    List<String> expected = OnlineRetail.expectedStageChanges();
    engage.await(
        () ->
            engage
                .select("SELECT count() FROM nudge.stage_changes FINAL")
                .equals(List.of("24658")));
    assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);

    engage.await(() -> engage.lastTimes().stream().allMatch(time -> time >= last));
    engage.await(() -> anomalies(EXPECTED_KINDS).equals(List.of("20553")));
    int anomalies = Integer.parseInt(anomalies("true").get(0));
    assertThatMomentsAreThoseRowsAndNeverBehindTheirTime(expected.size() + anomalies);

    engage.await(
        () -> engage.select("SELECT count() FROM nudge.dead_letters FINAL").equals(List.of("60")));
    assertThat(
            engage.select("SELECT DISTINCT reason FROM nudge.dead_letters FINAL ORDER BY reason"))
        .containsExactly(
            "AMOUNT_OUT_OF_RANGE",
            "FIELD_MISSING",
            "FIELD_MISTYPED",
            "ID_TOO_LONG",
            "NOT_JSON",
            "RECORD_TOO_LARGE",
            "TIMESTAMP_TOO_EARLY",
            "TIMESTAMP_TOO_LATE");
    assertThat(engage.read(TopicName.DEAD_LETTERS))
        .hasSize(BAD_LINES)
        .allSatisfy(letter -> assertThat(letter.headers().lastHeader("nudge-reason")).isNotNull());
    // No restart strategy: one failure would have ended the job.
    assertThat(engage.status()).isEqualTo(JobStatus.RUNNING);
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
    engage.submit(ingest, 2, null);

    // Everybody's silence since 2011 has come to its end: all are lost.
    String count = Integer.toString(expected.size());
    engage.await(
        () ->
            engage.select("SELECT count() FROM nudge.stage_changes FINAL").equals(List.of(count)));
    assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(engage.select("SELECT count() FROM nudge.dead_letters FINAL")).containsExactly("0");
    assertThat(engage.status()).isEqualTo(JobStatus.RUNNING);
  }

  /** All of it before the job is there, by customer; the other topics stay empty. */
  private void sendBacklog(List<String> lines) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = engage.producer()) {
      for (String line : lines) {
        byte[] key = field(line, "customerId").getBytes(UTF_8);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    engage.topics().nameOf(TopicName.ORDERS), null, key, line.getBytes(UTF_8))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
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
    try (KafkaProducer<byte[], byte[]> producer = engage.producer()) {
      long newest = Long.MIN_VALUE;
      for (int i = 0; i < arrivals.size(); i++) {
        Arrival arrival = arrivals.get(i);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    engage.topics().nameOf(TopicName.ORDERS),
                    arrival.partition(),
                    null,
                    arrival.value())));
        newest = Math.max(newest, arrival.atMillis());
        if (i % 2_000 == 0) {
          // The other topics have no events: time records keep them from holding orders back.
          for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
            if (topic != TopicName.ORDERS) {
              sent.addAll(engage.sendTime(producer, topic, newest));
            }
          }
        }
      }
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        sent.addAll(engage.sendTime(producer, topic, end));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
  }

  private void assertThatMomentsAreThoseRowsAndNeverBehindTheirTime(int count) {
    Map<Integer, Long> saidByPartition = new HashMap<>();
    TreeSet<String> ids = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> record : engage.read(TopicName.MOMENTS)) {
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

  private List<String> anomalies(String which) {
    return engage.select("SELECT count() FROM nudge.anomalies FINAL WHERE " + which);
  }

  private List<String> rows() {
    return engage.select(
        """
        SELECT tenant, customer_id AS customerId, `from`, `to`,
               formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, life, order_count AS orderCount
        FROM nudge.stage_changes FINAL FORMAT JSONEachRow""");
  }

  private static long timestamp(String line) {
    return Instant.parse(field(line, "timestamp")).toEpochMilli();
  }

  private static String field(String line, String name) {
    int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return line.substring(start, line.indexOf('"', start));
  }
}
