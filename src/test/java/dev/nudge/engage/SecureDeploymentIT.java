package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.TestCertificate;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.SecureBroker;
import dev.nudge.local.TlsClickHouse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engage against a broker and a database that speak TLS only and want a password. */
class SecureDeploymentIT {
  private static final int PARTITIONS = 2;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  @TempDir static Path directory;
  private static TestCertificate certificate;
  private static TestCertificate stranger;
  private static SecureBroker broker;
  private static TlsClickHouse clickHouse;

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.in(directory.resolve("tls"));
    stranger = TestCertificate.in(directory.resolve("stranger"));
    broker = SecureBroker.start(directory.resolve("kafka"), certificate);
    clickHouse = TlsClickHouse.start(directory.resolve("clickhouse"), certificate);
  }

  @AfterAll
  static void stop() {
    if (clickHouse != null) {
      clickHouse.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void aMomentArrivesOverTlsAndNoPasswordReachesTheLog() throws Exception {
    Path secrets =
        Files.writeString(
            directory.resolve("secrets.properties"), "kafka=" + SecureBroker.PASSWORD);
    EngageConfig config =
        EngageConfig.from(
            arguments(
                SecureBroker.clientProperties(
                    directory.resolve("client.properties"),
                    "${file:%s:kafka}".formatted(secrets),
                    certificate.certificate()),
                certificate.certificate()),
            Map.of());
    assertThat(config.toString()).doesNotContain(SecureBroker.PASSWORD, TlsClickHouse.PASSWORD);

    try (Log log = new Log()) {
      run(config);
      // Settings were logged, so a password that is not hidden would stand among them.
      assertThat(log.lines).anyMatch(line -> line.contains("sasl.jaas.config = [hidden]"));
      assertThat(log.lines)
          .noneMatch(line -> line.contains(SecureBroker.PASSWORD))
          .noneMatch(line -> line.contains(TlsClickHouse.PASSWORD));
    }
  }

  private static void run(EngageConfig config) throws Exception {
    Migrations.apply(config.clickHouse(), Duration.ofSeconds(30));
    TopicLayout topics;
    try (Admin admin = Admin.create(config.kafka().toProperties())) {
      topics =
          Topics.create(
                  admin, config.kafka().topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
    assertThat(Topics.check(config.kafka()).findings()).isEmpty();

    Configuration flink = new Configuration();
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(PARTITIONS, flink);
    EngageJob.define(env, config, topics, DefinitionSource.newestOffsets(config.kafka()));
    JobClient job = env.executeAsync(EngageJob.NAME);
    try {
      send(config.kafka(), topics);
      await(job, () -> moments(config.kafka(), topics).stream().anyMatch(m -> m.contains("anna")));
      await(
          job,
          () ->
              select("SELECT customer_id, `to` FROM nudge.stage_changes FINAL")
                  .equals(List.of("anna\tNEW")));
    } finally {
      job.cancel().get(1, TimeUnit.MINUTES);
    }
  }

  private static void send(KafkaConfig kafka, TopicLayout topics) throws Exception {
    String order =
        """
        {"messageId":"m1","tenant":"acme","customerId":"anna","orderId":"o1","status":"PAID",\
        "timestamp":"2026-01-05T09:00:00Z","currency":"CNY","amount":"10"}""";
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(topics.nameOf(TopicName.ORDERS), 0, null, order.getBytes(UTF_8)))
          .get(1, TimeUnit.MINUTES);
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
          // 2026-01-05T10:00Z
          producer
              .send(
                  new ProducerRecord<>(
                      topics.nameOf(topic), partition, null, TimeRecord.value(1767607200000L)))
              .get(1, TimeUnit.MINUTES);
        }
      }
    }
  }

  @Test
  void wrongPasswordIsRefusedByTheNameOfItsKey() throws Exception {
    EngageConfig config =
        EngageConfig.from(
            arguments(
                SecureBroker.clientProperties(
                    directory.resolve("wrong.properties"),
                    "wrong-password",
                    certificate.certificate()),
                certificate.certificate()),
            Map.of());

    assertThatThrownBy(() -> Topics.check(config.kafka()))
        .hasMessageStartingWith(
            "Kafka at %s: client properties: sasl.jaas.config: found a name and password that the"
                    .formatted(broker.bootstrapServers())
                + " broker refuses")
        .message()
        .doesNotContain("wrong-password");
  }

  @Test
  void brokerWithACertificateOfSomebodyElseIsRefusedByTheNameOfItsKey() throws Exception {
    KafkaConfig kafka =
        KafkaConfig.load(
            broker.bootstrapServers(),
            "nudge.",
            SecureBroker.clientProperties(
                directory.resolve("stranger.properties"),
                SecureBroker.PASSWORD,
                stranger.certificate()));

    assertThatThrownBy(() -> Topics.check(kafka))
        .hasMessageContaining(
            "client properties: ssl.truststore.location: found nothing that vouches for the broker");
  }

  @Test
  void mechanismThatTheBrokerDoesNotKnowIsRefusedByTheNameOfItsKey() throws Exception {
    Path file =
        SecureBroker.clientProperties(
            directory.resolve("mechanism.properties"),
            SecureBroker.PASSWORD,
            certificate.certificate());
    Files.writeString(file, Files.readString(file).replace("SHA-512", "SHA-256"));
    KafkaConfig kafka = KafkaConfig.load(broker.bootstrapServers(), "nudge.", file);

    assertThatThrownBy(() -> Topics.check(kafka))
        .hasMessageContaining("client properties: sasl.mechanism");
  }

  @Test
  void trustStoreThatIsNotThereIsNamed() throws Exception {
    KafkaConfig kafka =
        KafkaConfig.load(
            broker.bootstrapServers(),
            "nudge.",
            SecureBroker.clientProperties(
                directory.resolve("nowhere.properties"),
                SecureBroker.PASSWORD,
                directory.resolve("nowhere.pem")));

    assertThatThrownBy(() -> Topics.check(kafka))
        .message()
        .contains("nowhere.pem")
        .doesNotContain(SecureBroker.PASSWORD);
  }

  @Test
  void databaseWithACertificateOfSomebodyElseIsRefusedByTheNameOfItsKey() {
    ClickHouseConfig trustsStranger =
        new ClickHouseConfig(
            clickHouse.url(),
            TlsClickHouse.USER,
            TlsClickHouse.PASSWORD,
            stranger.certificate().toString());
    ClickHouseConfig trustsJavasList =
        new ClickHouseConfig(clickHouse.url(), TlsClickHouse.USER, TlsClickHouse.PASSWORD);

    // At once: no waiting mends it.
    assertThatThrownBy(() -> Migrations.apply(trustsStranger, Duration.ofDays(1)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("clickhouse.ca-certificate-file: found " + stranger.certificate());
    assertThatThrownBy(() -> Migrations.apply(trustsJavasList, Duration.ofDays(1)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("clickhouse.ca-certificate-file: found none, and Java's own list");
  }

  @Test
  void wrongPasswordOfTheDatabaseIsRefusedAtOnce() {
    ClickHouseConfig wrong =
        new ClickHouseConfig(
            clickHouse.url(),
            TlsClickHouse.USER,
            "wrong-password",
            certificate.certificate().toString());

    assertThatThrownBy(() -> Migrations.apply(wrong, Duration.ofDays(1)))
        .isInstanceOf(SQLException.class)
        .message()
        .contains("as user nudge_writer", "Authentication failed")
        .doesNotContain("wrong-password");
  }

  /** As a data team would: everything in files, no secret among them but in files of their own. */
  private static String[] arguments(Path clientProperties, Path trusted) throws IOException {
    Path password =
        Files.writeString(directory.resolve("clickhouse-password"), TlsClickHouse.PASSWORD + "\n");
    Path config =
        Files.writeString(
            directory.resolve("engage.properties"),
            """
            kafka.bootstrap-servers=%s
            kafka.properties-file=%s
            clickhouse.url=%s
            clickhouse.user=%s
            clickhouse.password-file=%s
            clickhouse.ca-certificate-file=%s
            ingest.clock=RECORDS
            """
                .formatted(
                    broker.bootstrapServers(),
                    clientProperties,
                    clickHouse.url(),
                    TlsClickHouse.USER,
                    password,
                    trusted));
    return new String[] {"--config", config.toString()};
  }

  private static List<String> moments(KafkaConfig kafka, TopicLayout topics) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, topics.partitionsOf(TopicName.MOMENTS))
              .mapToObj(p -> new TopicPartition(topics.nameOf(TopicName.MOMENTS), p))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<String> moments = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> moments.add(new String(record.value(), UTF_8)));
      }
      return moments;
    }
  }

  private static List<String> select(String sql) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(clickHouse.plainUrl() + "/?query=" + URLEncoder.encode(sql, UTF_8)))
            .build();
    return HttpClient.newHttpClient()
        .send(request, BodyHandlers.ofString())
        .body()
        .lines()
        .toList();
  }

  private interface Fact {
    boolean holds() throws Exception;
  }

  private static void await(JobClient job, Fact fact) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!fact.holds()) {
      assertThat(job.getJobStatus().get())
          .isIn(JobStatus.CREATED, JobStatus.RUNNING, JobStatus.INITIALIZING);
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  /** What Kafka, Flink and we log while it is open, clients' settings included. */
  private static final class Log extends AbstractAppender implements AutoCloseable {
    private static final List<String> TALKERS =
        List.of("org.apache.kafka", "org.apache.flink", "com.clickhouse", "dev.nudge");

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final LoggerContext context = LoggerContext.getContext(false);

    Log() {
      super("all", null, null, true, Property.EMPTY_ARRAY);
      start();
      for (String name : TALKERS) {
        LoggerConfig talker = new LoggerConfig(name, Level.INFO, false);
        talker.addAppender(this, Level.INFO, null);
        context.getConfiguration().removeLogger(name);
        context.getConfiguration().addLogger(name, talker);
      }
      context.updateLoggers();
    }

    @Override
    public void append(LogEvent event) {
      lines.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
    }

    @Override
    public void close() {
      context.reconfigure();
      stop();
    }
  }
}
