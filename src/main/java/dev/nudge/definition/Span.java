package dev.nudge.definition;

/**
 * A time from an instant up to another, which is not part of it.
 *
 * @param fromMillis epoch milliseconds; {@link Long#MIN_VALUE} for always so far
 * @param toMillis epoch milliseconds, after {@code fromMillis}; {@link Long#MAX_VALUE} for ever
 */
public record Span(long fromMillis, long toMillis) {
  /** All the time. */
  public static final Span ALWAYS = new Span(Long.MIN_VALUE, Long.MAX_VALUE);

  /** Whether an instant is part of it. */
  public boolean contains(long atMillis) {
    return fromMillis <= atMillis && atMillis < toMillis;
  }

  /** Whether they have an instant in common. */
  public boolean overlaps(Span other) {
    return fromMillis < other.toMillis && other.fromMillis < toMillis;
  }

  /** Whether it begins at a certain time. */
  public boolean hasFrom() {
    return fromMillis != Long.MIN_VALUE;
  }

  /** Whether it ends at a certain time. */
  public boolean hasTo() {
    return toMillis != Long.MAX_VALUE;
  }
}
