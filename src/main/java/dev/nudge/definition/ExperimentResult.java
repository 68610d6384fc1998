package dev.nudge.definition;

/**
 * What came of the experiment of a version of a campaign: what those who wait get.
 *
 * <p>Measure writes it onto the topic of campaigns, whose newest record of a campaign stands, and
 * Decide reads it there like a definition.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version whose experiment it is
 * @param winner the variant that is the best, as that version asks for it; null if none is
 * @param decidedAtMillis what happened before it was looked at, epoch milliseconds
 * @param effectiveAtMillis the event time from which it holds, epoch milliseconds, or the
 *     receiver's watermark if that is later
 */
public record ExperimentResult(
    String tenant,
    String campaign,
    int version,
    String winner,
    long decidedAtMillis,
    long effectiveAtMillis) {

  /**
   * How long after it was found a result holds: within that time it comes from one job to the
   * other, so that all who wait are decided at one instant of event time.
   */
  public static final long HOLDS_AFTER_MILLIS = 10_000;

  private static final long MINUTE_MILLIS = 60_000;

  /** A result that is found at that instant. */
  public static ExperimentResult of(
      String tenant, String campaign, int version, String winner, long decidedAtMillis) {
    return new ExperimentResult(
        tenant, campaign, version, winner, decidedAtMillis, decidedAtMillis + HOLDS_AFTER_MILLIS);
  }

  /**
   * When a result can be found that is asked for at an instant: arms are compared at the end of
   * each minute, as which an instant at its begin counts.
   *
   * @param millis when it is wanted, epoch milliseconds
   */
  public static long foundMillis(long millis) {
    return -Math.floorDiv(-millis, MINUTE_MILLIS) * MINUTE_MILLIS;
  }
}
