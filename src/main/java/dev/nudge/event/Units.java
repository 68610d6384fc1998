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

  /** The greatest magnitude of an amount, a price or a quantity. */
  public static final BigDecimal MAX = BigDecimal.valueOf(1_000_000_000_000L);

  private Units() {}

  /**
   * Whether a decimal is beyond {@link #MAX} in magnitude; decided without expanding it, so {@code
   * 1e999999999} costs nothing.
   */
  public static boolean exceedsRange(BigDecimal decimal) {
    return decimal.abs().compareTo(MAX) > 0;
  }

  /**
   * Turns a decimal into units.
   *
   * @return its value in ten-thousandths
   * @throws ArithmeticException if it {@linkplain #exceedsRange exceeds the range} or has more than
   *     four decimal places
   */
  public static long of(BigDecimal decimal) {
    if (exceedsRange(decimal)) {
      throw new ArithmeticException("more than " + MAX.toPlainString());
    }
    BigDecimal shortest = decimal.stripTrailingZeros();
    if (shortest.scale() > SCALE) {
      // Said before rescaling: 1e-999999999 would be expanded to a billion digits.
      throw new ArithmeticException("more than " + SCALE + " decimal places");
    }
    return shortest.setScale(SCALE).unscaledValue().longValueExact();
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
