package dev.nudge.kafka;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Erased;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Who is to be forgotten, as the topic of profiles says. */
public final class ErasedCustomers {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ErasedCustomers() {}

  /**
   * Reads the topic of profiles as far as it is kept and up to its end as it is now. A record that
   * a job would not take names nobody.
   *
   * @return each customer once, with the newest time
   * @throws KafkaException if the broker refuses or does not answer
   */
  public static List<Erased> read(KafkaConfig kafka) {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    Map<CustomerKey, Erased> erased = new HashMap<>();
    Properties properties = kafka.toProperties();
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      String topic = TopicName.PROFILES.withPrefix(kafka.topicPrefix());
      List<PartitionInfo> existing = consumer.partitionsFor(topic, PATIENCE);
      if (existing == null || existing.isEmpty()) {
        throw new KafkaException(topic + ": found no such topic");
      }
      List<TopicPartition> partitions =
          existing.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream().anyMatch(p -> consumer.position(p, PATIENCE) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          deadline = System.nanoTime() + PATIENCE.toNanos();
          CustomerEvent event = decoder.decode(Topic.PROFILES, record.value(), at(record)).event();
          if (event != null && event.profile().erased()) {
            erased.merge(
                new CustomerKey(event.tenant(), event.customerId()),
                new Erased(event.tenant(), event.customerId(), event.atMillis()),
                (one, other) -> one.atMillis() > other.atMillis() ? one : other);
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw new KafkaException(topic + ": the broker handed out nothing for " + PATIENCE);
        }
      }
    }
    return new ArrayList<>(erased.values());
  }

  private static RecordPosition at(ConsumerRecord<byte[], byte[]> record) {
    return new RecordPosition(
        record.topic(), record.partition(), record.offset(), record.timestamp());
  }
}
