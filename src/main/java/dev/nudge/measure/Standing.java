package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.OrderStatus;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a customer's deeds, each after the one before it, add to the tables; and all that must be
 * known of the past for that.
 *
 * <p>Kept for good: when the first and the latest order were paid. Until its time has passed: the
 * acquisition (seven days, or until paid), what was counted in the current hour and on the current
 * day, {@link OpenVisits}.
 */
final class Standing {
  /** Currencies, by segment and step, of which a customer is counted once in an hour. */
  static final int MAX_COUNTED = 64;

  private static final long NEVER = Long.MIN_VALUE;
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;
  private static final long ACTIVATION_MILLIS = 7 * DAY_MILLIS;
  private static final List<Integer> RETENTION_DAYS = List.of(30, 60, 90);

  private final String tenant;
  private final OpenVisits visits;
  private long firstPaidMillis = NEVER;
  private long lastPaidMillis = NEVER;
  private boolean paidAgain;

  /** When the customer became a prospect, while it matters. */
  private long prospectMillis = NEVER;

  private String prospectSource = "";

  private long hourMillis = NEVER;

  /** Of what the customer was counted in that hour. */
  private final Set<String> counted = new TreeSet<>();

  private long dayMillis = NEVER;
  private boolean active;
  private boolean sharer;

  Standing(String tenant) {
    this(tenant, new OpenVisits(tenant));
  }

  private Standing(String tenant, OpenVisits visits) {
    this.tenant = tenant;
    this.visits = visits;
  }

  Standing copy() {
    Standing copy = new Standing(tenant, visits.copy());
    copy.firstPaidMillis = firstPaidMillis;
    copy.lastPaidMillis = lastPaidMillis;
    copy.paidAgain = paidAgain;
    copy.prospectMillis = prospectMillis;
    copy.prospectSource = prospectSource;
    copy.hourMillis = hourMillis;
    copy.counted.addAll(counted);
    copy.dayMillis = dayMillis;
    copy.active = active;
    copy.sharer = sharer;
    return copy;
  }

  boolean isEmpty() {
    return visits.isEmpty()
        && firstPaidMillis == NEVER
        && prospectMillis == NEVER
        && hourMillis == NEVER
        && dayMillis == NEVER;
  }

  /** A deed, not before any that came earlier. */
  void apply(Deed deed, TallySheet sheet) {
    if (deed instanceof Ordered order) {
      ordered(order, sheet);
    } else if (deed instanceof Clicked click) {
      clicked(click, sheet);
    } else if (deed instanceof Entered entered) {
      entered(entered, sheet);
    }
  }

  /** Forgets what no deed from then on can need. */
  /** When everything that expires has; {@link CustomerLedger#NEVER} where nothing does. */
  long expiresMillis() {
    long expires = visits.expiresMillis();
    if (prospectMillis != NEVER) {
      expires = Math.max(expires, prospectMillis + ACTIVATION_MILLIS);
    }
    if (hourMillis != NEVER) {
      expires = Math.max(expires, hourMillis + HOUR_MILLIS);
    }
    if (dayMillis != NEVER) {
      expires = Math.max(expires, dayMillis + DAY_MILLIS);
    }
    return expires == NEVER ? CustomerLedger.NEVER : expires;
  }

  void expire(long nowMillis) {
    visits.expire(nowMillis);
    if (prospectMillis != NEVER && nowMillis - prospectMillis >= ACTIVATION_MILLIS) {
      forgetProspect();
    }
    if (hourMillis != NEVER && nowMillis - hourMillis >= HOUR_MILLIS) {
      hourMillis = NEVER;
      counted.clear();
    }
    if (dayMillis != NEVER && nowMillis - dayMillis >= DAY_MILLIS) {
      dayMillis = NEVER;
      active = false;
      sharer = false;
    }
  }

  private void ordered(Ordered order, TallySheet sheet) {
    if (order.status() == OrderStatus.REFUNDED) {
      revenue(order, 0, BigInteger.valueOf(-order.amountUnits()), sheet);
    } else if (order.status() != OrderStatus.CANCELLED) {
      boolean old =
          lastPaidMillis != NEVER && order.atMillis() - lastPaidMillis <= order.lostMillis();
      count(order, OrderSegment.TOTAL, sheet);
      count(order, old ? OrderSegment.OLD : OrderSegment.NEW, sheet);
      active(order.atMillis(), sheet);
    }
    if (order.status() == OrderStatus.PAID) {
      revenue(order, 1, BigInteger.valueOf(order.amountUnits()), sheet);
      if (firstPaidMillis == NEVER) {
        paidFirst(order.atMillis(), sheet);
      } else {
        paidAfter(order, sheet);
      }
      lastPaidMillis = order.atMillis();
    }
  }

  private void count(Ordered order, OrderSegment segment, TallySheet sheet) {
    boolean paid = order.status() == OrderStatus.PAID;
    long hour = floor(order.atMillis(), HOUR_MILLIS);
    TallyRow row =
        new TallyRow(
            TallyTable.ORDERS_HOURLY, tenant, hour, List.of(order.currency(), segment.name()));
    sheet.add(
        row,
        paid ? TallyColumn.ORDERS_PAID : TallyColumn.ORDERS_PLACED,
        1,
        BigInteger.valueOf(order.amountUnits()));
    if (hour != hourMillis) {
      hourMillis = hour;
      counted.clear();
    }
    String once = segment.name() + ' ' + order.status().name() + ' ' + order.currency();
    if (counted.contains(once)) {
      return;
    }
    if (counted.size() < MAX_COUNTED) {
      counted.add(once);
    }
    sheet.one(row, paid ? TallyColumn.PAYING_CUSTOMERS : TallyColumn.ORDERING_CUSTOMERS);
  }

