package dev.nudge.decide;

import dev.nudge.event.Identity;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Chance that anybody can compute again: the same for the same customer for ever, on every machine.
 *
 * <p>{@code h} is the first 8 bytes, unsigned big-endian, of SHA-256 over purpose, tenant,
 * campaign, salt, customer and moment, modulo 10,000; each part is its UTF-8 length as 4 bytes
 * big-endian, then its bytes. Example: a customer with {@code h} 731 is in a share of 7.32 per
 * cent, and not in one of 7.31.
 */
final class Chance {
  /** What is left to chance. */
  enum Purpose {
    CONTROL,
    VARIANT,
    EXPLORE,
    GLOBAL,
    AMOUNT;

    private final String word = name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Results are 0 to one less. */
  static final int SIDES = 10_000;

  /** A hundredth, in ten-thousandths: amounts dealt by chance are whole ones. */
  static final long CENT = 100;

  private static final BigInteger LAST = BigInteger.valueOf(SIDES - 1L);

  private Chance() {}

  /**
   * A number from 0 to 9,999.
   *
   * @param campaign empty for {@link Purpose#GLOBAL}
   * @param salt the campaign's, or for {@link Purpose#GLOBAL} the policy's
   * @param moment empty for all but {@link Purpose#AMOUNT}
   */
  static int of(
      Purpose purpose,
      String tenant,
      String campaign,
      String salt,
      String customerId,
      String moment) {
    byte[] digest = Identity.digest(purpose.word, tenant, campaign, salt, customerId, moment);
    return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), SIDES);
  }

  /**
   * An amount between two, rounded down to 0.01.
   *
   * @param minUnits the least, in ten-thousandths
   * @param maxUnits the greatest
   * @param h from 0 to 9,999
   */
  static long amount(long minUnits, long maxUnits, int h) {
    return BigInteger.valueOf(minUnits)
            .multiply(LAST)
            .add(BigInteger.valueOf(maxUnits - minUnits).multiply(BigInteger.valueOf(h)))
            .divide(LAST.multiply(BigInteger.valueOf(CENT)))
            .longValueExact()
        * CENT;
  }

  /**
   * An amount times a ratio, rounded down to 0.01.
   *
   * @param ratioUnits the ratio in ten-thousandths
   */
  static long portion(long amountUnits, long ratioUnits) {
    return BigInteger.valueOf(amountUnits)
            .multiply(BigInteger.valueOf(ratioUnits))
            .divide(BigInteger.valueOf(SIDES * CENT))
            .longValueExact()
        * CENT;
  }
}
