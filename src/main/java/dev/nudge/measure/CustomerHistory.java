package dev.nudge.measure;

import dev.nudge.event.Delivery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a customer was sent and did, as far as it counts: whose an event is, how far a grant came,
 * what a refund took.
 *
 * <p>Example: Anna is sent a coupon at 9:00 and another campaign's at 10:00, both with a window of
 * a day. The order that she pays at 11:00 is, by last touch, the second one's, and by any touch
 * each one's.
 */
final class CustomerHistory {
  private static final Comparator<Grant> BY_TIME = Comparator.comparingLong(Grant::atMillis);

  private final AttributionRules rules;

  /** In the order of their decisions. */
  final List<Grant> grants = new ArrayList<>();

  /** In the order of events. */
  final List<Fact> facts = new ArrayList<>();

  CustomerHistory(AttributionRules rules) {
    this.rules = rules;
  }

  void add(Grant grant) {
    int at = grants.size();
    while (at > 0 && BY_TIME.compare(grants.get(at - 1), grant) > 0) {
      at--;
    }
    grants.add(at, grant);
  }

  void add(Fact fact) {
    int found = Collections.binarySearch(facts, fact, Fact.ORDER);
    facts.add(found < 0 ? -found - 1 : found + 1, fact);
  }

  // Whose it is

  /** The grant with an id, held back or not; null if there is none. */
  Grant grant(String id) {
    for (Grant grant : grants) {
      if (grant.id().equals(id)) {
        return grant;
      }
    }
    return null;
  }

  /**
   * The grant that a delivery names, by the first of its identifiers that is there, whether it
   * finds one or not.
   *
   * @return null if it names none, or one that was decided only after it
   */
  Grant named(Delivery delivery, long atMillis) {
    Grant named;
    if (delivery.status().isCoupon() && delivery.grantId() != null) {
      named = grant(delivery.grantId());
    } else if (delivery.triggerId() != null) {
      named = ofTrigger(Grant.hash(delivery.triggerId()));
    } else if (delivery.status().isCoupon() && delivery.couponType() != null) {
      named = newestOfType(delivery.couponType(), atMillis);
    } else {
      named = null;
    }
    return named == null || named.control() || atMillis < named.atMillis() ? null : named;
  }

  private Grant ofTrigger(long hash) {
    for (Grant grant : grants) {
      if (grant.channelOf(hash) != null) {
        return grant;
      }
    }
    return null;
  }

  private Grant newestOfType(String couponType, long atMillis) {
    Grant newest = null;
    for (Grant grant : grants) {
      if (!grant.control()
          && couponType.equals(grant.terms().resourceType())
          && grant.isOpen(atMillis, grant.terms().longestMillis())) {
        newest = newer(newest, grant);
      }
    }
    return newest;
  }

  private static Grant newer(Grant one, Grant other) {
    return one == null || Grant.NEWEST_LAST.compare(one, other) < 0 ? other : one;
  }

  /** Whether an event of an instant counts for a grant. */
  boolean isTouched(Grant grant, long atMillis, long windowMillis, Touch touch) {
    return grant.isOpen(atMillis, windowMillis)
        && (touch == Touch.ANY || grant.equals(lastTouch(atMillis, windowMillis, grant.control())));
  }

  /** The sent grant in whose primary window an instant lies, the newest of several; or null. */
  Grant primaryTouch(long atMillis) {
    Grant newest = null;
    for (Grant grant : grants) {
      if (!grant.control() && grant.isOpen(atMillis, grant.terms().windowsMillis().get(0))) {
        newest = newer(newest, grant);
      }
    }
    return newest;
  }

  /** The newest grant whose window holds an instant, of those held back or of the others. */
  private Grant lastTouch(long atMillis, long windowMillis, boolean control) {
    Grant newest = null;
    for (Grant grant : grants) {
      if (grant.control() == control
          && grant.declares(windowMillis)
          && grant.isOpen(atMillis, windowMillis)) {
        newest = newer(newest, grant);
      }
    }
    return newest;
  }

