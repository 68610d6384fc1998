package dev.nudge.bench;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.Topics;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One producer: what it sends to a partition stands there in that order. */
class LoadWriter implements AutoCloseable {
  /** Partitions of every topic. */
  static final int PARTITIONS = 4;

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final AtomicLong sent = new AtomicLong();

  LoadWriter(KafkaConfig kafka) {
    Properties properties = kafka.toProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "5");
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Makes the topics of one stream, which have its name. */
  static KafkaConfig createTopics(String bootstrapServers, String stream) {
    String prefix = stream.replaceAll("[^a-zA-Z0-9]+", "-") + ".";
    KafkaConfig kafka = new KafkaConfig(bootstrapServers, prefix, Map.of());
    try (Admin admin = Admin.create(kafka.toProperties())) {
      Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
          .orThrow();
    }
    return kafka;
  }

  /** How many records, those that tell the time included. */
  final long sent() {
    return sent.get();
  }

  final void send(ProducerRecord<byte[], byte[]> record) {
    sent.incrementAndGet();
    var unused =
        producer.send(
            record,
            (sent, failed) -> {
              if (failed != null) {
                failure.compareAndSet(null, failed);
              }
            });
  }

  /** Returns when Kafka has everything. */
  final void flush() throws IOException {
    producer.flush();
    if (failure.get() != null) {
      throw new IOException("Kafka did not take the stream", failure.get());
    }
  }

  @Override
  public final void close() {
    producer.close();
  }
}
