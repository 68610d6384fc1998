package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Topic;
import dev.nudge.kafka.DeploymentClock;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayIT {

  private static final List<ReplaySource> ORDERS =
      List.of(ReplaySource.resource(Topic.ORDERS, "data/online-retail-small.jsonl.gz"));
  private static final int LINES = 2_839;
  private static final Speed TWO_DAYS_A_SECOND = new Speed(172_800);
  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final Duration SLACK = Replay.DEFAULT_MAX_OUT_OF_ORDERNESS;

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static KafkaConsumer<byte[], byte[]> consumer;
  private static List<ReplayLine> lines;
  private static long endMillis;

  @BeforeAll
  static void start() throws Exception {
    kafka = EmbeddedKafka.start(directory, 0);
    Properties properties = kafka.config("").toProperties();
    // Else reading the next partition waits half a second behind the one before.
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    lines = new ArrayList<>();
    try (ReplayLines all = ReplayLines.open(ORDERS)) {
      for (ReplayLine line = all.next(); line != null; line = all.next()) {
        lines.add(line);
      }
    }
    endMillis = lines.get(LINES - 1).atMillis() + SLACK.toMillis() + 1;
  }

  @AfterAll
  static void stop() {
    consumer.close();
    kafka.close();
  }

  @Test
  void everyLineArrivesOnceInOrderAndTimeEndsOnEveryPartition() throws Exception {
    TopicLayout topics = topics("whole.");
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (Replay replay =
        new Replay(
            kafka.config("whole."),
            topics,
            ORDERS,
            Speed.UNLIMITED,
            SLACK,
            new PrintStream(shown, true, StandardCharsets.UTF_8))) {
      replay.start();
      replay.completion().get(30, TimeUnit.SECONDS);
      assertThat(replay.progress().lines()).isEqualTo(LINES);
      assertThat(replay.progress().total()).isEqualTo(LINES);
      assertThat(replay.progress().clockMillis()).isEqualTo(endMillis);
      assertThat(replay.progress().done()).isTrue();
      assertThat(replay.progress().linesPerSecond()).isPositive();
    }

    assertWhole(topics);
    assertThat(new DeploymentClock(kafka.config("whole."), InstantSource.system()).now())
        .isEqualTo(Instant.ofEpochMilli(endMillis));
    assertThat(shown.toString(StandardCharsets.UTF_8)).contains("\r", "2,839 of 2,839", "done");
  }

  @Test
  void finishedReplayStartedAgainTellsItsEndAgainEverywhereAndNothingElse() throws Exception {
    TopicLayout topics = topics("twice.");
    finish(topics, Speed.UNLIMITED, Ticker.SYSTEM);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> gateway = producer()) {
      for (int i = 0; i < 500; i++) {
        sent.add(
            gateway.send(new ProducerRecord<>("twice.deliveries", 1, null, new byte[] {'{', '}'})));
      }
    }
    assertThat(sent)
        .allSatisfy(acknowledged -> assertThat(acknowledged).succeedsWithin(ONE_SECOND));
    Map<TopicPartition, Long> before = consumer.endOffsets(partitions(topics));

    // A job restored behind the last record has no watermark: each start must move its time again.
    for (int start = 1; start <= 2; start++) {
      ReplayProgress again = finish(topics, Speed.UNLIMITED, Ticker.SYSTEM);

      assertThat(again).isEqualTo(new ReplayProgress(LINES, LINES, endMillis, true, 0));
      for (TopicPartition partition : partitions(topics)) {
        List<ConsumerRecord<byte[], byte[]>> records = Records.of(consumer, partition);
        assertThat(records)
            .as(partition.toString())
            .hasSize(before.get(partition).intValue() + start);
        ConsumerRecord<byte[], byte[]> last = records.get(records.size() - 1);
        assertThat(TimeRecord.read(last.value())).hasValue(endMillis);
        assertThat(last.headers().lastHeader(ReplayStanding.END)).isNotNull();
        assertThat(ReplayStanding.lineOf(last)).isEqualTo(LINES);
      }
    }
  }

  @Test
  void stoppedAndResumedReplayHasTheSameRecords() throws Exception {
    TopicLayout topics = topics("stopped.");
    Replay stopped =
        new Replay(
            kafka.config("stopped."),
            topics,
            ORDERS,
            TWO_DAYS_A_SECOND,
            SLACK,
            null,
            new JumpingTicker(12));
    try (stopped) {
      stopped.start();
      await(() -> stopped.progress().clockMillis() >= lines.get(0).atMillis() + 23 * 86_400_000L);
    }
    long clockWhenStopped = stopped.progress().clockMillis();
    assertThat(stopped.completion())
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancellationException.class);
    assertThat(stopped.progress().lines()).isBetween(500L, LINES - 500L);
    assertThat(new DeploymentClock(kafka.config("stopped."), InstantSource.system()).now())
        .isBeforeOrEqualTo(Instant.ofEpochMilli(clockWhenStopped));
    int written = Records.of(consumer, new TopicPartition("stopped.orders", 0)).size();

    finish(topics, TWO_DAYS_A_SECOND, new JumpingTicker(Long.MAX_VALUE));

    assertWhole(topics);
    List<ConsumerRecord<byte[], byte[]>> records =
        Records.of(consumer, new TopicPartition("stopped.orders", 0));
    assertThat(records.size()).isGreaterThan(written + 100);
    // The clock went on where it stood: the first time behind the stop is one step farther.
    long resumedAt =
        records.subList(written, records.size()).stream()
            .filter(record -> TimeRecord.read(record.value()).isPresent())
            .mapToLong(record -> TimeRecord.read(record.value()).getAsLong())
            .findFirst()
            .getAsLong();
    assertThat(resumedAt).isBetween(clockWhenStopped - 17_280_000, clockWhenStopped + 17_280_000);
  }

  @Test
  void clockRunsBetweenEventsAndNeverAheadOfThem() throws Exception {
    TopicLayout topics = topics("paced.");
    JumpingTicker ticker = new JumpingTicker(Long.MAX_VALUE);
    finish(topics, TWO_DAYS_A_SECOND, ticker);

    assertWhole(topics);
    // 60 days at two days a second, each tenth of a second a time.
    assertThat(ticker.seconds()).isBetween(29L, 31L);
    List<Long> times = times(Records.of(consumer, new TopicPartition("paced.profiles", 2)));
    assertThat(times).hasSizeBetween(290, 310).isSorted();
    for (int i = 1; i < times.size() - 1; i++) {
      assertThat(times.get(i) - times.get(i - 1)).isLessThanOrEqualTo(17_280_000);
    }
    for (String topic : List.of("paced.policies", "paced.campaigns")) {
      List<Long> written = times(Records.of(consumer, new TopicPartition(topic, 0)));
      assertThat(written).hasSizeBetween(29, 33).isSorted().endsWith(endMillis);
    }
  }

  @Test
  void eachPartitionGetsJustWhatItLacks() throws Exception {
    TopicLayout whole = topics("before.");
    finish(whole, TWO_DAYS_A_SECOND, new JumpingTicker(Long.MAX_VALUE));
    TopicLayout torn = topics("torn.");
    // What a crash leaves: partition 0 has half, 1 nearly all, 2 and the other topics nothing.
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> copy = producer()) {
      for (int partition = 0; partition < 2; partition++) {
        var records = Records.of(consumer, new TopicPartition("before.orders", partition));
        int kept = partition == 0 ? records.size() / 2 : records.size() - 20;
        for (ConsumerRecord<byte[], byte[]> record : records.subList(0, kept)) {
          sent.add(
              copy.send(
                  new ProducerRecord<>(
                      "torn.orders", partition, record.key(), record.value(), record.headers())));
        }
      }
    }
    assertThat(sent)
        .allSatisfy(acknowledged -> assertThat(acknowledged).succeedsWithin(ONE_SECOND));

    finish(torn, TWO_DAYS_A_SECOND, new JumpingTicker(Long.MAX_VALUE));

    assertWhole(torn);
  }

  @Test
  void offsetWithoutAColonIsATimeToo() throws Exception {
    TopicLayout topics = topics("offset.");
    String order =
        """
        {"messageId":"m%1$d","tenant":"acme","customerId":"anna","orderId":"o%1$d",\
        "status":"PAID","currency":"EUR","amount":"9.99","timestamp":"2026-01-%1$02dT17:00:00%2$s"}
        """;
    JumpingTicker ticker = new JumpingTicker(Long.MAX_VALUE);
    try (Replay replay =
        new Replay(
            kafka.config("offset."),
            topics,
            List.of(line(order.formatted(5, "+0800") + order.formatted(25, "+08"))),
            TWO_DAYS_A_SECOND,
            SLACK,
            null,
            ticker)) {
      replay.start();
      replay.completion().get(30, TimeUnit.SECONDS);
    }

    assertThat(ticker.seconds()).isEqualTo(10);
    long end = Instant.parse("2026-01-25T09:00:00Z").toEpochMilli() + SLACK.toMillis() + 1;
    for (TopicPartition partition : partitions(topics)) {
      assertThat(times(Records.of(consumer, partition))).as(partition.toString()).endsWith(end);
    }
  }

  @Test
  void otherDataOnTheSameTopicsIsRefused() throws Exception {
    TopicLayout topics = topics("other.");
    finish(topics, Speed.UNLIMITED, Ticker.SYSTEM);

    try (Replay replay =
        new Replay(
            kafka.config("other."),
            topics,
            List.of(line("{\"timestamp\":1767603600000}")),
            Speed.UNLIMITED,
            SLACK,
            null)) {
      replay.start();
      assertThat(replay.completion())
          .failsWithin(30, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(ReplayException.class)
          .withMessageContaining("empty data directory");
    }
  }

  @Test
  void lineThatKafkaRefusesEndsTheReplayWithTheReason() throws Exception {
    byte[] large = new byte[5 << 20];
    Arrays.fill(large, (byte) 'x');
    TopicLayout topics = topics("large.");
    try (Replay replay =
        new Replay(
            kafka.config("large."),
            topics,
            List.of(
                line(
                    "{\"timestamp\":1767603600000}\n"
                        + new String(large, StandardCharsets.US_ASCII))),
            Speed.UNLIMITED,
            SLACK,
            null)) {
      replay.start();
      assertThat(replay.completion())
          .failsWithin(30, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(ReplayException.class)
          .withMessageContaining("can't write to Kafka");
      assertThat(replay.progress().done()).isFalse();
    }
  }

  /** Every line once, in the order of the file, time in order with it, and the end everywhere. */
  private static void assertWhole(TopicLayout topics) {
    Map<Integer, List<Long>> expected = new LinkedHashMap<>();
    for (ReplayLine line : lines) {
      expected.computeIfAbsent(line.partition(3), p -> new ArrayList<>()).add(line.number());
    }
    for (TopicPartition partition : partitions(topics)) {
      List<ConsumerRecord<byte[], byte[]>> records = Records.of(consumer, partition);
      List<Long> numbers = new ArrayList<>();
      long latest = 0;
      for (ConsumerRecord<byte[], byte[]> record : records) {
        long number = ReplayStanding.lineOf(record);
        var time = TimeRecord.read(record.value());
        if (time.isEmpty()) {
          ReplayLine line = lines.get((int) number - 1);
          assertThat(record.value()).isEqualTo(line.value());
          assertThat(record.key()).isEqualTo(line.key());
          numbers.add(number);
        }
        long at = time.orElseGet(() -> lines.get((int) number - 1).atMillis());
        assertThat(at).as("%s@%d", partition, record.offset()).isGreaterThanOrEqualTo(latest);
        latest = at;
      }
      boolean orders = partition.topic().equals(topics.nameOf(TopicName.ORDERS));
      assertThat(numbers)
          .as(partition.toString())
          .isEqualTo(orders ? expected.get(partition.partition()) : List.of());
      assertThat(latest).as(partition.toString()).isEqualTo(endMillis);
      assertThat(times(records)).endsWith(endMillis).containsOnlyOnce(endMillis);
    }
  }

  private static List<Long> times(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .map(record -> TimeRecord.read(record.value()))
        .filter(time -> time.isPresent())
        .map(time -> time.getAsLong())
        .toList();
  }

  private static ReplayProgress finish(TopicLayout topics, Speed speed, Ticker ticker)
      throws Exception {
    KafkaConfig config = kafka.config(topics.prefix());
    try (Replay replay = new Replay(config, topics, ORDERS, speed, SLACK, null, ticker)) {
      replay.start();
      replay.completion().get(30, TimeUnit.SECONDS);
      return replay.progress();
    }
  }

  private static TopicLayout topics(String prefix) {
    try (Admin admin = Admin.create(kafka.config("").toProperties())) {
      return Topics.create(admin, prefix, 3, (short) 1).orThrow();
    }
  }

  private static List<TopicPartition> partitions(TopicLayout topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      for (int i = 0; i < topics.partitionsOf(topic); i++) {
        partitions.add(new TopicPartition(topics.nameOf(topic), i));
      }
    }
    return partitions;
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.config("").toProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static ReplaySource line(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new ReplaySource(Topic.ORDERS, "lines", () -> new ByteArrayInputStream(bytes));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Waiting takes no time; after a number of seconds it takes for ever. */
  private static final class JumpingTicker implements Ticker {
    private final long lastNanos;
    private long nanos;

    JumpingTicker(long seconds) {
      this.lastNanos = TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public synchronized long nanoTime() {
      return nanos;
    }

    @Override
    public void await(long wait) throws InterruptedException {
      if (nanoTime() + wait > lastNanos) {
        new CountDownLatch(1).await();
      }
      synchronized (this) {
        nanos += wait;
      }
    }

    long seconds() {
      return TimeUnit.NANOSECONDS.toSeconds(nanoTime());
    }
  }
}
