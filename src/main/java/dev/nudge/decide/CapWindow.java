package dev.nudge.decide;

import dev.nudge.definition.Cap;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;

/**
 * From when to when a cap counts.
 *
 * <p>What was sent at {@code s} counts in [s, s + length) of a rolling window, and in the
 * calendar's day, ISO week or month around {@code s}, which begins at midnight of the zone.
 */
final class CapWindow {
  private CapWindow() {}

  /** The earliest instant whose sends count at another, epoch milliseconds. */
  static long firstMillis(Cap cap, long atMillis, ZoneId zone) {
    return cap.calendar() == null
        ? atMillis - cap.rollingMillis() + 1
        : start(firstDay(cap.calendar(), day(atMillis, zone)), zone);
  }

  /** The instant from which a send does not count any more, epoch milliseconds. */
  static long endMillis(Cap cap, long sentMillis, ZoneId zone) {
    if (cap.calendar() == null) {
      return sentMillis + cap.rollingMillis();
    }
    LocalDate first = firstDay(cap.calendar(), day(sentMillis, zone));
    return start(
        switch (cap.calendar()) {
          case DAY -> first.plusDays(1);
          case WEEK -> first.plusWeeks(1);
          case MONTH -> first.plusMonths(1);
        },
        zone);
  }

  private static LocalDate firstDay(Cap.Calendar calendar, LocalDate day) {
    return switch (calendar) {
      case DAY -> day;
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> day.withDayOfMonth(1);
    };
  }

  /** The day of an instant. */
  static LocalDate day(long atMillis, ZoneId zone) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(atMillis), zone);
  }

  private static long start(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toInstant().toEpochMilli();
  }
}
