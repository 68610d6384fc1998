package dev.nudge.definition;

import java.time.LocalTime;

/**
 * When nobody is disturbed, by the customer's clock, else the tenant's. They may go over midnight.
 *
 * @param fromMinute minutes after midnight, 0 to 1439
 * @param toMinute minutes after midnight at which they have ended, 0 to 1439, another than {@code
 *     fromMinute}
 */
public record QuietHours(int fromMinute, int toMinute) {
  /** Whether it is quiet when a clock shows that. */
  public boolean contains(LocalTime clock) {
    int minute = clock.getHour() * 60 + clock.getMinute();
    return fromMinute < toMinute
        ? fromMinute <= minute && minute < toMinute
        : fromMinute <= minute || minute < toMinute;
  }
}
