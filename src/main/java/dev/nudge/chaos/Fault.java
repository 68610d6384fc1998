package dev.nudge.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What befalls a process.
 *
 * @param at after which share of the run, from 0 to 1
 * @param target whom
 * @param kind what
 * @param lasts until it is started again, or goes on
 */
record Fault(double at, Target target, Kind kind, Duration lasts) {
  /** Who may be hit. */
  enum Target {
    TASK_MANAGER_1,
    TASK_MANAGER_2,
    JOB_MANAGER,
    BROKER,
    CLICKHOUSE
  }

  /** What may happen. */
  enum Kind {
    KILL,
    PAUSE
  }

  private static final List<Target> OF_FLINK =
      List.of(Target.TASK_MANAGER_1, Target.TASK_MANAGER_2, Target.JOB_MANAGER);

  private static final double FIRST = 0.08;

  /** The last tenth is left for what lasts to end while records still come. */
  private static final double LAST = 0.9;

  /** The same for what lasts long. */
  private static final double LAST_LONG = 0.5;

  /** Below the heartbeat's timeout and that of a session with ZooKeeper, 10 s both. */
  private static final int LONGEST_SHORT_PAUSE_MILLIS = 8_000;

  /** Beyond both: who was given up, and may have been replaced, wakes again. */
  private static final int SHORTEST_LONG_PAUSE_MILLIS = 15_000;

  private static final int LONGEST_PAUSE_MILLIS = 25_000;
  private static final int LONGEST_DOWN_MILLIS = 6_000;
  private static final int SHORTEST_MILLIS = 100;

  /**
   * So many kills and pauses, each of another process as long as there are, in the order of time.
   * The same seed gives the same. Every other pause is a long one; the first, which is, befalls a
   * process of Flink.
   */
  static List<Fault> of(long seed, int kills, int pauses) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Fault> faults = new ArrayList<>();
    List<Target> left = new ArrayList<>();
    for (int i = 0; i < pauses; i++) {
      Target target = i == 0 ? oneOf(OF_FLINK, random) : next(left, random);
      if (i == 0) {
        left.addAll(List.of(Target.values()));
        left.remove(target);
      }
      faults.add(i % 2 == 0 ? longPause(target, random) : shortPause(target, random));
    }
    for (int i = 0; i < kills; i++) {
      faults.add(kill(next(left, random), random));
    }
    faults.sort(Comparator.comparingDouble(Fault::at));
    return List.copyOf(faults);
  }

  private static Target oneOf(List<Target> targets, SplittableRandom random) {
    return targets.get(random.nextInt(targets.size()));
  }

  /** One whose turn has not come, and everybody anew when all have had theirs. */
  private static Target next(List<Target> left, SplittableRandom random) {
    if (left.isEmpty()) {
      left.addAll(List.of(Target.values()));
    }
    return left.remove(random.nextInt(left.size()));
  }

  private static Fault kill(Target target, SplittableRandom random) {
    return of(target, Kind.KILL, LAST, SHORTEST_MILLIS, LONGEST_DOWN_MILLIS, random);
  }

  private static Fault shortPause(Target target, SplittableRandom random) {
    return of(target, Kind.PAUSE, LAST, SHORTEST_MILLIS, LONGEST_SHORT_PAUSE_MILLIS, random);
  }

  private static Fault longPause(Target target, SplittableRandom random) {
    return of(
        target, Kind.PAUSE, LAST_LONG, SHORTEST_LONG_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS, random);
  }

  private static Fault of(
      Target target, Kind kind, double last, int shortest, int longest, SplittableRandom random) {
    double at = random.nextDouble(FIRST, last);
    return new Fault(at, target, kind, Duration.ofMillis(random.nextInt(shortest, longest)));
  }

  /** Whether jobs that ran there have to be restored. */
  boolean endsJobs() {
    return kind == Kind.KILL && OF_FLINK.contains(target);
  }

  @Override
  public String toString() {
    return "%s %s for %.1f s".formatted(kind, target, lasts.toMillis() / 1_000.0);
  }
}
