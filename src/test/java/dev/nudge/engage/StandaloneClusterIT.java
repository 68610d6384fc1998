package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.chaos.BuiltDeployment;
import dev.nudge.chaos.Installation;
import dev.nudge.chaos.StandaloneCluster;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that is deployed, on a cluster with the files of flink-conf. All there is are processes
 * of their own: Kafka, ClickHouse, ZooKeeper, the JobManager and TaskManagers.
 */
class StandaloneClusterIT {
  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final long OUT_OF_ORDERNESS_MILLIS = 5_000;

  /** More than the jobs have written to a partition by the time of a savepoint. */
  private static final int PADDING = 5_000;

  /** A campaign that greets, and its priority; one that has something open at any time. */
  private static final String DEFINITIONS =
      """
      kind: policy
      tenant: online-retail
      zone: Europe/London
      currency: GBP
      heldCoupons: 2
      ---
      kind: campaign
      tenant: online-retail
      id: hello
      priority: %d
      trigger: {stage: NEW}
      channels: [EMAIL]
      ---
      kind: campaign
      tenant: online-retail
      id: again
      trigger:
        pattern:
          steps:
            - one: {event: Order Paid}
            - another: {event: Order Paid}
          within: 60 days
      channels: [SMS]
      slots: [{days: [TUE], from: "10:00", to: "20:00"}]
      outsideSlot: DEFER
      resource: {kind: COUPON, type: THANKS, amount: 5, validFor: 60 days}
      conversion: {goal: Order Paid, windows: [30 days]}
      """;

  private static final String AGAIN = "again";
  private static final Duration WINDOW = Duration.ofDays(30);

  /** The log is of another time than ours, and nobody tells what became of triggers. */
  private static final Map<String, String> ENGAGE =
      Map.of("ingest.clock", "RECORDS", "ingest.idle-after", "1 h", "decide.receipts", "ASSUMED");

  private static final Map<String, String> MEASURE =
      Map.of("ingest.clock", "RECORDS", "ingest.idle-after", "1 h");

  /** Each TaskManager has room for both jobs. */
  private static final Map<String, String> SETTINGS = settings();

  /** A folder for savepoints, where they are to be kept. */
  private static final String KEEP = System.getProperty("nudge.keep-savepoint");

  @TempDir static Path shared;
  private static SomeCustomers customers;

  @TempDir Path directory;
  private Installation installation;
  private StandaloneCluster flink;
  private TopicLayout topics;

  /**
   * Both jobs.
   *
   * @param engage what Flink calls it
   * @param measure likewise; null if there is only the other
   */
  private record Jobs(String engage, String measure) {
    List<String> all() {
      return Stream.of(engage, measure).filter(job -> job != null).toList();
    }
  }

  @BeforeAll
  static void rehearse() throws Exception {
    customers = new SomeCustomers(definitions(50), shared);
  }

  @BeforeEach
  void start() throws IOException {
    installation =
        new Installation(BuiltDeployment.files(), directory, directory.resolve("native"));
  }

  private void startFlink(int taskManagers) throws Exception {
    flink = installation.startFlink(taskManagers, SETTINGS);
    installation.upload();
  }

  @AfterEach
  void stop() {
    if (installation != null) {
      installation.close();
    }
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(StandaloneCluster.IMPATIENT);
    settings.put("taskmanager.numberOfTaskSlots", "5");
    settings.put("taskmanager.memory.process.size", "2400m");
    return settings;
  }

  private static DefinitionReader definitions(int priority) throws Exception {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read("definitions.yaml", DEFINITIONS.formatted(priority).getBytes(UTF_8));
    return reader;
  }

