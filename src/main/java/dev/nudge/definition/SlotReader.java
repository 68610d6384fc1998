package dev.nudge.definition;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Reads the hours of the week at which a campaign may send, and refuses those that never open. */
final class SlotReader {
  private static final int MAX_SLOTS = 50;
  private static final List<String> WEEK = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

  private SlotReader() {}

  /** One slot or more; what is wrong is noted. */
  static List<Slot> slots(Field field) {
    List<Slot> slots = field.list(MAX_SLOTS, item -> item.nested(SlotReader::slot, null));
    if (field.isList() && slots.isEmpty()) {
      field.refuse("an empty list", "one slot or more");
    }
    slots.removeIf(Objects::isNull);
    return slots;
  }

  private static Slot slot(Fields fields) {
    Field daysField = fields.field("days");
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    if (daysField.isPresent()) {
      daysField.either(
          Node.Kind.LIST,
          list -> list.list(WEEK.size(), item -> days.addAll(days(item))),
          one -> {
            days.addAll(days(one));
            return List.of();
          });
      if (daysField.isList() && days.isEmpty()) {
        daysField.refuse("an empty list", "one day or more");
      }
    } else {
      days.addAll(EnumSet.allOf(DayOfWeek.class));
    }
    int from = fields.field("from").minuteOfDay(0);
    Field toField = fields.field("to");
    int to = toField.minuteOfDay(Slot.DAY_MINUTES);
    if (from >= to) {
      (toField.isPresent() ? toField : fields.field("from"))
          .refuse(
              "a slot that never opens, from %s to %s".formatted(clock(from), clock(to)),
              "an end after its beginning; what goes over midnight is two slots");
      return null;
    }
    return days.isEmpty() ? null : new Slot(days, from, to);
  }

  private static String clock(int minute) {
    return "%02d:%02d".formatted(minute / 60, minute % 60);
  }

  /** Days of the week, {@code MON}, {@code MON-FRI} or {@code MON-WED, SAT}. */
  private static Set<DayOfWeek> days(Field field) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    String text =
        field.text(each -> !each.isBlank(), "days of the week such as MON-FRI or SAT, SUN", null);
    if (text == null) {
      return days;
    }
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      int first = WEEK.indexOf(ends[0].strip());
      int last = WEEK.indexOf(ends[ends.length - 1].strip());
      if (ends.length > 2 || first < 0 || last < 0) {
        field.refuse(
            '"' + Node.clipped(text) + '"', "days of the week such as MON-FRI or SAT, SUN");
        return days;
      }
      for (int day = first; ; day = (day + 1) % WEEK.size()) {
        days.add(DayOfWeek.of(day + 1));
        if (day == last) {
          break;
        }
      }
    }
    return days;
  }

  /**
   * Refuses slots that never open: while the campaign runs, or for the tenant's quiet hours;
   * without a policy only the first.
   */
  static void checkSlots(
      List<Slot> slots, Field field, Span active, Policy policy, List<String> ways) {
    if (slots.isEmpty()) {
      return;
    }
    if (active.hasFrom() && active.hasTo() && slots.stream().noneMatch(s -> opens(s, active))) {
      field.refuse("slots that never open", "one that opens while the campaign runs, active");
    }
    QuietHours quiet = policy == null ? null : policy.sending().quietHours();
    boolean disturbs =
        !ways.isEmpty()
            && ways.stream()
                .map(name -> policy == null ? null : policy.sending().channel(name))
                .noneMatch(c -> c == null || c.kind() == Channel.Kind.ON_PAGE);
    if (quiet != null && disturbs && slots.stream().allMatch(slot -> isQuiet(slot, quiet))) {
      field.refuse("slots that never open", "one that opens outside of the tenant's quiet hours");
    }
  }

  private static boolean isQuiet(Slot slot, QuietHours quiet) {
    for (int minute = slot.fromMinute(); minute < slot.toMinute(); minute++) {
      if (!quiet.contains(LocalTime.ofSecondOfDay(minute * 60L))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a slot opens for somebody, wherever on earth, while a campaign runs. */
  private static boolean opens(Slot slot, Span active) {
    LocalDateTime first = at(active.fromMillis(), Timetable.WEST);
    LocalDateTime last = at(active.toMillis(), Timetable.EAST);
    if (!first.plusDays(WEEK.size() + 1L).isAfter(last)) {
      return true;
    }
    for (LocalDate day = first.toLocalDate();
        !day.isAfter(last.toLocalDate());
        day = day.plusDays(1)) {
      LocalDateTime opening = day.atStartOfDay().plusMinutes(slot.fromMinute());
      LocalDateTime closing = day.atStartOfDay().plusMinutes(slot.toMinute());
      if (slot.days().contains(day.getDayOfWeek())
          && opening.isBefore(last)
          && closing.isAfter(first)) {
        return true;
      }
    }
    return false;
  }

  private static LocalDateTime at(long millis, ZoneOffset offset) {
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), offset);
  }

  /** Refuses a push by the customer's clock that always comes when its slots are closed. */
  static void checkPush(
      CampaignTrigger trigger, Field field, long delay, List<Slot> slots, OutsideSlot outside) {
    if (outside == OutsideSlot.DROP
        && !slots.isEmpty()
        && trigger instanceof CampaignTrigger.OfTime push
        && push.times() instanceof Timetable.OnceLocal local) {
      LocalDateTime due = local.at().plus(Duration.ofMillis(delay));
      if (slots.stream().noneMatch(slot -> slot.isOpen(due))) {
        field.refuse(
            "a push at " + due + ", when no slot is open", "a slot then, for outsideSlot is DROP");
      }
    }
  }
}
