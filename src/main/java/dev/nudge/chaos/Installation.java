package dev.nudge.chaos;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.Topics;
import dev.nudge.local.ChdbLibrary;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * All of Nudge on this machine, each part a process of its own: Kafka, ClickHouse, ZooKeeper and a
 * Flink cluster, with topics, tables, definitions, and both jobs.
 */
public final class Installation implements AutoCloseable {
  /** Which jobs there are, by the name of their properties file. */
  private static final Map<String, String> MAINS =
      Map.of("engage", "dev.nudge.engage.EngageJob", "measure", "dev.nudge.measure.MeasureJob");

  private static final Duration START = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 500;

  private final Deployment deployment;
  private final Path directory;
  private final KafkaConfig kafka;
  private final URI clickHouseHttp;
  private final ClickHouseConfig clickHouse;
  private final int zooKeeperPort;
  private final Map<String, ServerProcess> servers = new TreeMap<>();
  private StandaloneCluster flink;
  private String jar;

  /**
   * Starts Kafka, ClickHouse and ZooKeeper, and returns at once.
   *
   * @param deployment of what
   * @param directory for everything it writes; to be empty
   * @param library where ClickHouse's library is unpacked, if it has to be
   */
  public Installation(Deployment deployment, Path directory, Path library) throws IOException {
    this.deployment = deployment;
    this.directory = Files.createDirectories(directory).toAbsolutePath();
    List<Integer> ports = FreePorts.of(3);
    kafka = KafkaConfig.of("127.0.0.1:" + ports.get(0));
    clickHouseHttp = URI.create("http://127.0.0.1:" + ports.get(1) + "/");
    clickHouse = new ClickHouseConfig("jdbc:clickhouse://127.0.0.1:" + ports.get(1), "default", "");
    zooKeeperPort = ports.get(2);
    try {
      startServer("kafka", ports.get(0), library);
      startServer("clickhouse", ports.get(1), library);
      startZooKeeper();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void startServer(String name, int port, Path library) throws IOException {
    List<String> arguments =
        List.of(
            "-Xmx512m",
            "-D" + ChdbLibrary.PROPERTY + "=" + ChdbLibrary.locate(library.toAbsolutePath()),
            "-cp",
            classPath(),
            ChaosServer.class.getName(),
            name,
            directory.resolve(name).toString(),
            Integer.toString(port));
    servers.put(name, ServerProcess.start(name, directory, Map.of(), arguments));
  }

  /** What Flink finds a lost JobManager's jobs in. */
  private void startZooKeeper() throws IOException {
    Path file = directory.resolve("zoo.cfg");
    Files.writeString(
        file,
        """
        tickTime=500
        dataDir=%s
        clientPort=%d
        clientPortAddress=127.0.0.1
        admin.enableServer=false
        """
            .formatted(
                Files.createDirectories(directory.resolve("zookeeper-data")), zooKeeperPort));
    List<String> arguments =
        List.of(
            "-Xmx128m",
            "-cp",
            classPath(),
            FlinkZooKeeperQuorumPeer.class.getName(),
            "--zkConfigFile",
            file.toString(),
            "--peerId",
            "1");
    servers.put("zookeeper", ServerProcess.start("zookeeper", directory, Map.of(), arguments));
  }

  /** This program's own, for a process that works in another folder. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Makes tables and topics and applies definitions, in force from the beginning.
   *
   * @param partitions of every topic
   * @param definitions a reader for each tenant
   * @throws TimeoutException if ClickHouse or Kafka do not answer in time
   */
  public TopicLayout prepare(int partitions, List<DefinitionReader> definitions)
      throws IOException,
          InterruptedException,
          TimeoutException,
          SQLException,
          DefinitionException {
    await("ClickHouse", START, () -> !Outcome.select(clickHouseHttp, "SELECT 1").isEmpty());
    Migrations.apply(clickHouse, START);
    Map<String, Object> clients = new TreeMap<>();
    kafka.toProperties().forEach((key, value) -> clients.put(key.toString(), value));
    clients.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) START.toMillis());
    TopicLayout topics;
    try (Admin admin = Admin.create(clients)) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), partitions, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
    DefinitionPublisher publisher = DefinitionTopics.publisher(kafka);
    for (DefinitionReader each : definitions) {
      publisher.apply(each.policies(), each.rules(), Instant.EPOCH, false);
    }
    return topics;
  }

  /**
   * Starts Flink, and returns when all TaskManagers have arrived.
   *
   * @param overruling settings that differ from the files of a deployment
   */
  public StandaloneCluster startFlink(int taskManagers, Map<String, String> overruling)
      throws IOException, InterruptedException, TimeoutException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("high-availability.type", "zookeeper");
    settings.put("high-availability.zookeeper.quorum", "127.0.0.1:" + zooKeeperPort);
    settings.put(
        "high-availability.storageDir",
        Files.createDirectories(directory.resolve("ha")).toUri().toString());
    settings.put("high-availability.zookeeper.client.session-timeout", "10 s");
    settings.putAll(overruling);
    flink =
        StandaloneCluster.start(
            Files.createDirectory(directory.resolve("flink")), deployment, taskManagers, settings);
    await("TaskManagers", START, () -> flink.taskManagers().size() == taskManagers);
    return flink;
  }

  /** Uploads the jar that {@link #submit} runs. */
  public void upload() throws IOException, InterruptedException {
    jar = flink.upload(deployment.job());
  }

  /**
   * Starts a job with its file of a deployment, and with what differs here.
   *
   * @param job {@code engage} or {@code measure}
   * @param savepoint what to start from, or null
   * @param arguments that differ from the file, key by key
   * @param settings of Flink that differ from the cluster's
   */
  public String submit(
      String job,
      int parallelism,
      String savepoint,
      Map<String, String> arguments,
      Map<String, String> settings)
      throws IOException, InterruptedException {
    Path password = Files.writeString(directory.resolve("password"), "");
    Map<String, String> all = new TreeMap<>();
    all.put("config", deployment.flinkConf().resolve(job + ".properties").toString());
    all.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    all.put("clickhouse.url", clickHouse.url());
    all.put("clickhouse.user", clickHouse.user());
    all.put("clickhouse.password-file", password.toString());
    all.putAll(arguments);
    List<String> words = new ArrayList<>();
    all.forEach((key, value) -> words.addAll(List.of("--" + key, value)));
    return flink.jobOf(flink.run(jar, MAINS.get(job), parallelism, savepoint, words, settings));
  }

  /**
   * Whether all jobs run.
   *
   * @throws IllegalStateException if one has ended
   */
  public boolean areRunning(Iterable<String> jobs) throws IOException, InterruptedException {
    for (String job : jobs) {
      String state = flink.get("/jobs/" + job).path("state").asText();
      if (List.of("FAILED", "CANCELED", "FINISHED").contains(state)) {
        throw new IllegalStateException(
            "%s: found it %s, expected it RUNNING; Flink's logs are in %s; it says: %s"
                .formatted(
                    flink.get("/jobs/" + job).path("name").asText(),
                    state,
                    directory.resolve("flink"),
                    flink.get("/jobs/" + job + "/exceptions").path("exceptionHistory")));
      }
      if (!state.equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** What ClickHouse answers, line by line. */
  public List<String> select(String sql) throws IOException, InterruptedException {
    return Outcome.select(clickHouseHttp, sql);
  }

  /** What Flink's processes have complained of, for a run that fails. */
  public String troubles() {
    return flink == null ? "Flink was not started" : flink.troubles();
  }

  /** What can't be known while who knows it is away. */
  public interface Condition {
    /** Asked again if it does not hold, or if whoever knows does not answer. */
    boolean holds() throws IOException, InterruptedException;
  }

  /**
   * Waits until something holds.
   *
   * @param what it is, for the message
   * @throws TimeoutException if it doesn't in time
   */
  public void await(String what, Duration patience, Condition condition)
      throws InterruptedException, TimeoutException {
    Instant begun = Instant.now();
    IOException last = null;
    while (Duration.between(begun, Instant.now()).compareTo(patience) < 0) {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (IOException e) {
        last = e;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    TimeoutException late =
        new TimeoutException(
            "waited in vain for %s, %s; logs are in %s"
                .formatted(what, last == null ? "" : last, directory));
    late.initCause(last);
    throw late;
  }

  /** How to reach Kafka. */
  public KafkaConfig kafka() {
    return kafka;
  }

  /** Where ClickHouse is asked over HTTP. */
  URI clickHouseHttp() {
    return clickHouseHttp;
  }

  /** Its Flink cluster, once started. */
  public StandaloneCluster flink() {
    return flink;
  }

  /** {@code kafka}, {@code clickhouse} or {@code zookeeper}. */
  ServerProcess server(String name) {
    return servers.get(name);
  }

  /** Ends all processes at once. */
  @Override
  public void close() {
    if (flink != null) {
      flink.close();
    }
    servers.values().forEach(ServerProcess::close);
  }
}
