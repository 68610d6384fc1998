package dev.nudge.rehearse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Anomalies by kind over time, for whom bars are drawn: one a bucket, which is an hour, a UTC day,
 * a week from Monday, or four weeks.
 *
 * <p>With a spike on Monday and two customers asleep on Tuesday, over three days: {@code
 * SLEEP_LINE}, 2 in all, by day 0, 2, 0, and {@code SPEND_SPIKE}, 1 in all, by day 1, 0, 0.
 *
 * @param firstMillis when the first bucket begins, epoch milliseconds; may lie before the period
 * @param bucketMillis a bucket's length
 * @param total all anomalies
 * @param kinds the most frequent first, ties by name; beyond {@value #MAX_KINDS} those left are one
 *     of no name, at the end
 */
public record AnomalyHistory(long firstMillis, long bucketMillis, long total, List<Kind> kinds) {

  /**
   * The anomalies of one kind.
   *
   * @param kind its name; empty for all that have none here
   * @param total how many
   * @param counts how many, bucket by bucket
   */
  public record Kind(String kind, long total, List<Long> counts) {}

  /**
   * How many anomalies of one kind fell into one bucket.
   *
   * @param kind its name
   * @param bucket a {@linkplain #bucket bucket's} number
   * @param anomalies how many
   */
  public record Count(String kind, long bucket, long anomalies) {}

  /** Kinds that are told by name: the built-in ones and a few of a tenant's own. */
  public static final int MAX_KINDS = 16;

  /** More bars than this can't be told apart. */
  public static final int MAX_BUCKETS = 125;

  /** The first Monday: weeks begin as many whole weeks after it. */
  public static final long MONDAY_MILLIS = Duration.ofDays(4).toMillis();

  private static final List<Duration> BUCKETS =
      List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(28));

  /** The length of a bucket, in milliseconds, that gives a period some {@link #MAX_BUCKETS}. */
  public static long bucketMillis(long startMillis, long endMillis) {
    long length = endMillis - startMillis;
    for (Duration bucket : BUCKETS) {
      if (length / bucket.toMillis() + 2 <= MAX_BUCKETS) {
        return bucket.toMillis();
      }
    }
    return length / (MAX_BUCKETS - 2) + 1;
  }

  /** The number of the bucket that an instant falls into. */
  public static long bucket(long atMillis, long bucketMillis) {
    return Math.floorDiv(atMillis - MONDAY_MILLIS, bucketMillis);
  }

  /**
   * Adds up.
   *
   * @param counts in any order, several of one kind and bucket too; those outside of the period are
   *     put into its first or last bucket
   * @param startMillis when the period begins
   * @param endMillis when it ends, inclusive
   * @param bucketMillis a bucket's length
   */
  public static AnomalyHistory of(
      List<Count> counts, long startMillis, long endMillis, long bucketMillis) {
    long first = bucket(startMillis, bucketMillis);
    int buckets = Math.toIntExact(bucket(endMillis, bucketMillis) - first + 1);
    TreeMap<String, long[]> byKind = new TreeMap<>();
    for (Count count : counts) {
      int place = (int) Math.min(Math.max(count.bucket() - first, 0), buckets - 1);
      byKind.computeIfAbsent(count.kind(), kind -> new long[buckets])[place] += count.anomalies();
    }
    List<Kind> kinds = new ArrayList<>();
    byKind.forEach((kind, sums) -> kinds.add(kind(kind, sums)));
    // Sorting is stable: of two equal ones the first by name comes first.
    kinds.sort(Comparator.comparingLong(Kind::total).reversed());
    long total = kinds.stream().mapToLong(Kind::total).sum();
    if (kinds.size() > MAX_KINDS) {
      List<Kind> left = kinds.subList(MAX_KINDS, kinds.size());
      long[] sums = new long[buckets];
      for (Kind kind : left) {
        for (int i = 0; i < buckets; i++) {
          sums[i] += kind.counts().get(i);
        }
      }
      left.clear();
      kinds.add(kind("", sums));
    }
    return new AnomalyHistory(
        first * bucketMillis + MONDAY_MILLIS, bucketMillis, total, List.copyOf(kinds));
  }

  private static Kind kind(String name, long[] sums) {
    List<Long> counts = new ArrayList<>(sums.length);
    long total = 0;
    for (long sum : sums) {
      counts.add(sum);
      total += sum;
    }
    return new Kind(name, total, List.copyOf(counts));
  }
}
