package dev.nudge.bench;

import dev.nudge.event.Occurrence;
import java.util.List;
import java.util.Map;

/**
 * One match of one pattern.
 *
 * @param pattern the pattern's number, or {@link #GIVEN_UP}
 * @param atMillis event time of the match's last event, epoch milliseconds
 */
public record BenchMatch(int pattern, long atMillis) {
  /** Not a match: at the maximum of partial matches of a customer, some were given up. */
  static final int GIVEN_UP = -1;

  /** The match of what Flink CEP calls a pattern's steps. */
  static BenchMatch of(int pattern, Map<String, List<Occurrence>> steps) {
    long last = Long.MIN_VALUE;
    for (List<Occurrence> events : steps.values()) {
      for (Occurrence event : events) {
        last = Math.max(last, event.atMillis());
      }
    }
    return new BenchMatch(pattern, last);
  }
}
