package dev.nudge.measure;

import java.math.BigInteger;

/** The sums of an arm, or what is to be added to them; see {@link ArmChange}. */
record ArmSums(
    long customers,
    long conversions,
    BigInteger revenueUnits,
    BigInteger squaredUnits,
    BigInteger costE8) {

  static final ArmSums NONE = new ArmSums(0, 0, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);

  static ArmSums of(ArmChange change) {
    return new ArmSums(
        change.customers(),
        change.conversions(),
        change.revenueUnits(),
        change.squaredUnits(),
        change.costE8());
  }

  ArmSums plus(ArmSums other) {
    return new ArmSums(
        customers + other.customers,
        conversions + other.conversions,
        revenueUnits.add(other.revenueUnits),
        squaredUnits.add(other.squaredUnits),
        costE8.add(other.costE8));
  }

  ArmSums minus(ArmSums other) {
    return new ArmSums(
        customers - other.customers,
        conversions - other.conversions,
        revenueUnits.subtract(other.revenueUnits),
        squaredUnits.subtract(other.squaredUnits),
        costE8.subtract(other.costE8));
  }
}
