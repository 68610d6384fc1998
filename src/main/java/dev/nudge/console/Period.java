package dev.nudge.console;

import java.time.Duration;
import java.util.Optional;

/** How far back the page looks, in event time. */
enum Period {
  WEEK("7d", Duration.ofDays(7)),
  MONTH("30d", Duration.ofDays(30)),
  QUARTER("90d", Duration.ofDays(90)),
  /** Everything there is. */
  ALL("all", null);

  private final String word;
  private final Duration length;

  Period(String word, Duration length) {
    this.word = word;
    this.length = length;
  }

  /** The period that the API calls so, if there is one. */
  static Optional<Period> of(String word) {
    for (Period period : values()) {
      if (period.word.equals(word)) {
        return Optional.of(period);
      }
    }
    return Optional.empty();
  }

  /**
   * When it begins, in epoch milliseconds.
   *
   * @param first the time of the tenant's first row
   * @param end when it ends
   */
  long startMillis(long first, long end) {
    return length == null ? first : end - length.toMillis();
  }
}
