package dev.nudge.measure;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What is known of an arm by one measure, and how it differs from who was held back. Rounded half
 * up to six places; null where customers are missing for it.
 *
 * @param mean the conversion rate, or revenue per customer
 * @param lift its difference from the control's
 * @param liftLow where the 95 % interval of the lift begins
 * @param liftHigh where it ends
 * @param relativeLift the lift as a share of the control's mean; null also where that is 0
 * @param relativeLiftLow where its 95 % interval begins
 * @param relativeLiftHigh where it ends
 * @param p the chance that what was seen, or more, is chance, however often one looked; null
 *     without control
 */
public record ArmMeasure(
    BigDecimal mean,
    BigDecimal lift,
    BigDecimal liftLow,
    BigDecimal liftHigh,
    BigDecimal relativeLift,
    BigDecimal relativeLiftLow,
    BigDecimal relativeLiftHigh,
    BigDecimal p) {

  /** Of a normal distribution 95 % is within so many standard deviations. */
  private static final double NORMAL_95 = 1.959963984540054;

  private static final int PLACES = 6;

  static ArmMeasure of(Sample own) {
    return new ArmMeasure(rounded(own.mean()), null, null, null, null, null, null, null);
  }

  /**
   * Against who was held back. The relative lift's variance is that of a ratio of means by the
   * delta method: see Casella and Berger, "Statistical Inference", 2nd edition, 5.5.4.
   */
  static ArmMeasure of(Sample own, Sample control, double p) {
    double lift = own.mean() - control.mean();
    double margin = NORMAL_95 * Math.sqrt(own.meanVariance() + control.meanVariance());
    double ratio = own.mean() / control.mean();
    double relative = control.mean() == 0 ? Double.NaN : ratio - 1;
    double relativeMargin =
        NORMAL_95
            * Math.sqrt(own.meanVariance() + ratio * ratio * control.meanVariance())
            / Math.abs(control.mean());
    return new ArmMeasure(
        rounded(own.mean()),
        rounded(lift),
        rounded(lift - margin),
        rounded(lift + margin),
        rounded(relative),
        rounded(relative - relativeMargin),
        rounded(relative + relativeMargin),
        rounded(p));
  }

  /** Null if there is none. */
  static BigDecimal rounded(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).setScale(PLACES, RoundingMode.HALF_UP)
        : null;
  }
}
