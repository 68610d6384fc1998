package dev.nudge.measure;

import dev.nudge.event.Units;
import java.math.BigInteger;

/**
 * What is known of an arm's customers by one measure.
 *
 * @param n how many there are
 * @param mean of the measure; NaN of nobody
 * @param variance the sample variance, by n - 1; NaN of fewer than two
 */
record Sample(long n, double mean, double variance) {

  /** Whether they were converted: 0 or 1 each, whose square is the same. */
  static Sample ofConversions(ArmSums sums) {
    BigInteger converted = BigInteger.valueOf(sums.conversions());
    return of(sums.customers(), converted, converted, 1);
  }

  /** What they paid, less refunds, as a number of the currency. */
  static Sample ofRevenue(ArmSums sums) {
    return of(sums.customers(), sums.revenueUnits(), sums.squaredUnits(), Units.ONE);
  }

  /**
   * The variance is a difference of numbers that are near to each other, so it is taken exactly.
   */
  private static Sample of(long n, BigInteger sum, BigInteger squares, long unitsInOne) {
    double one = (double) unitsInOne;
    double mean = n < 1 ? Double.NaN : sum.doubleValue() / n / one;
    BigInteger spread = BigInteger.valueOf(n).multiply(squares).subtract(sum.multiply(sum));
    double variance = n < 2 ? Double.NaN : spread.doubleValue() / n / (n - 1) / one / one;
    return new Sample(n, mean, variance);
  }

  /** The variance of the mean. */
  double meanVariance() {
    return variance / n;
  }
}
