package dev.nudge.definition;

/**
 * What a customer gets with a campaign.
 *
 * @param kind what it is
 * @param type the shop's name of it, {@code C50}; null where a kind other than COUPON names none
 * @param amountMinUnits its amount in ten-thousandths, or the smallest of random ones; 0 or more
 * @param amountMaxUnits the same as {@code amountMinUnits}, or the greatest of random ones
 * @param total how many there are; {@link Campaign#UNLIMITED} for no limit
 * @param perCustomer how many one customer gets at most; {@link Campaign#UNLIMITED} for no limit
 * @param perCustomerPerDay how many one customer gets at most on one day of its own zone; {@link
 *     Campaign#UNLIMITED} for no limit
 * @param claim when it must be claimed, or null where it need not be
 * @param validForMillis how long it can be used from when it is held; 0 where {@code
 *     validUntilMillis} says it or it never ends
 * @param validUntilMillis epoch milliseconds until which it can be used; {@link Long#MAX_VALUE}
 *     where {@code validForMillis} says it or it never ends
 * @param threshold what an order must have to use it, or null
 * @param diminishing how the amount shrinks from one to the next of one customer, or null
 */
public record Resource(
    Kind kind,
    String type,
    long amountMinUnits,
    long amountMaxUnits,
    long total,
    long perCustomer,
    long perCustomerPerDay,
    Claim claim,
    long validForMillis,
    long validUntilMillis,
    Threshold threshold,
    Diminishing diminishing) {

  /** What it can be. */
  public enum Kind {
    /** Money off an order; caps and held coupons concern this kind alone. */
    COUPON,
    /** Money in hand. */
    RED_PACKET,
    /** Points. */
    POINTS,
    /** A thing. */
    GIFT
  }

  /** Whether the amount is dealt by chance. */
  public boolean isRandom() {
    return amountMinUnits != amountMaxUnits;
  }
}
