package dev.nudge.bench;

import dev.nudge.event.Decision;
import dev.nudge.event.Json;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.OwnRecordDecoder;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A shop's events and the grants among them as they stand in Kafka, as the shop and Decide write
 * them.
 *
 * <p>All stand on one topic in order of time, with the name of the topic they are of as their key.
 * From topics of their own the few grants would be read hours of event time before the many clicks,
 * as never happens in a shop that runs.
 *
 * @param kafka where it stands
 * @param events how many of them are events
 * @param grants how many are grants
 * @param bytes of all
 * @param lastMillis event time of the last one, epoch milliseconds
 */
record MeasureLoad(KafkaConfig kafka, long events, long grants, long bytes, long lastMillis) {

  /** Makes the stream and writes it. */
  static MeasureLoad write(String bootstrapServers, MeasureBenchConfig config) throws IOException {
    KafkaConfig kafka = LoadWriter.createTopics(bootstrapServers, "measure");
    EventStream events =
        new EventStream(
            config.seed(),
            config.events(),
            config.customers(),
            0,
            Loads.FROM_MILLIS,
            Loads.SPAN_MILLIS);
    GrantStream grants = new GrantStream(config.seed(), config.campaigns(), config.hot());
    long bytes = 0;
    long granted = 0;
    long lastMillis = Loads.FROM_MILLIS;
    try (Writer writer = new Writer(kafka)) {
      while (events.hasNext()) {
        BenchEvent event = events.next();
        bytes += writer.send(event.customer(), event.topic(), event.json());
        lastMillis = event.atMillis();
        Decision grant = grants.at(event);
        if (grant != null) {
          byte[] json = Json.of(grant).getBytes(StandardCharsets.UTF_8);
          bytes += writer.send(event.customer(), Topic.DECISIONS, json);
          granted++;
        }
      }
      writer.flush();
    }
    return new MeasureLoad(kafka, config.events(), granted, bytes, lastMillis);
  }

  /** Events and grants. */
  long records() {
    return events + grants;
  }

  /** The stream from its beginning to its end. */
  KafkaSource<Ingested> source(IngestConfig ingest) {
    return KafkaSource.<Ingested>builder()
        .setProperties(kafka.toProperties())
        .setTopics(topic(kafka))
        .setGroupId("bench")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.latest())
        .setDeserializer(new Reading(ingest))
        .build();
  }

  private static String topic(KafkaConfig kafka) {
    return TopicName.CLICKSTREAM.withPrefix(kafka.topicPrefix());
  }

  /** Writes a customer's records to one partition. */
  private static final class Writer extends LoadWriter {
    private final String topic;

    Writer(KafkaConfig kafka) {
      super(kafka);
      topic = topic(kafka);
    }

    /** Returns how many bytes it has. */
    int send(int customer, Topic of, byte[] json) {
      byte[] key = of.name().getBytes(StandardCharsets.UTF_8);
      send(new ProducerRecord<>(topic, customer % PARTITIONS, key, json));
      return json.length;
    }
  }

  private static final class Reading implements KafkaRecordDeserializationSchema<Ingested> {
    private static final long serialVersionUID = 1L;

    private final IngestConfig ingest;
    private transient RecordDecoder decoder;

    Reading(IngestConfig ingest) {
      this.ingest = ingest;
    }

    @Override
    public void open(InitializationContext context) {
      decoder = new RecordDecoder(ingest);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> kafka, Collector<Ingested> out) {
      Topic topic = Topic.valueOf(new String(kafka.key(), StandardCharsets.UTF_8));
      RecordPosition position =
          new RecordPosition(kafka.topic(), kafka.partition(), kafka.offset(), kafka.timestamp());
      out.collect(
          topic == Topic.DECISIONS
              ? OwnRecordDecoder.decode(topic, kafka.value(), position)
              : decoder.decode(topic, kafka.value(), position));
    }

    @Override
    public TypeInformation<Ingested> getProducedType() {
      return TypeInformation.of(Ingested.class);
    }
  }
}
