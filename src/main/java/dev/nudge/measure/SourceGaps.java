package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which topics say nothing any more, while time goes on by what others say.
 *
 * <p>A topic is silent when it has said nothing for more than {@link #TIMES} times its longest gap
 * of the last two weeks, among those that began at the same time of the day: in the hour of the day
 * at which it fell silent, the one before or the one after. So a pause at night that comes every
 * night is none, and ten minutes in the middle of the day may be one.
 *
 * <p>A topic that has said nothing for two weeks is no source any more: its alert ends, and it is
 * forgotten.
 *
 * <p>Of n gaps alike in kind and exponential, another one is three times as long as all of them
 * with a chance of 6 / ((n + 1) (n + 2) (n + 3)).
 */
final class SourceGaps {
  /** Topics; what is said of others doesn't count. */
  static final int MAX_TOPICS = 32;

  /** How many times the longest gap is a silence. */
  static final int TIMES = 3;

  /** Gaps without which nothing is said of a time of the day. */
  static final int LEAST_GAPS = 50;

  /** A shorter silence is none, whatever the topic's gaps are: in minutes. */
  static final long LEAST_MINUTES = 10;

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final int HOURS_A_DAY = 24;
  private static final int DAYS = 14;

  private static final class Topic {
    /** The begin of the last minute in which it said something. */
    long lastMillis = Long.MIN_VALUE;

    /** By the hour in which a gap began: the longest one in minutes, and how many. */
    final Buckets gaps = new Buckets();

    void said(long minuteMillis) {
      if (lastMillis != Long.MIN_VALUE && minuteMillis > lastMillis) {
        long gap = (minuteMillis - lastMillis) / MINUTE_MILLIS;
        long bound = boundMinutes();
        // What was a silence is no measure of the next one; but what is usual may change slowly.
        long learnt = bound == 0 ? gap : Math.min(gap, bound);
        long hour = hourOf(lastMillis);
        long longest = gaps.one(hour);
        gaps.add(hour, Math.max(longest, learnt) - longest, 1);
      }
      lastMillis = Math.max(lastMillis, minuteMillis);
    }

    /** How long it may say nothing, in minutes; 0 where too little is known. */
    long boundMinutes() {
      long hourOfDay = hourOfDay(lastMillis);
      long longest = 0;
      long known = 0;
      for (Map.Entry<Long, long[]> each : gaps.byStart.entrySet()) {
        long apart = Math.floorMod(hourOfDay(each.getKey()) - hourOfDay, HOURS_A_DAY);
        if (apart <= 1 || apart == HOURS_A_DAY - 1) {
          longest = Math.max(longest, each.getValue()[0]);
          known += each.getValue()[1];
        }
      }
      return known < LEAST_GAPS ? 0 : Math.max(LEAST_MINUTES, TIMES * longest);
    }
  }

  private final NavigableMap<String, Topic> topics = new TreeMap<>();

  /** Whether it was added. */
  boolean add(AlertChange change) {
    if (topics.size() >= MAX_TOPICS && !topics.containsKey(change.subject())) {
      return false;
    }
    topics.computeIfAbsent(change.subject(), none -> new Topic()).said(change.minuteMillis());
    return true;
  }

  /**
   * At the end of a minute. Where nobody says anything nobody is silent: time stands still, and
   * nothing begins or ends before another record.
   */
  void judge(long atMillis, OpenAlerts alerts) {
    long newest = Long.MIN_VALUE;
    for (Topic topic : topics.values()) {
      newest = Math.max(newest, topic.lastMillis);
    }
    long nowMillis = newest + MINUTE_MILLIS;
    long oldest = hourOf(nowMillis) - DAYS * HOURS_A_DAY * HOUR_MILLIS;
    topics.forEach(
        (name, topic) -> {
          topic.gaps.forgetBefore(oldest);
          if (topic.lastMillis < oldest) {
            alerts.close(AlertKind.SOURCE_SILENT, name, atMillis);
          } else {
            judge(name, topic, nowMillis, atMillis, alerts);
          }
        });
    topics.values().removeIf(topic -> topic.lastMillis < oldest);
  }

  private static void judge(
      String name, Topic topic, long nowMillis, long atMillis, OpenAlerts alerts) {
    long silent = (nowMillis - topic.lastMillis) / MINUTE_MILLIS;
    if (alerts.isOpen(AlertKind.SOURCE_SILENT, name)) {
      // What was forgotten meanwhile doesn't end it, but another record.
      if (silent <= 1) {
        alerts.close(AlertKind.SOURCE_SILENT, name, atMillis);
      }
      return;
    }
    long bound = topic.boundMinutes();
    if (bound > 0 && silent > bound) {
      alerts.open(AlertKind.SOURCE_SILENT, name, atMillis, (double) silent, (double) bound);
    }
  }

  private static long hourOf(long millis) {
    return Math.floorDiv(millis, HOUR_MILLIS) * HOUR_MILLIS;
  }

  private static long hourOfDay(long millis) {
    return Math.floorMod(Math.floorDiv(millis, HOUR_MILLIS), (long) HOURS_A_DAY);
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(topics.size());
    for (Map.Entry<String, Topic> each : topics.entrySet()) {
      Texts.write(out, each.getKey());
      out.writeSInt64NoTag(each.getValue().lastMillis);
      each.getValue().gaps.write(out);
    }
  }

  void read(CodedInputStream in) throws IOException {
    for (int left = in.readUInt32(); left > 0; left--) {
      Topic topic = new Topic();
      topics.put(in.readString(), topic);
      topic.lastMillis = in.readSInt64();
      topic.gaps.read(in);
    }
  }
}
