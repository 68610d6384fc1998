package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What a customer added to the arms of a campaign by grants and payments that are forgotten, while
 * another grant of it is remembered: without it the same customer would be counted twice, and what
 * one paid would be squared in parts.
 *
 * @param arm the arm that the customer is in; null while the first grant is remembered
 * @param version the version of the first grant; 0 while it is remembered
 * @param converted whether the customer counts as converted, whatever is remembered
 * @param revenueUnits what the customer paid by payments that are forgotten, less refunds, in
 *     ten-thousandths
 */
record ArmPast(String arm, int version, boolean converted, BigInteger revenueUnits) {
  static final ArmPast NONE = new ArmPast(null, 0, false, BigInteger.ZERO);
}
