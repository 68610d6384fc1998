package dev.nudge.pattern;

/**
 * An event that partial matches may hold. One object an event: partial matches of many patterns
 * share it.
 *
 * @param <E> events
 */
class Taken<E> {
  private final E event;
  private final long atMillis;
  private final int ordinal;

  /**
   * An event at its place.
   *
   * @param event the event
   * @param atMillis its time, epoch milliseconds
   * @param ordinal its place among the customer's events of the same instant
   */
  Taken(E event, long atMillis, int ordinal) {
    this.event = event;
    this.atMillis = atMillis;
    this.ordinal = ordinal;
  }

  E event() {
    return event;
  }

  final long atMillis() {
    return atMillis;
  }

  final int ordinal() {
    return ordinal;
  }

  /** Time, then place within the instant. */
  final int compareTo(Taken<?> other) {
    int byTime = Long.compare(atMillis, other.atMillis);
    return byTime != 0 ? byTime : Integer.compare(ordinal, other.ordinal);
  }
}
