package dev.nudge.detect;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;

/**
 * Up to when timetables have been looked at for a customer: in time and by the customer's own
 * clock, which a new zone puts forward or back.
 *
 * <p>Example: a push of 10:00 came to Anna in Shanghai, and her clock has shown 10:00 since. When
 * she moves to New York, it will show 10:00 again the same day, and nothing comes. Had she moved
 * the other way at 09:00, her clock would have skipped 10:00, and the push would come at once.
 *
 * @param unseenMillis the last millisecond before the customer was first seen, epoch milliseconds
 * @param untilMillis the last instant at which a time came, or was past unseen, epoch milliseconds
 * @param clockMillis what the clock showed then, or later, as the milliseconds from
 *     1970-01-01T00:00 of that clock
 */
public record Elapsed(long unseenMillis, long untilMillis, long clockMillis) {
  /** Of a customer who was seen before any timetable was there. */
  static final Elapsed NOTHING = new Elapsed(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);

  /** Of a customer who is first seen at that instant: a time at that very instant is to come. */
  static Elapsed firstSeen(long atMillis, ZoneId zone) {
    long before = atMillis - 1;
    return new Elapsed(before, before, clock(before, zone));
  }

  /** Up to an instant. */
  Elapsed until(long atMillis, ZoneId zone) {
    return new Elapsed(
        unseenMillis,
        Math.max(untilMillis, atMillis),
        Math.max(clockMillis, clock(atMillis, zone)));
  }

  /** The instant at which a clock first shows what was looked at last. */
  long shownMillis(ZoneId zone) {
    return clockMillis == Long.MIN_VALUE
        ? Long.MIN_VALUE
        : LocalDateTime.ofInstant(Instant.ofEpochMilli(clockMillis), ZoneOffset.UTC)
            .atZone(zone)
            .toInstant()
            .toEpochMilli();
  }

  /** What a clock shows; while it shows an hour for the second time, the end of that hour. */
  private static long clock(long atMillis, ZoneId zone) {
    Instant at = Instant.ofEpochMilli(atMillis);
    LocalDateTime local = LocalDateTime.ofInstant(at, zone);
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (change != null && change.isOverlap() && !at.isBefore(change.getInstant())) {
      local = change.getDateTimeBefore().minusNanos(1_000_000);
    }
    return local.toInstant(ZoneOffset.UTC).toEpochMilli();
  }
}
