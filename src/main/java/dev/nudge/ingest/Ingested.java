package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeadLetter;

/**
 * What became of one record: an event, a dead letter, or neither: then it only moves time.
 *
 * @param event the event, or null
 * @param deadLetter the record that could not be used, or null
 * @param atMillis event time, epoch milliseconds; {@link Long#MIN_VALUE} for a dead letter
 */
public record Ingested(CustomerEvent event, DeadLetter deadLetter, long atMillis) {
  static Ingested event(CustomerEvent event) {
    return new Ingested(event, null, event.atMillis());
  }

  /** What only moves time. */
  public static Ingested time(long atMillis) {
    return new Ingested(null, null, atMillis);
  }

  static Ingested deadLetter(DeadLetter letter) {
    return new Ingested(null, letter, Long.MIN_VALUE);
  }
}
