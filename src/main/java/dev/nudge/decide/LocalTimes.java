package dev.nudge.decide;

import dev.nudge.definition.QuietHours;
import dev.nudge.definition.Slot;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.TreeSet;

/**
 * When a customer may be written to, by the clock on the customer's wall.
 *
 * <p>The clock decides: when it is put back, an hour that is open is open twice; one that is
 * skipped is not there at all. Example: slots from 09:00 to 21:00 and quiet hours from 20:00 to
 * 08:00 leave 09:00 to 20:00; who is due at 20:30 is due again at 09:00 of the next day.
 *
 * @param slots by the clock; empty for any time
 * @param quiet quiet hours, or null
 */
record LocalTimes(List<Slot> slots, QuietHours quiet) {
  /** Nothing is due again for so long: no slot is further away than a week and a day. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int DAYS_AHEAD = 9;

  /** Whether a slot is open. */
  boolean isOpen(long atMillis, ZoneId zone) {
    return slots.isEmpty() || isOpen(clock(atMillis, zone));
  }

  /** Whether the customer is not to be disturbed. */
  boolean isQuiet(long atMillis, ZoneId zone) {
    return quiet != null && quiet.contains(clock(atMillis, zone).toLocalTime());
  }

  /**
   * The first instant after another at which a slot is open.
   *
   * @param quietToo whether quiet hours count as closed
   * @return epoch milliseconds; {@link #NEVER} if there is none within nine days
   */
  long nextOpen(long afterMillis, ZoneId zone, boolean quietToo) {
    for (long atMillis : changes(afterMillis, zone)) {
      if (atMillis > afterMillis
          && isOpen(atMillis, zone)
          && !(quietToo && isQuiet(atMillis, zone))) {
        return atMillis;
      }
    }
    return NEVER;
  }

  private boolean isOpen(LocalDateTime clock) {
    for (Slot slot : slots) {
      if (slot.isOpen(clock)) {
        return true;
      }
    }
    return false;
  }

  /** Every instant at which the answer may become another. */
  private TreeSet<Long> changes(long afterMillis, ZoneId zone) {
    ZoneRules rules = zone.getRules();
    TreeSet<Long> changes = new TreeSet<>();
    LocalDate first = clock(afterMillis, zone).toLocalDate().minusDays(1);
    for (int day = 0; day <= DAYS_AHEAD + 1; day++) {
      LocalDate date = first.plusDays(day);
      addMidnight(changes, rules, date);
      for (Slot slot : slots) {
        addMinute(changes, rules, date, slot.fromMinute());
      }
      if (quiet != null) {
        addMinute(changes, rules, date, quiet.toMinute());
      }
    }
    Instant end = first.plusDays(DAYS_AHEAD).atStartOfDay(zone).toInstant();
    ZoneOffsetTransition next = rules.nextTransition(Instant.ofEpochMilli(afterMillis));
    while (next != null && next.getInstant().isBefore(end)) {
      changes.add(next.getInstant().toEpochMilli());
      next = rules.nextTransition(next.getInstant());
    }
    return changes;
  }

  private static void addMidnight(TreeSet<Long> changes, ZoneRules rules, LocalDate date) {
    addMinute(changes, rules, date, 0);
  }

  /** A time of the clock may come twice; where it is skipped, the change of the clock counts. */
  private static void addMinute(
      TreeSet<Long> changes, ZoneRules rules, LocalDate date, int minute) {
    LocalDateTime time = LocalDateTime.of(date, LocalTime.ofSecondOfDay(minute * 60L));
    rules
        .getValidOffsets(time)
        .forEach(offset -> changes.add(time.toInstant(offset).toEpochMilli()));
  }

  private static LocalDateTime clock(long atMillis, ZoneId zone) {
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(atMillis), zone);
  }
}
