package dev.nudge.bench;

import dev.nudge.bench.Variant.Backend;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OptionalFailure;
import org.apache.flink.util.SerializedValue;

/** The Flink mini cluster on which all variants run, one after the other. */
final class BenchCluster implements AutoCloseable {
  /** What the cluster's {@code config.yaml} leaves for RocksDB: half of 4096 MiB less overheads. */
  static final MemorySize MANAGED_MEMORY = MemorySize.ofMebiBytes(1715);

  private static final String LOOPBACK = "127.0.0.1";
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long LOOK_EVERY_MILLIS = 100;

  private final MiniCluster cluster;
  private final Path directory;
  private final int parallelism;

  private BenchCluster(MiniCluster cluster, Path directory, int parallelism) {
    this.cluster = cluster;
    this.directory = directory;
    this.parallelism = parallelism;
  }

  /** Starts it; whatever it writes stands in the directory. */
  static BenchCluster start(Path directory, int parallelism) throws IOException {
    Configuration config = new Configuration();
    config.set(RestOptions.ADDRESS, LOOPBACK);
    config.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    config.set(JobManagerOptions.ADDRESS, LOOPBACK);
    // Where the blob server listens: everywhere, if nothing is said.
    config.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    config.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    config.set(RestOptions.BIND_PORT, "0");
    config.set(WebOptions.SUBMIT_ENABLE, false);
    config.set(WebOptions.CANCEL_ENABLE, false);
    config.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://127.0.0.1");
    // Heartbeats carry the accumulators of a running job.
    config.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
    config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MANAGED_MEMORY);
    config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(256));
    config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(256));
    config.setString("io.tmp.dirs", Files.createDirectories(directory.resolve("flink")).toString());
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(config)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .build());
    try {
      cluster.start();
    } catch (InterruptedException e) {
      cluster.closeAsync().join();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Flink started", e);
    } catch (Exception e) {
      cluster.closeAsync().join();
      throw new IOException("Flink did not start: " + e.getMessage(), e);
    }
    return new BenchCluster(cluster, directory, parallelism);
  }

  /**
   * An empty dataflow with the settings that all variants share.
   *
   * @param checkpointEvery how often a checkpoint is taken; zero for never
   */
  StreamExecutionEnvironment environment(Backend backend, Duration checkpointEvery) {
    Configuration config = new Configuration();
    config.set(StateBackendOptions.STATE_BACKEND, backend.configured());
    config.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    config.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    if (!checkpointEvery.isZero()) {
      config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointEvery);
    }
    config.set(PipelineOptions.GENERIC_TYPES, false);
    config.set(PipelineOptions.OBJECT_REUSE, true);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    env.setParallelism(parallelism);
    return env;
  }

  /**
   * What a job did.
   *
   * @param result its accumulators
   * @param checkpoints how many it completed
   */
  record Done(JobExecutionResult result, long checkpoints) {}

  /** Runs to the end. */
  Done run(StreamExecutionEnvironment env) throws IOException, InterruptedException {
    return await(submit(env));
  }

  /** Begins to run. */
  JobID submit(StreamExecutionEnvironment env) throws IOException, InterruptedException {
    return get(cluster.submitJob(env.getStreamGraph())).getJobID();
  }

  /** Waits for the end, that of a cancelled job too. */
  Done await(JobID job) throws IOException, InterruptedException {
    JobResult ended = get(cluster.requestJobResult(job));
    if (ended.getSerializedThrowable().isPresent() && !ended.isSuccess() && !isCancelled(ended)) {
      throw new IOException(
          "a job failed: " + ended.getSerializedThrowable().get().getFullStringifiedStackTrace());
    }
    AccessExecutionGraph graph = get(cluster.getExecutionGraph(job));
    var checkpoints = graph.getCheckpointStatsSnapshot();
    try {
      Map<String, OptionalFailure<Object>> accumulators = new HashMap<>();
      for (var entry : ended.getAccumulatorResults().entrySet()) {
        accumulators.put(entry.getKey(), read(entry.getValue()));
      }
      return new Done(
          new JobExecutionResult(job, ended.getNetRuntime(), accumulators),
          checkpoints == null ? 0 : checkpoints.getCounts().getNumberOfCompletedCheckpoints());
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static boolean isCancelled(JobResult ended) {
    return ended.getApplicationStatus() == ApplicationStatus.CANCELED;
  }

  /** Waits until a number that the running job counts has reached a value. */
  void awaitAccumulator(JobID job, String name, long least)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long found = Long.MIN_VALUE;
    while (System.nanoTime() - deadline < 0) {
      AccessExecutionGraph graph = get(cluster.getExecutionGraph(job));
      if (graph.getState().isGloballyTerminalState()) {
        await(job);
        throw new IOException("the job ended before " + name + " was " + least);
      }
      SerializedValue<OptionalFailure<Object>> value = graph.getAccumulatorsSerialized().get(name);
      try {
        if (value != null && read(value).getUnchecked() instanceof Long number) {
          found = number;
        }
      } catch (ClassNotFoundException e) {
        throw new IOException(e);
      }
      if (found >= least) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
    }
    throw new IOException("%s: found %d, expected %d".formatted(name, found, least));
  }

  /** Waits until every task of the job runs. */
  void awaitRunning(JobID job) throws IOException, InterruptedException {
    while (true) {
      AccessExecutionGraph graph = get(cluster.getExecutionGraph(job));
      boolean running = true;
      for (var vertex : graph.getAllExecutionVertices()) {
        switch (vertex.getExecutionState()) {
          case RUNNING, FINISHED -> {}
          default -> running = false;
        }
      }
      if (running || graph.getState().isGloballyTerminalState()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
    }
  }

  /** Ends a job with a savepoint of all its state, in the format that all backends share. */
  Path savepointAndCancel(JobID job) throws IOException, InterruptedException {
    String path =
        get(
            cluster.triggerSavepoint(
                job,
                directory.resolve("savepoints").toUri().toString(),
                true,
                SavepointFormatType.CANONICAL));
    await(job);
    return Path.of(URI.create(path));
  }

  /** Ends a job. */
  Done cancel(JobID job) throws IOException, InterruptedException {
    get(cluster.cancelJob(job));
    return await(job);
  }

  @Override
  public void close() {
    cluster.closeAsync().join();
  }

  private static OptionalFailure<Object> read(SerializedValue<OptionalFailure<Object>> value)
      throws IOException, ClassNotFoundException {
    return value.deserializeValue(BenchCluster.class.getClassLoader());
  }

  private static <T> T get(CompletableFuture<T> future) throws IOException, InterruptedException {
    try {
      return future.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IOException("Flink: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("Flink gave no answer within 10 minutes", e);
    }
  }
}
