package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.definition.DefinitionCodec;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Decision;
import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import dev.nudge.event.Trigger;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What Engage and Measure write to Kafka. */
public final class KafkaSinks {
  /** Kafka refuses transactions longer than its {@code transaction.max.timeout.ms}, 15 minutes. */
  private static final int TRANSACTION_TIMEOUT_MILLIS = 900_000;

  private KafkaSinks() {}

  /** Writes moments and the time behind them. */
  public static void moments(
      DataStream<Moment> moments, KafkaConfig kafka, int partitions, DeliveryGuarantee guarantee) {
    timed(
        moments.transform(
            "Moment writer",
            TypeInformation.of(OutboundRecord.class),
            new TimedWriter<>(
                partitions,
                moment ->
                    OutboundRecord.of(moment.tenant(), moment.customerId(), Json.of(moment)))),
        "moment",
        TopicName.MOMENTS,
        kafka,
        guarantee);
  }

  /** Writes decisions and the time behind them. */
  public static void decisions(
      DataStream<Decision> decisions,
      KafkaConfig kafka,
      int partitions,
      DeliveryGuarantee guarantee) {
    timed(
        decisions.transform(
            "Decision writer",
            TypeInformation.of(OutboundRecord.class),
            new TimedWriter<>(
                partitions,
                decision ->
                    OutboundRecord.of(
                        decision.tenant(), decision.customerId(), Json.of(decision)))),
        "decision",
        TopicName.DECISIONS,
        kafka,
        guarantee);
  }

  private static void timed(
      SingleOutputStreamOperator<OutboundRecord> writer,
      String noun,
      TopicName name,
      KafkaConfig kafka,
      DeliveryGuarantee guarantee) {
    String topic = name.withPrefix(kafka.topicPrefix());
    writer
        .uid("engage-" + noun + "-writer-v1")
        .setParallelism(1)
        .sinkTo(sink(kafka, guarantee, topic, (record, context, timestamp) -> record.to(topic)))
        .uid("engage-" + noun + "s-sink-v1")
        .name(Character.toUpperCase(noun.charAt(0)) + noun.substring(1) + "s topic")
        .setParallelism(1);
  }

  /**
   * Writes triggers, by customer. A gateway acts on the first of an id: after a failure a trigger
   * may come again, with the same id.
   */
  public static void triggers(
      DataStream<Trigger> triggers, KafkaConfig kafka, DeliveryGuarantee guarantee) {
    String topic = TopicName.TRIGGERS.withPrefix(kafka.topicPrefix());
    triggers
        .sinkTo(
            sink(
                kafka,
                guarantee,
                topic,
                (trigger, context, timestamp) ->
                    OutboundRecord.of(trigger.tenant(), trigger.customerId(), Json.of(trigger))
                        .to(topic)))
        .uid("engage-triggers-sink-v1")
        .name("Triggers topic");
  }

  /** Writes dead letters: the record's own bytes, and in headers where it stood and why. */
  public static void deadLetters(
      DataStream<DeadLetter> deadLetters, KafkaConfig kafka, DeliveryGuarantee guarantee) {
    String topic = TopicName.DEAD_LETTERS.withPrefix(kafka.topicPrefix());
    deadLetters
        .sinkTo(
            sink(
                kafka,
                guarantee,
                topic,
                (letter, context, timestamp) -> {
                  String place = letter.topic() + "/" + letter.partition() + "/" + letter.offset();
                  ProducerRecord<byte[], byte[]> record =
                      new ProducerRecord<>(topic, place.getBytes(UTF_8), letter.raw());
                  header(record, DeadLetterTopic.TOPIC, letter.topic());
                  header(record, DeadLetterTopic.PARTITION, Integer.toString(letter.partition()));
                  header(record, DeadLetterTopic.OFFSET, Long.toString(letter.offset()));
                  header(record, DeadLetterTopic.REASON, letter.reason().name());
                  header(record, DeadLetterTopic.MESSAGE, letter.message());
                  return record;
                }))
        .uid("engage-dead-letters-sink-v1")
        .name("Dead letters topic")
        .setParallelism(1);
  }

  /**
   * Writes what came of experiments, onto the topic of campaigns. After a failure one may come
   * again, the same, which changes nothing: each is of its campaign, version and instant.
   */
  public static void results(DataStream<ExperimentResult> results, KafkaConfig kafka) {
    String topic = TopicName.CAMPAIGNS.withPrefix(kafka.topicPrefix());
    results
        .sinkTo(
            sink(
                kafka,
                DeliveryGuarantee.AT_LEAST_ONCE,
                topic,
                (result, context, timestamp) ->
                    new ProducerRecord<>(
                        topic, DefinitionCodec.key(result), DefinitionCodec.value(result))))
        .uid("measure-results-sink-v1")
        .name("Results to the campaigns topic")
        .setParallelism(1);
  }

  private static <T> KafkaSink<T> sink(
      KafkaConfig kafka,
      DeliveryGuarantee guarantee,
      String topic,
      KafkaRecordSerializationSchema<T> serializer) {
    Properties properties = kafka.toProperties();
    properties.setProperty(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Integer.toString(TRANSACTION_TIMEOUT_MILLIS));
    properties.setProperty(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(TopicName.MAX_DEAD_LETTER_BYTES));
    return KafkaSink.<T>builder()
        .setKafkaProducerConfig(properties)
        .setDeliveryGuarantee(guarantee)
        .setTransactionalIdPrefix("nudge-" + topic)
        .setRecordSerializer(serializer)
        .build();
  }

  private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(UTF_8));
  }
}
