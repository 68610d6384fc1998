package dev.nudge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.chaos.StandaloneCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What Flink's API says of jobs that run. */
final class ClusterGauges {
  private static final String PENDING = ".pendingRecords";
  private static final String HEAP = "Status.JVM.Memory.Heap.Used";

  private final StandaloneCluster cluster;
  private final Map<String, List<String>> pendingPaths = new HashMap<>();

  ClusterGauges(StandaloneCluster cluster) {
    this.cluster = cluster;
  }

  /** Records in Kafka that a job has not read yet; -1 before its sources know. */
  long pending(String job) throws IOException, InterruptedException {
    List<String> paths = pendingPaths.get(job);
    if (paths == null) {
      paths = pathsOfPending(job);
      if (paths.isEmpty()) {
        return -1;
      }
      pendingPaths.put(job, paths);
    }
    long pending = 0;
    for (String path : paths) {
      for (JsonNode metric : cluster.get(path)) {
        pending += metric.path("sum").asLong();
      }
    }
    return pending;
  }

  private List<String> pathsOfPending(String job) throws IOException, InterruptedException {
    List<String> paths = new ArrayList<>();
    for (JsonNode vertex : cluster.get("/jobs/" + job).path("vertices")) {
      if (!vertex.path("name").asText().startsWith("Source")) {
        continue;
      }
      String path =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
      List<String> names = new ArrayList<>();
      for (JsonNode metric : cluster.get(path)) {
        if (metric.path("id").asText().endsWith(PENDING)) {
          names.add(URLEncoder.encode(metric.path("id").asText(), StandardCharsets.UTF_8));
        }
      }
      if (!names.isEmpty()) {
        paths.add(path + "?agg=sum&get=" + String.join(",", names));
      }
    }
    return paths;
  }

  /**
   * The newest checkpoint of a job.
   *
   * @param count how many there were
   * @param stateBytes all that it holds
   * @param writtenBytes what of it is new
   * @param millis from its trigger until it was complete
   */
  record Checkpoint(long count, long stateBytes, long writtenBytes, long millis) {}

  /** The newest complete one; of zeros before the first. */
  Checkpoint checkpoint(String job) throws IOException, InterruptedException {
    JsonNode all = cluster.get("/jobs/" + job + "/checkpoints");
    JsonNode latest = all.at("/latest/completed");
    return new Checkpoint(
        all.at("/counts/completed").asLong(),
        latest.path("state_size").asLong(),
        latest.path("checkpointed_size").asLong(),
        latest.path("end_to_end_duration").asLong());
  }

  /** The heap in use of all TaskManagers, garbage included, bytes. */
  long heapBytes() throws IOException, InterruptedException {
    long bytes = 0;
    for (String name : cluster.taskManagers()) {
      for (JsonNode metric : cluster.get("/taskmanagers/" + name + "/metrics?get=" + HEAP)) {
        bytes += metric.path("value").asLong();
      }
    }
    return bytes;
  }

  /** Whether tasks run there. */
  boolean isBusy(String taskManager) throws IOException, InterruptedException {
    JsonNode all = cluster.get("/taskmanagers/" + taskManager);
    return all.path("freeSlots").asInt() < all.path("slotsNumber").asInt();
  }

  /** What lies below a folder, bytes; files that go meanwhile are left out. */
  static long bytesBelow(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += file.toFile().isFile() ? file.toFile().length() : 0;
      }
    } catch (UncheckedIOException e) {
      // RocksDB compacts: the next sample has it.
      return bytes;
    }
    return bytes;
  }
}
