package dev.nudge.local;

import dev.nudge.engage.EngageConfig;
import dev.nudge.engage.EngageJob;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.TopicLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private static final Duration CANCELLING_PATIENCE = Duration.ofSeconds(3);

  private final MiniCluster cluster;
  private final JobID job;
  private final boolean restored;
  private final CompletableFuture<JobResult> result;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean closing;

  private LocalFlink(MiniCluster cluster, JobID job, boolean restored) {
    this.cluster = cluster;
    this.job = job;
    this.restored = restored;
    this.result = cluster.requestJobResult(job).whenComplete(this::ended);
  }

  /** Starts the cluster and submits Engage; returns once it is submitted. */
  static LocalFlink start(
      Path directory, int restPort, int parallelism, EngageConfig engage, TopicLayout topics)
      throws IOException {
    Path checkpoints = directory.resolve("checkpoints");
    Files.createDirectories(checkpoints);
    Optional<Path> newest = newestCheckpoint(checkpoints);
    Configuration config = configuration(directory, checkpoints, restPort, parallelism);
    newest.ifPresent(
        path -> {
          config.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString());
          // The new job owns it, and clears it when its own checkpoints have taken its place.
          config.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
        });
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(config)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
    try {
      cluster.start();
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
      env.setParallelism(parallelism);
      EngageJob.define(env, engage, topics, DefinitionSource.newestOffsets(engage.kafka()));
      var graph = env.getStreamGraph();
      graph.setJobName(EngageJob.NAME);
      JobID job = cluster.submitJob(graph).get().getJobID();
      return new LocalFlink(cluster, job, newest.isPresent());
    } catch (InterruptedException e) {
      closeQuietly(cluster);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Flink started", e);
    } catch (Exception e) {
      closeQuietly(cluster);
      throw new IOException("Flink did not start: " + e.getMessage(), e);
    }
  }

  /** Completes exceptionally when the job has ended, which it should never do by itself. */
  CompletableFuture<Void> end() {
    return end.copy();
  }

  /** Whether the job goes on from a checkpoint of an earlier start. */
  boolean restored() {
    return restored;
  }

  /** Flink's REST, and its web page. */
  URI rest() {
    return cluster.getRestAddress().join();
  }

  /** Ends the job, whose checkpoints stay: the next start goes on from them. */
  @Override
  public void close() {
    closing = true;
    try {
      // A cluster that is closed under a job reports the job as failed, at length.
      cluster.cancelJob(job).get(CANCELLING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      result.get(CANCELLING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It has ended before, or hangs; the cluster is closed in any case.
      LOG.debug("the job was not cancelled", e);
    }
    closeQuietly(cluster);
  }

  private static void closeQuietly(MiniCluster cluster) {
    cluster.closeAsync().join();
  }

  private void ended(JobResult ended, Throwable failure) {
    if (!closing) {
      end.completeExceptionally(
          new IllegalStateException(
              "the job %s ended: %s"
                  .formatted(EngageJob.NAME, ended == null ? failure : reason(ended)),
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

  private static Configuration configuration(
      Path directory, Path checkpoints, int restPort, int parallelism) throws IOException {
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
    config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256L * parallelism));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    config.setString("io.tmp.dirs", temporary.toString());
    config.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    config.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    config.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
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
