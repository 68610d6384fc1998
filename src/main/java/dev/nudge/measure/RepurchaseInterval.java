package dev.nudge.measure;

/** How long after an order the next one was paid; the lower bound is inside. */
public enum RepurchaseInterval {
  UNDER_3("0-3", 3),
  UNDER_7("3-7", 7),
  UNDER_14("7-14", 14),
  UNDER_30("14-30", 30),
  UNDER_60("30-60", 60),
  UNDER_90("60-90", 90),
  FROM_90("90+", Integer.MAX_VALUE);

  private static final long DAY_MILLIS = 86_400_000L;

  private final String days;
  private final int endDays;

  RepurchaseInterval(String days, int endDays) {
    this.days = days;
    this.endDays = endDays;
  }

  /** As rows name it: {@code 3-7} holds three times 24 hours, and not seven times. */
  public String days() {
    return days;
  }

  /**
   * The interval that holds so many milliseconds.
   *
   * @param millis 0 or more
   */
  public static RepurchaseInterval of(long millis) {
    for (RepurchaseInterval interval : values()) {
      if (millis < interval.endDays * DAY_MILLIS) {
        return interval;
      }
    }
    return FROM_90;
  }
}
