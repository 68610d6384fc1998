package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.decide.DecideConfig;
import dev.nudge.engage.EngageConfig;
import dev.nudge.engage.EngageJob;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.local.EmbeddedKafka;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureJob;
import dev.nudge.measure.MeasureJobConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both jobs on a cluster with the reporter of flink-conf, and what Prometheus reads there: all that
 * alerts, panels and the list of metrics name, with labels and values that mean what is said.
 */
@SuppressWarnings("try") // Flink throws whatever it likes when a cluster is closed.
class MetricsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern SERIES =
      Pattern.compile("(?m)^(?<name>flink_\\w+)(\\{(?<labels>.*)})? (?<value>\\S+)$");

  private static final Pattern OPERATOR_NAME = Pattern.compile("operator_name=\"([^\"]*)\"");
  private static final String OPERATOR = PrometheusNames.OPERATOR;

  @TempDir private Path directory;
  private EmbeddedClickHouse clickHouse;
  private EmbeddedKafka broker;
  private TopicLayout topics;
  private MiniCluster cluster;
  private int port;

  @BeforeEach
  void start() throws Exception {
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(directory.resolve("native")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ofSeconds(10));
    broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    KafkaConfig kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), 1, (short) 1, Topics.KEEP_FOR_EVER).orThrow();
    }
    publish();
    port = freePort();
    Configuration flink = new Configuration();
    // As it stands in the file that is rolled out.
    GlobalConfiguration.loadConfiguration("flink-conf").toMap().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("metrics.reporter"))
        .forEach(entry -> flink.setString(entry.getKey(), entry.getValue()));
    flink.setString("metrics.reporter.prom.port", Integer.toString(port));
    flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    flink.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Adaptive);
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.resolve("checkpoints").toUri() + "");
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(flink)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build());
    cluster.start();
    Map<String, Long> definitions = DefinitionSource.newestOffsets(kafka);
    Configuration quick = new Configuration();
    quick.set(IngestConfig.IDLE_AFTER, Duration.ofSeconds(1));
    quick.set(IngestConfig.MAX_OUT_OF_ORDERNESS, Duration.ofMillis(500));
    IngestConfig ingest = IngestConfig.from(quick);
    submit(
        flink,
        EngageJob.NAME,
        env ->
            EngageJob.define(
                env,
                new EngageConfig(
                    kafka,
                    clickHouse.config(),
                    ingest,
                    DecideConfig.from(quick),
                    DeliveryGuarantee.EXACTLY_ONCE),
                topics,
                definitions));
    submit(
        flink,
        MeasureJob.NAME,
        env ->
            MeasureJob.define(
                env,
                new MeasureJobConfig(kafka, clickHouse.config(), ingest, MeasureConfig.from(quick)),
                definitions));
  }

  private void submit(Configuration flink, String name, Consumer<StreamExecutionEnvironment> define)
      throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(1);
    define.accept(env);
    var graph = env.getStreamGraph();
    graph.setJobName(name);
    cluster.submitJob(graph).get(1, TimeUnit.MINUTES);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    if (broker != null) {
      broker.close();
    }
    if (clickHouse != null) {
      clickHouse.close();
    }
  }

  /** A campaign for whoever is seen for the first time, and a definition that nobody can read. */
  private void publish() throws Exception {
    String campaign =
        """
        {"kind":"campaign","tenant":"acme","id":"first-visit","version":1,\
        "effectiveAt":"2026-01-01T00:00:00Z","definition":{"kind":"campaign","id":"first-visit",\
        "trigger":{"pattern":{"steps":[{"seen":{"event":"Product Viewed"}}]}},\
        "reentry":"1 day","channels":["PUSH"]}}""";
    send(TopicName.CAMPAIGNS, "acme|campaign|first-visit", campaign);
    send(TopicName.CAMPAIGNS, "acme|campaign|garbage", "nonsense");
  }

  private void send(TopicName topic, String key, String record) throws Exception {
    KafkaConfig kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  topics.nameOf(topic),
                  key == null ? null : key.getBytes(UTF_8),
                  record.getBytes(UTF_8)))
          .get(1, TimeUnit.MINUTES);
    }
  }

  private void viewed(String message, String customer, long atMillis) throws Exception {
    send(
        TopicName.CLICKSTREAM,
        null,
        """
        {"messageId":"%s","tenant":"acme","customerId":"%s","event":"Product Viewed","timestamp":%d}"""
            .formatted(message, customer, atMillis));
  }

  @Test
  void whatAlertsAndPanelsNameIsThereAndMeansWhatItSays() throws Exception {
    await("both jobs", () -> value("flink_jobmanager_job_runningTime", "nudge-").isPresent());
    await(
        "time",
        () -> value(OPERATOR + "watermarkMillis", "operator_name=\"Detect\"").orElse(0) > 0);
    long sentMillis = System.currentTimeMillis();
    viewed("m1", "anna", sentMillis);
    viewed("m2", "bert", sentMillis - 200);
    viewed("m3", "anna", sentMillis - 3_600_000);
    send(TopicName.ORDERS, null, "nonsense");

    await("a trigger", () -> value(OPERATOR + "triggers", "").orElse(0) == 2);
    await("all that is named", () -> names().containsAll(PrometheusNames.all()));

    assertThat(names()).containsAll(PrometheusNames.all());
    assertThat(
            value(
                OPERATOR + "tenant_definition_matches",
                "tenant=\"acme\"",
                "definition=\"first-visit\""))
        .hasValue(2);
    assertThat(value(OPERATOR + "code_decisions", "code=\"SENT\"")).hasValue(2);
    assertThat(value(OPERATOR + "code_decisions", "code=\"FREQUENCY_CAP\"")).hasValue(0);
    assertThat(value(OPERATOR + "reason_deadLetters", "nudge-engage", "reason=\"NOT_JSON\""))
        .hasValue(1);
    assertThat(value(OPERATOR + "definitionsQuarantined", "Definitions", "nudge-engage"))
        .hasValue(1);
    assertThat(value(OPERATOR + "late", "Detect")).hasValue(1);
    assertThat(value(OPERATOR + "latenessMillis", "Detect", "quantile=\"0.5\"").orElse(0))
        .isBetween(3_000_000.0, 3_600_000.0);
    assertThat(value(OPERATOR + "eventToTriggerMillis_count", "Decide")).hasValue(2);
    // Idle partitions hold back for their second at most; the wait of 2 s is not in it.
    assertThat(value(OPERATOR + "eventToTriggerMillis", "Decide", "quantile=\"0.99\"").orElse(-1))
        .isBetween(0.0, (double) System.currentTimeMillis() - sentMillis - 2_000);
    // Of every sink but those of dead letters it can be said how far behind it is.
    await("time at the sinks", () -> writers(atMillis -> atMillis <= 0).isEmpty());
    assertThat(writers(atMillis -> atMillis > sentMillis - 10_000))
        .contains("Triggers topic: Writer", "Anomalies table: Writer", "Grants table: Writer");
    assertThat(exported()).doesNotContain("anna").doesNotContain("bert");
  }

  /** The value of the series of a name with all of these in its labels, or their greatest. */
  private OptionalDouble value(String name, String... labels) throws Exception {
    double greatest = Double.NEGATIVE_INFINITY;
    Matcher series = SERIES.matcher(exported());
    while (series.find()) {
      String found = series.group("labels") == null ? "" : series.group("labels");
      if (series.group("name").equals(name) && Set.of(labels).stream().allMatch(found::contains)) {
        greatest = Math.max(greatest, Double.parseDouble(series.group("value")));
      }
    }
    return Double.isInfinite(greatest) ? OptionalDouble.empty() : OptionalDouble.of(greatest);
  }

  /** The sinks that the alert asks of, whose watermark is like that. */
  private Set<String> writers(DoublePredicate like) throws Exception {
    Set<String> writers = new TreeSet<>();
    Matcher series = SERIES.matcher(exported());
    while (series.find()) {
      Matcher operator = OPERATOR_NAME.matcher(series.group());
      if (series.group("name").equals(OPERATOR + "currentInputWatermark")
          && operator.find()
          && operator.group(1).matches(".*Writer")
          && !operator.group(1).matches("Dead.letters.*")
          && like.test(Double.parseDouble(series.group("value")))) {
        writers.add(operator.group(1));
      }
    }
    return writers;
  }

  private Set<String> names() throws Exception {
    Set<String> names = new TreeSet<>();
    Matcher series = SERIES.matcher(exported());
    while (series.find()) {
      names.add(series.group("name"));
    }
    return names;
  }

  private String exported() throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** What may throw. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        Set<String> missing = new TreeSet<>(PrometheusNames.all());
        missing.removeAll(names());
        throw new AssertionError("waited in vain for " + what + "; not reported: " + missing);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
