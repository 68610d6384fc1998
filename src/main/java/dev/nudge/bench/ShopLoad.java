package dev.nudge.bench;

import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A shop that goes on: the events of one {@link EventStream} without an end, each dated when it is
 * sent, and twenty times a second on every partition what time it is.
 */
final class ShopLoad extends LoadWriter {
  private static final long TIME_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** More than anybody waits for. */
  private static final long EVENTS = 1_000_000_000_000L;

  private final TopicLayout topics;
  private final EventStream events;
  private long toldNanos = System.nanoTime() - TIME_EVERY_NANOS;

  ShopLoad(KafkaConfig kafka, TopicLayout topics, int customers, long seed) {
    super(kafka);
    this.topics = topics;
    // In the stream two events are a millisecond apart at least; it decides the order alone.
    this.events = new EventStream(seed, EVENTS, customers, 0, 0, 2 * EVENTS);
  }

  /** Writes so many as fast as Kafka takes them. */
  void write(long count) throws IOException {
    for (long i = 0; i < count; i++) {
      tellTimeIfDue();
      send(events.next());
    }
    tellTime();
    flush();
  }

  /**
   * Writes at an even pace until the thread is interrupted.
   *
   * @param eventsPerSecond how many
   */
  void pace(double eventsPerSecond) {
    long begun = System.nanoTime();
    long written = 0;
    while (!Thread.currentThread().isInterrupted()) {
      tellTimeIfDue();
      long due = (long) ((System.nanoTime() - begun) / 1e9 * eventsPerSecond);
      for (; written < due; written++) {
        send(events.next());
      }
      LockSupport.parkNanos(TURN_NANOS);
    }
  }

  private void send(BenchEvent event) {
    byte[] key = (BenchEvent.TENANT + "|" + event.customerId()).getBytes(StandardCharsets.UTF_8);
    byte[] json = event.json(System.currentTimeMillis());
    send(new ProducerRecord<>(topics.nameOf(TopicName.of(event.topic())), key, json));
  }

  private void tellTimeIfDue() {
    if (System.nanoTime() - toldNanos >= TIME_EVERY_NANOS) {
      tellTime();
    }
  }

  private void tellTime() {
    toldNanos = System.nanoTime();
    byte[] value = TimeRecord.value(System.currentTimeMillis());
    for (Topic input : Topic.CUSTOMER_INPUTS) {
      TopicName topic = TopicName.of(input);
      for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
        send(new ProducerRecord<>(topics.nameOf(topic), partition, TimeRecord.key(), value));
      }
    }
  }
}
