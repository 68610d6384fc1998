package dev.nudge.definition;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;

/**
 * The times of a campaign's own push.
 *
 * <p>Where a time names no zone it is told by each customer's clock. A time that a clock skips in
 * spring comes as much later as the clock was put forward; one that it shows twice in autumn comes
 * at the first of the two.
 */
public sealed interface Timetable {
  /** What {@link #nextAfter} says where no time comes any more. */
  long NEVER = Long.MAX_VALUE;

  /** No clock of the world is further ahead of UTC. */
  ZoneOffset EAST = ZoneOffset.ofHours(14);

  /** No clock of the world is further behind UTC. */
  ZoneOffset WEST = ZoneOffset.ofHours(-12);

  /**
   * The next time.
   *
   * @param afterMillis epoch milliseconds; a time at that instant is past
   * @param zone the customer's
   * @return epoch milliseconds, or {@link #NEVER}
   */
  long nextAfter(long afterMillis, ZoneId zone);

  /** Whether it is the same instant for everybody, whatever their zone. */
  boolean isZoned();

  /**
   * One instant, {@code 2026-11-11T10:00+08:00}.
   *
   * @param atMillis epoch milliseconds
   */
  record Once(long atMillis) implements Timetable {
    @Override
    public long nextAfter(long afterMillis, ZoneId zone) {
      return atMillis > afterMillis ? atMillis : NEVER;
    }

    @Override
    public boolean isZoned() {
      return true;
    }
  }

  /**
   * One time of each customer's clock, {@code 2026-11-11T10:00}.
   *
   * @param at the time
   */
  record OnceLocal(LocalDateTime at) implements Timetable {
    @Override
    public long nextAfter(long afterMillis, ZoneId zone) {
      long atMillis = at.atZone(zone).toInstant().toEpochMilli();
      return atMillis > afterMillis ? atMillis : NEVER;
    }

    @Override
    public boolean isZoned() {
      return false;
    }
  }

  /**
   * Again and again by each customer's clock, {@code 0 10 * * MON}.
   *
   * @param cron the five fields
   */
  record Every(Cron cron) implements Timetable {
    @Override
    public long nextAfter(long afterMillis, ZoneId zone) {
      Instant after = Instant.ofEpochMilli(afterMillis);
      LocalDateTime local = LocalDateTime.ofInstant(after, zone);
      ZoneOffsetTransition changed = zone.getRules().previousTransition(after.plusNanos(1));
      if (changed != null
          && changed.isGap()
          && local.isBefore(changed.getDateTimeAfter().plus(changed.getDuration()))) {
        // What the clock skipped is told by it an hour later, so it may be still to come.
        local = changed.getDateTimeBefore().minusMinutes(1);
      }
      while (true) {
        local = cron.nextAfter(local);
        if (local == null) {
          return NEVER;
        }
        long atMillis = local.atZone(zone).toInstant().toEpochMilli();
        if (atMillis > afterMillis) {
          return atMillis;
        }
      }
    }

    @Override
    public boolean isZoned() {
      return false;
    }
  }
}
