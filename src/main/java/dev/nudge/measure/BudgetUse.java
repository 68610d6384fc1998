package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How much of its budgets a campaign has reserved, by its sent decisions: in all, and on each day.
 *
 * <p>A budget is spent when what is left is less than a grant cost so far, on average: Decide never
 * over-grants, so it is hardly ever reached to the last cent. What Decide gives back, of failed or
 * lapsed grants, isn't taken off.
 */
final class BudgetUse {
  /** Days that are kept; a grant of an older one adds to the whole only. */
  static final int MAX_DAYS = 3;

  private static final BigInteger E8_PER_UNIT = BigInteger.valueOf(10_000);
  private static final double E8 = 1e8;
  private static final BigInteger FOUR = BigInteger.valueOf(4);
  private static final BigInteger FIVE = BigInteger.valueOf(5);

  private BigInteger allE8 = BigInteger.ZERO;

  /** Grants that cost that. */
  private long grants;

  /** By date, as ISO 8601 says it, whose order is that of days. */
  private final NavigableMap<String, BigInteger> days = new TreeMap<>();

  void add(AlertChange change) {
    allE8 = allE8.add(change.amount());
    days.merge(change.subject(), change.amount(), BigInteger::add);
    grants += change.count();
  }

  /** At the end of a minute. */
  void judge(AlertTerms terms, long atMillis, OpenAlerts alerts) {
    if (atMillis >= terms.toMillis()) {
      // Nothing is sent any more.
      close("", terms.toMillis(), alerts);
      days.keySet().forEach(day -> close(day, terms.toMillis(), alerts));
      days.clear();
      return;
    }
    judge("", allE8, terms.budgetUnits(), atMillis, alerts);
    Iterator<Map.Entry<String, BigInteger>> all = days.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, BigInteger> day = all.next();
      long end = endMillis(day.getKey(), terms.zone());
      // A day's alert ends with it, and at the latest when there are too many days.
      if (end <= atMillis || days.size() > MAX_DAYS) {
        close(day.getKey(), Math.min(end, atMillis), alerts);
        all.remove();
      } else {
        judge(day.getKey(), day.getValue(), terms.perDayUnits(), atMillis, alerts);
      }
    }
  }

  private static long endMillis(String day, String zone) {
    return LocalDate.parse(day)
        .plusDays(1)
        .atStartOfDay(ZoneId.of(zone))
        .toInstant()
        .toEpochMilli();
  }

  private static void close(String day, long endMillis, OpenAlerts alerts) {
    alerts.close(AlertKind.BUDGET_80, day, endMillis);
    alerts.close(AlertKind.BUDGET_100, day, endMillis);
  }

  private void judge(
      String subject, BigInteger usedE8, long limitUnits, long atMillis, OpenAlerts alerts) {
    if (limitUnits == Long.MAX_VALUE || grants <= 0) {
      close(subject, atMillis, alerts);
      return;
    }
    BigInteger limitE8 = BigInteger.valueOf(limitUnits).multiply(E8_PER_UNIT);
    boolean most = usedE8.multiply(FIVE).compareTo(limitE8.multiply(FOUR)) >= 0;
    // A grant that costs nothing still can be sent when nothing is left.
    BigInteger next = usedE8.add(allE8.divide(BigInteger.valueOf(grants)).max(BigInteger.ONE));
    boolean all = next.compareTo(limitE8) > 0;
    double used = usedE8.doubleValue() / E8;
    double limit = limitE8.doubleValue() / E8;
    set(AlertKind.BUDGET_80, subject, most, atMillis, used, limit * 4 / 5, alerts);
    set(AlertKind.BUDGET_100, subject, all, atMillis, used, limit, alerts);
  }

  /** A new version may raise a budget, which ends its alerts. */
  private static void set(
      AlertKind kind,
      String subject,
      boolean holds,
      long atMillis,
      double used,
      double bound,
      OpenAlerts alerts) {
    if (holds) {
      alerts.open(kind, subject, atMillis, used, bound);
    } else {
      alerts.close(kind, subject, atMillis);
    }
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeByteArrayNoTag(allE8.toByteArray());
    out.writeSInt64NoTag(grants);
    out.writeUInt32NoTag(days.size());
    for (Map.Entry<String, BigInteger> day : days.entrySet()) {
      Texts.write(out, day.getKey());
      out.writeByteArrayNoTag(day.getValue().toByteArray());
    }
  }

  void read(CodedInputStream in) throws IOException {
    allE8 = new BigInteger(in.readByteArray());
    grants = in.readSInt64();
    for (int left = in.readUInt32(); left > 0; left--) {
      days.put(in.readString(), new BigInteger(in.readByteArray()));
    }
  }
}
