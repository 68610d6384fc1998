package dev.nudge.measure;

/**
 * What a version of a campaign says about what it is to reach and may cost; of several the newest
 * version holds.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version
 * @param fromMillis when it begins, epoch milliseconds; {@link Long#MIN_VALUE} where it says
 *     nothing
 * @param toMillis when it ends, epoch milliseconds; {@link Long#MAX_VALUE} where it says nothing
 * @param warmUpFromMillis when its time before begins; 0 as its end where there is none
 * @param warmUpToMillis when that ends
 * @param mainFromMillis when its main time begins; 0 as its end where there is none
 * @param mainToMillis when that ends
 * @param afterMillis how long the time after the last of the two is; 0 for none
 * @param paid paid orders that it is to reach; 0 for no target
 * @param revenueUnits revenue that it is to reach, in ten-thousandths; 0 for no target
 * @param budgetUnits what it may cost in all, in ten-thousandths; {@link Long#MAX_VALUE} for no
 *     limit
 * @param perDayUnits what it may cost on a day; {@link Long#MAX_VALUE} for no limit
 * @param zone of those days
 * @param windowMillis its primary window
 * @param scheduled whether a time sets it off, so that its grants are as many as the time makes
 * @param stopped whether it is paused or deleted: nobody expects anything of it
 */
public record AlertTerms(
    String tenant,
    String campaign,
    int version,
    long fromMillis,
    long toMillis,
    long warmUpFromMillis,
    long warmUpToMillis,
    long mainFromMillis,
    long mainToMillis,
    long afterMillis,
    long paid,
    long revenueUnits,
    long budgetUnits,
    long perDayUnits,
    String zone,
    long windowMillis,
    boolean scheduled,
    boolean stopped) {

  /** Of a version that deletes the campaign. */
  static AlertTerms deleted(String tenant, String campaign, int version) {
    return new AlertTerms(
        tenant,
        campaign,
        version,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        "UTC",
        0,
        false,
        true);
  }

  /** The same of a campaign that is stopped. */
  AlertTerms asStopped() {
    return new AlertTerms(
        tenant,
        campaign,
        version,
        fromMillis,
        toMillis,
        warmUpFromMillis,
        warmUpToMillis,
        mainFromMillis,
        mainToMillis,
        afterMillis,
        paid,
        revenueUnits,
        budgetUnits,
        perDayUnits,
        zone,
        windowMillis,
        scheduled,
        true);
  }

  /** In which part of the campaign an instant is. */
  Part part(long atMillis) {
    if (warmUpFromMillis <= atMillis && atMillis < warmUpToMillis) {
      return Part.WARM_UP;
    }
    if (mainFromMillis <= atMillis && atMillis < mainToMillis) {
      return Part.MAIN;
    }
    long last = Math.max(warmUpToMillis, mainToMillis);
    return afterMillis > 0 && last <= atMillis && atMillis - last < afterMillis
        ? Part.AFTER
        : Part.NONE;
  }

  /** How much of a part's time is over at an instant, and of the campaign's for no part. */
  long overMillis(Part part, long beginMillis, long atMillis) {
    long last = Math.max(warmUpToMillis, mainToMillis);
    return switch (part) {
      case WARM_UP -> over(warmUpFromMillis, warmUpToMillis, atMillis);
      case MAIN -> over(mainFromMillis, mainToMillis, atMillis);
      case AFTER -> over(last, last + afterMillis, atMillis);
      case NONE -> over(beginMillis, toMillis, atMillis);
    };
  }

  private static long over(long fromMillis, long toMillis, long atMillis) {
    return Math.max(0, Math.min(atMillis, toMillis) - fromMillis);
  }

  /** A part of a campaign, by their numbers in bytes: one is never changed. */
  public enum Part {
    /** None that is defined; as a whole the campaign itself. */
    NONE(0),
    /** The time before. */
    WARM_UP(1),
    /** The time that all is about. */
    MAIN(2),
    /** The time after. */
    AFTER(3);

    private final int number;

    Part(int number) {
      this.number = number;
    }

    /** Its number in bytes, from 0. */
    int number() {
      return number;
    }
  }
}