  /** Adds the grants for which an event of an instant may count. */
  void addOpen(long atMillis, List<Grant> open) {
    for (Grant grant : grants) {
      if (grant.isOpen(atMillis, grant.terms().longestMillis()) && !open.contains(grant)) {
        open.add(grant);
      }
    }
  }

  /** By which channel a grant had come to the customer by an event, that one included. */
  String channelUsed(Grant grant, Fact by) {
    String channel = grant.channel();
    for (Fact fact : facts) {
      if (by.isBefore(fact)) {
        break;
      }
      if (grant.equals(fact.grant()) && fact.isReceipt()) {
        channel = fact.channel();
      }
    }
    return channel;
  }

  /** How many receipts name a grant. */
  int receipts(Grant grant) {
    int receipts = 0;
    for (Fact fact : facts) {
      receipts += grant.equals(fact.grant()) && fact.isReceipt() ? 1 : 0;
    }
    return receipts;
  }

  // How far it came

  /** The steps that a grant reached within a window, each by the first event. */
  Map<FunnelStep, Reached> steps(Grant grant, long windowMillis, Touch touch) {
    Map<FunnelStep, Reached> steps = new EnumMap<>(FunnelStep.class);
    Reached decided = new Reached(grant.atMillis(), 0, "", grant.channel(), null);
    steps.put(FunnelStep.TARGETED, decided);
    if (rules.receiptsAssumed() && !grant.control()) {
      steps.put(FunnelStep.SENT, decided);
    }
    for (Fact fact : facts) {
      if (grant.equals(fact.grant())) {
        FunnelStep step = FunnelStep.ofDelivery(fact.deliveryStatus());
        if (step.isSideCounter() || grant.isOpen(fact.atMillis(), windowMillis)) {
          reach(steps, step, grant, fact);
        }
      }
      if (isTouched(grant, fact.atMillis(), windowMillis, touch)) {
        FunnelStep step = FunnelStep.ofName(fact.name());
        if (step == FunnelStep.PAID && steps.containsKey(step)) {
          step = FunnelStep.REPURCHASED;
        }
        if (step != null) {
          reach(steps, step, grant, fact);
        }
        if (fact.name().equals(grant.terms().goal())) {
          reach(steps, FunnelStep.GOAL, grant, fact);
        }
      }
    }
    return steps;
  }

  private void reach(Map<FunnelStep, Reached> steps, FunnelStep step, Grant grant, Fact fact) {
    if (steps.containsKey(step)) {
      return;
    }
    long amount = 0;
    String currency = "";
    if (step == FunnelStep.REDEEMED) {
      amount = fact.amountUnits() != null ? fact.amountUnits() : grant.amountUnits();
      currency = grant.costCurrency();
    } else if (fact.orderStatus() != null) {
      amount = fact.amountUnits();
      currency = fact.currency();
    }
    steps.put(step, new Reached(fact.atMillis(), amount, currency, channelUsed(grant, fact), fact));
  }

  // What was paid and taken back

  /** The payment of an order; null if none is remembered. */
  Fact paymentOf(String orderId) {
    for (Fact fact : facts) {
      if (fact.isPaid() && fact.orderId().equals(orderId)) {
        return fact;
      }
    }
    return null;
  }

  /** The payment that a refund takes from; null if there is none. */
  Fact paymentOf(Fact refund) {
    Fact paid = paymentOf(refund.ofOrder());
    return paid != null && refund.takesFrom(paid, rules.refundWindowMillis()) ? paid : null;
  }

  /** What refunds took from a payment, one after the other until nothing is left. */
  List<Refund> refundsOf(Fact paid) {
    List<Refund> refunds = new ArrayList<>();
    long left = paid.amountUnits();
    for (Fact fact : facts) {
      if (fact.takesFrom(paid, rules.refundWindowMillis())) {
        long effect = Math.min(fact.amountUnits(), left);
        left -= effect;
        refunds.add(new Refund(fact.atMillis(), effect));
      }
    }
    return refunds;
  }

  /**
   * What a refund took.
   *
   * @param atMillis when, epoch milliseconds
   * @param units how much, in ten-thousandths
   */
  record Refund(long atMillis, long units) {}
}
