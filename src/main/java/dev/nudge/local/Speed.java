package dev.nudge.local;

import java.util.concurrent.TimeUnit;

/**
 * How fast a replay's clock runs.
 *
 * @param eventSecondsPerSecond seconds of event time in a second of wall time, 172800 plays two
 *     days a second; positive infinity plays as fast as the broker takes it
 */
public record Speed(double eventSecondsPerSecond) {

  /** As fast as the broker takes it. */
  public static final Speed UNLIMITED = new Speed(Double.POSITIVE_INFINITY);

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public Speed {
    if (!(eventSecondsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "speed: found %s, expected a number above 0, or unlimited"
              .formatted(eventSecondsPerSecond));
    }
  }

  /**
   * Reads a number, or {@code unlimited}.
   *
   * @throws IllegalArgumentException naming what was found and what is expected
   */
  public static Speed parse(String text) {
    if (text.equals("unlimited")) {
      return UNLIMITED;
    }
    try {
      return new Speed(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "speed: found '%s', expected a number above 0, or unlimited".formatted(text), e);
    }
  }

  boolean unlimited() {
    return Double.isInfinite(eventSecondsPerSecond);
  }

  /** How far the clock gets, milliseconds of event time, rounded down. */
  long eventMillis(long wallNanos) {
    return (long) (wallNanos * eventSecondsPerSecond / TimeUnit.MILLISECONDS.toNanos(1));
  }

  /** How long that takes, nanoseconds of wall time, rounded up. */
  long wallNanos(long eventMillis) {
    return (long)
        Math.ceil(eventMillis * (double) TimeUnit.MILLISECONDS.toNanos(1) / eventSecondsPerSecond);
  }
}