  private void paidFirst(long atMillis, TallySheet sheet) {
    firstPaidMillis = atMillis;
    sheet.one(daily(LifecycleMetric.FIRST_PAID, atMillis, "", ""), TallyColumn.CUSTOMERS);
    if (prospectMillis != NEVER) {
      if (atMillis - prospectMillis < ACTIVATION_MILLIS) {
        sheet.one(
            daily(LifecycleMetric.ACTIVATED, prospectMillis, prospectSource, ""),
            TallyColumn.CUSTOMERS);
      }
      forgetProspect();
    }
  }

  private void paidAfter(Ordered order, TallySheet sheet) {
    long interval = order.atMillis() - lastPaidMillis;
    TallyRow row =
        new TallyRow(
            TallyTable.REPURCHASE_DAILY,
            tenant,
            floor(order.atMillis(), DAY_MILLIS),
            List.of(RepurchaseInterval.of(interval).days(), order.touch().name()));
    sheet.add(row, TallyColumn.INTERVALS, 1, BigInteger.valueOf(interval));
    if (paidAgain) {
      return;
    }
    paidAgain = true;
    for (int days : RETENTION_DAYS) {
      if (order.atMillis() - firstPaidMillis < days * DAY_MILLIS) {
        sheet.one(
            daily(LifecycleMetric.RETAINED, firstPaidMillis, "", Integer.toString(days)),
            TallyColumn.CUSTOMERS);
      }
    }
  }

  private void revenue(Ordered order, long orders, BigInteger amount, TallySheet sheet) {
    sheet.add(
        daily(LifecycleMetric.REVENUE, order.atMillis(), "", order.currency()),
        TallyColumn.CUSTOMERS,
        orders,
        amount);
  }

  private void clicked(Clicked click, TallySheet sheet) {
    visits.clicked(click, sheet);
    active(click.atMillis(), sheet);
    if (click.shared()) {
      sheet.one(daily(LifecycleMetric.SHARES, click.atMillis(), "", ""), TallyColumn.CUSTOMERS);
      if (!sharer) {
        sharer = true;
        sheet.one(daily(LifecycleMetric.SHARERS, click.atMillis(), "", ""), TallyColumn.CUSTOMERS);
      }
    }
  }

  private void active(long atMillis, TallySheet sheet) {
    long day = floor(atMillis, DAY_MILLIS);
    if (day != dayMillis) {
      dayMillis = day;
      active = false;
      sharer = false;
    }
    if (!active) {
      active = true;
      sheet.one(daily(LifecycleMetric.ACTIVE, atMillis, "", ""), TallyColumn.CUSTOMERS);
    }
  }

  private void entered(Entered change, TallySheet sheet) {
    long at = change.atMillis();
    String from = change.from() == null ? "" : change.from().name();
    sheet.one(daily(LifecycleMetric.FLOW, at, from, change.to().name()), TallyColumn.CUSTOMERS);
    if (change.from() == null && change.to() == LifecycleStage.PROSPECT) {
      String source = visits.sourceAt(at);
      sheet.one(daily(LifecycleMetric.ACQUIRED, at, source, ""), TallyColumn.CUSTOMERS);
      if (firstPaidMillis == NEVER) {
        prospectMillis = at;
        prospectSource = source;
      } else if (firstPaidMillis == at) {
        // Events of an instant come before the stages they lead to: it was paid just now.
        sheet.one(daily(LifecycleMetric.ACTIVATED, at, source, ""), TallyColumn.CUSTOMERS);
      }
    }
  }

  private void forgetProspect() {
    prospectMillis = NEVER;
    prospectSource = "";
  }

  private TallyRow daily(LifecycleMetric metric, long atMillis, String segment, String detail) {
    return new TallyRow(
        TallyTable.LIFECYCLE_DAILY,
        tenant,
        floor(atMillis, DAY_MILLIS),
        List.of(metric.name(), segment, detail));
  }

  private static long floor(long millis, long step) {
    return Math.floorDiv(millis, step) * step;
  }

  void write(CodedOutputStream out) throws IOException {
    visits.write(out);
    write(out, firstPaidMillis);
    write(out, lastPaidMillis);
    out.writeBoolNoTag(paidAgain);
    write(out, prospectMillis);
    Texts.write(out, prospectSource);
    write(out, hourMillis);
    out.writeUInt32NoTag(counted.size());
    for (String once : counted) {
      Texts.write(out, once);
    }
    write(out, dayMillis);
    out.writeBoolNoTag(active);
    out.writeBoolNoTag(sharer);
  }

  static Standing read(String tenant, CodedInputStream in) throws IOException {
    Standing ledger = new Standing(tenant, OpenVisits.read(tenant, in));
    ledger.firstPaidMillis = readInstant(in);
    ledger.lastPaidMillis = readInstant(in);
    ledger.paidAgain = in.readBool();
    ledger.prospectMillis = readInstant(in);
    ledger.prospectSource = in.readString();
    ledger.hourMillis = readInstant(in);
    for (int left = in.readUInt32(); left > 0; left--) {
      ledger.counted.add(in.readString());
    }
    ledger.dayMillis = readInstant(in);
    ledger.active = in.readBool();
    ledger.sharer = in.readBool();
    return ledger;
  }

  private static void write(CodedOutputStream out, long instant) throws IOException {
    out.writeBoolNoTag(instant != NEVER);
    if (instant != NEVER) {
      out.writeSInt64NoTag(instant);
    }
  }

  private static long readInstant(CodedInputStream in) throws IOException {
    return in.readBool() ? in.readSInt64() : NEVER;
  }
}
