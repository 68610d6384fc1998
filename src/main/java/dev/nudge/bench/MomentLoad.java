package dev.nudge.bench;

import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import dev.nudge.event.MomentReader;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One stream of moments as it stands in Kafka, on topics of its own.
 *
 * @param name {@code 1 tenant, 20 campaigns}
 * @param tenants who share the customers
 * @param campaigns the campaigns of each tenant
 * @param kafka where it stands
 * @param moments how many
 * @param bytes of all
 * @param lastMillis event time of the last one, epoch milliseconds
 */
record MomentLoad(
    String name,
    int tenants,
    int campaigns,
    KafkaConfig kafka,
    long moments,
    long bytes,
    long lastMillis) {

  /** What a stream is called. */
  static String name(int tenants, int campaigns) {
    return "%d tenant%s, %d campaigns".formatted(tenants, tenants == 1 ? "" : "s", campaigns);
  }

  /** Makes the stream and writes it. */
  static MomentLoad write(
      String bootstrapServers,
      DecideBenchConfig config,
      int tenants,
      int campaigns,
      DecideCampaigns definitions)
      throws IOException {
    String name = name(tenants, campaigns);
    KafkaConfig kafka = LoadWriter.createTopics(bootstrapServers, name);
    String topic = TopicName.MOMENTS.withPrefix(kafka.topicPrefix());
    MomentStream stream =
        new MomentStream(
            config.seed(), config.moments(), config.customers(), tenants, definitions.own());
    long bytes = 0;
    long lastMillis = 0;
    try (LoadWriter writer = new LoadWriter(kafka)) {
      while (stream.hasNext()) {
        Moment moment = stream.next();
        byte[] key = (moment.tenant() + "|" + moment.customerId()).getBytes(StandardCharsets.UTF_8);
        byte[] json = Json.of(moment).getBytes(StandardCharsets.UTF_8);
        writer.send(new ProducerRecord<>(topic, key, json));
        bytes += json.length;
        lastMillis = moment.atMillis();
      }
      writer.flush();
    }
    return new MomentLoad(name, tenants, campaigns, kafka, config.moments(), bytes, lastMillis);
  }

  /** The stream from its beginning to its end. */
  KafkaSource<Moment> source() {
    return KafkaSource.<Moment>builder()
        .setProperties(kafka.toProperties())
        .setTopics(TopicName.MOMENTS.withPrefix(kafka.topicPrefix()))
        .setGroupId("bench")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.latest())
        .setValueOnlyDeserializer(new Reading())
        .build();
  }

  private static final class Reading extends AbstractDeserializationSchema<Moment> {
    private static final long serialVersionUID = 1L;

    Reading() {
      super(TypeInformation.of(Moment.class));
    }

    @Override
    public Moment deserialize(byte[] record) throws IOException {
      return MomentReader.read(record);
    }
  }
}
