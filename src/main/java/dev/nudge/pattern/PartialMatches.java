package dev.nudge.pattern;

import java.util.PriorityQueue;

/**
 * All partial matches of one pattern for one customer.
 *
 * @param <E> events
 */
final class PartialMatches<E> {
  /** Includes the one that has not begun, which is always there. */
  PriorityQueue<PartialMatch<E>> open = new PriorityQueue<>(PartialMatch.BY_START);

  /** Complete, but an earlier partial match may still overrule them by the skip strategy. */
  final PriorityQueue<PartialMatch<E>> complete = new PriorityQueue<>(PartialMatch.BY_START);

  /** Whether nothing is on its way. */
  boolean isEmpty() {
    return complete.isEmpty() && open.size() == 1 && open.peek().start() == null;
  }
}
