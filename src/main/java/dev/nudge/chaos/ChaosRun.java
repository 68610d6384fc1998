package dev.nudge.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.definition.DefinitionException;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

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

  private final Consumer<String> progress;
  private final Installation installation;
  private final Map<Fault.Target, ServerProcess> targets = new TreeMap<>();

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
    TopicLayout topics = installation.prepare(PARTITIONS, input.definitions());
    StandaloneCluster flink = installation.startFlink(TASK_MANAGERS, StandaloneCluster.IMPATIENT);
    targets.put(Fault.Target.BROKER, installation.server("kafka"));
    targets.put(Fault.Target.CLICKHOUSE, installation.server("clickhouse"));
    targets.put(Fault.Target.JOB_MANAGER, flink.process(StandaloneCluster.JOB_MANAGER));
    targets.put(Fault.Target.TASK_MANAGER_1, flink.process("taskmanager-1"));
    targets.put(Fault.Target.TASK_MANAGER_2, flink.process("taskmanager-2"));
    List<String> jobs = submit();
    Instant begun = Instant.now();
    try (Feed feed = new Feed(installation.kafka(), topics, input.arrivals())) {
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
    return Outcome.read(installation.clickHouseHttp(), installation.kafka(), topics);
  }

  private List<String> submit() throws IOException, InterruptedException, TimeoutException {
    installation.upload();
    List<String> jobs = new ArrayList<>();
    for (String job : List.of("engage", "measure")) {
      jobs.add(installation.submit(job, PARALLELISM, null, ARGUMENTS, Map.of()));
    }
    installation.await("running jobs", START, () -> installation.areRunning(jobs));
    return jobs;
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

  /** Starts again who has died of a fault that did not kill it, such as a start held still. */
  private void supervise() throws IOException {
    for (Map.Entry<Fault.Target, ServerProcess> each : targets.entrySet()) {
      if (!each.getValue().isAlive()) {
        progress.accept("started again: " + each.getKey());
        each.getValue().restart();
      }
    }
  }

  private boolean supervised(List<String> jobs) throws IOException, InterruptedException {
    supervise();
    return installation.areRunning(jobs);
  }

  private void awaitEnd(List<String> jobs)
      throws IOException, InterruptedException, TimeoutException {
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
          boolean all = supervised(jobs);
          for (String job : jobs) {
            JsonNode latest =
                installation
                    .flink()
                    .get("/jobs/" + job + "/checkpoints")
                    .at("/latest/completed/id");
            if (!latest.isNumber()) {
              return false;
            }
            first.putIfAbsent(job, latest.asLong());
            all &= latest.asLong() >= first.get(job) + CHECKPOINTS_TO_THE_END;
          }
          return all;
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
