package dev.nudge.console;

import java.time.Instant;
import java.util.Objects;

/**
 * What time it is in a deployment. A replay of past events has a clock of its own: 172,800 times
 * real time shows a year in three minutes, and a page that showed the wall clock beside it would
 * mislead.
 *
 * @param now event time now; null while a replay does not know yet where it begins
 * @param kind whether the events are of today or of the past
 * @param speed event seconds a wall second, 1 for {@link Kind#WALL}; 0 for a replay that goes as
 *     fast as it can, whose clock can't be foretold
 * @param progress how much of a replay has been played, from 0 to 1; 1 for {@link Kind#WALL}
 * @param done whether a replay has played its last event
 * @param simulated what of the data nobody ever did
 */
public record ClockReport(
    Instant now, Kind kind, double speed, double progress, boolean done, Simulated simulated) {
  /** Where the time comes from. */
  public enum Kind {
    /** Events of the past, played again. */
    REPLAY,
    /** Events as they happen. */
    WALL
  }

  /** What of the data is simulated. */
  public enum Simulated {
    /** All is real. */
    NOTHING,
    /** What customers answer to nudges, and what they do because of them. */
    ANSWERS,
    /** Everything: the whole shop. */
    SHOP
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if speed is below 0 or infinite, progress is not in [0, 1], or
   *     the wall clock stands still
   */
  public ClockReport {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(simulated, "simulated");
    if (!(speed >= 0 && speed < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("speed is " + speed + ", not a number from 0 on");
    }
    if (kind == Kind.WALL && (now == null || speed == 0)) {
      throw new IllegalArgumentException("the wall clock is known and does not stand still");
    }
    if (!(progress >= 0 && progress <= 1)) {
      throw new IllegalArgumentException("progress is " + progress + ", not in [0, 1]");
    }
  }

  /** A clock beside which nothing is simulated. */
  public ClockReport(Instant now, Kind kind, double speed, double progress, boolean done) {
    this(now, kind, speed, progress, done, Simulated.NOTHING);
  }

  /** The same where that is simulated. */
  public ClockReport simulating(Simulated what) {
    return new ClockReport(now, kind, speed, progress, done, what);
  }

  /** The clock of a deployment whose events happen now. */
  public static ClockReport wall(Instant now) {
    return new ClockReport(now, Kind.WALL, 1, 1, false);
  }
}
