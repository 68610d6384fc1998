package dev.nudge.decide;

import dev.nudge.definition.Cap;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.EnumMap;
import java.util.Map;

/**
 * From when to when a cap counts.
 *
 * <p>What was sent at {@code s} counts in [s, s + length) of a rolling window, and in the
 * calendar's day, ISO week or month around {@code s}, which begins at midnight of the zone.
 */
final class CapWindow {
  /** A span that has been worked out: most instants that are asked about lie in the same few. */
  private record Span(long firstDay, long firstMillis, long endMillis) {
    boolean holds(long atMillis) {
      return atMillis >= firstMillis && atMillis < endMillis;
    }
  }

  private final ZoneId zone;
  private final Map<Cap.Calendar, Span> newest = new EnumMap<>(Cap.Calendar.class);

  CapWindow(ZoneId zone) {
    this.zone = zone;
  }

  /** The earliest instant whose sends count at another, epoch milliseconds. */
  long firstMillis(Cap cap, long atMillis) {
    return cap.calendar() == null
        ? atMillis - cap.rollingMillis() + 1
        : span(cap.calendar(), atMillis).firstMillis();
  }

  /** The instant from which a send does not count any more, epoch milliseconds. */
  long endMillis(Cap cap, long sentMillis) {
    return cap.calendar() == null
        ? sentMillis + cap.rollingMillis()
        : span(cap.calendar(), sentMillis).endMillis();
  }

  /** The day of an instant, days since 1970-01-01. */
  long day(long atMillis) {
    return span(Cap.Calendar.DAY, atMillis).firstDay();
  }

  private Span span(Cap.Calendar calendar, long atMillis) {
    Span known = newest.get(calendar);
    if (known != null && known.holds(atMillis)) {
      return known;
    }
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(atMillis), zone);
    LocalDate first =
        switch (calendar) {
          case DAY -> day;
          case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case MONTH -> day.withDayOfMonth(1);
        };
    LocalDate next =
        switch (calendar) {
          case DAY -> first.plusDays(1);
          case WEEK -> first.plusWeeks(1);
          case MONTH -> first.plusMonths(1);
        };
    Span span = new Span(first.toEpochDay(), start(first), start(next));
    newest.put(calendar, span);
    return span;
  }

  private long start(LocalDate day) {
    return day.atStartOfDay(zone).toInstant().toEpochMilli();
  }
}
