package dev.nudge.chaos;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * One run: everything is started as processes of their own, the log is written, faults happen, and
 * when all is measured, what stands there is read.
 */
final class ChaosRun implements AutoCloseable {
  private static final int PARTITIONS = 2;
  private static final int PARALLELISM = 2;
  private static final int TASK_MANAGERS = 2;

  /** Rows of the last records stand in their tables when so many checkpoints more are complete. */
  private static final int CHECKPOINTS_TO_THE_END = 3;

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration END = Duration.ofMinutes(10);
  private static final long POLL_MILLIS = 500;

  private final ChaosConfig config;
  private final Path directory;
  private final Consumer<String> progress;
  private final KafkaConfig kafka;
  private final URI clickHouseHttp;
  private final ClickHouseConfig clickHouse;
  private final Map<Fault.Target, ServerProcess> targets = new TreeMap<>();
  private final List<ServerProcess> servers = new ArrayList<>();
  private StandaloneCluster flink;
  private TopicLayout topics;

  /**
   * A run that has not begun.
   *
   * @param directory for everything it writes; to be empty
   * @param progress told in a sentence what happens
   */
  ChaosRun(ChaosConfig config, Path directory, Consumer<String> progress) throws IOException {
    this.config = config;
    this.directory = Files.createDirectories(directory).toAbsolutePath();
    this.progress = progress;
    List<Integer> ports = FreePorts.of(3);
    kafka = KafkaConfig.of("127.0.0.1:" + ports.get(0));
    clickHouseHttp = URI.create("http://127.0.0.1:" + ports.get(1) + "/");
    clickHouse = new ClickHouseConfig("jdbc:clickhouse://127.0.0.1:" + ports.get(1), "default", "");
    targets.put(Fault.Target.BROKER, server("kafka", ports.get(0)));
    targets.put(Fault.Target.CLICKHOUSE, server("clickhouse", ports.get(1)));
    servers.add(zooKeeper(ports.get(2)));
  }

  private ServerProcess server(String name, int port) throws IOException {
    // Unpacked once for all runs, if it has to be.
    Path library = ChdbLibrary.locate(config.directory().toAbsolutePath().resolve("native"));
    List<String> command =
        List.of(
            "-Xmx512m",
            "-D" + ChdbLibrary.PROPERTY + "=" + library,
            "-cp",
            absoluteClassPath(),
            ChaosServer.class.getName(),
            name,
            directory.resolve(name).toString(),
            Integer.toString(port));
    ServerProcess server = ServerProcess.start(name, directory, command);
    servers.add(server);
    return server;
  }

