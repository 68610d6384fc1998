package dev.nudge.definition;

/**
 * When a resource must be claimed; what is not lapses.
 *
 * @param span the time for everybody; null where {@code withinMillis} says it
 * @param withinMillis how long from the decision; 0 where {@code span} says it
 */
public record Claim(Span span, long withinMillis) {
  /** The instant at which a resource that was offered lapses, epoch milliseconds. */
  public long lapsesAtMillis(long decisionMillis) {
    return span != null ? span.toMillis() : decisionMillis + withinMillis;
  }
}