  @Test
  void savepointsAnotherParallelismAndTheDeathOfManagersChangeNoRow() throws Exception {
    startFlink(2);
    assertThatThrownBy(
            () -> installation.submit("engage", 2, null, Map.of("kafka.brokers", "x"), Map.of()))
        .hasMessageContaining("kafka.brokers: found an unknown key, expected one of [");
    assertThatThrownBy(() -> installation.submit("engage", 2, null, ENGAGE, Map.of()))
        .hasMessageContaining("nudge.orders: topic: found none, expected one with this name");
    topics = installation.prepare(PARTITIONS, List.of(definitions(50)));
    long end = customers.end(1);

    Jobs first = submit(2, null, 3, null);
    send(customers.orders(1));
    sendTime(end);
    awaitRows(first, 0, end);
    String ofEngage = stopWithSavepoint(first.engage);
    String ofMeasure = stopWithSavepoint(first.measure);
    keep(ofEngage, "engage");
    keep(ofMeasure, "measure");
    DefinitionReader changed = definitions(60);
    DefinitionTopics.publisher(installation.kafka())
        .apply(changed.policies(), changed.rules(), Instant.ofEpochMilli(end + 1), false);

    Jobs resumed = submit(3, ofEngage, 2, ofMeasure);
    send(customers.orders(2));
    sendTime(customers.end(2));
    awaitRows(resumed, 0, customers.end(2));
    for (String job : resumed.all()) {
      assertThat(restored(job).path("is_savepoint")).hasToString("true");
    }
    assertThat(versionsOfHello(0, end)).containsExactly("1");
    assertThat(versionsOfHello(end, customers.end(2))).containsExactly("2");

    List<String> last = customers.orders(3);
    send(last.subList(0, 50));
    killTheJobManager(resumed);
    send(last.subList(50, 100));
    killATaskManager(resumed);
    send(last.subList(100, last.size()));
    sendTime(customers.end(3));
    awaitRows(resumed, 0, customers.end(3));
  }

  /** They were taken after the first third of the orders. */
  @Test
  void savepointsOfAnEarlierVersionAreGoneOnFrom() throws Exception {
    assertThat(customers.putOffBeyond(AGAIN, customers.end(1))).isNotEmpty();
    prepareAsAtTheSavepoint();

    Jobs jobs = submit(3, unzip("engage-2.zip"), 2, unzip("measure-1.zip"));
    send(customers.orders(2));
    sendTime(customers.end(2));

    awaitRows(jobs, customers.end(1), customers.end(2));
    for (String job : jobs.all()) {
      assertThat(restored(job).path("is_savepoint")).hasToString("true");
    }
  }

  /** It knows of one campaign only. */
  @Test
  void theFirstSavepointOfAllIsGoneOnFrom() throws Exception {
    prepareAsAtTheSavepoint();

    String job = installation.submit("engage", 3, unzip("engage-1.zip"), ENGAGE, Map.of());
    send(customers.orders(2));
    sendTime(customers.end(2));

    awaitStageChanges(new Jobs(job, null), customers.end(1), customers.end(2));
    assertThat(restored(job).path("is_savepoint")).hasToString("true");
  }

