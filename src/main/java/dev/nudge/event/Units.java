package dev.nudge.event;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Money, prices and quantities as exact integers in ten-thousandths.
 *
 * <p>{@code "139.12"} is {@code 1_391_200}. The greatest amount that Nudge accepts,
 * 10<sup>12</sup>, is 10<sup>16</sup> of these, so one amount fits a {@code long}; sums need 128
 * bits and are kept as {@link BigInteger}.
 */
public final class Units {
  /** Decimal places that are exact. */
  public static final int SCALE = 4;

  /** Ten-thousandths in one. */
  public static final long ONE = 10_000L;

  /** The greatest magnitude of an amount, a price or a quantity, in units: 10^12 whole ones. */
  public static final long MAX = 1_000_000_000_000L * ONE;

  /** Digits before the decimal point beyond which a number is not even expanded. */
  private static final int MAX_INTEGER_DIGITS = 13;

  private Units() {}

  /**
   * Turns a decimal into units.
   *
   * @param decimal any decimal, exponent notation included
   * @return its value in ten-thousandths, between -{@link #MAX} and {@link #MAX}
   * @throws ArithmeticException if the value has more than four decimal places or is out of range;
   *     decided before the number is expanded, so {@code 1e999999999} costs nothing
   */
  public static long of(BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return 0;
    }
    if ((long) decimal.precision() - decimal.scale() > MAX_INTEGER_DIGITS) {
      throw new ArithmeticException("out of range");
    }
    if (decimal.scale() > SCALE && decimal.scale() - (long) decimal.precision() >= SCALE) {
      throw new ArithmeticException("more than four decimal places");
    }
    long units = decimal.movePointRight(SCALE).longValueExact();
    if (units > MAX || units < -MAX) {
      throw new ArithmeticException("out of range");
    }
    return units;
  }

  /** Units as a plain decimal with two to four places: {@code 1_391_200} is {@code "139.12"}. */
  public static String format(long units) {
    return format(BigInteger.valueOf(units));
  }

  /** Units as a plain decimal with two to four places. */
  public static String format(BigInteger units) {
    BigDecimal plain = new BigDecimal(units, SCALE).stripTrailingZeros();
    return plain.setScale(Math.max(2, plain.scale())).toPlainString();
  }

  /** Units as a {@code double}, for expressions that compute in floating point. */
  public static double toDouble(BigInteger units) {
    return new BigDecimal(units, SCALE).doubleValue();
  }
}
