package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Units;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.commons.statistics.distribution.PoissonDistribution;

/**
 * What a campaign has reached against its targets, and against an even pace: the target times the
 * share of its time that is over. What counts is the last touch, in the primary window.
 *
 * <p>A campaign is behind if so few paid orders, or fewer, have a chance below {@link #CHANCE} at
 * an even pace. It is judged when a tenth of its time is over; one of three days or more at the end
 * of each whole day only, since a day has its busy hours. It is behind no more when it is at the
 * pace, and when its time is over.
 */
final class TargetPace {
  /** The target of paid orders. */
  static final String PAID = "PAID";

  /** The target of revenue. */
  static final String REVENUE = "REVENUE";

  /** Windows of a campaign over all its versions; what is said of others doesn't count. */
  static final int MAX_WINDOWS = 16;

  /** Of a false alarm at one look. */
  static final double CHANCE = 1e-4;

  /** So many deviations a normal distribution is off with that chance, on one side. */
  private static final double NORMAL = 3.719016485455709;

  /** Amounts of orders make revenue as uncertain as orders would be with that variance. */
  private static final double OF_AMOUNTS = 3;

  /** Fewer orders say nothing about revenue. */
  private static final long LEAST_ORDERS = 10;

  private static final long HOUR_MILLIS = 3_600_000L;
  private static final long DAY_MILLIS = 86_400_000L;
  private static final int FIRST_LOOK = 10;
  private static final int FIRST_LOOK_AT_NOTHING = 4;
  private static final int NEXT_TO_NOTHING = 10;
  private static final int PARTS = 4;

  /** What one window brought, by part. */
  private static final class Reached {
    final long[] paid = new long[PARTS];
    final BigInteger[] revenueUnits = new BigInteger[PARTS];

    Reached() {
      Arrays.fill(revenueUnits, BigInteger.ZERO);
    }

    long paid() {
      return Arrays.stream(paid).sum();
    }

    BigInteger revenueUnits() {
      return Arrays.stream(revenueUnits).reduce(BigInteger.ZERO, BigInteger::add);
    }
  }

  private final NavigableMap<Long, Reached> windows = new TreeMap<>();

  /** Whether it was added. */
  boolean add(AlertChange change, AlertTerms terms) {
    long window = Long.parseLong(change.subject());
    if (windows.size() >= MAX_WINDOWS && !windows.containsKey(window)) {
      return false;
    }
    Reached reached = windows.computeIfAbsent(window, none -> new Reached());
    int part = terms == null ? 0 : terms.part(change.minuteMillis()).number();
    if (change.what() == AlertCount.PAID) {
      reached.paid[part] += change.count();
    } else {
      reached.revenueUnits[part] = reached.revenueUnits[part].add(change.amount());
    }
    return true;
  }

  /** Whether there is a pace: something is to be reached by a certain time. */
  static boolean isSet(AlertTerms terms) {
    return terms != null
        && !terms.stopped()
        && terms.toMillis() != Long.MAX_VALUE
        && (terms.paid() > 0 || terms.revenueUnits() > 0);
  }

  private static long beginMillis(AlertTerms terms, long firstMillis) {
    return terms.fromMillis() == Long.MIN_VALUE ? firstMillis : terms.fromMillis();
  }

  /**
   * At the end of an hour.
   *
   * @param firstMillis when the campaign first did something, which is its begin if it names none
   */
  void judge(AlertTerms terms, long firstMillis, long atMillis, OpenAlerts alerts) {
    if (!isSet(terms) || atMillis >= terms.toMillis()) {
      long end = terms == null ? atMillis : Math.min(atMillis, terms.toMillis());
      alerts.close(AlertKind.BEHIND_TARGET, PAID, end);
      alerts.close(AlertKind.BEHIND_TARGET, REVENUE, end);
      return;
    }
    long begin = beginMillis(terms, firstMillis);
    long length = terms.toMillis() - begin;
    long over = atMillis - begin;
    if (length <= 0 || over * FIRST_LOOK < length) {
      return;
    }
    boolean newDay =
        Math.floorDiv(over, DAY_MILLIS) != Math.floorDiv(over - HOUR_MILLIS, DAY_MILLIS);
    if (length >= 3 * DAY_MILLIS && !newDay) {
      return;
    }
    double share = (double) over / length;
    Reached reached = windows.getOrDefault(terms.windowMillis(), new Reached());
    long paid = reached.paid();
    if (terms.paid() > 0) {
      double pace = terms.paid() * share;
      set(PAID, isBehind(paid, pace), (double) paid, pace, atMillis, alerts);
    }
    if (terms.revenueUnits() > 0) {
      double pace = terms.revenueUnits() * share / Units.ONE;
      double revenue = reached.revenueUnits().doubleValue() / Units.ONE;
      boolean enough = paid >= LEAST_ORDERS && revenue > 0;
      boolean nothing = share * FIRST_LOOK_AT_NOTHING >= 1 && revenue * NEXT_TO_NOTHING < pace;
      boolean behind = enough ? isBehind(paid, revenue, pace) : nothing;
      set(REVENUE, behind, revenue, pace, atMillis, alerts);
    }
  }

