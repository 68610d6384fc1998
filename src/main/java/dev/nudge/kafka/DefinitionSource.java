package dev.nudge.kafka;

import static java.util.Objects.requireNonNullElse;

import dev.nudge.definition.DefinitionCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topics of definitions, from their beginning. */
public final class DefinitionSource {
  private static final Duration POLL = Duration.ofMillis(200);

  private DefinitionSource() {}

  /**
   * The offset of the newest record of each topic, -1 where there is none. It is looked for from
   * the beginning, since compaction may have removed what stood right before the end.
   */
  public static Map<String, Long> newestOffsets(KafkaConfig kafka) {
    Map<String, Long> newest = new TreeMap<>();
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics(kafka)) {
      newest.put(topic, -1L);
      partitions.add(new TopicPartition(topic, 0));
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          newest.put(record.topic(), record.offset());
        }
      }
      return newest;
    }
  }

  private static List<String> topics(KafkaConfig kafka) {
    return TopicName.DEFINITIONS.stream()
        .map(topic -> topic.withPrefix(kafka.topicPrefix()))
        .toList();
  }

  /** The source; {@code group} names the job to Kafka's lag tools. */
  public static KafkaSource<DefinitionRecord> of(KafkaConfig kafka, String group) {
    return KafkaSource.<DefinitionRecord>builder()
        .setProperties(kafka.toProperties())
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .setTopics(topics(kafka))
        .setGroupId(group)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Decoding())
        .build();
  }

  private static final class Decoding
      implements KafkaRecordDeserializationSchema<DefinitionRecord> {
    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> kafka, Collector<DefinitionRecord> out) {
      try {
        out.collect(
            DefinitionCodec.read(kafka.key(), kafka.value())
                .map(version -> DefinitionRecord.of(version, kafka.topic(), kafka.offset()))
                .orElseGet(() -> DefinitionRecord.none(kafka.topic(), kafka.offset())));
      } catch (DefinitionException refused) {
        out.collect(
            DefinitionRecord.refused(
                new DeadLetter(
                    requireNonNullElse(kafka.value(), new byte[0]),
                    kafka.topic(),
                    kafka.partition(),
                    kafka.offset(),
                    kafka.timestamp(),
                    DeadLetterReason.DEFINITION_REFUSED,
                    refused.getMessage())));
      }
    }

    @Override
    public TypeInformation<DefinitionRecord> getProducedType() {
      return TypeInformation.of(DefinitionRecord.class);
    }
  }
}