  /** What a savepoint's offsets say has been read stands in the topics. */
  private void prepareAsAtTheSavepoint() throws Exception {
    startFlink(1);
    topics = installation.prepare(PARTITIONS, List.of(definitions(50)));
    send(customers.orders(1));
    sendTime(customers.end(1));
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (TopicName topic : List.of(TopicName.MOMENTS, TopicName.DECISIONS)) {
        for (int i = 0; i < PADDING; i++) {
          sendTime(producer, topic, 0);
        }
      }
    }
  }

  private Jobs submit(int ofEngage, String engageFrom, int ofMeasure, String measureFrom)
      throws Exception {
    return new Jobs(
        installation.submit("engage", ofEngage, engageFrom, ENGAGE, Map.of()),
        installation.submit("measure", ofMeasure, measureFrom, MEASURE, Map.of()));
  }

  private String stopWithSavepoint(String job) throws Exception {
    String savepoint = flink.stop(job, SavepointFormatType.CANONICAL);
    await("a savepoint", () -> flink.get(savepoint).at("/status/id").asText().equals("COMPLETED"));
    JsonNode operation = flink.get(savepoint).path("operation");
    assertThat(operation.has("failure-cause")).as(operation.toString()).isFalse();
    await(
        "the job's end", () -> flink.get("/jobs/" + job).path("state").asText().equals("FINISHED"));
    return operation.path("location").asText();
  }

  /** The next one finds both jobs, and goes on from their newest checkpoints. */
  private void killTheJobManager(Jobs jobs) throws Exception {
    Map<String, Long> newest = newestCheckpoints(jobs);
    flink.process(StandaloneCluster.JOB_MANAGER).kill();
    flink.process(StandaloneCluster.JOB_MANAGER).restart();
    awaitGoneOnFromCheckpoints(jobs, newest);
  }

  /** The other one runs all tasks then. */
  private void killATaskManager(Jobs jobs) throws Exception {
    await("two TaskManagers", () -> flink.taskManagers().size() == 2);
    Map<String, Long> newest = newestCheckpoints(jobs);
    String killed = hostsOf(jobs).iterator().next();
    flink.process(killed).kill();
    String other = killed.equals("taskmanager-1") ? "taskmanager-2" : "taskmanager-1";
    await("all tasks on the survivor", () -> hostsOf(jobs).equals(Set.of(other)));
    awaitGoneOnFromCheckpoints(jobs, newest);
  }

  /** By job; each has completed one since the cluster knows of it. */
  private Map<String, Long> newestCheckpoints(Jobs jobs) throws Exception {
    Map<String, Long> newest = new TreeMap<>();
    await(
        "checkpoints",
        () -> {
          for (String job : jobs.all()) {
            JsonNode id = checkpoints(job).at("/latest/completed/id");
            if (!id.isNumber()) {
              return false;
            }
            newest.put(job, id.asLong());
          }
          return true;
        });
    return newest;
  }

  private void awaitGoneOnFromCheckpoints(Jobs jobs, Map<String, Long> atLeast) throws Exception {
    await(
        "jobs that have gone on from " + atLeast,
        () -> {
          for (String job : jobs.all()) {
            JsonNode restored = restored(job);
            if (restored.path("is_savepoint").asBoolean(true)
                || restored.path("id").asLong() < atLeast.get(job)) {
              return false;
            }
          }
          return installation.areRunning(jobs.all());
        });
  }

  private JsonNode checkpoints(String job) throws IOException, InterruptedException {
    return flink.get("/jobs/" + job + "/checkpoints");
  }

  /** What a job was started from the last time. */
  private JsonNode restored(String job) throws IOException, InterruptedException {
    return checkpoints(job).at("/latest/restored");
  }

  /** Which TaskManagers the jobs' tasks run on. */
  private Set<String> hostsOf(Jobs jobs) throws IOException, InterruptedException {
    Set<String> hosts = new HashSet<>();
    for (String job : jobs.all()) {
      for (JsonNode vertex : flink.get("/jobs/" + job).path("vertices")) {
        JsonNode tasks = flink.get("/jobs/" + job + "/vertices/" + vertex.path("id").asText());
        tasks.path("subtasks").forEach(task -> hosts.add(task.path("taskmanager-id").asText()));
      }
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

  /** Says on every partition that what was sent is all there is up to an instant. */
  private void sendTime(long untilMillis) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        sendTime(producer, topic, untilMillis + OUT_OF_ORDERNESS_MILLIS + 1);
      }
    }
  }

  private void sendTime(KafkaProducer<byte[], byte[]> producer, TopicName topic, long atMillis) {
    for (int partition = 0; partition < topics.partitionsOf(topic); partition++) {
      // Closing the producer waits for it.
      Future<?> unused =
          producer.send(
              new ProducerRecord<>(
                  topics.nameOf(topic), partition, null, TimeRecord.value(atMillis)));
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        installation.kafka().toProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** What both jobs have written about the time between two instants. */
  private void awaitRows(Jobs jobs, long afterMillis, long toMillis) throws Exception {
    await(
        "all measured",
        () ->
            installation.areRunning(jobs.all())
                && installation
                    .select(
                        "SELECT max(until) >= fromUnixTimestamp64Milli(%d) FROM nudge.measured"
                            .formatted(toMillis))
                    .equals(List.of("1")));
    awaitStageChanges(jobs, afterMillis, toMillis);
    awaitRows(
        jobs,
        customers.decisions(AGAIN, afterMillis, toMillis),
        """
        SELECT concat(customer_id, ' ', toUnixTimestamp64Milli(at), ' ', code, ' ', grant_id)
        FROM nudge.decisions FINAL
        WHERE campaign = 'again' AND toUnixTimestamp64Milli(at) > %d"""
            .formatted(afterMillis));
    awaitRows(
        jobs,
        customers.hours(afterMillis, toMillis),
        """
        SELECT concat(toUnixTimestamp(hour) * 1000, ' ', segment, ' ', orders_paid, ' ',
                      toInt64(amount_paid * 10000), ' ', paying_customers)
        FROM nudge.orders WHERE toUnixTimestamp(hour) * 1000 > %d"""
            .formatted(afterMillis));
    awaitRows(
        jobs,
        customers.paidGrants(AGAIN, WINDOW, afterMillis, toMillis),
        """
        SELECT concat(grant_id, ' ', toUnixTimestamp64Milli(at))
        FROM nudge.funnel_list
        WHERE campaign = 'again' AND touch = 'any' AND step = 'PAID'
              AND toUnixTimestamp64Milli(at) > %d"""
            .formatted(afterMillis));
  }

  private void awaitStageChanges(Jobs jobs, long afterMillis, long toMillis) throws Exception {
    awaitRows(
        jobs,
        customers.stageChanges(afterMillis, toMillis),
        """
        SELECT tenant, customer_id AS customerId, `from`, `to`,
               formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, life,
               order_count AS orderCount
        FROM nudge.stage_changes FINAL FORMAT JSONEachRow""");
  }

  /** The last ones may be on their way when all is measured. */
  private void awaitRows(Jobs jobs, List<String> expected, String sql) throws Exception {
    assertThat(expected).isNotEmpty();
    List<String> sorted = expected.stream().sorted().toList();
    try {
      installation.await(
          expected.size() + " rows",
          PATIENCE,
          () ->
              installation.areRunning(jobs.all())
                  && installation.select(sql).stream().sorted().toList().equals(sorted));
    } catch (TimeoutException e) {
      assertThat(installation.select(sql))
          .as(installation.troubles())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** Which versions of the campaign decided between two instants. */
  private List<String> versionsOfHello(long afterMillis, long toMillis) throws Exception {
    return installation.select(
        """
        SELECT DISTINCT campaign_version FROM nudge.decisions
        WHERE campaign = 'hello' AND toUnixTimestamp64Milli(at) > %d
              AND toUnixTimestamp64Milli(at) <= %d"""
            .formatted(afterMillis, toMillis));
  }

  private void await(String what, Installation.Condition condition) throws Exception {
    try {
      installation.await(what, PATIENCE, condition);
    } catch (TimeoutException | IllegalStateException e) {
      throw new AssertionError(installation.troubles(), e);
    }
  }

  private static void keep(String savepoint, String job) throws IOException {
    if (KEEP == null) {
      return;
    }
    try (ZipOutputStream out =
            new ZipOutputStream(Files.newOutputStream(Path.of(KEEP).resolve(job + ".zip")));
        Stream<Path> files = Files.list(Path.of(URI.create(savepoint)))) {
      for (Path each : files.sorted().toList()) {
        out.putNextEntry(new ZipEntry(each.getFileName().toString()));
        Files.copy(each, out);
      }
    }
  }

  /** Where a committed savepoint is from now on. */
  private String unzip(String name) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(name));
    try (InputStream file = StandaloneClusterIT.class.getResourceAsStream("/savepoints/" + name);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        Files.copy(in, folder.resolve(Path.of(each.getName()).getFileName()));
      }
    }
    return folder.toUri().toString();
  }
}
