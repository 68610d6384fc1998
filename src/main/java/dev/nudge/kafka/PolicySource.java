package dev.nudge.kafka;

import static java.util.Objects.requireNonNullElse;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.PolicyCodec;
import dev.nudge.definition.PolicyRecord;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
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

/** The policies topic, from its beginning. */
public final class PolicySource {
  private static final Watermark READ = new Watermark(0);
  private static final Duration POLL = Duration.ofMillis(200);

  private PolicySource() {}

  /**
   * The offset of the newest record, -1 when there is none. It is looked for from the beginning,
   * since compaction may have removed what stood right before the end.
   */
  public static long newestOffset(KafkaConfig kafka) {
    TopicPartition only = new TopicPartition(TopicName.POLICIES.withPrefix(kafka.topicPrefix()), 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(only));
      consumer.seekToBeginning(List.of(only));
      long end = consumer.endOffsets(List.of(only)).get(only);
      long newest = -1;
      while (consumer.position(only) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          newest = record.offset();
        }
      }
      return newest;
    }
  }

  /**
   * Policies carry no time. A watermark says that those which stood on the topic when the job was
   * submitted have been read, which the first start waits for.
   *
   * @param newestOffset from {@link #newestOffset}
   */
  public static WatermarkStrategy<PolicyRecord> readUpTo(long newestOffset) {
    return WatermarkStrategy.forGenerator(
        context ->
            new WatermarkGenerator<>() {
              @Override
              public void onEvent(PolicyRecord record, long ignored, WatermarkOutput output) {
                if (record.offset() >= newestOffset) {
                  output.emitWatermark(READ);
                }
              }

              @Override
              public void onPeriodicEmit(WatermarkOutput output) {
                if (newestOffset < 0) {
                  output.emitWatermark(READ);
                }
              }
            });
  }

  /** The source; {@code group} names the job to Kafka's lag tools. */
  public static KafkaSource<PolicyRecord> of(KafkaConfig kafka, String group) {
    return KafkaSource.<PolicyRecord>builder()
        .setProperties(kafka.toProperties())
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .setTopics(TopicName.POLICIES.withPrefix(kafka.topicPrefix()))
        .setGroupId(group)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Decoding())
        .build();
  }

  private static final class Decoding implements KafkaRecordDeserializationSchema<PolicyRecord> {
    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> kafka, Collector<PolicyRecord> out) {
      try {
        out.collect(
            PolicyCodec.read(kafka.key(), kafka.value())
                .map(version -> PolicyRecord.of(version, kafka.offset()))
                .orElseGet(() -> PolicyRecord.none(kafka.offset())));
      } catch (DefinitionException refused) {
        out.collect(
            PolicyRecord.refused(
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
    public TypeInformation<PolicyRecord> getProducedType() {
      return TypeInformation.of(PolicyRecord.class);
    }
  }
}
