package dev.nudge.definition;

/**
 * What a campaign may cost, in the policy's currency.
 *
 * @param totalUnits in all, in ten-thousandths; {@link Campaign#UNLIMITED} for no limit
 * @param perDayUnits on each day of the policy's zone, in ten-thousandths; {@link
 *     Campaign#UNLIMITED} for no limit
 */
public record Budget(long totalUnits, long perDayUnits) {
  /** No limit. */
  public static final Budget UNLIMITED = new Budget(Campaign.UNLIMITED, Campaign.UNLIMITED);
}
