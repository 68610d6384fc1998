package dev.nudge.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaSinks;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A broker with the topics of a deployment, what stands on them, and what is recorded. */
public final class ActionsCast implements AutoCloseable {
  /** Whoever buys for the first time is thanked; a tenth is held back. */
  static final String THANKS =
      """
      kind: campaign
      id: thanks
      trigger: {stage: NEW}
      channels: [PUSH]
      control: 10
      """;

  /** When the broker took what became a dead letter. */
  public static final Instant APPENDED = Instant.parse("2026-02-14T08:41:00Z");

  private static final int CUSTOMERS = 200;

  private final EmbeddedKafka broker;

  private ActionsCast(EmbeddedKafka broker) {
    this.broker = broker;
  }

  /** Starts it, two partitions a topic. */
  public static ActionsCast start(Path directory) throws IOException {
    ActionsCast cast = new ActionsCast(EmbeddedKafka.start(directory, 0));
    try (Admin admin = Admin.create(cast.kafka().toProperties())) {
      Topics.create(admin, cast.kafka().topicPrefix(), 2, (short) 1, Topics.KEEP_FOR_EVER)
          .orThrow();
    }
    return cast;
  }

  /** How to reach it. */
  public KafkaConfig kafka() {
    return broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
  }

  /** A letter whose record stood at that offset of the orders' second partition. */
  public static DeadLetter letter(long offset, DeadLetterReason reason, String raw) {
    return new DeadLetter(
        raw.getBytes(UTF_8),
        "nudge.orders",
        1,
        offset,
        APPENDED.toEpochMilli(),
        reason,
        "orderId: missing, expected an id");
  }

  /** Writes dead letters as the job does. */
  public void putAside(DeadLetter... letters) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    KafkaSinks.deadLetters(
        env.fromData(TypeInformation.of(DeadLetter.class), letters),
        kafka(),
        DeliveryGuarantee.AT_LEAST_ONCE);
    env.execute();
  }

  /** All records of a topic, by partition. */
  public List<ConsumerRecord<byte[], byte[]>> records(TopicName name) {
    String topic = name.withPrefix(kafka().topicPrefix());
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka().toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (int i = 0; i < consumer.partitionsFor(topic).size(); i++) {
        TopicPartition partition = new TopicPartition(topic, i);
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        consumer.seekToBeginning(only);
        long end = consumer.endOffsets(only).get(partition);
        while (consumer.position(partition) < end) {
          consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
      }
    }
    return records;
  }

  /** First orders of a brand's customers, and of another brand's, and what is no record. */
  static Path orders(Path folder, String tenant) throws IOException {
    List<String> lines = new ArrayList<>();
    Instant start = Instant.parse("2026-01-05T09:00:00Z");
    for (int i = 0; i < CUSTOMERS; i++) {
      lines.add(order(tenant, "customer-" + i, start.plusSeconds(i * 600L)));
      lines.add(order("another", "stranger-" + i, start.plusSeconds(i * 600L)));
    }
    lines.add("no record");
    return Files.write(folder.resolve("orders.jsonl"), lines);
  }

  /** A record that can be used. */
  public static String order(String tenant, String customer, Instant at) {
    return """
        {"messageId":"%s-paid","tenant":"%s","customerId":"%1$s","orderId":"o-%1$s","status":"PAID",\
        "timestamp":"%s","currency":"EUR","amount":"20.00"}"""
        .formatted(customer, tenant, at);
  }

  @Override
  public void close() {
    broker.close();
  }
}
