package dev.nudge.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How late triggers come, seen by a reader of their topic as a gateway is one.
 *
 * <p>A trigger's {@code notBefore} is the event time of its decision, arbitration and delay
 * included; it may leave that long after, plus the out-of-orderness that time waits for. What it
 * takes beyond is the lateness: events are dated by this machine's clock when they are sent, so it
 * holds the way through the producer, Kafka, both operators, Kafka again and the reader.
 */
final class TriggerLatency implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final long outOfOrdernessMillis;
  private final Thread reader = new Thread(this::read, "bench-triggers");
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  private long[] readMillis = new long[1 << 16];
  private long[] lateMillis = new long[1 << 16];
  private int count;

  /** Begins with what is written from now on. */
  TriggerLatency(KafkaConfig kafka, TopicLayout topics, Duration outOfOrderness) {
    this.outOfOrdernessMillis = outOfOrderness.toMillis();
    Properties properties = kafka.toProperties();
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < topics.partitionsOf(TopicName.TRIGGERS); i++) {
      partitions.add(new TopicPartition(topics.nameOf(TopicName.TRIGGERS), i));
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    reader.start();
  }

  private void read() {
    JsonFactory json = new JsonFactory();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          long now = System.currentTimeMillis();
          if (TimeRecord.read(record.value()).isEmpty()) {
            add(now, now - notBefore(json, record.value()) - outOfOrdernessMillis);
          }
        }
      }
    } catch (InterruptException e) {
      // Closed.
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    }
  }

  private static long notBefore(JsonFactory json, byte[] trigger) throws IOException {
    try (JsonParser parser = json.createParser(trigger)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("notBefore")) {
          return Instant.parse(parser.getText()).toEpochMilli();
        }
        parser.skipChildren();
      }
    }
    throw new IOException("found a trigger without notBefore");
  }

  private synchronized void add(long atMillis, long late) {
    if (count == readMillis.length) {
      readMillis = Arrays.copyOf(readMillis, 2 * count);
      lateMillis = Arrays.copyOf(lateMillis, 2 * count);
    }
    readMillis[count] = atMillis;
    lateMillis[count++] = late;
  }

  /**
   * Lateness of triggers.
   *
   * @param count how many were read
   * @param p50 milliseconds; -1 of none
   * @param p99 milliseconds; -1 of none
   * @param max milliseconds; -1 of none
   */
  record Lateness(int count, long p50, long p99, long max) {}

  /** Of what was read from one instant of this machine's clock until before another. */
  synchronized Lateness between(long fromMillis, long untilMillis) throws IOException {
    if (failure.get() != null) {
      throw new IOException("triggers can't be read", failure.get());
    }
    int from = firstAt(fromMillis);
    int until = firstAt(untilMillis);
    if (from == until) {
      return new Lateness(0, -1, -1, -1);
    }
    long[] sorted = Arrays.copyOfRange(lateMillis, from, until);
    Arrays.sort(sorted);
    return new Lateness(
        sorted.length,
        sorted[sorted.length / 2],
        sorted[(int) Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.99) - 1)],
        sorted[sorted.length - 1]);
  }

  /** The place of the first that was read then or later. */
  private int firstAt(long atMillis) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (readMillis[middle] < atMillis) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public void close() {
    reader.interrupt();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
  }
}
