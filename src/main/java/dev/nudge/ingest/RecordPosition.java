package dev.nudge.ingest;

/**
 * Where a record stood.
 *
 * @param source the topic as Kafka names it, or the file
 * @param partition the partition; 0 in a file
 * @param offset the offset, or the line from 1 in a file
 * @param appendedAtMillis the broker's append time, epoch milliseconds; {@link #NO_APPEND_TIME} in
 *     a file
 */
public record RecordPosition(String source, int partition, long offset, long appendedAtMillis) {
  /** A file has no append time. */
  public static final long NO_APPEND_TIME = 0;

  /** A line of a file. */
  public static RecordPosition line(String file, long line) {
    return new RecordPosition(file, 0, line, NO_APPEND_TIME);
  }
}
