package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.local.EmbeddedKafka;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The log on a real topic. */
class KafkaDefinitionLogIT extends DefinitionLogContract {
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;

  private DefinitionLog log;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(directory, 0);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @BeforeEach
  void createTopic(TestInfo test) throws Exception {
    String topic = test.getTestMethod().orElseThrow().getName();
    try (Admin admin = Admin.create(clients())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topic, Optional.of(1), Optional.empty())
                      .configs(Map.of("cleanup.policy", "compact"))))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    log = new KafkaDefinitionLog(clients(), topic);
  }

  @Override
  DefinitionLog log() {
    return log;
  }

  @Test
  void absentTopicIsNotAnEmptyLog() {
    assertThatThrownBy(() -> new KafkaDefinitionLog(clients(), "absent").newest())
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("absent");
  }

  private static Map<String, Object> clients() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }
}
