package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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

/** Simulated gateways and the simulated shop on a real broker. */
class SimulationIT {
  private static final List<ReplaySource> ORDERS =
      List.of(ReplaySource.resource(Topic.ORDERS, "data/online-retail-small.jsonl.gz"));
  private static final int LINES = 2_839;
  private static final long DAY = 24 * 3_600_000L;
  private static final int PARTITIONS = 3;
  private static final String COUPON =
      """
      {"grantId":"%1$s","kind":"COUPON","type":"C20","amount":"20.0000","validFor":"PT72H"}""";
  private static final SimulationConfig CONFIG = SimulationConfig.of("GBP").withLag(2 * DAY);

  /** Within the replay, which begins on 1 December 2010 and has sixty days. */
  private static final long DECIDED = Instant.parse("2010-12-10T00:00:00Z").toEpochMilli();

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static KafkaConsumer<byte[], byte[]> consumer;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(directory, 0);
    var properties = kafka.config("").toProperties();
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterAll
  static void stop() {
    consumer.close();
    kafka.close();
  }

  @Test
  void answersStandInTheirTopicsAtTheirTimeByTheReplaysClock() throws Exception {
    TopicLayout topics = topics("loop.");
    List<SimulatedEvent> expected = send(topics, 0, 200);
    try (SimulatedGateways gateways =
        new SimulatedGateways(kafka.config("loop."), topics, CONFIG)) {
      gateways.start();
      await(() -> gateways.position() == 200);
      replay(topics, gateways);
    }

    Map<String, Long> written = new HashMap<>();
    int lines = 0;
    for (TopicPartition partition : inputs(topics)) {
      long told = 0;
      for (ConsumerRecord<byte[], byte[]> record : Records.of(consumer, partition)) {
        var time = TimeRecord.read(record.value());
        if (time.isPresent()) {
          told = time.getAsLong();
        } else if (record.headers().lastHeader(SimulatedEvent.HEADER) == null) {
          lines++;
        } else {
          long at = timestamp(record);
          assertThat(at).as("%s@%d", partition, record.offset()).isGreaterThanOrEqualTo(told);
          assertThat(written.put(partition.topic() + messageId(record), at)).isNull();
          assertThat(record.partition())
              .isEqualTo(
                  new ReplayLine(1, Topic.ORDERS, record.key(), record.value(), 0)
                      .partition(PARTITIONS));
        }
      }
    }
    assertThat(lines).isEqualTo(LINES);
    Map<String, Long> due = new HashMap<>();
    for (SimulatedEvent event : expected) {
      due.put("loop." + event.topic().plainName() + event.messageId(), event.atMillis());
    }
    assertThat(due).hasSizeGreaterThan(600);
    assertThat(written).isEqualTo(due);
  }

  @Test
  void gatewaysThatDiedGoOnWhereTheirAnswersWereWritten() throws Exception {
    TopicLayout topics = topics("died.");
    List<SimulatedEvent> expected = send(topics, 0, 300);
    long first = DECIDED + 2 * DAY + 360_000;
    long second = DECIDED + 2 * DAY + 3_600_000;
    List<SimulatedEvent> lost;
    try (SimulatedGateways died = gateways(topics)) {
      await(() -> died.position() == 300);
      assertThat(died.take(first)).isEqualTo(upTo(expected, 0, first)).hasSizeGreaterThan(300);
      died.written();
      lost = died.take(second);
      assertThat(lost).isEqualTo(upTo(expected, first, second)).hasSizeGreaterThan(50);
      // It dies before those are written.
    }
    send(topics, 300, 320);
    try (SimulatedGateways next = gateways(topics)) {
      await(() -> next.position() == 320);

      List<SimulatedEvent> rest =
          next.take(Long.MAX_VALUE).stream().filter(e -> number(e) < 300).toList();
      assertThat(rest).containsAll(lost).isEqualTo(upTo(expected, first, Long.MAX_VALUE));
    }
  }

