package dev.nudge.measure;

import java.util.Arrays;

/**
 * Whether an hour of a campaign is like the same hour of its past days.
 *
 * <p>Counts become nearly normal, of a deviation of 1, by 2 sqrt(x + 3/8) (Anscombe, "The
 * transformation of Poisson, binomial and negative-binomial data", Biometrika 35, 1948). Usual is
 * the median of the same hour of the past days, up to {@link #MAX_DAYS}; the deviation is that of
 * all hours of those days from their medians, by the median of its absolute values, and no less
 * than 1, which is what chance alone does. An hour is unusual if it is more than {@link #BOUND}
 * deviations off and also {@link #BEYOND} deviations beyond all of the past: what comes once a week
 * was there before.
 *
 * <p>Without {@link #LEAST_DAYS} days nothing is said.
 */
final class UsualHours {
  /** Past days that count. */
  static final int MAX_DAYS = 28;

  /** Days without which nothing is said. */
  static final int LEAST_DAYS = 7;

  /** So many deviations off is unusual. */
  static final double BOUND = 5;

  /** So many deviations beyond the past is unusual. */
  static final double BEYOND = 2;

  private static final int HOURS_A_DAY = 24;

  /** Makes of a normal distribution's median absolute deviation its standard deviation. */
  private static final double OF_MEDIAN = 1.482602218505602;

  /**
   * What an hour is found to be.
   *
   * @param unusual whether it is unlike the past
   * @param usual what is usual, as a count
   * @param bound the count beyond which it is unusual, on the side on which it lies
   */
  record Finding(boolean unusual, double usual, double bound) {}

  private UsualHours() {}

  /**
   * Judges an hour.
   *
   * @param counts of the hours before it, the newest last, 24 a day
   * @return null if too little is known
   */
  static Finding judge(long[] counts, long count) {
    int days = Math.min(MAX_DAYS, counts.length / HOURS_A_DAY);
    if (days < LEAST_DAYS) {
      return null;
    }
    double[] residuals = new double[days * HOURS_A_DAY];
    double usual = 0;
    double least = 0;
    double most = 0;
    int first = counts.length - days * HOURS_A_DAY;
    for (int hour = 0; hour < HOURS_A_DAY; hour++) {
      double[] ofHour = new double[days];
      for (int day = 0; day < days; day++) {
        ofHour[day] = level(counts[first + day * HOURS_A_DAY + hour]);
      }
      Arrays.sort(ofHour);
      double median = medianOfSorted(ofHour);
      if (hour == 0) {
        // The first of the hours before is the same of the day.
        usual = median;
        least = ofHour[0];
        most = ofHour[days - 1];
      }
      for (int day = 0; day < days; day++) {
        residuals[hour * days + day] = Math.abs(ofHour[day] - median);
      }
    }
    Arrays.sort(residuals);
    // Medians lie closer to what they are made of than what comes.
    double spread = OF_MEDIAN * medianOfSorted(residuals) * days / (days - 1);
    double deviation = Math.max(1, spread);
    double off = BOUND * deviation * Math.sqrt(1 + Math.PI / (2 * days));
    double level = level(count);
    double high = Math.max(usual + off, most + BEYOND * deviation);
    double low = Math.min(usual - off, least - BEYOND * deviation);
    return new Finding(
        level > high || level < low, count(usual), level < usual ? count(low) : count(high));
  }

  private static double level(long count) {
    // A correction may leave less than nothing in an hour for a while.
    return 2 * Math.sqrt(Math.max(0, count) + 0.375);
  }

  private static double count(double level) {
    return level <= 0 ? 0 : Math.max(0, level * level / 4 - 0.375);
  }

  private static double medianOfSorted(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
