package dev.nudge.local;

import dev.nudge.engage.EngageConfig;
import dev.nudge.engage.EngageJob;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.measure.MeasureJob;
import dev.nudge.measure.MeasureJobConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink mini cluster that runs the jobs in this JVM, with RocksDB and checkpoints on disk, and
 * goes on from the newest of them.
 */
final class LocalFlink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalFlink.class);
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(2);
  private static final String METADATA = "_metadata";

  /** Engage and Measure. */
  private static final int JOBS = 2;

  private static final Duration CANCELLING_PATIENCE = Duration.ofSeconds(3);

  private final MiniCluster cluster;
  private final Path directory;
  private final Configuration config;
  private final List<JobID> jobs = new ArrayList<>();
  private final List<CompletableFuture<JobResult>> results = new ArrayList<>();
  private boolean restored;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean closing;

  private LocalFlink(MiniCluster cluster, Path directory, Configuration config) {
    this.cluster = cluster;
    this.directory = directory;
    this.config = config;
  }

  /** Starts the cluster and submits Engage and Measure; returns once they are submitted. */
  static LocalFlink start(
      Path directory,
      int restPort,
      int parallelism,
      EngageConfig engage,
      MeasureJobConfig measure,
      TopicLayout topics)
      throws IOException {
    int slots = JOBS * parallelism;
    Configuration config = configuration(directory, restPort, slots);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(config)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
    LocalFlink flink = new LocalFlink(cluster, directory, config);
    try {
      cluster.start();
      Map<String, Long> definitions = DefinitionSource.newestOffsets(engage.kafka());
      flink.submit(
          EngageJob.NAME,
          "checkpoints",
          parallelism,
          env -> EngageJob.define(env, engage, topics, definitions));
      flink.submit(
          MeasureJob.NAME,
          "checkpoints-measure",
          parallelism,
          env -> MeasureJob.define(env, measure, definitions));
      return flink;
    } catch (InterruptedException e) {
      closeQuietly(cluster);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Flink started", e);
    } catch (Exception e) {
      closeQuietly(cluster);
      throw new IOException("Flink did not start: " + e.getMessage(), e);
    }
  }

  /** Submits a job, which goes on from its newest checkpoint. */
  private void submit(
      String name, String folder, int parallelism, Consumer<StreamExecutionEnvironment> define)
      throws Exception {
    Path checkpoints = Files.createDirectories(directory.resolve(folder));
    Configuration own = new Configuration(config);
    own.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    Optional<Path> newest = newestCheckpoint(checkpoints);
    newest.ifPresent(
        path -> {
          restored = true;
          own.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString());
          // The new job owns it, and clears it when its own checkpoints have taken its place.
          own.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
        });
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(own);
    env.setParallelism(parallelism);
    define.accept(env);
    var graph = env.getStreamGraph();
    graph.setJobName(name);
    JobID job = cluster.submitJob(graph).get().getJobID();
    jobs.add(job);
    results.add(
        cluster
            .requestJobResult(job)
            .whenComplete((result, failure) -> ended(name, result, failure)));
  }

  /** Completes exceptionally when a job has ended, which it should never do by itself. */
  CompletableFuture<Void> end() {
    return end.copy();
  }

  /** Whether a job goes on from a checkpoint of an earlier start. */
  boolean restored() {
    return restored;
  }

  /** Flink's REST, and its web page. */
  URI rest() {
    return cluster.getRestAddress().join();
  }

  /** Ends the jobs, whose checkpoints stay: the next start goes on from them. */
  @Override
  public void close() {
    closing = true;
    try {
      // A cluster that is closed under a job reports the job as failed, at length.
      for (JobID job : jobs) {
        cluster.cancelJob(job).get(CANCELLING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      for (CompletableFuture<JobResult> result : results) {
        result.get(CANCELLING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It has ended before, or hangs; the cluster is closed in any case.
      LOG.debug("a job was not cancelled", e);
    }
    closeQuietly(cluster);
  }

  private static void closeQuietly(MiniCluster cluster) {
    cluster.closeAsync().join();
  }

  private void ended(String name, JobResult ended, Throwable failure) {
    if (!closing) {
      end.completeExceptionally(
          new IllegalStateException(
              "the job %s ended: %s".formatted(name, ended == null ? failure : reason(ended)),
              failure));
    }
  }

  private static String reason(JobResult result) {
    return result
        .getSerializedThrowable()
        .map(t -> t.getFullStringifiedStackTrace())
        .orElse("its state is " + result.getApplicationStatus());
  }

  /**
   * The checkpoint that was completed last. Flink puts {@code _metadata} in place with a rename
   * when all else is there, so whatever has one is whole.
   */
  static Optional<Path> newestCheckpoint(Path checkpoints) throws IOException {
    try (Stream<Path> files = Files.walk(checkpoints, 3)) {
      return files
          .filter(file -> file.getFileName().toString().equals(METADATA))
          .max(Comparator.comparing(LocalFlink::modified).thenComparing(Path::toString))
          .map(Path::getParent);
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Configuration configuration(Path directory, int restPort, int slots)
      throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Configuration config = new Configuration();
    config.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    // Where Flink lends out its jars; it would listen everywhere.
    config.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    // Any page in a browser can reach loopback: none may submit a job, end one, or read an answer.
    config.set(WebOptions.SUBMIT_ENABLE, false);
    config.set(WebOptions.CANCEL_ENABLE, false);
    config.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://127.0.0.1:" + restPort);
    config.set(RestOptions.ADDRESS, "127.0.0.1");
    config.set(RestOptions.BIND_PORT, Integer.toString(restPort));
    config.set(RestOptions.PORT, restPort);
    config.set(JobManagerOptions.ADDRESS, "127.0.0.1");
    config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256L * slots));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
    config.setString("io.tmp.dirs", temporary.toString());
    config.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    config.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_EVERY);
    config.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    // Here a failure should be seen, not hidden by restarting for ever.
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "failure-rate");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, 10);
    config.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL,
        Duration.ofMinutes(5));
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_DELAY, Duration.ofSeconds(1));
    return config;
  }
}
