package dev.nudge.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.nudge.bench.ClusterGauges.Checkpoint;
import dev.nudge.bench.TriggerLatency.Lateness;
import dev.nudge.chaos.StandaloneCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a deployment does on this machine: as a table for people, as JSON for whoever compares two
 * runs.
 *
 * @param config what was asked for
 * @param fill how the state was made
 * @param drains work at full speed, with checkpoints and without, in turns
 * @param maximum events a second that can come live for ever
 * @param steadies at a share of that rate, first as deployed, then with what is compared
 * @param recoveries from every kill
 */
public record ClusterReport(
    ClusterBenchConfig config,
    Drain fill,
    List<Drain> drains,
    double maximum,
    List<Steady> steadies,
    List<Recovery> recoveries) {
  private static final double LATENESS_GOAL_MILLIS = 200;
  private static final double RECOVERY_GOAL_SECONDS = 20;
  private static final double OVERHEAD_GOAL = 0.05;

  /** How many lines tell of a long time. */
  private static final int LINES = 12;

  private static final double MEBI = 1 << 20;

  /**
   * Events that were there before the jobs, worked off by both.
   *
   * @param settings of Flink: {@link #AS_DEPLOYED}, {@link #NO_CHECKPOINTS}, or what was changed
   * @param seconds until nothing was left
   * @param micros processor time of all of Flink's processes, microseconds an event
   * @param engage its newest checkpoint
   * @param measure its newest checkpoint
   */
  record Drain(
      String settings,
      long events,
      double seconds,
      double micros,
      Checkpoint engage,
      Checkpoint measure) {
    static final String AS_DEPLOYED = "with checkpoints";
    static final String NO_CHECKPOINTS = "without checkpoints";

    double eventsPerSecond() {
      return events / seconds;
    }
  }

  /**
   * Events that came at an even pace.
   *
   * @param settings of Flink: {@link Drain#AS_DEPLOYED}, or what was changed
   * @param lateness of all triggers
   * @param samples the same and more, ten seconds each
   */
  record Steady(String settings, Lateness lateness, List<Sample> samples) {}

  /**
   * Ten seconds.
   *
   * @param atSeconds when they ended
   * @param processors the share of this machine's that was at work, by whomever, 0 to 1
   * @param lateness of the triggers read in them
   * @param pendingEngage records not read yet at the end
   * @param pendingMeasure records not read yet at the end
   * @param heapBytes the least that all TaskManagers had in use
   * @param residentBytes memory that all of Flink's processes hold, heaps and all
   * @param diskBytes what RocksDB keeps on disk
   */
  record Sample(
      double atSeconds,
      double processors,
      Lateness lateness,
      long pendingEngage,
      long pendingMeasure,
      long heapBytes,
      long residentBytes,
      long diskBytes,
      Checkpoint engage,
      Checkpoint measure) {
    String line() {
      return String.format(
          Locale.ROOT,
          "%6.0f s  cpu %3.0f %%  %,7d triggers  p50 %,5d  p99 %,6d  max %,6d ms  behind %,7d %,7d"
              + "  heap %,6.0f of %,7.0f  RocksDB %,7.0f  checkpoint %,7.0f %,7.0f MiB  %,6d %,6d ms",
          atSeconds,
          100 * processors,
          lateness.count(),
          lateness.p50(),
          lateness.p99(),
          lateness.max(),
          pendingEngage,
          pendingMeasure,
          heapBytes / MEBI,
          residentBytes / MEBI,
          diskBytes / MEBI,
          engage.stateBytes() / MEBI,
          measure.stateBytes() / MEBI,
          engage.millis(),
          measure.millis());
    }
  }

  /**
   * A kill.
   *
   * @param job whose TaskManager was killed
   * @param load what came meanwhile, a share of what can come for ever
   * @param restoredSeconds until the job was restored from its newest checkpoint
   * @param caughtUpSeconds until triggers were on time and both jobs had read everything, infinite
   *     if nobody waited for so long
   * @param latestSeconds the lateness of the latest trigger
   */
  record Recovery(
      String job,
      double load,
      double restoredSeconds,
      double caughtUpSeconds,
      double latestSeconds) {
    boolean isCaughtUp() {
      return Double.isFinite(caughtUpSeconds);
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "a TaskManager of %s killed at %.0f %% load: restored after %.1f s, %s, the latest"
              + " trigger was %.1f s late",
          job,
          100 * load,
          restoredSeconds,
          isCaughtUp()
              ? String.format(Locale.ROOT, "caught up after %.1f s", caughtUpSeconds)
              : "not caught up",
          latestSeconds);
    }
  }

  /** What the design wants, beside what was found; null where nothing was. */
  record Goal(String figure, double atMost, Double found) {}

  /** What the design wants, beside what was found. */
  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    goals.add(
        new Goal(
            "p99 event to trigger beyond its bounds at %.0f %% load, ms"
                .formatted(100 * config.load()),
            LATENESS_GOAL_MILLIS,
            (double) steadies.get(0).lateness().p99()));
    for (double load : config.killLoads()) {
      goals.add(
          new Goal(
              "slowest to catch up after kill -9 at %.0f %% load, %,d customers, s"
                  .formatted(100 * load, config.customers()),
              RECOVERY_GOAL_SECONDS,
              recoveries.stream()
                  .filter(each -> each.load() == load)
                  .map(Recovery::caughtUpSeconds)
                  .max(Comparator.naturalOrder())
                  .orElse(null)));
    }
    goals.add(new Goal("share of speed that checkpoints cost", OVERHEAD_GOAL, overhead()));
    return goals;
  }

  private double rate() {
    return config.load() * maximum;
  }

  /** By how much longer the same work takes with checkpoints. */
  private double overhead() {
    return speed(Drain.NO_CHECKPOINTS) / speed(Drain.AS_DEPLOYED) - 1;
  }

  private double speed(String settings) {
    return Median.of(
        drains.stream().filter(each -> each.settings().equals(settings)).toList(),
        Drain::eventsPerSecond);
  }

  /** For people. */
  public String table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "%-24s %12s %9s %10s %14s", "", "events", "seconds", "events/s", "cpu us each"));
    lines.add(line("fill", fill));
    for (Drain drain : drains) {
      lines.add(line(drain.settings(), drain));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT, "at %,.0f events/s, of %,.0f that can come live", rate(), maximum));
    for (Steady steady : steadies) {
      lines.add("");
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: p50 %,d, p99 %,d, max %,d ms",
              steady.settings(),
              steady.lateness().p50(),
              steady.lateness().p99(),
              steady.lateness().max()));
      List<Sample> samples = steady.samples();
      int step = Math.max(1, samples.size() / LINES);
      for (int i = step - 1; i < samples.size(); i += step) {
        lines.add(samples.get(i).line());
      }
    }
    lines.add("");
    recoveries.forEach(each -> lines.add(each.line()));
    lines.add("");
    lines.add(String.format("%-72s %8s %8s", "goals", "wanted", "found"));
    for (Goal goal : goals()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-72s %8s %8s",
              goal.figure(),
              "<= " + figure(goal.atMost()),
              goal.found() == null ? "-" : figure(goal.found())));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static String line(String name, Drain drain) {
    return String.format(
        Locale.ROOT,
        "%-24s %,12d %9.1f %,10.0f %14.1f",
        name,
        drain.events(),
        drain.seconds(),
        drain.eventsPerSecond(),
        drain.micros());
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.3f" : "%.1f", value);
  }

  /** Who gives Flink's processes their memory. */
  static String allocator() {
    return StandaloneCluster.jemalloc().map(Path::toString).orElse("the C library");
  }

  /** For programs. */
  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("customers", config.customers());
    asked.put("events", config.events());
    asked.put("runs", config.runs());
    asked.put("variants", config.variants());
    asked.put("parallelism", config.parallelism());
    asked.put("maximum", config.maximum());
    asked.put("load", config.load());
    asked.put("steadySeconds", config.steady().toSeconds());
    asked.put("kills", config.kills());
    asked.put("killLoads", config.killLoads());
    asked.put("seed", config.seed());
    all.put("config", asked);
    Map<String, Object> machine = Surroundings.machine();
    machine.put("allocator", allocator());
    all.put("machine", machine);
    all.put("versions", Surroundings.versions());
    all.put("fill", fill);
    all.put("drains", drains);
    all.put("maximumEventsPerSecond", maximum);
    all.put("eventsPerSecond", rate());
    all.put("steadies", steadies);
    all.put("recoveries", recoveries);
    all.put("goals", goals());
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures are plain records", e);
    }
  }
}
