package dev.nudge.engage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.decide.DecideConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator writes, and what the job understands. */
class EngageConfigTest {
  private static final List<String> LEAST =
      List.of(
          "--kafka.bootstrap-servers", "k:9092", "--clickhouse.url", "jdbc:clickhouse://c:8123");

  @TempDir Path directory;

  private static EngageConfig read(Map<String, String> environment, String... more)
      throws IOException {
    return EngageConfig.from(
        Stream.concat(LEAST.stream(), Stream.of(more)).toArray(String[]::new), environment);
  }

  @Test
  void allButTheServersHasADefault() throws IOException {
    assertThat(read(Map.of()))
        .isEqualTo(
            new EngageConfig(
                KafkaConfig.of("k:9092"),
                new ClickHouseConfig("jdbc:clickhouse://c:8123", "default", ""),
                IngestConfig.from(new Configuration()),
                DecideConfig.from(new Configuration()),
                DeliveryGuarantee.AT_LEAST_ONCE));
  }

  @Test
  void theFileThatIsShippedIsUnderstoodAndArgumentsOverruleIt() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "secret\n");

    EngageConfig config =
        read(
            Map.of(),
            "--config",
            "flink-conf/engage.properties",
            "--clickhouse.password-file",
            password.toString());

    assertThat(config.kafka()).isEqualTo(KafkaConfig.of("k:9092"));
    assertThat(config.clickHouse())
        .isEqualTo(new ClickHouseConfig("jdbc:clickhouse://c:8123", "nudge_writer", "secret"));
    assertThat(config.ingest()).isEqualTo(IngestConfig.from(new Configuration()));
    assertThat(config.guarantee()).isEqualTo(DeliveryGuarantee.AT_LEAST_ONCE);
  }

  @Test
  void theGuaranteeIsReadAsItIsDocumented() throws IOException {
    assertThat(read(Map.of(), "--kafka.delivery-guarantee", "EXACTLY_ONCE").guarantee())
        .isEqualTo(DeliveryGuarantee.EXACTLY_ONCE);
  }

  @Test
  void withoutAFileThePasswordComesFromTheEnvironment() throws IOException {
    assertThat(read(Map.of("NUDGE_CLICKHOUSE_PASSWORD", "secret")).clickHouse().password())
        .isEqualTo("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kafka.brokers|x|kafka.brokers: found an unknown key, expected one of [clickhouse.",
        "kafka.delivery-guarantee|NONE|kafka.delivery-guarantee: found NONE, expected AT_LEAST_ONCE",
        "config|/no/file|config: found /no/file, expected a file",
        "kafka.properties-file|/no/file|kafka.properties-file: found /no/file, expected a file",
        "clickhouse.password-file|/no/file|clickhouse.password-file: found /no/file, expected a file",
      })
  void aRefusalNamesTheKeyWhatWasFoundAndWhatIsExpected(String key, String value, String says) {
    assertThatThrownBy(() -> read(Map.of(), "--" + key, value)).hasMessageStartingWith(says);
  }

  @Test
  void aServerThatIsNotNamedIsRefused() {
    assertThatThrownBy(() -> EngageConfig.from(new String[0], Map.of()))
        .hasMessage("kafka.bootstrap-servers: found nothing, expected a value");
  }
}
