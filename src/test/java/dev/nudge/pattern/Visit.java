package dev.nudge.pattern;

import java.util.Objects;

/**
 * An event of the tests that hold the matcher equal to Flink CEP.
 *
 * @param customer whose it is: the key
 * @param id tells it from all others of its stream
 * @param name what conditions ask for
 * @param value what conditions compare
 * @param atMillis when it happened, epoch milliseconds
 */
public record Visit(String customer, int id, String name, int value, long atMillis) {
  /**
   * One thing that arrives: an event, or a watermark.
   *
   * @param visit the event; null for a watermark
   * @param watermarkMillis no event up to this time is expected any more; 0 for an event
   */
  record Arrival(Visit visit, long watermarkMillis) {
    static Arrival of(Visit visit) {
      return new Arrival(Objects.requireNonNull(visit), 0);
    }

    static Arrival watermark(long atMillis) {
      return new Arrival(null, atMillis);
    }

    @Override
    public String toString() {
      return visit == null
          ? "watermark " + (watermarkMillis == Long.MAX_VALUE ? "end" : watermarkMillis)
          : "%s %s#%d value %d at %d"
              .formatted(visit.customer, visit.name, visit.id, visit.value, visit.atMillis);
    }
  }
}
