package dev.nudge.detect;

/**
 * Rolling windows over buckets of time: the bucket of now and those before it that make up the
 * window. Buckets are UTC, so that a change of a zone never moves the past.
 */
final class Windows {
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  private Windows() {}

  /** Days since 1970-01-01 in UTC. */
  static long day(long atMillis) {
    return Math.floorDiv(atMillis, DAY_MILLIS);
  }

  /** Hours since 1970-01-01T00:00Z. */
  static long hour(long atMillis) {
    return Math.floorDiv(atMillis, HOUR_MILLIS);
  }

  /** Whether a bucket lies in the window of {@code length} buckets that ends with this one. */
  static boolean holds(long bucket, long nowBucket, int length) {
    return bucket > nowBucket - length && bucket <= nowBucket;
  }

  /** Whole days between two instants. */
  static long wholeDays(long fromMillis, long toMillis) {
    return Math.floorDiv(toMillis - fromMillis, DAY_MILLIS);
  }
}
