package dev.nudge.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What time it is for a deployment: the replay's time where one runs or ran, else the wall clock.
 *
 * <p>A replay writes its clock once a second to the compacted {@code policies} topic; the newest
 * such record counts. So a policy that is published while December 2010 is replayed comes into
 * force in December 2010.
 */
public final class DeploymentClock {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaConfig config;
  private final InstantSource wallClock;

  /**
   * A clock that reads the topic at each question.
   *
   * @param wallClock the time where no replay left one
   */
  public DeploymentClock(KafkaConfig config, InstantSource wallClock) {
    this.config = config;
    this.wallClock = wallClock;
  }

  /**
   * The time now. A running replay's is at most about a second of wall time old.
   *
   * @throws KafkaException if the broker does not answer
   */
  public Instant now() {
    OptionalLong written = newest();
    return written.isPresent() ? Instant.ofEpochMilli(written.getAsLong()) : wallClock.instant();
  }

  private OptionalLong newest() {
    Properties properties = config.toProperties();
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      String policies = TopicName.POLICIES.withPrefix(config.topicPrefix());
      List<PartitionInfo> existing = consumer.partitionsFor(policies, PATIENCE);
      // One partition: the check of topics sees to it.
      return existing == null || existing.isEmpty()
          ? OptionalLong.empty()
          : lastOf(consumer, new TopicPartition(policies, 0));
    }
  }

  private static OptionalLong lastOf(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    List<TopicPartition> only = List.of(partition);
    consumer.assign(only);
    consumer.seekToBeginning(only);
    long end = consumer.endOffsets(only, PATIENCE).get(partition);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    OptionalLong last = OptionalLong.empty();
    while (consumer.position(partition, PATIENCE) < end) {
      if (System.nanoTime() > deadline) {
        throw new KafkaException("The broker did not hand out " + partition + " in " + PATIENCE);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        if (record.key() != null
            && TimeRecord.NAME.equals(new String(record.key(), StandardCharsets.UTF_8))) {
          last = TimeRecord.read(record.value());
        }
      }
    }
    return last;
  }
}