  private static void set(
      String target, boolean behind, double actual, double pace, long atMillis, OpenAlerts alerts) {
    if (behind) {
      alerts.open(AlertKind.BEHIND_TARGET, target, atMillis, actual, pace);
    } else if (actual >= pace) {
      alerts.close(AlertKind.BEHIND_TARGET, target, atMillis);
    }
  }

  /** Whether so few orders are no chance. */
  static boolean isBehind(long paid, double pace) {
    return paid < pace
        && PoissonDistribution.of(pace)
                .cumulativeProbability((int) Math.min(Integer.MAX_VALUE, Math.max(0, paid)))
            < CHANCE;
  }

  /** The same of revenue: whether so few orders of their mean amount are no chance. */
  static boolean isBehind(long paid, double revenue, double pace) {
    double orders = pace / (revenue / paid);
    return orders - paid > NORMAL * Math.sqrt(OF_AMOUNTS * orders);
  }

  /** How far it is, at the end of an hour: as a whole, and in the part in which the hour ends. */
  List<TargetRow> rows(AlertTerms terms, long firstMillis, long atMillis, long inputs) {
    List<TargetRow> rows = new ArrayList<>();
    if (!isSet(terms) || atMillis - HOUR_MILLIS >= terms.toMillis()) {
      return rows;
    }
    long begin = beginMillis(terms, firstMillis);
    long length = terms.toMillis() - begin;
    if (length <= 0 || atMillis <= begin) {
      return rows;
    }
    Reached reached = windows.getOrDefault(terms.windowMillis(), new Reached());
    List<AlertTerms.Part> parts = new ArrayList<>(List.of(AlertTerms.Part.NONE));
    AlertTerms.Part part = terms.part(atMillis - 1);
    if (part != AlertTerms.Part.NONE) {
      parts.add(part);
    }
    for (AlertTerms.Part each : parts) {
      boolean whole = each == AlertTerms.Part.NONE;
      long overMillis = terms.overMillis(each, begin, atMillis);
      long partMillis = terms.overMillis(each, begin, Long.MAX_VALUE);
      if (terms.paid() > 0) {
        long actual = whole ? reached.paid() : reached.paid[each.number()];
        rows.add(
            row(
                terms,
                PAID,
                each,
                atMillis,
                BigDecimal.valueOf(actual),
                BigDecimal.valueOf(terms.paid()),
                partMillis,
                overMillis,
                length,
                inputs));
      }
      if (terms.revenueUnits() > 0) {
        BigInteger units = whole ? reached.revenueUnits() : reached.revenueUnits[each.number()];
        rows.add(
            row(
                terms,
                REVENUE,
                each,
                atMillis,
                new BigDecimal(units, Units.SCALE),
                BigDecimal.valueOf(terms.revenueUnits(), Units.SCALE),
                partMillis,
                overMillis,
                length,
                inputs));
      }
    }
    return rows;
  }

  private static TargetRow row(
      AlertTerms terms,
      String metric,
      AlertTerms.Part part,
      long atMillis,
      BigDecimal actual,
      BigDecimal target,
      long partMillis,
      long overMillis,
      long lengthMillis,
      long inputs) {
    return new TargetRow(
        terms.tenant(),
        terms.campaign(),
        atMillis - HOUR_MILLIS,
        metric,
        part,
        actual,
        share(target, partMillis, lengthMillis),
        share(target, overMillis, lengthMillis),
        inputs);
  }

  private static BigDecimal share(BigDecimal target, long millis, long ofMillis) {
    return target
        .multiply(BigDecimal.valueOf(millis))
        .divide(BigDecimal.valueOf(ofMillis), Units.SCALE, RoundingMode.HALF_UP);
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(windows.size());
    for (Map.Entry<Long, Reached> each : windows.entrySet()) {
      out.writeSInt64NoTag(each.getKey());
      for (int part = 0; part < PARTS; part++) {
        out.writeSInt64NoTag(each.getValue().paid[part]);
        out.writeByteArrayNoTag(each.getValue().revenueUnits[part].toByteArray());
      }
    }
  }

  void read(CodedInputStream in) throws IOException {
    for (int left = in.readUInt32(); left > 0; left--) {
      Reached reached = new Reached();
      windows.put(in.readSInt64(), reached);
      for (int part = 0; part < PARTS; part++) {
        reached.paid[part] = in.readSInt64();
        reached.revenueUnits[part] = new BigInteger(in.readByteArray());
      }
    }
  }
}
