package dev.nudge.kafka;

import static java.util.Objects.requireNonNullElse;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.PolicyCodec;
import dev.nudge.definition.PolicyRecord;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The policies topic, from its beginning. */
public final class PolicySource {
  /**
   * Policies carry no time. Silence says that those which stood on the topic have been read, which
   * the first start waits for.
   */
  public static final WatermarkStrategy<PolicyRecord> SILENCE =
      WatermarkStrategy.<PolicyRecord>noWatermarks().withIdleness(Duration.ofSeconds(5));

  private PolicySource() {}

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
        PolicyCodec.read(kafka.key(), kafka.value()).map(PolicyRecord::of).ifPresent(out::collect);
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
