package dev.nudge.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.kafka.TopicLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.connector.base.DeliveryGuarantee;

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

  /** The log is of another time than ours, and nothing in it is late because we are. */
  private static final Map<String, String> ARGUMENTS =
      Map.of("ingest.clock", "RECORDS", "ingest.idle-after", "1 h");

  /**
   * Who lives and leads nothing for so long is killed, as by a liveness probe: threads of a
   * JobManager that loses its session with ZooKeeper and has a new one at once can lock each other
   * out for ever (FLINK-34672).
   */
  private static final Duration LIVENESS = Duration.ofSeconds(60);

  private final Consumer<String> progress;
  private final Installation installation;
  private final Map<Fault.Target, ServerProcess> targets = new TreeMap<>();

  /** What has begun and not ended, at most one of a process. */
  private final Map<Fault.Target, Fault> lasting = new TreeMap<>();

  /** When the JobManager was last seen to lead. */
  private long ledNanos;

  /**
   * A run that has not begun.
   *
   * @param directory for everything it writes; to be empty
   * @param progress told in a sentence what happens
   */
  ChaosRun(ChaosConfig config, Path directory, Consumer<String> progress) throws IOException {
    this.progress = progress;
    // Unpacked once for all runs, if it has to be.
    Path library = config.directory().resolve("native");
    installation = new Installation(config.deployment(), directory, library);
  }

  /**
   * Runs to the end.
   *
   * @param definitions in force from the beginning, a reader for each tenant
   * @param happened takes the faults that hit somebody
   * @throws IllegalStateException if a process of Flink was killed and no job felt it
   * @throws IOException if what is to be there is not, or a job has failed
   * @throws TimeoutException if it doesn't come to an end
   */
  Outcome run(List<DefinitionReader> definitions, Trial trial, List<Fault> happened)
      throws IOException,
          InterruptedException,
          TimeoutException,
          SQLException,
          DefinitionException,
          ExecutionException {
    TopicLayout topics = installation.prepare(PARTITIONS, definitions);
    StandaloneCluster flink = installation.startFlink(TASK_MANAGERS, StandaloneCluster.IMPATIENT);
    targets.put(Fault.Target.BROKER, installation.server("kafka"));
    targets.put(Fault.Target.CLICKHOUSE, installation.server("clickhouse"));
    targets.put(Fault.Target.JOB_MANAGER, flink.process(StandaloneCluster.JOB_MANAGER));
    targets.put(Fault.Target.TASK_MANAGER_1, flink.process("taskmanager-1"));
    targets.put(Fault.Target.TASK_MANAGER_2, flink.process("taskmanager-2"));
    Map<String, String> jobs = submit(trial.guarantee());
    Instant begun = Instant.now();
    try (Feed feed = new Feed(installation.kafka(), topics, trial.log().arrivals())) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  feed.write(trial.feedFor());
                  written.complete(null);
                } catch (InterruptedException | ExecutionException | RuntimeException e) {
                  written.completeExceptionally(e);
                }
              },
              "chaos-feed");
      writer.start();
      befall(trial, begun, happened);
      written.get(END.toMillis(), TimeUnit.MILLISECONDS);
    }
    progress.accept("all is written after " + since(begun));
    awaitEnd(jobs.values());
    progress.accept("all is measured after " + since(begun));
    expectRestored(jobs, happened);
    return Outcome.read(installation.clickHouseHttp(), installation.kafka(), topics);
  }

  /** Both jobs' ids, by their names. */
  private Map<String, String> submit(DeliveryGuarantee guarantee)
      throws IOException, InterruptedException, TimeoutException {
    installation.upload();
    Map<String, String> engage = new TreeMap<>(ARGUMENTS);
    engage.put("kafka.delivery-guarantee", guarantee.name());
    Map<String, String> jobs = new TreeMap<>();
    jobs.put("engage", installation.submit("engage", PARALLELISM, null, engage, Map.of()));
    jobs.put("measure", installation.submit("measure", PARALLELISM, null, ARGUMENTS, Map.of()));
    installation.await("running jobs", START, () -> installation.areRunning(jobs.values()));
    // From then on a job that comes back is one that was restored.
    installation.await("first checkpoints", START, () -> latest(jobs.values()).isPresent());
    return jobs;
  }

  /** The newest complete checkpoint of each job, by its id; empty while one has none. */
  private Optional<Map<String, Long>> latest(Iterable<String> jobs)
      throws IOException, InterruptedException {
    Map<String, Long> latest = new TreeMap<>();
    for (String job : jobs) {
      JsonNode id =
          installation.flink().get("/jobs/" + job + "/checkpoints").at("/latest/completed/id");
      if (!id.isNumber()) {
        return Optional.empty();
      }
      latest.put(job, id.asLong());
    }
    return Optional.of(latest);
  }

  /** A fault that no job felt has tried nothing. */
  private void expectRestored(Map<String, String> jobs, List<Fault> happened)
      throws IOException, InterruptedException {
    Map<String, Long> restored = new TreeMap<>();
    for (Map.Entry<String, String> job : jobs.entrySet()) {
      JsonNode checkpoints = installation.flink().get("/jobs/" + job.getValue() + "/checkpoints");
      restored.put(job.getKey(), checkpoints.at("/counts/restored").asLong());
    }
    progress.accept("restored since the JobManager's last start: " + restored);
    if (happened.stream().anyMatch(Fault::endsJobs)
        && restored.values().stream().allMatch(times -> times == 0)) {
      throw new IllegalStateException("no job was restored, though these happened: " + happened);
    }
  }

  /** Lets faults happen when they are due, each beside those that last. */
  private void befall(Trial trial, Instant begun, List<Fault> happened)
      throws IOException, InterruptedException {
    List<Step> steps = new ArrayList<>();
    for (Fault fault : trial.faults()) {
      long at = (long) (fault.at() * trial.feedFor().toMillis());
      steps.add(new Step(at, fault, true));
      steps.add(new Step(at + fault.lasts().toMillis(), fault, false));
    }
    steps.sort(Comparator.comparingLong(Step::atMillis));
    for (Step step : steps) {
      TimeUnit.MILLISECONDS.sleep(
          step.atMillis - Duration.between(begun, Instant.now()).toMillis());
      supervise();
      if (step.begins) {
        begin(step, happened);
      } else {
        end(step.fault);
      }
    }
  }

  private record Step(long atMillis, Fault fault, boolean begins) {}

  /** Who is dead or held still already is not hit. */
  private void begin(Step step, List<Fault> happened) throws IOException, InterruptedException {
    Fault.Target target = step.fault.target();
    ServerProcess process = targets.get(target);
    boolean hits = process.isAlive() && !lasting.containsKey(target);
    progress.accept(
        "%.1f s: %s%s"
            .formatted(step.atMillis / 1_000.0, step.fault, hits ? "" : ", which hits nobody"));
    if (!hits) {
      return;
    }
    lasting.put(target, step.fault);
    happened.add(step.fault);
    if (step.fault.kind() == Fault.Kind.KILL) {
      process.kill();
    } else {
      process.pause();
    }
  }

  private void end(Fault fault) throws IOException, InterruptedException {
    // Not that of a fault that hit nobody, while another lasts.
    if (!fault.equals(lasting.get(fault.target()))) {
      return;
    }
    lasting.remove(fault.target());
    ServerProcess process = targets.get(fault.target());
    if (fault.kind() == Fault.Kind.KILL) {
      process.restart();
    } else {
      process.resume();
    }
  }

  /** Starts again who has died of a fault that did not kill it, such as a start held still. */
  private void supervise() throws IOException {
    for (Map.Entry<Fault.Target, ServerProcess> each : targets.entrySet()) {
      if (!each.getValue().isAlive() && !lasting.containsKey(each.getKey())) {
        progress.accept("started again: " + each.getKey());
        each.getValue().restart();
      }
    }
  }

  private boolean supervised(Iterable<String> jobs) throws IOException, InterruptedException {
    supervise();
    if (installation.flink().leads()) {
      ledNanos = System.nanoTime();
    } else if (System.nanoTime() - ledNanos > LIVENESS.toNanos()) {
      progress.accept("lives and leads nothing, started again: " + Fault.Target.JOB_MANAGER);
      ServerProcess jobManager = targets.get(Fault.Target.JOB_MANAGER);
      jobManager.kill();
      jobManager.restart();
      ledNanos = System.nanoTime();
    }
    return installation.areRunning(jobs);
  }

  private void awaitEnd(Iterable<String> jobs)
      throws IOException, InterruptedException, TimeoutException {
    ledNanos = System.nanoTime();
    String measured =
        "SELECT max(until) >= toDateTime64('%s', 3, 'UTC') FROM nudge.measured"
            .formatted(ChaosInput.END.toString().replaceAll("[TZ]", " ").strip());
    installation.await(
        "the last minute",
        END,
        () ->
            supervised(jobs)
                && Outcome.select(installation.clickHouseHttp(), measured).equals(List.of("1")));
    Map<String, Long> first = new TreeMap<>();
    installation.await(
        "the last checkpoints",
        END,
        () -> {
          if (!supervised(jobs)) {
            return false;
          }
          Map<String, Long> latest = latest(jobs).orElse(Map.of());
          latest.forEach(first::putIfAbsent);
          return !latest.isEmpty()
              && latest.entrySet().stream()
                  .allMatch(
                      each -> each.getValue() >= first.get(each.getKey()) + CHECKPOINTS_TO_THE_END);
        });
  }

  private static String since(Instant begun) {
    return "%.1f s".formatted(Duration.between(begun, Instant.now()).toMillis() / 1_000.0);
  }

  @Override
  public void close() {
    installation.close();
  }
}
