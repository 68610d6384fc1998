package dev.nudge.kafka;

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
}
