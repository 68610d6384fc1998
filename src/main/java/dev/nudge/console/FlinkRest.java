package dev.nudge.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;

/**
 * What Flink's REST interface tells of the Engage job: its state, and its metrics summed over
 * subtasks and operators. A metric that the job does not have is absent, never an error: names of
 * metrics change between versions, and a job that starts has none yet.
 *
 * <p>Flink collects metrics from its task managers every ten seconds by default ({@code
 * metrics.fetcher.update-interval}); asking more often costs little and tells nothing newer.
 */
final class FlinkRest {
  /** The job whose ingest is shown. */
  static final String JOB_NAME = "nudge-engage";

  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  // Flink's "no watermark yet" and "no more events" are the ends of the long range, as doubles.
  private static final double NO_TIME = 9.0e18;
  // Detect's and Decide's own. A task's currentInputWatermark is the least of its inputs, idle ones
  // and the definitions' among them: it stands at the beginning of time while all goes on.
  private static final String WATERMARK = ".watermarkMillis";

  private final URI base;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  /**
   * Asks one Flink cluster.
   *
   * @param base such as {@code http://127.0.0.1:8081}
   */
  FlinkRest(URI base) {
    this.base = base;
  }

  /**
   * What is known of the job now.
   *
   * @param watermark up to when the job has taken everything, by the subtask that is furthest
   *     behind, in epoch milliseconds; absent before the first and after the last event
   */
  record Report(
      IngestHealth.Job job,
      OptionalDouble eventsPerSecond,
      OptionalDouble accepted,
      OptionalDouble late,
      OptionalDouble duplicates,
      OptionalDouble lagRecords,
      OptionalDouble watermark) {}

  /**
   * Asks for everything.
   *
   * @return empty if the cluster has no job of that name
   * @throws IOException if Flink does not answer
   */
  Optional<Report> report() throws IOException, InterruptedException {
    JsonNode newest = null;
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().equals(JOB_NAME)
          && (newest == null || rank(job) > rank(newest))) {
        newest = job;
      }
    }
    if (newest == null) {
      return Optional.empty();
    }
    String path = "/jobs/" + newest.path("jid").asText();
    Metrics metrics = new Metrics();
    for (JsonNode vertex : getIfPresent(path).path("vertices")) {
      metrics.add(path + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics");
    }
    return Optional.of(
        new Report(
            new IngestHealth.Job(newest.path("state").asText(), restarts(path), checkpoint(path)),
            metrics.eventsPerSecond,
            metrics.accepted,
            metrics.late,
            metrics.duplicates,
            metrics.lagRecords,
            metrics.watermark));
  }

  /** A job that runs before one that has ended, then the newest. */
  private static long rank(JsonNode job) {
    boolean ended = job.path("end-time").asLong(-1) > 0;
    return job.path("start-time").asLong() + (ended ? 0 : Long.MAX_VALUE / 2);
  }

  private Long restarts(String path) throws IOException, InterruptedException {
    Long restarts = null;
    for (JsonNode metric : getIfPresent(path + "/metrics?get=fullRestarts,numRestarts")) {
      // The older name counts the same; numRestarts comes last and wins.
      if (restarts == null || metric.path("id").asText().equals("numRestarts")) {
        restarts = metric.path("value").asLong();
      }
    }
    return restarts;
  }

  private Instant checkpoint(String path) throws IOException, InterruptedException {
    JsonNode completed = getIfPresent(path + "/checkpoints").path("latest").path("completed");
    long at = completed.path("latest_ack_timestamp").asLong();
    return at > 0 ? Instant.ofEpochMilli(at) : null;
  }

  /** Adds up what the job's vertices tell. */
  private final class Metrics {
    private OptionalDouble eventsPerSecond = OptionalDouble.empty();
    private OptionalDouble accepted = OptionalDouble.empty();
    private OptionalDouble late = OptionalDouble.empty();
    private OptionalDouble duplicates = OptionalDouble.empty();
    private OptionalDouble lagRecords = OptionalDouble.empty();
    private OptionalDouble watermark = OptionalDouble.empty();

    void add(String path) throws IOException, InterruptedException {
      List<String> wanted = new ArrayList<>();
      for (JsonNode metric : getIfPresent(path)) {
        String id = metric.path("id").asText();
        if (wanted(id)) {
          wanted.add(URLEncoder.encode(id, StandardCharsets.UTF_8));
        }
      }
      if (wanted.isEmpty()) {
        return;
      }
      for (JsonNode metric : getIfPresent(path + "?agg=sum,min&get=" + String.join(",", wanted))) {
        take(
            metric.path("id").asText(),
            metric.path("sum").asDouble(Double.NaN),
            metric.path("min").asDouble(Double.NaN));
      }
    }

    /** Ids are {@code <operator>.<group>….<name>}; the name alone is the task's own metric. */
    private boolean wanted(String id) {
      return ofSource(id)
          || id.endsWith(WATERMARK)
          || id.endsWith(".accepted")
          || id.endsWith(".late")
          || id.endsWith(".duplicates");
    }

    /** Every operator has rates; a source's output is what every source counts, one an event. */
    private boolean ofSource(String id) {
      return id.startsWith("Source__")
          && (id.endsWith(".numRecordsOutPerSecond") || id.endsWith(".pendingRecords"));
    }

    private void take(String id, double sum, double min) {
      if (id.endsWith(WATERMARK)) {
        if (Math.abs(min) < NO_TIME) {
          watermark = join(watermark, min, Math::min);
        }
      } else if (id.endsWith(".numRecordsOutPerSecond")) {
        eventsPerSecond = join(eventsPerSecond, sum, Double::sum);
      } else if (id.endsWith(".pendingRecords")) {
        lagRecords = join(lagRecords, sum, Double::sum);
      } else if (id.endsWith(".accepted")) {
        accepted = join(accepted, sum, Double::sum);
      } else if (id.endsWith(".late")) {
        late = join(late, sum, Double::sum);
      } else {
        duplicates = join(duplicates, sum, Double::sum);
      }
    }

    private OptionalDouble join(OptionalDouble known, double value, DoubleBinaryOperator how) {
      if (Double.isNaN(value)) {
        return known;
      }
      return OptionalDouble.of(
          known.isPresent() ? how.applyAsDouble(known.getAsDouble(), value) : value);
    }
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(path);
    if (answer.statusCode() != 200) {
      throw new IOException("Flink answers " + answer.statusCode() + " to " + path);
    }
    return json.readTree(answer.body());
  }

  /** A job may end, or not checkpoint: then there is nothing at that path. */
  private JsonNode getIfPresent(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(path);
    return answer.statusCode() == 200 ? json.readTree(answer.body()) : json.missingNode();
  }

  private HttpResponse<byte[]> send(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT).build();
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }
}
