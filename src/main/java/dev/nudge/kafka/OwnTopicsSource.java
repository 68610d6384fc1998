package dev.nudge.kafka;

import dev.nudge.event.Topic;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.OwnRecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What Nudge noticed and decided, as one source, from the beginning at the first start.
 *
 * <p>Time is told by the writer's time records alone ({@link #TIME}): behind one, nothing earlier
 * comes on its partition. A partition is never idle, so who reads this waits for Engage when Engage
 * stands still.
 */
public final class OwnTopicsSource {
  /** Time records, and nothing else, tell the time. */
  public static final WatermarkStrategy<Ingested> TIME = new TimeRecords();

  private OwnTopicsSource() {}

  /** The source; {@code group} names the job to Kafka's lag tools. */
  public static KafkaSource<Ingested> of(KafkaConfig kafka, String group) {
    Map<String, Topic> topics = new HashMap<>();
    for (Topic topic : new Topic[] {Topic.MOMENTS, Topic.DECISIONS}) {
      topics.put(TopicName.of(topic).withPrefix(kafka.topicPrefix()), topic);
    }
    return KafkaSource.<Ingested>builder()
        .setProperties(kafka.toReadingProperties())
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .setTopics(topics.keySet().toArray(String[]::new))
        .setGroupId(group)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Decoding(topics))
        .build();
  }

  private static final class Decoding implements KafkaRecordDeserializationSchema<Ingested> {
    private final HashMap<String, Topic> topics;

    Decoding(Map<String, Topic> topics) {
      this.topics = new HashMap<>(topics);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> kafka, Collector<Ingested> out) {
      // A writer's time record has no key, and so costs other records nothing.
      OptionalLong time =
          kafka.key() == null ? TimeRecord.read(kafka.value()) : OptionalLong.empty();
      if (time.isPresent()) {
        out.collect(Ingested.time(time.getAsLong()));
        return;
      }
      Ingested ingested =
          OwnRecordDecoder.decode(
              topics.get(kafka.topic()),
              kafka.value(),
              new RecordPosition(
                  kafka.topic(), kafka.partition(), kafka.offset(), kafka.timestamp()));
      if (ingested.event() != null || ingested.deadLetter() != null) {
        out.collect(ingested);
      }
    }

    @Override
    public TypeInformation<Ingested> getProducedType() {
      return TypeInformation.of(Ingested.class);
    }
  }

  private static final class TimeRecords implements WatermarkStrategy<Ingested> {
    @Override
    public TimestampAssigner<Ingested> createTimestampAssigner(
        TimestampAssignerSupplier.Context context) {
      return (ingested, appended) -> ingested.atMillis();
    }

    @Override
    public WatermarkGenerator<Ingested> createWatermarkGenerator(
        WatermarkGeneratorSupplier.Context context) {
      return new WatermarkGenerator<>() {
        private long told = Long.MIN_VALUE;

        @Override
        public void onEvent(Ingested ingested, long atMillis, WatermarkOutput output) {
          if (ingested.event() == null && ingested.deadLetter() == null) {
            told = Math.max(told, ingested.atMillis());
          }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
          // Also before there is any: to Flink an output that has said nothing is idle, and would
          // be left out of time.
          output.emitWatermark(new Watermark(Math.max(told, Long.MIN_VALUE + 1)));
        }
      };
    }
  }
}
