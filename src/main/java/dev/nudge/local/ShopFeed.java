package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes what happens in the {@link SimulatedShop} into the input topics as it happens, by the wall
 * clock, together with what the nudged customers answer.
 *
 * <p>Ten times a second it writes what is due, and once a second the time to every partition of
 * every customer input, so that no quiet partition holds the others back. On topics without orders
 * it first tells the shop's past, in which nobody was nudged.
 *
 * <p>Started again it tells the profiles again and goes on with those who come from then on; visits
 * that were under way when it was killed end there, as when a shop's lights go out. State: visits
 * under way, a few minutes' worth.
 */
final class ShopFeed implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long CLOCK_MILLIS = 1_000;

  /** Whoever slept for longer does not make up for it. */
  private static final long LONGEST_GAP_SECONDS = 30;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaConfig config;
  private final TopicLayout topics;
  private final SimulatedShop shop;
  private final Answers answers;
  private final InstantSource wallClock;
  private final Ticker ticker;
  private final Thread thread = new Thread(this::run, "nudge-simulated-shop");
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final AtomicReference<Exception> sendFailure = new AtomicReference<>();
  private final AtomicLong sent = new AtomicLong();
  private final PriorityQueue<SimulatedEvent> underWay = new PriorityQueue<>(SimulatedEvent.ORDER);
  private volatile boolean stopping;

  // Of the thread alone.
  private KafkaProducer<byte[], byte[]> producer;
  private long nextSecond;
  private long toldMillis;

  /**
   * Prepares it; {@link #start()} starts it.
   *
   * @param topics the deployment's topics, all of them there
   */
  ShopFeed(
      KafkaConfig config,
      TopicLayout topics,
      SimulatedShop shop,
      Answers answers,
      InstantSource wallClock,
      Ticker ticker) {
    this.config = config;
    this.topics = topics;
    this.shop = shop;
    this.answers = answers;
    this.wallClock = wallClock;
    this.ticker = ticker;
    thread.setDaemon(true);
  }

  /** Opens the shop, in a thread of its own; to be called once. */
  void start() {
    thread.start();
  }

  /**
   * Completes exceptionally when it can't write any more, with a {@link CancellationException} when
   * it was closed; never otherwise.
   */
  CompletableFuture<Void> end() {
    return end.copy();
  }

  /** How many events were written since the start, those of time not counted. */
  long sent() {
    return sent.get();
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end.cancel(false);
  }

  private void run() {
    try {
      boolean isNew = isNew();
      producer =
          new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer());
      try {
        open(isNew);
        while (true) {
          tick();
          ticker.await(TICK_NANOS);
        }
      } finally {
        // Close flushes; an interrupt that is still pending would end that early.
        boolean interrupted = Thread.interrupted();
        producer.close(PATIENCE);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    } catch (InterruptedException | InterruptException | CancellationException e) {
      end.completeExceptionally(
          stopping ? new CancellationException("The simulated shop was closed.") : e);
    } catch (RuntimeException | Error e) {
      Exception cause = sendFailure.get();
      end.completeExceptionally(cause == null ? e : cause);
    }
  }

  /** Whether nobody has ordered yet. */
  private boolean isNew() {
    Properties properties = config.toProperties();
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.endOffsets(partitions(TopicName.ORDERS), PATIENCE).values().stream()
          .allMatch(end -> end == 0);
    }
  }

  private void open(boolean isNew) {
    long now = wallClock.millis();
    if (isNew) {
      shop.past(now).forEach(order -> send(order, order.atMillis()));
    }
    shop.profiles(now).forEach(profile -> send(profile, now));
    nextSecond = Math.floorDiv(now, 1_000L);
    flush();
    tellTime(now);
  }

  private void tick() {
    long now = Math.max(wallClock.millis(), toldMillis);
    long second = Math.floorDiv(now, 1_000L);
    nextSecond = Math.max(nextSecond, second - LONGEST_GAP_SECONDS);
    for (; nextSecond <= second; nextSecond++) {
      underWay.addAll(shop.visitsStarting(nextSecond));
    }
    while (!underWay.isEmpty() && underWay.peek().atMillis() <= now) {
      SimulatedEvent event = underWay.poll();
      send(event, Math.max(event.atMillis(), toldMillis));
    }
    List<SimulatedEvent> due = answers.take(now);
    due.forEach(answer -> send(answer, Math.max(answer.atMillis(), toldMillis)));
    if (!due.isEmpty()) {
      flush();
    }
    answers.written();
    if (now - toldMillis >= CLOCK_MILLIS) {
      tellTime(now);
    }
    checkRunning();
  }

  private void tellTime(long now) {
    toldMillis = now;
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      for (TopicPartition partition : partitions(topic)) {
        send(
            new ProducerRecord<>(
                partition.topic(), partition.partition(), TimeRecord.key(), TimeRecord.value(now)));
      }
    }
  }

  private List<TopicPartition> partitions(TopicName topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < topics.partitionsOf(topic); i++) {
      partitions.add(new TopicPartition(topics.nameOf(topic), i));
    }
    return partitions;
  }

  private void send(SimulatedEvent event, long atMillis) {
    send(event.record(topics.nameOf(TopicName.of(event.topic())), atMillis));
    sent.incrementAndGet();
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    // Nobody waits for a single record; the callback hears of a failure.
    Future<?> unused =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                sendFailure.compareAndSet(null, failure);
              }
            });
  }

  private void flush() {
    producer.flush();
    checkRunning();
  }

  private void checkRunning() {
    if (sendFailure.get() != null) {
      throw new KafkaException(sendFailure.get());
    }
    if (stopping) {
      throw new CancellationException();
    }
  }

  private Properties properties() {
    Properties properties = config.toProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return properties;
  }
}
