package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.decide.DecideConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.local.EmbeddedKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Engage as it is deployed: a real broker, a real mini cluster, a real ClickHouse engine. */
@SuppressWarnings("try") // Flink throws whatever it likes when a job ends.
final class EngageDeployment implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path directory;
  private final EmbeddedClickHouse clickHouse;
  private final EmbeddedKafka broker;
  private final KafkaConfig kafka;
  private final TopicLayout topics;
  private JobClient job;

  private EngageDeployment(
      Path directory, EmbeddedClickHouse clickHouse, EmbeddedKafka broker, int partitions) {
    this.directory = directory;
    this.clickHouse = clickHouse;
    this.broker = broker;
    this.kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), partitions, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
  }

  /** Broker and tables; the job is yet to be submitted. */
  static EngageDeployment start(Path directory, int partitions) throws Exception {
    EmbeddedClickHouse clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(directory.resolve("native")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ofSeconds(10));
    EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    return new EngageDeployment(directory, clickHouse, broker, partitions);
  }

  @Override
  public void close() throws Exception {
    if (job != null && !status().isGloballyTerminalState()) {
      job.cancel().get(1, TimeUnit.MINUTES);
    }
    broker.close();
    clickHouse.close();
  }

  /**
   * Submits the job.
   *
   * @param savepoint where it goes on from; null to begin
   */
  void submit(Configuration ingest, int parallelism, String savepoint) throws Exception {
    Configuration flink = new Configuration();
    flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.resolve("checkpoints").toUri() + "");
    if (savepoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, flink);
    EngageJob.define(
        env,
        new EngageConfig(
            kafka,
            clickHouse.config(),
            IngestConfig.from(ingest),
            DecideConfig.from(ingest),
            DeliveryGuarantee.AT_LEAST_ONCE),
        topics,
        DefinitionSource.newestOffsets(kafka));
    job = env.executeAsync(EngageJob.NAME);
  }

  /** Ends the job where it is. */
  String stopWithSavepoint() throws Exception {
    String folder = directory.resolve("savepoints").toUri().toString();
    return job.stopWithSavepoint(false, folder, SavepointFormatType.CANONICAL)
        .get(1, TimeUnit.MINUTES);
  }

  JobStatus status() throws Exception {
    return job.getJobStatus().get();
  }

  KafkaConfig kafka() {
    return kafka;
  }

  ClickHouseConfig clickHouse() {
    return clickHouse.config();
  }

  TopicLayout topics() {
    return topics;
  }

  KafkaProducer<byte[], byte[]> producer() {
    var properties = kafka.toProperties();
    properties.put("max.request.size", 4 << 20);
    properties.put("linger.ms", 20);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  List<Future<RecordMetadata>> sendTime(
      KafkaProducer<byte[], byte[]> producer, TopicName topic, long atMillis) {
    return IntStream.range(0, topics.partitionsOf(topic))
        .mapToObj(
            p ->
                producer.send(
                    new ProducerRecord<>(
                        topics.nameOf(topic), p, null, TimeRecord.value(atMillis))))
        .toList();
  }

  /** Every record of a topic that is there now, partition by partition in order. */
  List<ConsumerRecord<byte[], byte[]>> read(TopicName topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, topics.partitionsOf(topic))
              .mapToObj(p -> new TopicPartition(topics.nameOf(topic), p))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** Up to when each partition of the moments is complete. */
  List<Long> lastTimes() {
    Map<Integer, Long> times = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(TopicName.MOMENTS)) {
      TimeRecord.read(record.value())
          .ifPresent(at -> times.merge(record.partition(), at, Math::max));
    }
    return times.size() < topics.partitionsOf(TopicName.MOMENTS)
        ? List.of(Long.MIN_VALUE)
        : List.copyOf(times.values());
  }

  List<String> select(String sql) {
    try {
      String query = URLEncoder.encode(sql, UTF_8);
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?query=" + query)).build();
      return HttpClient.newHttpClient()
          .send(request, BodyHandlers.ofString())
          .body()
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void await(BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(status()).isIn(JobStatus.CREATED, JobStatus.RUNNING, JobStatus.INITIALIZING);
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
