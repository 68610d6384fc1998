package dev.nudge.decide.check;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Days, slots and quiet hours by the clocks of customers and tenants. */
final class Clocks {
  private Clocks() {}

  static LocalDateTime local(long at, ZoneId zone) {
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(at), zone);
  }

  static LocalDate day(long at, ZoneId zone) {
    return local(at, zone).toLocalDate();
  }

  /** Which window of a calendar an instant is in. */
  static String window(String calendar, long at, ZoneId zone) {
    LocalDate day = day(at, zone);
    return switch (calendar) {
      case "DAY" -> day.toString();
      case "WEEK" -> day.minusDays(day.getDayOfWeek().getValue() - 1L).toString();
      default -> day.withDayOfMonth(1).toString();
    };
  }

  static boolean isOpen(List<Facts.Slot> slots, long at, ZoneId zone) {
    LocalDateTime clock = local(at, zone);
    int minute = clock.getHour() * 60 + clock.getMinute();
    return slots.isEmpty()
        || slots.stream()
            .anyMatch(
                slot ->
                    slot.days.contains(clock.getDayOfWeek())
                        && slot.from <= minute
                        && minute < slot.to);
  }

  /**
   * The first instant from {@code from} on at which a slot is open and it is not quiet; {@link
   * Facts#NONE} if none comes within nine days. It can only be {@code from}, a time of the clock at
   * which a slot or the day begins or quiet hours end, or one at which the clock is changed.
   */
  static long firstOpen(
      long from, ZoneId zone, List<Facts.Slot> slots, Facts.Policy policy, boolean sparesQuiet) {
    TreeSet<Long> instants = new TreeSet<>();
    instants.add(from);
    List<LocalTime> times = new ArrayList<>(List.of(LocalTime.MIDNIGHT));
    slots.forEach(slot -> times.add(LocalTime.ofSecondOfDay(slot.from * 60L)));
    if (policy.quietTo != null) {
      times.add(LocalTime.ofSecondOfDay(policy.quietTo * 60L));
    }
    LocalDate first = day(from, zone).minusDays(1);
    for (int day = 0; day < 11; day++) {
      for (LocalTime time : times) {
        LocalDateTime clock = first.plusDays(day).atTime(time);
        for (ZoneOffset offset : zone.getRules().getValidOffsets(clock)) {
          instants.add(clock.toInstant(offset).toEpochMilli());
        }
      }
    }
    Instant end = Instant.ofEpochMilli(from + 9 * Facts.DAY);
    ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.ofEpochMilli(from));
    while (change != null && change.getInstant().isBefore(end)) {
      instants.add(change.getInstant().toEpochMilli());
      change = zone.getRules().nextTransition(change.getInstant());
    }
    for (long at : instants.tailSet(from)) {
      boolean quiet = !sparesQuiet && policy.isQuiet(local(at, zone).toLocalTime());
      if (!quiet && isOpen(slots, at, zone)) {
        return at;
      }
    }
    return Facts.NONE;
  }
}
