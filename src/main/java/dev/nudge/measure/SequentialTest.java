package dev.nudge.measure;

/**
 * Whether two arms differ, for an operator who looks at every minute and stops when it suits: the
 * chance that {@link #p} ever falls below 0.05 where they don't is below 5 %, however often one
 * looks. An ordinary test looked at alike is wrong much more often than it says.
 *
 * <p>The test is the Gaussian mixture of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * "Time-uniform central limit theory and asymptotic confidence sequences", arXiv 2103.06476: the
 * likelihood ratio of a mean that is drawn from a normal distribution against a mean of 0, whose
 * reciprocal is a p that holds at all times. It finds the most at a number of customers that is
 * chosen beforehand, here {@link #TUNED_FOR} of both arms.
 *
 * <p>It rests on means that are nearly normal. Five conversions in each arm are enough for that
 * where arms are alike in size, and for conversion rates; they are not for revenue where few are
 * held back and a few orders are great, so revenue is compared later: see {@link
 * ArmStandings#ENOUGH_CONVERSIONS_FOR_REVENUE}.
 */
final class SequentialTest {
  /** Below it a difference counts as one. */
  static final double ALPHA = 0.05;

  /** The number of customers at which the test finds the most. */
  static final int TUNED_FOR = 5_000;

  private static final double RHO_SQUARED =
      (-2 * Math.log(ALPHA) + Math.log(-2 * Math.log(ALPHA) + 1)) / TUNED_FOR;

  private SequentialTest() {}

  /**
   * The p of a state; that of an experiment is the smallest one of all its states.
   *
   * @param a two customers or more
   * @param b two customers or more
   * @return 0 to 1
   */
  static double p(Sample a, Sample b) {
    double lift = a.mean() - b.mean();
    double variance = a.meanVariance() + b.meanVariance();
    if (lift == 0) {
      // Without this, two arms in which nothing varies would be 0 / 0.
      return 1;
    }
    if (variance == 0) {
      return 0;
    }
    double z2 = lift * lift / variance;
    double scaled = (a.n() + b.n()) * RHO_SQUARED;
    // As a logarithm, for the ratio itself is soon beyond a double.
    double logRatio = z2 * scaled / (2 * (1 + scaled)) - Math.log1p(scaled) / 2;
    return Math.min(1, Math.exp(-logRatio));
  }
}
