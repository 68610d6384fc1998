package dev.nudge.chaos;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes a log into the topics at an even pace, and every minute of its time what time it is, onto
 * every partition. It waits for a broker that is away.
 */
final class Feed implements AutoCloseable {
  /** Quiet partitions hold nobody back for longer. */
  private static final long TELL_TIME_EVERY_MILLIS = 60_000;

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Behind the last record: the bound of disorder, and one more to be past the instant. */
  private static final long OUT_OF_ORDERNESS_MILLIS = 5_000;

  private final TopicLayout topics;
  private final List<ChaosInput.Arrival> log;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  Feed(KafkaConfig kafka, TopicLayout topics, List<ChaosInput.Arrival> log) {
    this.topics = topics;
    this.log = log;
    Properties properties = kafka.toProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Writes it all; the broker has it when this returns.
   *
   * @param over how long it takes at least; zero for as fast as it goes
   */
  void write(Duration over) throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    long toldMillis = Long.MIN_VALUE;
    for (int i = 0; i < log.size(); i++) {
      ChaosInput.Arrival each = log.get(i);
      // The share of the log that is written is that of the time that is over.
      long dueNanos = (long) ((double) over.toNanos() * i / log.size());
      TimeUnit.NANOSECONDS.sleep(begun + dueNanos - System.nanoTime());
      if (each.arrivesMillis() - toldMillis >= TELL_TIME_EVERY_MILLIS) {
        toldMillis = each.arrivesMillis();
        tellTime(toldMillis);
      }
      send(
          new ProducerRecord<>(
              topics.nameOf(TopicName.of(each.topic())), each.key(), each.value()));
    }
    tellTime(ChaosInput.END.toEpochMilli() + OUT_OF_ORDERNESS_MILLIS + 1);
    producer.flush();
    if (failure.get() != null) {
      throw new ExecutionException("a record was not written", failure.get());
    }
  }

  private void tellTime(long atMillis) {
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
        send(
            new ProducerRecord<>(
                topics.nameOf(topic), partition, TimeRecord.key(), TimeRecord.value(atMillis)));
      }
    }
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    // Nobody waits for a single record; the callback hears of a failure.
    Future<?> unused =
        producer.send(
            record,
            (metadata, thrown) -> {
              if (thrown != null) {
                failure.compareAndSet(null, thrown);
              }
            });
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
