package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record on its way to a topic.
 *
 * @param partition the partition, or {@link #BY_KEY}
 * @param key the key, or null
 * @param value the value
 */
public record OutboundRecord(int partition, byte[] key, byte[] value) {
  /** Kafka chooses the partition by the key. */
  public static final int BY_KEY = -1;

  /** What one customer's records share: they stay in their order. */
  static OutboundRecord of(String tenant, String customerId, String json) {
    return new OutboundRecord(
        BY_KEY, (tenant + "|" + customerId).getBytes(UTF_8), json.getBytes(UTF_8));
  }

  /** The record for the broker. */
  ProducerRecord<byte[], byte[]> to(String topic) {
    return new ProducerRecord<>(topic, partition == BY_KEY ? null : partition, key, value);
  }
}
