package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Order;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.StageChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one customer adds to the tables of orders, traffic, products, lifecycle and repurchases;
 * what is late corrects what was said.
 *
 * <p>The deeds that something late may come before are kept, and the {@link Standing} as it was
 * before the first of them. A late event takes back what the deeds from there on had added, and
 * adds what they add with it in its place; what is the same in both is not said. Example: Anna paid
 * on day 1 and day 9. A payment of day 8 comes late: one interval of {@code 7-14} days less and one
 * more, for it is day 8's now, and one of {@code 0-3} more.
 *
 * <p>State: at most {@value #MAX_DEEDS} deeds, until {@link #forget}, and the ledger before and
 * after them.
 */
public final class CustomerTallies {
  /** Deeds that are kept; above it the oldest goes, and nothing can come before it any more. */
  public static final int MAX_DEEDS = 500;

  /** A copy this much later, or earlier, is still a copy. */
  private static final long COPY_MILLIS = 24 * 3_600_000L;

  private static final long DAY_MILLIS = 86_400_000L;
  private static final String SHARED = "Product Shared";

  private final List<Deed> deeds;

  /** Before the deeds that are kept. */
  private Standing before;

  /** After them. */
  private Standing after;

  /** What is earlier is refused. */
  private long floorMillis;

  /** What became of an event. */
  public enum Outcome {
    /** It counts. */
    COUNTED,
    /** It is of no kind that counts here. */
    IGNORED,
    /** A copy of a deed that is kept, or another payment of an order. */
    COPY,
    /** What came after it is not remembered as single deeds any more. */
    TOO_OLD
  }

  /** A customer of whom nothing is known. */
  public CustomerTallies(String tenant) {
    this(new ArrayList<>(), new Standing(tenant), new Standing(tenant), Long.MIN_VALUE);
  }

  private CustomerTallies(List<Deed> deeds, Standing before, Standing after, long floorMillis) {
    this.deeds = deeds;
    this.before = before;
    this.after = after;
    this.floorMillis = floorMillis;
  }

  /**
   * Something happened, in its order or late.
   *
   * @param event an event that is no copy, as far as is known
   * @param lostDays after so many days without a paid order a customer counts as new, by the policy
   *     in force
   * @param touch for a paid order what its last touch was
   * @param sheet gets what this adds
   */
  public Outcome happened(
      CustomerEvent event, int lostDays, RepurchaseTouch touch, TallySheet sheet) {
    Deed deed = deed(event, lostDays, touch);
    if (deed == null) {
      return Outcome.IGNORED;
    }
    Outcome outcome = take(deed, sheet);
    if (outcome == Outcome.COUNTED) {
      ProductTallies.add(event, sheet);
    }
    return outcome;
  }

  /** The customer entered a stage; of an instant it comes after the events. */
  public Outcome entered(StageChange change, TallySheet sheet) {
    return take(
        new Entered(change.atMillis(), change.from(), change.to(), change.version()), sheet);
  }

  /**
   * The last touch of a paid order is another one, for a decision came late.
   *
   * @return whether the order is still remembered
   */
  public boolean touched(String orderId, RepurchaseTouch touch, TallySheet sheet) {
    for (int i = 0; i < deeds.size(); i++) {
      if (deeds.get(i) instanceof Ordered order && isPaid(order, Texts.plain(orderId))) {
        if (order.touch() != touch) {
          List<Deed> corrected = new ArrayList<>(deeds);
          corrected.set(i, order.touchedBy(touch));
          correct(corrected, sheet);
        }
        return true;
      }
    }
    return false;
  }

  /**
   * Nothing before that instant will come any more.
   *
   * @param horizonMillis the watermark less the lateness that is allowed
   */
  public void forget(long horizonMillis) {
    int old = 0;
    while (old < deeds.size() && deeds.get(old).atMillis() < horizonMillis) {
      old++;
    }
    fold(old);
    floorMillis = Math.max(floorMillis, horizonMillis);
    before.expire(horizonMillis);
    after.expire(horizonMillis);
  }

  /**
   * When {@link #forget} would forget something if nothing else comes, epoch milliseconds, or
   * {@link CustomerLedger#NEVER}.
   *
   * @param latenessMillis how late an event may come
   */
  public long dueMillis(long latenessMillis) {
    if (!deeds.isEmpty()) {
      return deeds.get(deeds.size() - 1).atMillis() + latenessMillis + 1;
    }
    long expires = after.expiresMillis();
    return expires == CustomerLedger.NEVER ? expires : expires + latenessMillis;
  }

  /** Whether nothing is kept of the customer. */
  public boolean isEmpty() {
    return deeds.isEmpty() && after.isEmpty();
  }

  /** How many deeds are kept. */
  public int deeds() {
    return deeds.size();
  }

  /** Writes the customer; not a byte if {@linkplain #isEmpty nothing} is kept. */
  public void write(CodedOutputStream out) throws IOException {
    if (isEmpty()) {
      return;
    }
    out.writeSInt64NoTag(floorMillis);
    out.writeUInt32NoTag(deeds.size());
    for (Deed deed : deeds) {
      deed.write(out);
    }
    after.write(out);
    if (!deeds.isEmpty()) {
      before.write(out);
    }
  }

  /**
   * The customer that {@link #write} wrote.
   *
   * @throws IOException if it is none
   */
  public static CustomerTallies read(String tenant, CodedInputStream in) throws IOException {
    if (in.isAtEnd()) {
      return new CustomerTallies(tenant);
    }
    long floorMillis = in.readSInt64();
    int count = in.readUInt32();
    List<Deed> deeds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      deeds.add(Deed.read(in));
    }
    Standing after = Standing.read(tenant, in);
    Standing before = deeds.isEmpty() ? after.copy() : Standing.read(tenant, in);
    return new CustomerTallies(deeds, before, after, floorMillis);
  }

  private Outcome take(Deed deed, TallySheet sheet) {
    if (deed.atMillis() < floorMillis) {
      return Outcome.TOO_OLD;
    }
    for (Deed kept : deeds) {
      if (isCopy(kept, deed)) {
        return Outcome.COPY;
      }
    }
    int place = deeds.size();
    while (place > 0 && Deed.ORDER.compare(deed, deeds.get(place - 1)) < 0) {
      place--;
    }
    if (place == deeds.size()) {
      after.apply(deed, sheet);
      deeds.add(deed);
    } else {
      List<Deed> corrected = new ArrayList<>(deeds);
      corrected.add(place, deed);
      correct(corrected, sheet);
    }
    if (deeds.size() > MAX_DEEDS) {
      fold(1);
    }
    return Outcome.COUNTED;
  }

  private void correct(List<Deed> corrected, TallySheet sheet) {
    TallySheet difference = new TallySheet();
    Standing was = before.copy();
    deeds.forEach(deed -> was.apply(deed, difference));
    difference.negate();
    Standing is = before.copy();
    corrected.forEach(deed -> is.apply(deed, difference));
    sheet.addAll(difference);
    deeds.clear();
    deeds.addAll(corrected);
    after = is;
  }

  /** The oldest deeds become part of what was before. */
  private void fold(int count) {
    if (count == 0) {
      return;
    }
    List<Deed> old = deeds.subList(0, count);
    TallySheet saidAlready = new TallySheet();
    old.forEach(deed -> before.apply(deed, saidAlready));
    floorMillis = Math.max(floorMillis, old.get(count - 1).atMillis());
    old.clear();
  }

  private static Deed deed(CustomerEvent event, int lostDays, RepurchaseTouch touch) {
    String messageId = Texts.plain(event.messageId());
    if (event.order() != null) {
      Order order = event.order();
      return order.status() == OrderStatus.CANCELLED
          ? null
          : new Ordered(
              event.atMillis(),
              messageId,
              Texts.plain(order.orderId()),
              order.status(),
              Texts.plain(order.currency()),
              order.amountUnits(),
              lostDays * DAY_MILLIS,
              touch);
    } else if (event.click() != null) {
      Click click = event.click();
      return new Clicked(
          event.atMillis(),
          messageId,
          click.sessionId() == null ? "" : Texts.plain(click.sessionId()),
          Texts.plain(TrafficSource.of(click.properties())),
          SHARED.equals(click.event()));
    } else {
      return null;
    }
  }

  private static boolean isCopy(Deed kept, Deed deed) {
    if (kept instanceof Entered x && deed instanceof Entered y) {
      // A moment is told at least once, and always in the same words.
      return x.equals(y);
    }
    if (kept.kind() != deed.kind()) {
      return false;
    }
    boolean sameMessage =
        kept.messageId().equals(deed.messageId())
            && Math.abs(kept.atMillis() - deed.atMillis()) <= COPY_MILLIS;
    return sameMessage
        || (kept instanceof Ordered x
            && deed instanceof Ordered y
            && y.status() == OrderStatus.PAID
            && isPaid(x, y.orderId()));
  }

  private static boolean isPaid(Ordered order, String orderId) {
    return order.status() == OrderStatus.PAID && order.orderId().equals(orderId);
  }
}
