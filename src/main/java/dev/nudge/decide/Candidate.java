package dev.nudge.decide;

import dev.nudge.event.CodePoints;
import java.util.Comparator;

/** A campaign's version, a customer and a moment, until its final row. */
final class Candidate {
  /** How long after its moment a candidate may be put off. */
  static final long PATIENCE_MILLIS = 7 * 86_400_000L;

  /** When one is due that waits for a result which has not come: at no time by itself. */
  static final long WITH_THE_RESULT = Recipient.NEVER - 1;

  /** Who goes first of those of a customer that compete. */
  static final Comparator<Candidate> BEST_FIRST =
      Comparator.<Candidate>comparingInt(candidate -> -candidate.priority)
          .thenComparing(candidate -> candidate.campaign, CodePoints.ORDER)
          .thenComparingLong(candidate -> candidate.dueMillis)
          .thenComparing(candidate -> candidate.momentId, CodePoints.ORDER);

  /** Whose window is decided first; of one customer, which candidate opens it. */
  static final Comparator<Candidate> FIRST_DUE =
      Comparator.<Candidate>comparingLong(candidate -> candidate.dueMillis)
          .thenComparingInt(candidate -> -candidate.priority)
          .thenComparing(candidate -> candidate.campaign, CodePoints.ORDER)
          .thenComparing(candidate -> candidate.momentId, CodePoints.ORDER);

  final String campaign;
  final int version;
  final long effectiveAtMillis;
  final int priority;

  /** What it competes for while it is put off; null for nothing. */
  final String exclusive;

  final String momentId;
  final long momentMillis;

  /**
   * When it is due, epoch milliseconds; {@link Recipient#NEVER} where it only waits to expire,
   * {@link #WITH_THE_RESULT}.
   */
  long dueMillis;

  /** Since when it is put off; {@link Recipient#NEVER} before its first decision. */
  long deferredMillis = Recipient.NEVER;

  /** When it ends if it is put off until then. */
  final long expiresMillis;

  Candidate(
      String campaign,
      int version,
      long effectiveAtMillis,
      int priority,
      String exclusive,
      String momentId,
      long momentMillis,
      long dueMillis,
      long expiresMillis) {
    this.campaign = campaign;
    this.version = version;
    this.effectiveAtMillis = effectiveAtMillis;
    this.priority = priority;
    this.exclusive = exclusive;
    this.momentId = momentId;
    this.momentMillis = momentMillis;
    this.dueMillis = dueMillis;
    this.expiresMillis = expiresMillis;
  }

  boolean isDeferred() {
    return deferredMillis != Recipient.NEVER;
  }
}
