package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.decide.DecideConfig;
import dev.nudge.engage.EngageConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureJobConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/** What an operator copies to a cluster is what the code understands. */
class ClusterFilesTest {
  private static final Path FILES = Path.of("flink-conf");

  @TempDir Path rolledOut;

  private Configuration cluster() throws IOException {
    String filledIn =
        Files.readString(FILES.resolve("config.yaml"))
            .replace("${NUDGE_JOBMANAGER}", "jobmanager-1")
            .replace("${NUDGE_CHECKPOINTS}", "s3://nudge");
    Files.writeString(rolledOut.resolve("config.yaml"), filledIn);
    return GlobalConfiguration.loadConfiguration(rolledOut.toString());
  }

  @Test
  void stateAndCheckpointsOutliveWhoeverWroteThem() throws IOException {
    Configuration cluster = cluster();

    assertThat(cluster.get(StateBackendOptions.STATE_BACKEND))
        .isEqualTo(StateBackendLoader.ROCKSDB_STATE_BACKEND_NAME);
    assertThat(cluster.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isTrue();
    assertThat(cluster.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
        .isEqualTo("s3://nudge/checkpoints");
    assertThat(cluster.get(CheckpointingOptions.SAVEPOINT_DIRECTORY))
        .isEqualTo("s3://nudge/savepoints");
    assertThat(cluster.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(cluster.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT))
        .isEqualTo(Duration.ofMinutes(10));
    // As long as a transaction of Kafka lives, though each fails at once.
    assertThat(
            cluster
                .get(CheckpointingOptions.CHECKPOINTING_INTERVAL)
                .multipliedBy(cluster.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER)))
        .isEqualTo(Duration.ofMinutes(15));
    assertThat(cluster.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
        .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
    assertThat(cluster.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION))
        .isEqualTo(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
  }

  @Test
  void smallFilesOfManyCheckpointsAreMergedTogether() throws IOException {
    EmbeddedRocksDBStateBackend backend =
        new EmbeddedRocksDBStateBackend().configure(cluster(), getClass().getClassLoader());

    try (ColumnFamilyOptions options =
        backend.getRocksDBOptions().createColumnOptions(new ColumnFamilyOptions(), List.of())) {
      assertThat(options.level0FileNumCompactionTrigger())
          .isEqualTo(36)
          .isLessThan(options.level0SlowdownWritesTrigger());
      assertThat(options.level0SlowdownWritesTrigger())
          .isLessThan(options.level0StopWritesTrigger());
    }
    try (DBOptions options =
        backend.getRocksDBOptions().createDBOptions(new DBOptions(), List.of())) {
      assertThat(options.bytesPerSync()).isEqualTo(1 << 20);
    }
    assertThat(cluster().get(RocksDBConfigurableOptions.WRITE_BUFFER_SIZE))
        .isEqualTo(MemorySize.ofMebiBytes(8));
    // Without, whoever looks for a key looks into each of them.
    assertThat(cluster().get(RocksDBConfigurableOptions.USE_BLOOM_FILTER)).isTrue();
  }

  @Test
  void aJobNeverGivesUp() throws IOException {
    Configuration cluster = cluster();

    assertThat(cluster.get(RestartStrategyOptions.RESTART_STRATEGY)).isEqualTo("exponential-delay");
    assertThat(cluster.get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(cluster.get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void theDeathOfATaskManagerIsAPauseOfSeconds() throws IOException {
    Configuration cluster = cluster();

    assertThat(cluster.get(JobManagerOptions.SCHEDULER))
        .isEqualTo(JobManagerOptions.SchedulerType.Adaptive);
    assertThat(cluster.get(JobManagerOptions.SCHEDULER_SUBMISSION_RESOURCE_STABILIZATION_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(cluster.get(JobManagerOptions.SCHEDULER_EXECUTING_COOLDOWN_AFTER_RESCALING))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(cluster.get(JobManagerOptions.SCHEDULER_EXECUTING_RESOURCE_STABILIZATION_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aTypeForKryoOrAnOperatorWithoutUidIsRefused() throws IOException {
    Configuration cluster = cluster();

    assertThat(cluster.get(PipelineOptions.GENERIC_TYPES)).isFalse();
    assertThat(cluster.get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
    assertThat(cluster.get(PipelineOptions.OBJECT_REUSE)).isTrue();
    assertThat(cluster.get(PipelineOptions.MAX_PARALLELISM)).isEqualTo(720);
  }

  @Test
  void metricsGoToPrometheusAndThePageToNobodyElse() throws IOException {
    Configuration cluster = cluster();

    assertThat(cluster.get(MetricOptions.REPORTERS_LIST)).isEqualTo("prom");
    assertThat(cluster.toMap())
        .containsEntry(
            "metrics.reporter.prom.factory.class",
            "org.apache.flink.metrics.prometheus.PrometheusReporterFactory")
        .containsEntry("metrics.reporter.prom.port", "9249-9260");
    assertThat(cluster.get(RestOptions.BIND_ADDRESS)).isEqualTo("localhost");
    assertThat(cluster.get(JobManagerOptions.ADDRESS)).isEqualTo("jobmanager-1");
    assertThat(cluster.get(TaskManagerOptions.TOTAL_PROCESS_MEMORY))
        .isEqualTo(MemorySize.ofMebiBytes(4096));
    assertThat(cluster.get(TaskManagerOptions.MANAGED_MEMORY_FRACTION)).isEqualTo(0.5f);
  }

  @Test
  void theClusterOpensWhatTheBuildOpensAndEndsWithoutMemory() throws IOException {
    String opens =
        Files.readString(Path.of("pom.xml"))
            .replaceAll("(?s).*<jvm.opens>(.*?)</jvm.opens>.*", "$1");

    assertThat(cluster().get(CoreOptions.FLINK_JVM_OPTIONS).split(" "))
        .containsExactlyInAnyOrder(
            Stream.concat(
                    Stream.of("-XX:+ExitOnOutOfMemoryError"),
                    Stream.of(opens.split(" "))
                        .map(module -> "--add-opens=" + module + "=ALL-UNNAMED"))
                .toArray(String[]::new));
  }

  @Test
  void nothingButThePlaceholdersIsLeftToFillIn() throws IOException {
    assertThat(cluster().toMap().values()).noneMatch(value -> value.contains("$"));
  }

  @Test
  void theLogHasAnAppenderAndKeepsLostTransactions() throws Exception {
    URI file = FILES.resolve("log4j.properties").toUri();
    System.setProperty("log.file", rolledOut.resolve("flink.log").toString());
    LoggerContext context = new LoggerContext("cluster");
    org.apache.logging.log4j.core.config.Configuration log =
        ConfigurationFactory.getInstance().getConfiguration(context, "cluster", file);
    try {
      log.initialize();

      assertThat(log.getRootLogger().getAppenders()).containsOnlyKeys("file");
      assertThat(log.getLoggerConfig("dev.nudge.engage.EngageJob").getLevel())
          .isEqualTo(Level.INFO);
      assertThat(log.getLoggerConfig("org.apache.kafka.clients.Metadata").getLevel())
          .isEqualTo(Level.WARN);
      assertThat(
              log.getLoggerConfig("org.apache.flink.connector.kafka.sink.internal.KafkaCommitter")
                  .getLevel())
          .isEqualTo(Level.INFO);
    } finally {
      log.stop();
      System.clearProperty("log.file");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"log4j-console.properties", "log4j.properties"})
  void whoCollectsLogsGetsOneObjectALine(String file) throws Exception {
    // What stands behind a # is the choice of the file that people read.
    String text =
        Files.readString(FILES.resolve(file))
            .replaceAll("(?m)^(appender\\.file\\.layout\\.)", "#$1")
            .replaceAll(
                "(?m)^#(appender\\.file\\.layout\\.)(?=type = Json|eventTemplateUri)", "$1");
    Path own = Files.writeString(rolledOut.resolve(file), text);
    System.setProperty("log.file", rolledOut.resolve("flink.log").toString());
    org.apache.logging.log4j.core.config.Configuration log =
        ConfigurationFactory.getInstance()
            .getConfiguration(new LoggerContext("json"), "json", own.toUri());
    try {
      log.initialize();
      byte[] line =
          log.getRootLogger()
              .getAppenders()
              .values()
              .iterator()
              .next()
              .getLayout()
              .toByteArray(
                  Log4jLogEvent.newBuilder()
                      .setLoggerName("dev.nudge.engage.EngageJob")
                      .setLevel(Level.WARN)
                      .setMessage(new SimpleMessage("two\nlines"))
                      .build());

      assertThat(new String(line, UTF_8).strip()).doesNotContain("\n");
      JsonNode said = new ObjectMapper().readTree(line);
      assertThat(said.path("message").asText()).isEqualTo("two\nlines");
      assertThat(said.path("log.level").asText()).isEqualTo("WARN");
      assertThat(said.path("log.logger").asText()).isEqualTo("dev.nudge.engage.EngageJob");
      assertThat(said.path("@timestamp").asText()).endsWith("Z");
    } finally {
      log.stop();
      System.clearProperty("log.file");
    }
  }

  @Test
  void containersLogWhatFilesLog() throws IOException {
    assertThat(levels("log4j-console.properties"))
        .isNotEmpty()
        .isEqualTo(levels("log4j.properties"));
  }

  private static List<String> levels(String file) throws IOException {
    return Files.readAllLines(FILES.resolve(file)).stream()
        .filter(line -> line.startsWith("logger.") || line.startsWith("rootLogger.level"))
        .toList();
  }

  @Test
  void everySettingOfTheJobsIsDescribed() throws IOException {
    assertThat(described("engage.properties"))
        .containsExactlyInAnyOrderElementsOf(
            EngageConfig.OPTIONS.stream().map(ConfigOption::key).toList());
    assertThat(described("measure.properties"))
        .containsExactlyInAnyOrderElementsOf(
            MeasureJobConfig.OPTIONS.stream().map(ConfigOption::key).toList());
  }

  @Test
  void theJobsTakeTheirSettingsAsTheyStand() throws IOException {
    Path password = Files.writeString(rolledOut.resolve("password"), "secret\n");

    EngageConfig read =
        EngageConfig.from(
            new String[] {
              "--config",
              FILES.resolve("engage.properties").toString(),
              "--clickhouse.password-file",
              password.toString()
            },
            Map.of());

    assertThat(read)
        .isEqualTo(
            new EngageConfig(
                KafkaConfig.of("kafka-1:9092,kafka-2:9092,kafka-3:9092"),
                new ClickHouseConfig("jdbc:clickhouse://clickhouse:8123", "nudge_writer", "secret"),
                IngestConfig.from(new Configuration()),
                DecideConfig.from(new Configuration()),
                DeliveryGuarantee.AT_LEAST_ONCE));
    assertThat(
            MeasureJobConfig.from(
                new String[] {
                  "--config",
                  FILES.resolve("measure.properties").toString(),
                  "--clickhouse.password-file",
                  password.toString()
                },
                Map.of()))
        .isEqualTo(
            new MeasureJobConfig(
                read.kafka(),
                read.clickHouse(),
                read.ingest(),
                MeasureConfig.from(new Configuration())));
  }

  @Test
  void everyTopicIsDescribed() throws IOException {
    String readme = Files.readString(FILES.resolve("README.md"));

    for (TopicName topic : TopicName.values()) {
      assertThat(readme).contains("`" + topic.plainName() + "`");
    }
  }

  /** Keys of the file, those among them that stand behind a #. */
  private static List<String> described(String file) throws IOException {
    Pattern key = Pattern.compile("(?m)^#?([a-z]+\\.[a-z.-]+)=");
    return key.matcher(Files.readString(FILES.resolve(file)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }
}
