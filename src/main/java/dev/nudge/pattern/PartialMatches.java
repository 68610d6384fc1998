package dev.nudge.pattern;

import java.util.PriorityQueue;

/**
 * All partial matches of one pattern for one customer.
 *
 * @param <E> events
 */
final class PartialMatches<E> {
  /** Includes the one that has not begun, which is always there. */
  PriorityQueue<PartialMatch<E>> open = new PriorityQueue<>(4, PartialMatch.BY_START);

  /** Complete, but an earlier partial match may still overrule them; null as good as none. */
  private PriorityQueue<PartialMatch<E>> complete;

  /** Complete ones; empty nearly always, so that nothing is made for them until one is there. */
  PriorityQueue<PartialMatch<E>> complete() {
    if (complete == null) {
      complete = new PriorityQueue<>(PartialMatch.BY_START);
    }
    return complete;
  }

  /** Whether any is complete and waits. */
  boolean anyComplete() {
    return complete != null && !complete.isEmpty();
  }

  /** Whether nothing is on its way. */
  boolean isEmpty() {
    return !anyComplete() && open.size() == 1 && open.peek().start() == null;
  }
}
