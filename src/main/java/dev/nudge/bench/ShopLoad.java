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
 * A shop that goes on: the events of one {@link EventStream} without an end, and on every partition
 * what time it is.
 *
 * <p>What is written at once piled up in the past, at an even pace; what is written at a pace is
 * dated when it is due, so that a writer who is held up is no excuse.
 */
final class ShopLoad extends LoadWriter {
  private static final long TIME_EVERY_MILLIS = 50;

  /** Of what piled up. Written in seconds, it would all wait for the bound of disorder. */
  private static final double PILED_UP_EVENTS_A_MILLI = 5;

  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** More than anybody waits for. */
  private static final long EVENTS = 1_000_000_000_000L;

  private final TopicLayout topics;
  private final EventStream events;

  /** When what is written next piled up, epoch milliseconds. */
  private double pastMillis;

  private long toldMillis;

  /**
   * A shop that opens.
   *
   * @param pastEvents how many will be written at once, all in all
   */
  ShopLoad(KafkaConfig kafka, TopicLayout topics, int customers, long pastEvents, long seed) {
    super(kafka);
    this.topics = topics;
    // In the stream two events are a millisecond apart at least; it decides the order alone.
    this.events = new EventStream(seed, EVENTS, customers, 0, 0, 2 * EVENTS);
    this.pastMillis = System.currentTimeMillis() - pastEvents / PILED_UP_EVENTS_A_MILLI;
  }

  /** Writes so many as fast as Kafka takes them. */
  void write(long count) throws IOException {
    for (long i = 0; i < count; i++) {
      pastMillis += 1 / PILED_UP_EVENTS_A_MILLI;
      send(events.next(), (long) pastMillis);
    }
    tellTime((long) pastMillis);
    flush();
  }

  /**
   * Writes at an even pace until the thread is interrupted.
   *
   * @param eventsPerSecond how many
   */
  void pace(double eventsPerSecond) {
    long begun = System.nanoTime();
    long begunMillis = System.currentTimeMillis();
    long written = 0;
    while (!Thread.currentThread().isInterrupted()) {
      long due = (long) ((System.nanoTime() - begun) / 1e9 * eventsPerSecond);
      for (; written < due; written++) {
        send(events.next(), begunMillis + (long) (written / eventsPerSecond * 1e3));
      }
      tellTimeIfDue(System.currentTimeMillis());
      LockSupport.parkNanos(TURN_NANOS);
    }
  }

  private void send(BenchEvent event, long atMillis) {
    tellTimeIfDue(atMillis);
    byte[] key = (BenchEvent.TENANT + "|" + event.customerId()).getBytes(StandardCharsets.UTF_8);
    byte[] json = event.json(atMillis);
    send(new ProducerRecord<>(topics.nameOf(TopicName.of(event.topic())), key, json));
  }

  private void tellTimeIfDue(long atMillis) {
    if (atMillis >= toldMillis + TIME_EVERY_MILLIS) {
      tellTime(atMillis);
    }
  }

  private void tellTime(long atMillis) {
    toldMillis = atMillis;
    byte[] value = TimeRecord.value(atMillis);
    for (Topic input : Topic.CUSTOMER_INPUTS) {
      TopicName topic = TopicName.of(input);
      for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
        send(new ProducerRecord<>(topics.nameOf(topic), partition, TimeRecord.key(), value));
      }
    }
  }
}
