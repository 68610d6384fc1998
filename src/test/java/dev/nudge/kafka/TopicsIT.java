package dev.nudge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.kafka.TopicCheck.Finding;
import dev.nudge.local.EmbeddedKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsIT {

  private static final short ONE = 1;
  private static final Instant WALL = Instant.parse("2026-01-05T09:00:00Z");

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static Admin admin;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(directory, 0);
    admin = Admin.create(kafka.config("").toProperties());
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  void createdTopicsAreAsNudgeNeedsThem() throws Exception {
    TopicCheck created = Topics.create(admin, "new.", 3, ONE);

    assertThat(created.findings()).isEmpty();
    assertThat(created.orThrow().partitions()).hasSize(TopicName.values().length);
    for (TopicName topic : TopicName.values()) {
      boolean definitions = List.of(TopicName.CAMPAIGNS, TopicName.POLICIES).contains(topic);
      assertThat(created.layout().partitionsOf(topic)).isEqualTo(definitions ? 1 : 3);
      assertThat(settings("new." + topic.plainName()))
          .containsEntry("message.timestamp.type", "LogAppendTime")
          .containsEntry("cleanup.policy", definitions ? "compact" : "delete")
          .containsEntry("retention.ms", Long.toString(Duration.ofDays(7).toMillis()))
          .containsEntry(
              "max.message.bytes",
              Integer.toString(topic == TopicName.DEAD_LETTERS ? 8 << 20 : 4 << 20));
    }
  }

  @Test
  void creatingAgainChangesNothingAndFillsGaps() throws Exception {
    Topics.create(admin, "gap.", 3, ONE, Topics.KEEP_FOR_EVER);
    admin.deleteTopics(List.of("gap.orders")).all().get(30, TimeUnit.SECONDS);
    awaitTopics("gap.", TopicName.values().length - 1);

    TopicCheck again = Topics.create(admin, "gap.", 2, ONE);

    assertThat(again.findings()).isEmpty();
    assertThat(again.layout().partitionsOf(TopicName.ORDERS)).isEqualTo(2);
    assertThat(again.layout().partitionsOf(TopicName.PROFILES)).isEqualTo(3);
    assertThat(settings("gap.profiles")).containsEntry("retention.ms", "-1");
  }

  @Test
  void everyWrongTopicIsNamedWithFoundAndExpected() throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic("bad.orders", 2, ONE),
                new NewTopic("bad.policies", 2, ONE)
                    .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
        .all()
        .get(30, TimeUnit.SECONDS);
    awaitTopics("bad.", 2);

    TopicCheck check = Topics.check(admin, "bad.");

    assertThat(check.layout().partitions())
        .containsOnly(Map.entry(TopicName.ORDERS, 2), Map.entry(TopicName.POLICIES, 2));
    assertThat(check.findings())
        .contains(
            new Finding("bad.orders", "message.timestamp.type", "CreateTime", "LogAppendTime"),
            new Finding("bad.policies", "cleanup.policy", "delete", "compact"),
            new Finding("bad.policies", "partitions", "2", "1"),
            new Finding("bad.triggers", "topic", "none", "one with this name"))
        .hasSize(3 + TopicName.values().length - 2);
    assertThatThrownBy(check::orThrow)
        .hasMessageContaining(
            "bad.orders: message.timestamp.type: found CreateTime, expected LogAppendTime");
  }

  @Test
  void recordTooLargeForAnEventStillArrives() throws Exception {
    Topics.create(admin, "large.", 1, ONE);
    byte[] value = new byte[3 << 20];
    Arrays.fill(value, (byte) 'x');

    assertThat(send("large.orders", null, value)).isZero();
  }

  @Test
  void clockIsTheNewestTimeWrittenElseTheWallClock() throws Exception {
    DeploymentClock clock = new DeploymentClock(kafka.config("clock."), InstantSource.fixed(WALL));
    assertThat(clock.now()).isEqualTo(WALL);

    Topics.create(admin, "clock.", 1, ONE);
    send("clock.policies", "acme|policy|main", "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(clock.now()).isEqualTo(WALL);

    Instant replayed = Instant.parse("2010-12-01T08:26:00Z");
    send("clock.policies", TimeRecord.NAME, TimeRecord.value(replayed.toEpochMilli() - 1));
    send("clock.policies", TimeRecord.NAME, TimeRecord.value(replayed.toEpochMilli()));
    send("clock.policies", "acme|policy|main", null);
    assertThat(clock.now()).isEqualTo(replayed);
  }

  /** The controller knows of a change before the broker does. */
  private static void awaitTopics(String prefix, int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (Topics.check(admin, prefix).layout().partitions().size() != count) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
    }
  }

  /** The record's offset, once the broker has it. */
  private static long send(String topic, String key, byte[] value) throws Exception {
    Properties properties = kafka.config("").toProperties();
    properties.put("max.request.size", 4 << 20);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
      return producer
          .send(new ProducerRecord<>(topic, keyBytes, value))
          .get(30, TimeUnit.SECONDS)
          .offset();
    }
  }

  private static Map<String, String> settings(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config =
        admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS).get(resource);
    Map<String, String> settings = new TreeMap<>();
    config.entries().forEach(entry -> settings.put(entry.name(), String.valueOf(entry.value())));
    return settings;
  }
}
