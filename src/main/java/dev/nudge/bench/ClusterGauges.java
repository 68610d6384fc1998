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
import java.util.List;
import java.util.stream.Stream;

/** What Flink's API says of jobs that run. */
final class ClusterGauges {
  private static final String PENDING = ".pendingRecords";
  private static final String HEAP = "Status.JVM.Memory.Heap.Used";

  /** Sources that have nothing to read for as long as nobody changes a definition. */
  private static final String QUIET = "Definitions";

  private final StandaloneCluster cluster;

  ClusterGauges(StandaloneCluster cluster) {
    this.cluster = cluster;
  }

  /** Records in Kafka that a job has not read yet; -1 while one of its sources does not know. */
  long pending(String job) throws IOException, InterruptedException {
    long pending = 0;
    for (JsonNode vertex : cluster.get("/jobs/" + job).path("vertices")) {
      String name = vertex.path("name").asText();
      if (!name.startsWith("Source") || name.contains(QUIET)) {
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
      JsonNode sums =
          names.isEmpty() ? null : cluster.get(path + "?agg=sum&get=" + String.join(",", names));
      if (sums == null || sums.isEmpty()) {
        return -1;
      }
      for (JsonNode metric : sums) {
        pending += metric.path("sum").asLong();
      }
    }
    return pending;
  }

  /** How often a job began from a checkpoint or savepoint. */
  long restored(String job) throws IOException, InterruptedException {
    return cluster.get("/jobs/" + job + "/checkpoints").at("/counts/restored").asLong();
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

  /** Whether tasks of a job run there. */
  boolean isBusy(String taskManager, String job) throws IOException, InterruptedException {
    for (JsonNode slot : cluster.get("/taskmanagers/" + taskManager).path("allocatedSlots")) {
      if (slot.path("jobId").asText().equals(job)) {
        return true;
      }
    }
    return false;
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
