package dev.nudge.definition;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.util.Set;

/**
 * A time of the day at which a campaign may be sent, by the customer's clock, else the tenant's.
 *
 * @param days on which days of the week; one or more
 * @param fromMinute minutes after midnight, 0 to 1439
 * @param toMinute minutes after midnight at which it has ended, more than {@code fromMinute}, up to
 *     1440
 */
public record Slot(Set<DayOfWeek> days, int fromMinute, int toMinute) {
  /** Minutes of a day. */
  public static final int DAY_MINUTES = 1440;

  /** Whether it is open when a clock shows that. */
  public boolean isOpen(LocalDateTime clock) {
    int minute = clock.getHour() * 60 + clock.getMinute();
    return days.contains(clock.getDayOfWeek()) && fromMinute <= minute && minute < toMinute;
  }
}