  @Test
  void triggerThatIsToldAgainIsAnsweredOnceAlsoAfterAStart() throws Exception {
    TopicLayout topics = topics("again.");
    List<SimulatedEvent> expected = send(topics, 0, 20);
    send(topics, 0, 20);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      sent(
          List.of(
              producer.send(
                  new ProducerRecord<>(
                      "again.triggers", 1, null, "no trigger".getBytes(StandardCharsets.UTF_8)))));
    }
    send(topics, 20, 21);
    try (SimulatedGateways gateways = gateways(topics)) {
      await(() -> gateways.position() == 42);
      List<SimulatedEvent> taken = gateways.take(Long.MAX_VALUE);
      assertThat(taken.stream().filter(e -> number(e) < 20).toList()).isEqualTo(expected);
      gateways.written();
    }
    send(topics, 0, 20);
    List<SimulatedEvent> one = send(topics, 21, 22);
    try (SimulatedGateways gateways = gateways(topics)) {
      await(() -> gateways.position() == 63);
      assertThat(gateways.take(Long.MAX_VALUE)).isEqualTo(one);
    }
  }

  @Test
  void shopIsOpenByTheWallClockAndNothingInItIsLate() throws Exception {
    TopicLayout topics = topics("shop.");
    Instant nine = Instant.parse("2026-01-05T09:00:00Z");
    SimulationConfig config = SimulationConfig.of("CNY").withVisitsPerMinute(60);
    SimulatedShop shop = new SimulatedShop(config);
    open(topics, shop, new JumpingClock(nine, 300));

    List<String> ids = new ArrayList<>();
    Map<Topic, Integer> counts = new HashMap<>();
    for (TopicPartition partition : inputs(topics)) {
      List<Long> times = new ArrayList<>();
      long told = 0;
      for (ConsumerRecord<byte[], byte[]> record : Records.of(consumer, partition)) {
        var time = TimeRecord.read(record.value());
        if (time.isPresent()) {
          told = time.getAsLong();
          times.add(told);
        } else {
          assertThat(timestamp(record)).isGreaterThanOrEqualTo(told);
          assertThat(record.headers().lastHeader(SimulatedEvent.HEADER)).isNotNull();
          ids.add(partition.topic() + messageId(record));
          counts.merge(topicOf(partition), 1, Integer::sum);
        }
      }
      assertThat(times).isSorted().hasSizeBetween(298, 302).startsWith(nine.toEpochMilli());
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(counts.get(Topic.PROFILES)).isEqualTo(config.customers());
    assertThat(counts.get(Topic.ORDERS)).isGreaterThan(shop.past(nine.toEpochMilli()).size() + 10);
    assertThat(counts.get(Topic.CLICKSTREAM)).isGreaterThan(300);

    // Opened again it has no second past.
    int orders = counts.get(Topic.ORDERS);
    open(topics, shop, new JumpingClock(nine.plus(Duration.ofHours(1)), 5));
    int ordersNow = 0;
    for (TopicPartition partition : inputs(topics)) {
      if (topicOf(partition) == Topic.ORDERS) {
        ordersNow +=
            (int)
                Records.of(consumer, partition).stream()
                    .filter(record -> TimeRecord.read(record.value()).isEmpty())
                    .count();
      }
    }
    assertThat(ordersNow).isBetween(orders, orders + 10);
  }

  @Test
  void examplesAreAppliedForTheWholePastAndNeverInThePlaceOfWhatIsThere() throws Exception {
    topics("examples.");
    KafkaConfig config = kafka.config("examples.");
    LocalShop shop = LocalShop.onlineRetail(ORDERS.get(0));
    LocalDefinitions examples = LocalDefinitions.examples(shop.tenant(), shop.policy());

    assertThat(examples.apply(config, Instant.EPOCH))
        .isEqualTo(LocalDefinitions.EXAMPLES.size() + 1);
    assertThat(examples.apply(config, Instant.EPOCH)).isZero();
    // Another policy than the published one is left out.
    assertThat(
            LocalDefinitions.examples(shop.tenant(), "examples/policy.yaml")
                .apply(config, Instant.EPOCH))
        .isZero();
    Path folder = Path.of("src/main/resources/examples/campaigns");
    assertThat(LocalDefinitions.of(folder, "online-retail", config).apply(config, Instant.EPOCH))
        .as("those bound to a date")
        .isEqualTo(2);
    assertThat(LocalDefinitions.publisher(config).list().definitions())
        .allSatisfy(
            definition -> {
              assertThat(definition.tenant()).isEqualTo("online-retail");
              assertThat(definition.effectiveAtMillis()).isZero();
            })
        .extracting(DefinitionVersion::version)
        .hasSize(LocalDefinitions.EXAMPLES.size() + 3)
        .containsOnly(1);
  }

  private static void replay(TopicLayout topics, Answers answers) throws Exception {
    try (Replay replay =
        new Replay(
            kafka.config(topics.prefix()),
            topics,
            ORDERS,
            new Speed(172_800),
            Replay.DEFAULT_MAX_OUT_OF_ORDERNESS,
            answers,
            null,
            new JumpingClock(Instant.EPOCH, Long.MAX_VALUE / 1_000_000_000))) {
      replay.start();
      replay.completion().get(60, TimeUnit.SECONDS);
    }
  }

  private static void open(TopicLayout topics, SimulatedShop shop, JumpingClock clock)
      throws InterruptedException {
    try (ShopFeed feed =
        new ShopFeed(kafka.config(topics.prefix()), topics, shop, Answers.NONE, clock, clock)) {
      feed.start();
      assertThat(clock.ended.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(feed.end()).isNotDone();
      assertThat(feed.sent()).isPositive();
    }
  }

  private static SimulatedGateways gateways(TopicLayout topics) {
    SimulatedGateways gateways =
        new SimulatedGateways(kafka.config(topics.prefix()), topics, CONFIG);
    gateways.start();
    return gateways;
  }

  /** Sends triggers with these numbers; returns all that must follow, in the order of time. */
  private static List<SimulatedEvent> send(TopicLayout topics, int from, int to) {
    List<SimulatedEvent> expected = new ArrayList<>();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    SimulatedCustomer customer = new SimulatedCustomer(CONFIG);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = from; i < to; i++) {
        byte[] trigger =
            SimulatedCustomerTest.triggerJson(
                i, "SMS", i % 2 == 0 ? COUPON : null, DECIDED + i * 1_000L, DECIDED + 7 * DAY);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.nameOf(TopicName.TRIGGERS), i % PARTITIONS, null, trigger)));
        expected.addAll(customer.answer(SimulatedTrigger.read(trigger)));
      }
    }
    sent(sent);
    expected.sort(SimulatedEvent.ORDER);
    return expected;
  }

  private static void sent(List<Future<RecordMetadata>> records) {
    assertThat(records)
        .allSatisfy(record -> assertThat(record).succeedsWithin(Duration.ofSeconds(30)));
  }

  private static List<SimulatedEvent> upTo(List<SimulatedEvent> events, long after, long until) {
    return events.stream().filter(e -> e.atMillis() > after && e.atMillis() <= until).toList();
  }

  private static int number(SimulatedEvent event) {
    return Integer.parseInt(trigger(event).substring(1));
  }

  /** Which trigger an answer belongs to. */
  private static String trigger(SimulatedEvent event) {
    return event.messageId().substring(0, event.messageId().indexOf('-'));
  }

  private static long timestamp(ConsumerRecord<byte[], byte[]> record) {
    return Long.parseLong(Records.text(record).replaceFirst(".*?\"timestamp\":([0-9]+).*", "$1"));
  }

  private static String messageId(ConsumerRecord<byte[], byte[]> record) {
    return Records.text(record).replaceFirst("^\\{\"messageId\":\"([^\"]+)\".*", "$1");
  }

  private static Topic topicOf(TopicPartition partition) {
    return Topic.valueOf(
        partition.topic().substring(partition.topic().indexOf('.') + 1).toUpperCase(Locale.ROOT));
  }

  private static TopicLayout topics(String prefix) {
    try (Admin admin = Admin.create(kafka.config("").toProperties())) {
      return Topics.create(admin, prefix, PARTITIONS, (short) 1).orThrow();
    }
  }

  private static List<TopicPartition> inputs(TopicLayout topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      for (int i = 0; i < topics.partitionsOf(topic); i++) {
        partitions.add(new TopicPartition(topics.nameOf(topic), i));
      }
    }
    partitions.sort(Comparator.comparing(TopicPartition::toString));
    return partitions;
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.config("").toProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Waiting takes no time; after a number of seconds it takes for ever. */
  private static final class JumpingClock implements Ticker, InstantSource {
    private final Instant start;
    private final long lastNanos;
    private final CountDownLatch ended = new CountDownLatch(1);
    private long nanos;

    JumpingClock(Instant start, long seconds) {
      this.start = start;
      this.lastNanos = TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public synchronized long nanoTime() {
      return nanos;
    }

    @Override
    public Instant instant() {
      return start.plusNanos(nanoTime());
    }

    @Override
    public void await(long wait) throws InterruptedException {
      if (nanoTime() + wait > lastNanos) {
        ended.countDown();
        new CountDownLatch(1).await();
      }
      synchronized (this) {
        nanos += wait;
      }
    }
  }
}
