package dev.nudge.measure;

/**
 * How attribution was set up.
 *
 * @param refundWindowMillis how long after a payment a refund takes from it
 * @param allowedLatenessMillis how late an event may come and still count in its place
 * @param receiptsAssumed whether each grant counts as SENT at its decision, for want of receipts
 */
public record AttributionRules(
    long refundWindowMillis, long allowedLatenessMillis, boolean receiptsAssumed) {

  private static final long DAY_MILLIS = 86_400_000L;

  /** Ninety days to give back, one day to be late. */
  public static final AttributionRules DEFAULT =
      new AttributionRules(90 * DAY_MILLIS, DAY_MILLIS, false);
}
