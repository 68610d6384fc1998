package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.chaos.BuiltDeployment;
import dev.nudge.chaos.StandaloneCluster;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.local.EmbeddedKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is deployed, on a cluster of separate processes with the files of flink-conf. */
class StandaloneClusterIT {
  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Some of the shop's customers, with all their orders of a year: 482 of them. */
  private static final Set<String> SUFFIXES = Set.of("33", "77");

  private static final long OUT_OF_ORDERNESS_MILLIS = 5_000;

  private static final String DEFINITIONS =
      """
      kind: policy
      tenant: online-retail
      currency: GBP
      ---
      kind: campaign
      tenant: online-retail
      id: hello
      priority: %d
      trigger: {stage: NEW}
      channels: [EMAIL]
      """;

  /** Taken by an earlier version of the job after the first third of the orders. */
  private static final String EARLIER = "/savepoints/engage-1.zip";

  /** A folder for a savepoint like that, where one is to be kept. */
  private static final String KEEP = System.getProperty("nudge.keep-savepoint");

  @TempDir Path directory;
  private StandaloneCluster cluster;
  private EmbeddedKafka broker;
  private EmbeddedClickHouse clickHouse;
  private KafkaConfig kafka;
  private TopicLayout topics;

  @BeforeEach
  void start() throws Exception {
    broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    kafka = broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
    cluster =
        StandaloneCluster.start(
            Files.createDirectory(directory.resolve("flink")),
            BuiltDeployment.files(),
            2,
            StandaloneCluster.IMPATIENT);
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(directory.resolve("native")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
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

  @Test
  void aSavepointAnotherParallelismAndTheDeathOfATaskManagerChangeNoRow() throws Exception {
    List<String> orders = ofSomeCustomers("/sample/online-retail-orders.jsonl.gz");
    int third = orders.size() / 3;
    List<String> first = orders.subList(0, third);
    List<String> second = orders.subList(third, 2 * third);
    List<String> last = orders.subList(2 * third, orders.size());
    String jar = upload();

    assertThatRefused(
        cluster.run(jar, 2, null, arguments("--kafka.brokers", "x")),
        "kafka.brokers: found an unknown key, expected one of [");
    assertThatRefused(
        cluster.run(jar, 2, null, arguments()),
        "nudge.orders: topic: found none, expected one with this name");
    createTopics();
    publish(50, Instant.EPOCH);

    String job = cluster.jobOf(cluster.run(jar, 2, null, arguments()));
    send(first);
    sendTimeBehind(first);
    awaitRows(job, first);
    String savepoint = stopWithSavepoint(job);
    // The savepoint has waited for the rows of all decisions.
    assertThat(versionsBetween(0, end(first))).containsExactly("1");
    if (KEEP != null) {
      zip(Path.of(URI.create(savepoint)), Path.of(KEEP).resolve("engage-1.zip"));
    }
    publish(60, Instant.ofEpochMilli(end(first) + 1));

    String resumed = cluster.jobOf(cluster.run(jar, 3, savepoint, arguments()));
    send(second);
    sendTimeBehind(second);
    awaitRows(resumed, second);
    assertThat(checkpoints(resumed).at("/latest/restored/is_savepoint")).hasToString("true");
    // The second from now began after the last row was decided, and waits for it.
    int before = checkpoints(resumed).at("/counts/completed").asInt();
    await("checkpoints", () -> checkpoints(resumed).at("/counts/completed").asInt() >= before + 2);
    assertThat(versionsBetween(end(first) + 1, end(second))).containsExactly("2");

    send(last.subList(0, third / 2));
    assertThat(hostsOf(resumed)).hasSize(2);
    cluster.process("taskmanager-1").kill();
    send(last.subList(third / 2, last.size()));
    sendTimeBehind(last);
    awaitRows(resumed, last);
    assertThat(checkpoints(resumed).at("/latest/restored/is_savepoint")).hasToString("false");
    await("all tasks on the survivor", () -> hostsOf(resumed).equals(Set.of("taskmanager-2")));
  }

  @Test
  void aSavepointOfAnEarlierVersionIsGoneOnFrom() throws Exception {
    List<String> orders = ofSomeCustomers("/sample/online-retail-orders.jsonl.gz");
    int third = orders.size() / 3;
    List<String> first = orders.subList(0, third);
    List<String> second = orders.subList(third, 2 * third);
    String jar = upload();
    createTopics();
    publish(50, Instant.EPOCH);
    // Its offsets are behind these.
    send(first);
    sendTimeBehind(first);

    String savepoint = unzip(EARLIER, directory.resolve("earlier")).toUri().toString();
    String job = cluster.jobOf(cluster.run(jar, 3, savepoint, arguments()));
    send(second);
    sendTimeBehind(second);

    awaitRows(job, end(first), end(second));
    assertThat(cluster.get("/jobs/" + job + "/checkpoints").at("/latest/restored/is_savepoint"))
        .hasToString("true");
  }

  private String upload() throws Exception {
    await("two TaskManagers", () -> cluster.taskManagers().size() == 2);
    return cluster.upload(BuiltDeployment.files().job());
  }

  private void createTopics() throws Exception {
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
  }

  private void publish(int priority, Instant effectiveAt) throws Exception {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read("hello.yaml", DEFINITIONS.formatted(priority).getBytes(UTF_8));
    DefinitionTopics.publisher(kafka).apply(reader.policies(), reader.rules(), effectiveAt, false);
  }

  /** Which versions of the campaign decided then. */
  private List<String> versionsBetween(long fromMillis, long toMillis) throws Exception {
    return select(
        "SELECT DISTINCT campaign_version FROM nudge.decisions FINAL WHERE toUnixTimestamp64Milli(at)"
            + " BETWEEN %d AND %d FORMAT TSV".formatted(fromMillis, toMillis));
  }

  private static void zip(Path folder, Path file) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file));
        Stream<Path> files = Files.list(folder)) {
      for (Path each : files.sorted().toList()) {
        out.putNextEntry(new ZipEntry(each.getFileName().toString()));
        Files.copy(each, out);
      }
    }
  }

  private static Path unzip(String resource, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (ZipInputStream in =
        new ZipInputStream(StandaloneClusterIT.class.getResourceAsStream(resource))) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        Files.copy(in, folder.resolve(Path.of(each.getName()).getFileName()));
      }
    }
    return folder;
  }

  /** The file that a deployment starts from, and what differs here. */
  private List<String> arguments(String... more) throws IOException {
    Path password = directory.resolve("password");
    Files.writeString(password, "");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--config",
                Path.of("flink-conf/engage.properties").toAbsolutePath().toString(),
                "--kafka.bootstrap-servers",
                broker.bootstrapServers(),
                "--clickhouse.url",
                clickHouse.config().url(),
                "--clickhouse.user",
                clickHouse.config().user(),
                "--clickhouse.password-file",
                password.toString(),
                "--ingest.clock",
                "RECORDS"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static void assertThatRefused(HttpResponse<String> answer, String because) {
    assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(answer.body()).contains(because);
  }

  private String stopWithSavepoint(String job) throws Exception {
    String savepoint = cluster.stop(job);
    await(
        "a savepoint", () -> cluster.get(savepoint).at("/status/id").asText().equals("COMPLETED"));
    JsonNode operation = cluster.get(savepoint).path("operation");
    assertThat(operation.has("failure-cause")).as(operation.toString()).isFalse();
    await(
        "the job's end",
        () -> cluster.get("/jobs/" + job).path("state").asText().equals("FINISHED"));
    return operation.path("location").asText();
  }

  private JsonNode checkpoints(String job) throws Exception {
    return cluster.get("/jobs/" + job + "/checkpoints");
  }

  /** Which TaskManagers the job's tasks run on. */
  private Set<String> hostsOf(String job) throws Exception {
    Set<String> hosts = new HashSet<>();
    for (JsonNode vertex : cluster.get("/jobs/" + job).path("vertices")) {
      JsonNode tasks = cluster.get("/jobs/" + job + "/vertices/" + vertex.path("id").asText());
      tasks.path("subtasks").forEach(task -> hosts.add(task.path("taskmanager-id").asText()));
    }
    return hosts;
  }

  private void send(List<String> orders) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = 0; i < orders.size(); i++) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.nameOf(TopicName.ORDERS),
                    i % PARTITIONS,
                    null,
                    orders.get(i).getBytes(UTF_8))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
  }

  /** Says on every partition that these orders are all there is up to the last of them. */
  private void sendTimeBehind(List<String> orders) throws Exception {
    byte[] time = TimeRecord.value(end(orders) + OUT_OF_ORDERNESS_MILLIS + 1);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        for (int p = 0; p < topics.partitionsOf(topic); p++) {
          producer
              .send(new ProducerRecord<>(topics.nameOf(topic), p, null, time))
              .get(1, TimeUnit.MINUTES);
        }
      }
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        kafka.toProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void awaitRows(String job, List<String> upToTheLastOf) throws Exception {
    awaitRows(job, Long.MIN_VALUE, end(upToTheLastOf));
  }

  private void awaitRows(String job, long afterMillis, long toMillis) throws Exception {
    List<String> expected =
        ofSomeCustomers("/data/expected/online-retail-stage-changes.jsonl.gz").stream()
            .filter(row -> atMillis(row) > afterMillis && atMillis(row) <= toMillis)
            .toList();
    await(
        expected.size() + " rows",
        () -> {
          assertThat(cluster.get("/jobs/" + job).path("state").asText())
              .as(() -> exceptions(job))
              .isNotIn("FAILED", "FAILING", "CANCELED");
          return rows().size() >= expected.size();
        });
    assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static long atMillis(String row) {
    return Instant.parse(field(row, "at")).toEpochMilli();
  }

  private String exceptions(String job) {
    try {
      return cluster.get("/jobs/" + job + "/exceptions").toPrettyString();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private List<String> rows() throws IOException, InterruptedException {
    return select(
        """
        SELECT tenant, customer_id AS customerId, `from`, `to`,
               formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, life, order_count AS orderCount
        FROM nudge.stage_changes FINAL FORMAT JSONEachRow""");
  }

  private List<String> select(String sql) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(clickHouse.url() + "/?query=" + URLEncoder.encode(sql, UTF_8)))
            .build();
    return HttpClient.newHttpClient()
        .send(request, BodyHandlers.ofString())
        .body()
        .lines()
        .toList();
  }

  private void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime())
          .as(() -> "waited in vain for " + what + "\n" + cluster.troubles())
          .isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static long end(List<String> orders) {
    return Instant.parse(field(orders.get(orders.size() - 1), "timestamp")).toEpochMilli();
  }

  private static List<String> ofSomeCustomers(String resource) throws IOException {
    try (InputStream in = StandaloneClusterIT.class.getResourceAsStream(resource);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(new GZIPInputStream(in), UTF_8))) {
      return reader
          .lines()
          .filter(line -> SUFFIXES.stream().anyMatch(s -> field(line, "customerId").endsWith(s)))
          .toList();
    }
  }

  private static String field(String line, String name) {
    int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return line.substring(start, line.indexOf('"', start));
  }
}
