package dev.nudge.kafka;

import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The four customer topics as one source, from their beginning at the first start. One source has
 * one idleness: it is idle when every partition of every topic is.
 */
public final class EventSource {
  private EventSource() {}

  /** The source; {@code group} names the job to Kafka's lag tools. */
  public static KafkaSource<Ingested> of(KafkaConfig kafka, IngestConfig ingest, String group) {
    return builder(kafka, ingest, group).build();
  }

  /** The same up to what stands on the topics when it starts; then it ends. */
  public static KafkaSource<Ingested> bounded(
      KafkaConfig kafka, IngestConfig ingest, String group) {
    return builder(kafka, ingest, group).setBounded(OffsetsInitializer.latest()).build();
  }

  private static KafkaSourceBuilder<Ingested> builder(
      KafkaConfig kafka, IngestConfig ingest, String group) {
    Map<String, Topic> topics = new HashMap<>();
    for (Topic topic : Topic.CUSTOMER_INPUTS) {
      topics.put(TopicName.of(topic).withPrefix(kafka.topicPrefix()), topic);
    }
    return KafkaSource.<Ingested>builder()
        .setProperties(kafka.toReadingProperties())
        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .setTopics(topics.keySet().toArray(String[]::new))
        .setGroupId(group)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Decoding(topics, ingest));
  }

  private static final class Decoding implements KafkaRecordDeserializationSchema<Ingested> {
    private final HashMap<String, Topic> topics;
    private final IngestConfig config;
    private transient RecordDecoder decoder;

    Decoding(Map<String, Topic> topics, IngestConfig config) {
      this.topics = new HashMap<>(topics);
      this.config = config;
    }

    @Override
    public void open(InitializationContext context) {
      decoder = new RecordDecoder(config);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> kafka, Collector<Ingested> out) {
      out.collect(
          decoder.decode(
              topics.get(kafka.topic()),
              kafka.value(),
              new RecordPosition(
                  kafka.topic(), kafka.partition(), kafka.offset(), kafka.timestamp())));
    }

    @Override
    public TypeInformation<Ingested> getProducedType() {
      return TypeInformation.of(Ingested.class);
    }
  }
}
