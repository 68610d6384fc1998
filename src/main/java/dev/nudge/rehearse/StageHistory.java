package dev.nudge.rehearse;

import dev.nudge.event.LifecycleStage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Customers per stage over time, for whom a curve is drawn: the running sum of those who entered a
 * stage less those who left it.
 *
 * <p>With changes null to NEW at 08:26 and NEW to GROWING at 08:28, and buckets of one minute: the
 * points 08:27 and 08:28 count one NEW customer, the point 08:29 one GROWING.
 *
 * @param points one a bucket, from old to new; a point counts the changes before its time, the last
 *     one all
 * @param current the counts of the last point
 * @param total customers that have a stage
 */
public record StageHistory(List<Point> points, Map<LifecycleStage, Long> current, long total) {

  /** Counts of all stages at a time. */
  public record Point(Instant at, Map<LifecycleStage, Long> counts) {}

  /**
   * How many changes of one kind fell into one bucket.
   *
   * @param bucket epoch milliseconds divided by the bucket's length
   * @param from the stage left, null if none
   * @param to the stage entered
   * @param changes how many
   */
  public record Move(long bucket, LifecycleStage from, LifecycleStage to, long changes) {}

  /** More points than this are a burden for the wire and invisible on a screen. */
  public static final int MAX_POINTS = 400;

  // Each is at most five times the one before, so a period has 80 points or more, unless it is
  // short.
  private static final List<Duration> BUCKETS =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofHours(12),
          Duration.ofDays(1),
          Duration.ofDays(2),
          Duration.ofDays(7),
          Duration.ofDays(28));

  /** The length of a bucket, in milliseconds, that gives a period at most {@link #MAX_POINTS}. */
  public static long bucketMillis(long startMillis, long endMillis) {
    long length = endMillis - startMillis;
    for (Duration bucket : BUCKETS) {
      if (length / bucket.toMillis() + 1 < MAX_POINTS) {
        return bucket.toMillis();
      }
    }
    return length / (MAX_POINTS - 2) + 1;
  }

  /**
   * Adds up.
   *
   * @param moves in any order; those before the first bucket must have been put into it
   * @param startMillis when the period begins
   * @param endMillis when it ends: at or after the last change
   * @param bucketMillis a bucket's length
   */
  public static StageHistory of(
      List<Move> moves, long startMillis, long endMillis, long bucketMillis) {
    List<Move> sorted = new ArrayList<>(moves);
    sorted.sort((a, b) -> Long.compare(a.bucket(), b.bucket()));
    Map<LifecycleStage, Long> counts = new EnumMap<>(LifecycleStage.class);
    for (LifecycleStage stage : LifecycleStage.values()) {
      counts.put(stage, 0L);
    }
    List<Point> points = new ArrayList<>();
    int next = 0;
    long first = Math.floorDiv(startMillis, bucketMillis);
    long last = Math.max(first, Math.floorDiv(endMillis - 1, bucketMillis));
    for (long bucket = first; bucket <= last; bucket++) {
      for (;
          next < sorted.size() && (bucket == last || sorted.get(next).bucket() <= bucket);
          next++) {
        Move move = sorted.get(next);
        counts.merge(move.to(), move.changes(), Long::sum);
        if (move.from() != null) {
          counts.merge(move.from(), -move.changes(), Long::sum);
        }
      }
      long at = Math.min((bucket + 1) * bucketMillis, endMillis);
      points.add(
          new Point(Instant.ofEpochMilli(at), Collections.unmodifiableMap(new EnumMap<>(counts))));
    }
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    return new StageHistory(
        Collections.unmodifiableList(points), Collections.unmodifiableMap(counts), total);
  }
}
