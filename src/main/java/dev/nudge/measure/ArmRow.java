package dev.nudge.measure;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * How an arm of a campaign stands. Money is in ten-thousandths, rounded half up.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param arm a variant, {@link dev.nudge.event.Decision#CONTROL}, or {@link #SENT}
 * @param asOfMillis up to when it is known, epoch milliseconds
 * @param customers how many there are
 * @param expected how many there were to be, to six places
 * @param conversions how many of them reached the goal
 * @param conversion the conversion rate
 * @param currency in which revenue and cost stand, or empty
 * @param revenueUnits what they paid, less refunds
 * @param costUnits what they cost, without what the campaign costs as a whole
 * @param revenue revenue per customer
 * @param sampleRatioP the chance that arms are as far from their sizes, or farther, by chance; null
 *     with but one arm
 * @param sampleRatioMismatch whether that is too unlikely: something deals customers wrongly, and
 *     no number of this experiment is to be trusted
 * @param enough whether there is enough data to tell anything
 * @param winner whether it is the best variant, as its experiment asks for it
 * @param inputs how many changes and compared minutes it is made of: of two rows of an arm the one
 *     of more stands
 */
public record ArmRow(
    String tenant,
    String campaign,
    String arm,
    long asOfMillis,
    long customers,
    BigDecimal expected,
    long conversions,
    ArmMeasure conversion,
    String currency,
    BigInteger revenueUnits,
    BigInteger costUnits,
    ArmMeasure revenue,
    BigDecimal sampleRatioP,
    boolean sampleRatioMismatch,
    boolean enough,
    boolean winner,
    long inputs) {

  /** Stands for all customers who were not held back, whatever their variant. */
  public static final String SENT = "SENT";
}
