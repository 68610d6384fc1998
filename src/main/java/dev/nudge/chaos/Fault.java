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

  /** The last tenth is left for what lasts to end while records still come. */
  private static final double FIRST = 0.08;

  private static final double LAST = 0.9;

  /** A process that is held still for longer than a heartbeat's timeout counts as dead. */
  private static final int LONGEST_PAUSE_MILLIS = 8_000;

  private static final int LONGEST_DOWN_MILLIS = 6_000;

  /**
   * So many kills, each of another process as long as there are, and pauses, in the order of time.
   * The same seed gives the same.
   */
  static List<Fault> of(long seed, int kills, int pauses) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Fault> faults = new ArrayList<>();
    List<Target> left = new ArrayList<>();
    for (int i = 0; i < kills + pauses; i++) {
      if (left.isEmpty()) {
        left.addAll(List.of(Target.values()));
      }
      Target target = left.remove(random.nextInt(left.size()));
      Kind kind = i < kills ? Kind.KILL : Kind.PAUSE;
      int longest = kind == Kind.KILL ? LONGEST_DOWN_MILLIS : LONGEST_PAUSE_MILLIS;
      faults.add(
          new Fault(
              random.nextDouble(FIRST, LAST),
              target,
              kind,
              Duration.ofMillis(random.nextInt(100, longest))));
    }
    faults.sort(Comparator.comparingDouble(Fault::at));
    return List.copyOf(faults);
  }

  @Override
  public String toString() {
    return "%s %s for %.1f s".formatted(kind, target, lasts.toMillis() / 1_000.0);
  }
}
