package dev.nudge.measure;

import dev.nudge.definition.CostModel;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a campaign costs as a whole, spread evenly over its time: by an instant the price x elapsed
 * / length, once a campaign, alike in every window, touch and basis.
 *
 * <p>Example: 24.00 for a day is 1.00 an hour, in hours without grants too. What holds is the
 * definition of the greatest version that was sent to anybody; it begins with the first grant where
 * the definition says nothing.
 *
 * @param priceUnits the price, in ten-thousandths
 * @param fromMillis when it begins, epoch milliseconds
 * @param toMillis when it ends, epoch milliseconds; after {@code fromMillis}
 * @param windowsMillis the windows of all versions that were sent, in whose rows it stands
 * @param currency in which it stands
 */
record FlatCost(
    long priceUnits,
    long fromMillis,
    long toMillis,
    SortedSet<Long> windowsMillis,
    String currency) {

  /**
   * Of a campaign.
   *
   * @param sent its versions that were sent, each one or more times
   * @return null if the campaign costs nothing as a whole
   */
  static FlatCost of(Collection<SentVersion> sent) {
    SentVersion newest =
        sent.stream().max(Comparator.comparingInt(SentVersion::version)).orElse(null);
    if (newest == null || newest.cost().model() != CostModel.FLAT) {
      return null;
    }
    long first = sent.stream().mapToLong(SentVersion::firstMillis).min().orElseThrow();
    long from = newest.fromMillis() == Long.MIN_VALUE ? first : newest.fromMillis();
    if (newest.toMillis() <= from) {
      return null;
    }
    SortedSet<Long> windows = new TreeSet<>();
    sent.forEach(version -> windows.addAll(version.windowsMillis()));
    return new FlatCost(
        newest.cost().priceUnits(), from, newest.toMillis(), windows, newest.currency());
  }

  /** How long it runs, by which {@link #share} is to be divided. */
  BigInteger length() {
    return BigInteger.valueOf(toMillis - fromMillis);
  }

  /** What it costs by an instant: ten-thousandths times {@link #length}. */
  BigInteger share(long untilMillis) {
    long elapsed = Math.min(Math.max(untilMillis, fromMillis), toMillis) - fromMillis;
    return BigInteger.valueOf(priceUnits).multiply(BigInteger.valueOf(elapsed));
  }
}
