package dev.nudge.pattern;

import java.util.Comparator;

/**
 * A match on its way: where it stands in the state graph, and what it has taken so far.
 *
 * <p>What was taken is a linked list from the newest event back, so that partial matches that
 * branched share their past.
 *
 * @param state the number of the state it stands in
 * @param newest the newest event taken; null at the very beginning
 * @param start the first event; null at the very beginning, where the next match waits to begin
 * @param <E> events
 */
record PartialMatch<E>(int state, Link<E> newest, Taken<E> start) {
  /**
   * The earliest start first; what has not begun comes last. Flink CEP keeps partial matches in a
   * heap of this order, and under a skip strategy it matters which of two equal ones comes first:
   * so the same heap is kept here.
   */
  static final Comparator<PartialMatch<?>> BY_START =
      (a, b) -> {
        if (a.start == null || b.start == null) {
          return Boolean.compare(a.start == null, b.start == null);
        }
        return a.start.compareTo(b.start);
      };

  /**
   * One event taken.
   *
   * @param <E> events
   */
  static final class Link<E> {
    private final int step;
    private final Taken<E> taken;
    private final Link<E> previous;
    private final int length;

    /** Its place when partial matches are written; for whoever writes them. */
    int place;

    /** By which writing {@link #place} was given. */
    int writing;

    /**
     * An event behind those taken before.
     *
     * @param step the number of the pattern's step that took it
     * @param taken the event
     * @param previous what was taken before, or null
     */
    Link(int step, Taken<E> taken, Link<E> previous) {
      this.step = step;
      this.taken = taken;
      this.previous = previous;
      this.length = previous == null ? 1 : previous.length + 1;
    }

    int step() {
      return step;
    }

    Taken<E> taken() {
      return taken;
    }

    Link<E> previous() {
      return previous;
    }

    /** How many events, this one included. */
    int length() {
      return length;
    }
  }
}
