package dev.nudge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaConfigTest {

  @Test
  void passwordsNeverShow(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("client.properties");
    Files.writeString(file, "security.protocol=SASL_SSL\nssl.truststore.password=hush\n");

    KafkaConfig config = KafkaConfig.load("broker:9093", "acme.", file);

    assertThat(config.toString())
        .contains("broker:9093", "acme.", "ssl.truststore.password")
        .doesNotContain("hush");
    assertThat(config.toProperties())
        .containsEntry("bootstrap.servers", "broker:9093")
        .containsEntry("ssl.truststore.password", "hush");
  }

  @Test
  void defaultPrefixIsNudge() {
    assertThat(TopicName.DEAD_LETTERS.withPrefix(KafkaConfig.of("b:1").topicPrefix()))
        .isEqualTo("nudge.dead-letters");
  }

  @Test
  void wrongValuesAreNamed() {
    assertThatThrownBy(() -> KafkaConfig.of(" "))
        .hasMessageContaining("kafka.bootstrap-servers")
        .hasMessageContaining("host:port");
    assertThatThrownBy(() -> new KafkaConfig("b:1", "a b", Map.of()))
        .hasMessageContaining("kafka.topic-prefix")
        .hasMessageContaining("a b");
    assertThatThrownBy(() -> new KafkaConfig("b:1", "", Map.of("bootstrap.servers", "c:1")))
        .hasMessageContaining("bootstrap.servers");
  }

  @Test
  void variableOfTheEnvironmentStaysAReferenceUntilAClientIsMade(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("client.properties");
    Files.writeString(file, "sasl.jaas.config=x password=\"${env:PATH}\";\n");

    KafkaConfig config = KafkaConfig.load("broker:9093", "acme.", file);

    assertThat(config.toProperties().toString()).doesNotContain(System.getenv("PATH"));
    Map<String, Object> properties = new HashMap<>();
    config.toProperties().forEach((key, value) -> properties.put(key.toString(), value));
    properties.put("key.deserializer", ByteArrayDeserializer.class);
    properties.put("value.deserializer", ByteArrayDeserializer.class);
    assertThat(new ConsumerConfig(properties).getPassword("sasl.jaas.config").value())
        .isEqualTo("x password=\"" + System.getenv("PATH") + "\";");
  }

  @Test
  void variableThatTheEnvironmentLacksIsNamed(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("client.properties");
    Files.writeString(file, "ssl.truststore.password=${env:NUDGE_NO_SUCH_VARIABLE}\n");

    assertThatThrownBy(() -> KafkaConfig.load("broker:9093", "acme.", file))
        .hasMessage(
            "client properties: ssl.truststore.password: found ${env:NUDGE_NO_SUCH_VARIABLE},"
                + " expected a variable that the environment has");
  }

  @Test
  void providersThatTheFileNamesItselfAreLeftAlone(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("client.properties");
    Files.writeString(file, "config.providers=vault\nssl.truststore.password=${vault:a:b}\n");

    assertThat(KafkaConfig.load("broker:9093", "acme.", file).clientProperties())
        .containsOnlyKeys("config.providers", "ssl.truststore.password");
  }

  @Test
  void whoReadsAllTheTimeAsksSeldomUnlessTheFileSaysOtherwise(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("client.properties");
    Files.writeString(file, "fetch.max.wait.ms=7\n");

    assertThat(KafkaConfig.load("broker:9093", "acme.", file).toReadingProperties())
        .containsEntry("bootstrap.servers", "broker:9093")
        .containsEntry("fetch.min.bytes", "65536")
        .containsEntry("fetch.max.wait.ms", "7");
    assertThat(KafkaConfig.of("broker:9092").toReadingProperties())
        .containsEntry("fetch.max.wait.ms", "20");
  }
}
