package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What is to be added to an arm of a campaign: the unit is the customer, who is in the arm of the
 * campaign's first grant. Changes of one minute, version and arm only add up.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version of the customer's first grant, in which the arm has its share
 * @param arm the arm: a variant, or {@link dev.nudge.event.Decision#CONTROL}
 * @param minuteMillis the begin of the minute in which it happened, epoch milliseconds: the first
 *     grant, the goal, the payment or refund, the step that cost
 * @param customers how many more customers; negative in a correction
 * @param conversions how many more of them reached the goal
 * @param revenueUnits how much more they paid, less refunds, in ten-thousandths
 * @param squaredUnits how much greater the sum of the squares of what each one paid is
 * @param costE8 how much more they cost, in 10<sup>-8</sup>
 */
public record ArmChange(
    String tenant,
    String campaign,
    int version,
    String arm,
    long minuteMillis,
    long customers,
    long conversions,
    BigInteger revenueUnits,
    BigInteger squaredUnits,
    BigInteger costE8) {

  /** Both together, of one minute, version and arm. */
  ArmChange plus(ArmChange other) {
    return new ArmChange(
        tenant,
        campaign,
        version,
        arm,
        minuteMillis,
        customers + other.customers,
        conversions + other.conversions,
        revenueUnits.add(other.revenueUnits),
        squaredUnits.add(other.squaredUnits),
        costE8.add(other.costE8));
  }
}
