package dev.nudge.definition;

/**
 * How much is too much for one customer.
 *
 * @param scope what is counted
 * @param channel the channel, for {@link Scope#CHANNEL}; else null
 * @param max how many there may be in a window
 * @param rollingMillis the length of a window that ends now; 0 for a calendar's
 * @param calendar the window by the calendar of the tenant's zone; null for a rolling one
 * @param counts which campaigns count, and are held back
 */
public record Cap(
    Scope scope, String channel, int max, long rollingMillis, Calendar calendar, Counts counts) {

  /** What can be counted. */
  public enum Scope {
    /** What is sent by one channel. */
    CHANNEL,
    /** Coupons of each type. */
    COUPON_TYPE,
    /** What is sent by any campaign and channel of the tenant. */
    ANY
  }

  /** Windows of the calendar. */
  public enum Calendar {
    /** From midnight to midnight. */
    DAY,
    /** An ISO week, from Monday on. */
    WEEK,
    /** From the first of a month on. */
    MONTH
  }

  /** Which campaigns can count. */
  public enum Counts {
    /** All. */
    ALL,
    /** Those that sell. */
    MARKETING
  }
}
