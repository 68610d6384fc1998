package dev.nudge.measure;

import dev.nudge.event.CodePoints;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a customer adds to the arms of one campaign, as things stand. What changed is the
 * difference of two, as with {@link Statement}.
 *
 * <p>Example: Anna was sent variant A at 9:00, and B at 12:00. What she pays for by either of them
 * is A's. She pays 3.00 at 9:05 and 4.00 at 9:10: the squares of A grow by 9 in the minute 9:05,
 * and by 40 in the minute 9:10, to 49.
 *
 * <p>Costs are added from the statements of her grants, see {@link #addCosts}.
 */
final class ArmStatement {
  /** The first grant of a campaign decides the arm. */
  static final Comparator<Grant> FIRST =
      Comparator.comparingLong(Grant::atMillis).thenComparing(Grant::id, CodePoints.ORDER);

  private static final long MINUTE_MILLIS = 60_000L;
  private static final ArmSums CUSTOMER =
      new ArmSums(1, 0, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);
  private static final ArmSums CONVERSION =
      new ArmSums(0, 1, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);

  private record Key(int version, String arm, long minuteMillis) {}

  private final ArmPast past;

  /** Null if there is no grant. */
  private final Grant first;

  /** By which the customer was converted; null if by none that is remembered. */
  private final Fact conversion;

  /** What was paid in a minute, less refunds. */
  private final SortedMap<Long, BigInteger> paid = new TreeMap<>();

  private final Map<Key, ArmSums> sums = new HashMap<>();

  /**
   * Of a campaign.
   *
   * @param past what is forgotten, or null
   */
  ArmStatement(CustomerHistory history, String campaign, ArmPast past) {
    List<Grant> grants = new ArrayList<>();
    for (Grant grant : history.grants) {
      if (grant.campaign().equals(campaign)) {
        grants.add(grant);
      }
    }
    this.past = past == null ? ArmPast.NONE : past;
    this.first = grants.stream().min(FIRST).orElse(null);
    this.conversion = conversion(history, grants);
    if (first == null) {
      return;
    }
    addPayments(history, grants);
    if (this.past.arm() == null) {
      add(first.atMillis(), CUSTOMER);
    }
    if (conversion != null && !this.past.converted()) {
      add(conversion.atMillis(), CONVERSION);
    }
    addRevenue();
  }

  /** The first event that is the goal of any grant within its primary window. */
  private static Fact conversion(CustomerHistory history, List<Grant> grants) {
    for (Fact fact : history.facts) {
      for (Grant grant : grants) {
        if (fact.name().equals(grant.terms().goal())
            && grant.isOpen(fact.atMillis(), grant.terms().primaryMillis())) {
          return fact;
        }
      }
    }
    return null;
  }

  /** Each order counts once, if it was paid within the primary window of any grant. */
  private void addPayments(CustomerHistory history, List<Grant> grants) {
    for (Fact fact : history.facts) {
      if (fact.isPaid() && grants.stream().anyMatch(grant -> counts(grant, fact))) {
        pay(fact.atMillis(), fact.amountUnits());
        for (CustomerHistory.Refund refund : history.refundsOf(fact)) {
          pay(refund.atMillis(), -refund.units());
        }
      }
    }
  }

  private static boolean counts(Grant grant, Fact payment) {
    return grant.isOpen(payment.atMillis(), grant.terms().primaryMillis())
        && grant.rowCurrency(payment.currency()).equals(grant.costCurrency());
  }

  private void pay(long atMillis, long units) {
    paid.merge(minuteOf(atMillis), BigInteger.valueOf(units), BigInteger::add);
  }

  private void addRevenue() {
    BigInteger before = past.revenueUnits();
    for (Map.Entry<Long, BigInteger> minute : paid.entrySet()) {
      BigInteger after = before.add(minute.getValue());
      BigInteger squared = after.multiply(after).subtract(before.multiply(before));
      add(minute.getKey(), new ArmSums(0, 0, minute.getValue(), squared, BigInteger.ZERO));
      before = after;
    }
  }

  /** Adds what grants of the campaign cost, by minute. */
  void addCosts(Map<Long, BigInteger> costsE8) {
    costsE8.forEach(
        (minute, costE8) ->
            add(minute, new ArmSums(0, 0, BigInteger.ZERO, BigInteger.ZERO, costE8)));
  }

  private void add(long atMillis, ArmSums more) {
    sums.merge(new Key(version(), arm(), minuteOf(atMillis)), more, ArmSums::plus);
  }

  private String arm() {
    return past.arm() != null ? past.arm() : first.variant();
  }

  private int version() {
    return past.arm() != null ? past.version() : first.version();
  }

  private static long minuteOf(long millis) {
    return Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS;
  }

  /** Says what is different from before. */
  void sayWhatChanged(String tenant, String campaign, ArmStatement before, Contributions out) {
    Map<Key, ArmSums> changes = new HashMap<>(sums);
    before.sums.forEach(
        (key, sum) -> changes.put(key, sums.getOrDefault(key, ArmSums.NONE).minus(sum)));
    changes.forEach(
        (key, sum) -> {
          if (!sum.equals(ArmSums.NONE)) {
            out.add(
                new ArmChange(
                    tenant,
                    campaign,
                    key.version,
                    key.arm,
                    key.minuteMillis,
                    sum.customers(),
                    sum.conversions(),
                    sum.revenueUnits(),
                    sum.squaredUnits(),
                    sum.costE8()));
          }
        });
  }

  /**
   * What is to be remembered of what was forgotten meanwhile; null if it is nothing.
   *
   * @param before as things stood before
   */
  ArmPast pastAfter(ArmStatement before) {
    if (first == null) {
      return null;
    }
    boolean holdsArm = before.past.arm() != null || !first.equals(before.first);
    ArmPast now =
        new ArmPast(
            holdsArm ? before.arm() : null,
            holdsArm ? before.version() : 0,
            // Even if a later goal is remembered: it was said of the earlier one.
            before.past.converted() || !Objects.equals(before.conversion, conversion),
            before.past.revenueUnits().add(before.revenueUnits()).subtract(revenueUnits()));
    return now.equals(ArmPast.NONE) ? null : now;
  }

  private BigInteger revenueUnits() {
    return paid.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
  }
}
