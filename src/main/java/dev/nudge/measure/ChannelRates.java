package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.PoissonDistribution;

/**
 * How many messages of each channel of a tenant fail, and how many customers unsubscribe.
 *
 * <p>Judged is not the rate that is seen but what it proves: an alert begins if as many failures,
 * or more, have a chance below {@link #CHANCE} though the true rate is no higher than the bound. So
 * five failures of five are an alert, and 6 of 100 are none. It is over when the rate that is seen
 * is at most the bound, or there is none.
 */
final class ChannelRates {
  /** Channels of a tenant; what is said of others doesn't count. */
  static final int MAX_CHANNELS = 64;

  /** A greater share of failures is too many. */
  static final double MAX_FAILURES = 0.05;

  /** A greater share of those who unsubscribe is too many. */
  static final double MAX_UNSUBSCRIBED = 0.01;

  /** Of a false alarm at one look. */
  static final double CHANCE = 1e-6;

  /** Messages without which nothing is said about those who unsubscribe, for they come later. */
  static final long LEAST_SENT = 100;

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final int MINUTES = 60;
  private static final int HOURS = 24;

  /** Of a channel: sent and failed, and sent and unsubscribed. */
  private record Channel(Buckets minutes, Buckets hours) {
    Channel() {
      this(new Buckets(), new Buckets());
    }
  }

  private final NavigableMap<String, Channel> channels = new TreeMap<>();

  /** Whether it was added. */
  boolean add(AlertChange change) {
    if (channels.size() >= MAX_CHANNELS && !channels.containsKey(change.subject())) {
      return false;
    }
    Channel channel = channels.computeIfAbsent(change.subject(), none -> new Channel());
    long minute = change.minuteMillis();
    long hour = Math.floorDiv(minute, HOUR_MILLIS) * HOUR_MILLIS;
    switch (change.what()) {
      case SENT -> {
        channel.minutes.add(minute, change.count(), 0);
        channel.hours.add(hour, change.count(), 0);
      }
      case FAILED -> channel.minutes.add(minute, 0, change.count());
      case UNSUBSCRIBED -> channel.hours.add(hour, 0, change.count());
      default -> throw new IllegalArgumentException("not of a channel: " + change.what());
    }
    return true;
  }

  /** At the end of a minute. */
  void judge(long atMillis, OpenAlerts alerts) {
    channels.forEach((name, channel) -> judge(name, channel, atMillis, alerts));
    channels.values().removeIf(channel -> channel.minutes.isEmpty() && channel.hours.isEmpty());
  }

  private static void judge(String name, Channel channel, long atMillis, OpenAlerts alerts) {
    channel.minutes.forgetBefore(atMillis - MINUTES * MINUTE_MILLIS);
    long failed = channel.minutes.sumOfOthers();
    long tried = channel.minutes.sumOfOnes() + failed;
    if (isTooMany(failed, tried, MAX_FAILURES)) {
      alerts.open(AlertKind.FAILURE_RATE, name, atMillis, (double) failed / tried, MAX_FAILURES);
    } else if (failed <= tried * MAX_FAILURES) {
      alerts.close(AlertKind.FAILURE_RATE, name, atMillis);
    }
    if (Math.floorMod(atMillis, HOUR_MILLIS) != 0) {
      return;
    }
    channel.hours.forgetBefore(atMillis - HOURS * HOUR_MILLIS);
    long unsubscribed = channel.hours.sumOfOthers();
    long sent = channel.hours.sumOfOnes();
    if (sent >= LEAST_SENT && isTooManyOfMore(unsubscribed, sent, MAX_UNSUBSCRIBED)) {
      alerts.open(
          AlertKind.UNSUBSCRIBE_RATE,
          name,
          atMillis,
          (double) unsubscribed / sent,
          MAX_UNSUBSCRIBED);
    } else if (sent < LEAST_SENT || unsubscribed <= sent * MAX_UNSUBSCRIBED) {
      alerts.close(AlertKind.UNSUBSCRIBE_RATE, name, atMillis);
    }
  }

  /** Whether the rate is above a bound for certain: exact, after Clopper and Pearson. */
  static boolean isTooMany(long found, long of, double bound) {
    return found > of * bound
        && BinomialDistribution.of(Math.toIntExact(of), bound)
                .survivalProbability(Math.toIntExact(found - 1))
            < CHANCE;
  }

  /** The same where those found need not be among those who were counted. */
  static boolean isTooManyOfMore(long found, long of, double bound) {
    return found > of * bound
        && PoissonDistribution.of(of * bound).survivalProbability(Math.toIntExact(found - 1))
            < CHANCE;
  }

  /**
   * When a rate may change though nothing comes, epoch milliseconds, or {@link AlertBook#NEVER}.
   * Where nothing failed it stays at nothing until all is forgotten.
   *
   * @param judgedMillis up to when it was judged
   */
  long dueMillis(long judgedMillis) {
    long due = AlertBook.NEVER;
    for (Channel channel : channels.values()) {
      long forgotten =
          Math.max(
              channel.minutes.endMillis(MINUTE_MILLIS) + MINUTES * MINUTE_MILLIS,
              channel.hours.endMillis(HOUR_MILLIS) + HOURS * HOUR_MILLIS);
      due = Math.min(due, forgotten);
      if (channel.minutes.sumOfOthers() > 0) {
        long oldest = channel.minutes.byStart.firstKey();
        due = Math.min(due, oldest + (MINUTES + 1) * MINUTE_MILLIS);
      }
      if (channel.hours.sumOfOthers() > 0) {
        due = Math.min(due, Math.floorDiv(judgedMillis, HOUR_MILLIS) * HOUR_MILLIS + HOUR_MILLIS);
      }
    }
    return Math.max(due, judgedMillis + MINUTE_MILLIS);
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(channels.size());
    for (Map.Entry<String, Channel> each : channels.entrySet()) {
      Texts.write(out, each.getKey());
      each.getValue().minutes.write(out);
      each.getValue().hours.write(out);
    }
  }

  void read(CodedInputStream in) throws IOException {
    for (int left = in.readUInt32(); left > 0; left--) {
      Channel channel = new Channel();
      channels.put(in.readString(), channel);
      channel.minutes.read(in);
      channel.hours.read(in);
    }
  }
}
