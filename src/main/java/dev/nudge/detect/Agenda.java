package dev.nudge.detect;

import dev.nudge.definition.Timetable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The times at which a tenant's campaigns push by themselves.
 *
 * <p>A time comes to whoever was seen by then, once, at the exact instant of the customer's clock.
 * One that the clock has passed already when it becomes the customer's, because a new zone put the
 * clock forward, comes at once.
 */
final class Agenda {
  /** No campaign has a time. */
  static final Agenda EMPTY = new Agenda(List.of());

  /** Zones of which the next time is remembered; beyond it they are computed anew. */
  private static final int MAX_ZONES = 1_000;

  /**
   * A timetable in a span of time in which neither its version nor the tenant's zone changes.
   *
   * @param campaign the campaign's id
   * @param times when
   * @param sinceMillis from when the version holds: its earlier times are nobody's
   * @param fromMillis the span's first instant, not before {@code sinceMillis}
   * @param toMillis the first instant behind the span
   * @param zone the tenant's
   */
  record Entry(
      String campaign,
      Timetable times,
      long sinceMillis,
      long fromMillis,
      long toMillis,
      ZoneId zone) {}

  /** Of any instant from the one asked of up to the answer, the answer is the same. */
  private record Answer(long askedMillis, long nextMillis) {}

  private final List<Entry> entries;
  // By entry: most customers have come equally far, and a cron takes its time.
  private final List<Map<ZoneId, Answer>> answers = new ArrayList<>();

  /**
   * An agenda.
   *
   * @param entries those of one campaign by time
   */
  Agenda(List<Entry> entries) {
    this.entries = List.copyOf(entries);
    entries.forEach(entry -> answers.add(new HashMap<>()));
  }

  /** Whether nothing ever comes. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * When the next time comes to a customer, epoch milliseconds; {@link Timetable#NEVER} for none.
   */
  long dueMillis(Customer customer) {
    if (entries.isEmpty() || !customer.isSeen()) {
      return Timetable.NEVER;
    }
    Elapsed elapsed = elapsed(customer);
    ZoneId own = customer.ownZone();
    long due = Timetable.NEVER;
    for (int i = 0; i < entries.size(); i++) {
      long time = time(i, elapsed, own);
      if (time != Timetable.NEVER) {
        due = Math.min(due, Math.max(time, entries.get(i).fromMillis()));
      }
    }
    return due;
  }

  /** The times that have come to a customer by then, at most one a campaign, by the campaign. */
  Map<String, Long> due(Customer customer, long atMillis) {
    Map<String, Long> due = new LinkedHashMap<>();
    Elapsed elapsed = elapsed(customer);
    ZoneId own = customer.ownZone();
    for (int i = 0; i < entries.size(); i++) {
      long time = time(i, elapsed, own);
      if (time != Timetable.NEVER && Math.max(time, entries.get(i).fromMillis()) <= atMillis) {
        due.putIfAbsent(entries.get(i).campaign(), time);
      }
    }
    return due;
  }

  private static Elapsed elapsed(Customer customer) {
    return customer.elapsed() == null ? Elapsed.NOTHING : customer.elapsed();
  }

  /** The next time of an entry, which may be past; {@link Timetable#NEVER} if its span has none. */
  private long time(int place, Elapsed elapsed, ZoneId own) {
    Entry entry = entries.get(place);
    ZoneId zone = own == null ? entry.zone() : own;
    long looked = entry.times().isZoned() ? elapsed.untilMillis() : elapsed.shownMillis(zone);
    long after = Math.max(looked, elapsed.unseenMillis());
    // What holds from the beginning of time begins in 1970: nobody was seen before.
    after = Math.max(after, Math.max(entry.sinceMillis(), 1) - 1);
    long next = next(place, after, zone);
    return next < entry.toMillis() ? next : Timetable.NEVER;
  }

  private long next(int place, long afterMillis, ZoneId zone) {
    Map<ZoneId, Answer> known = answers.get(place);
    Answer answer = known.get(zone);
    if (answer != null
        && answer.askedMillis() <= afterMillis
        && afterMillis < answer.nextMillis()) {
      return answer.nextMillis();
    }
    long next = entries.get(place).times().nextAfter(afterMillis, zone);
    // One customer who was looked at long ago is not to push aside what serves all others.
    if (answer == null || next >= answer.nextMillis()) {
      if (known.size() >= MAX_ZONES) {
        known.clear();
      }
      known.put(zone, new Answer(afterMillis, next));
    }
    return next;
  }
}