  /** What Flink finds a lost JobManager's jobs in. */
  private ServerProcess zooKeeper(int port) throws IOException {
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
            .formatted(Files.createDirectories(directory.resolve("zookeeper-data")), port));
    Files.writeString(directory.resolve("zookeeper-port"), Integer.toString(port));
    return ServerProcess.start(
        "zookeeper",
        directory,
        List.of(
            "-Xmx128m",
            "-cp",
            absoluteClassPath(),
            FlinkZooKeeperQuorumPeer.class.getName(),
            "--zkConfigFile",
            file.toString(),
            "--peerId",
            "1"));
  }

  private static String absoluteClassPath() {
    return StandaloneCluster.absolute(System.getProperty("java.class.path"));
  }

  /**
   * Runs to the end.
   *
   * @throws IOException if what is to be there is not, or a job has failed
   * @throws TimeoutException if it doesn't come to an end
   */
  Outcome run(ChaosInput input, List<Fault> faults, Duration feedFor)
      throws IOException,
          InterruptedException,
          TimeoutException,
          SQLException,
          DefinitionException,
          ExecutionException {
    prepare(input);
    startFlink();
    List<String> jobs = submit();
    Instant begun = Instant.now();
    try (Feed feed = new Feed(kafka, topics, input.arrivals())) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  feed.write(feedFor);
                  written.complete(null);
                } catch (InterruptedException | ExecutionException | RuntimeException e) {
                  written.completeExceptionally(e);
                }
              },
              "chaos-feed");
      writer.start();
      befall(faults, feedFor, begun);
      written.get(END.toMillis(), TimeUnit.MILLISECONDS);
    }
    progress.accept("all is written after " + since(begun));
    awaitEnd(jobs);
    progress.accept("all is measured after " + since(begun));
    return Outcome.read(clickHouseHttp, kafka, topics);
  }

  private void prepare(ChaosInput input)
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
    try (Admin admin = Admin.create(clients)) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
    DefinitionPublisher publisher = DefinitionTopics.publisher(kafka);
    for (DefinitionReader each : input.definitions()) {
      publisher.apply(each.policies(), each.rules(), Instant.EPOCH, false);
    }
  }

  private void startFlink() throws IOException, InterruptedException, TimeoutException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("high-availability.type", "zookeeper");
    settings.put(
        "high-availability.zookeeper.quorum",
        "127.0.0.1:" + Files.readString(directory.resolve("zookeeper-port")));
    settings.put(
        "high-availability.storageDir",
        Files.createDirectories(directory.resolve("ha")).toUri().toString());
    settings.put("high-availability.zookeeper.client.session-timeout", "10 s");
    flink =
        StandaloneCluster.start(
            Files.createDirectory(directory.resolve("flink")),
            config.flinkConf(),
            TASK_MANAGERS,
            settings);
    targets.put(Fault.Target.JOB_MANAGER, flink.process(StandaloneCluster.JOB_MANAGER));
    targets.put(Fault.Target.TASK_MANAGER_1, flink.process("taskmanager-1"));
    targets.put(Fault.Target.TASK_MANAGER_2, flink.process("taskmanager-2"));
    await("TaskManagers", START, () -> flink.taskManagers().size() == TASK_MANAGERS);
  }

  private List<String> submit() throws IOException, InterruptedException, TimeoutException {
    String jar = flink.upload(config.job());
    List<String> jobs = new ArrayList<>();
    for (String job : List.of("engage", "measure")) {
      String main =
          "dev.nudge.%s.%sJob".formatted(job, job.equals("engage") ? "Engage" : "Measure");
      jobs.add(flink.jobOf(flink.run(jar, main, PARALLELISM, null, arguments(job))));
    }
    await("running jobs", START, () -> areRunning(jobs));
    return jobs;
  }

  /** The file that a deployment starts from, and what differs here. */
  private List<String> arguments(String job) throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "");
    return List.of(
        "--config",
        config.flinkConf().resolve(job + ".properties").toAbsolutePath().toString(),
        "--kafka.bootstrap-servers",
        kafka.bootstrapServers(),
        "--clickhouse.url",
        clickHouse.url(),
        "--clickhouse.user",
        clickHouse.user(),
        "--clickhouse.password-file",
        password.toString(),
        // The log is of another time than ours, and nothing in it is late because we are.
        "--ingest.clock",
        "RECORDS",
        "--ingest.idle-after",
        "1 h");
  }

  private boolean areRunning(List<String> jobs) throws IOException, InterruptedException {
    for (String job : jobs) {
      String state = flink.get("/jobs/" + job).path("state").asText();
      if (List.of("FAILED", "CANCELED", "FINISHED").contains(state)) {
        throw new IllegalStateException(
            "a job is "
                + state
                + ": "
                + flink.get("/jobs/" + job + "/exceptions").toPrettyString());
      }
      if (!state.equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** Lets faults happen when they are due, each beside those that last. */
  private void befall(List<Fault> faults, Duration feedFor, Instant begun)
      throws IOException, InterruptedException {
    List<Step> steps = new ArrayList<>();
    for (Fault fault : faults) {
      long at = (long) (fault.at() * feedFor.toMillis());
      steps.add(new Step(at, fault, true));
      steps.add(new Step(at + fault.lasts().toMillis(), fault, false));
    }
    steps.sort(Comparator.comparingLong(Step::atMillis));
    for (Step step : steps) {
      TimeUnit.MILLISECONDS.sleep(
          step.atMillis - Duration.between(begun, Instant.now()).toMillis());
      take(step);
    }
  }

  private record Step(long atMillis, Fault fault, boolean begins) {}

  private void take(Step step) throws IOException, InterruptedException {
    ServerProcess target = targets.get(step.fault.target());
    boolean kills = step.fault.kind() == Fault.Kind.KILL;
    if (step.begins) {
      progress.accept("%.1f s: %s".formatted(step.atMillis / 1_000.0, step.fault));
    }
    if (step.begins && kills) {
      target.kill();
    } else if (step.begins) {
      target.pause();
    } else if (!kills) {
      target.resume();
    } else if (!target.isAlive()) {
      target.restart();
    }
  }

  private void awaitEnd(List<String> jobs)
      throws IOException, InterruptedException, TimeoutException {
    String measured =
        "SELECT max(until) >= toDateTime64('%s', 3, 'UTC') FROM nudge.measured"
            .formatted(ChaosInput.END.toString().replaceAll("[TZ]", " ").strip());
    await(
        "the last minute",
        END,
        () -> areRunning(jobs) && Outcome.select(clickHouseHttp, measured).equals(List.of("1")));
    Map<String, Long> first = new TreeMap<>();
    await(
        "the last checkpoints",
        END,
        () -> {
          boolean all = areRunning(jobs);
          for (String job : jobs) {
            JsonNode latest = flink.get("/jobs/" + job + "/checkpoints").at("/latest/completed/id");
            if (!latest.isNumber()) {
              return false;
            }
            first.putIfAbsent(job, latest.asLong());
            all &= latest.asLong() >= first.get(job) + CHECKPOINTS_TO_THE_END;
          }
          return all;
        });
  }

  /** What can't be known while who knows it is away. */
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void await(String what, Duration patience, Condition condition)
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

  private static String since(Instant begun) {
    return "%.1f s".formatted(Duration.between(begun, Instant.now()).toMillis() / 1_000.0);
  }

  @Override
  public void close() {
    if (flink != null) {
      flink.close();
    }
    servers.forEach(ServerProcess::close);
  }
}
