package dev.nudge.measure.check;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that is known of one customer: what it did, what it was sent, what it paid. */
final class Customer {
  private static final long COPY_MILLIS = 24 * 3_600_000L;
  private static final Map<String, String> STEPS_BY_STATUS =
      Map.of(
          "SENT", "SENT",
          "DELIVERED", "DELIVERED",
          "EXPOSED", "EXPOSED",
          "CLICKED", "CLICKED",
          "COUPON_CLAIMED", "CLAIMED",
          "COUPON_REDEEMED", "REDEEMED");
  private static final Map<String, String> STEPS_BY_NAME =
      Map.of(
          "Product Viewed", "VIEWED",
          "Product Added to Wishlist", "WANTED",
          "Product Added", "CARTED",
          "Product Reviewed", "REVIEWED",
          "Product Shared", "SHARED",
          "Order Placed", "ORDERED");
  private static final List<String> COUNTERS = List.of("FAILED", "UNSUBSCRIBED", "COUPON_EXPIRED");

  /** A step that a grant reached. */
  record Reached(long at, BigDecimal amount, String currency, String channel) {}

  /** What an order brought: paid, and then less by refunds. */
  record Payment(Event paid, List<Refund> refunds) {
    String currency() {
      return paid.text("currency");
    }
  }

  /** What a refund took back. */
  record Refund(long at, BigDecimal effect) {}

  private final boolean receiptsAreAssumed;
  private final String costCurrency;
  final List<Event> events = new ArrayList<>();
  final List<Grant> grants = new ArrayList<>();
  final List<Payment> payments = new ArrayList<>();

  /** Refunds of no payment that is known. */
  final List<Event> unattributed = new ArrayList<>();

  Customer(boolean receiptsAreAssumed, String costCurrency) {
    this.receiptsAreAssumed = receiptsAreAssumed;
    this.costCurrency = costCurrency;
  }

  /**
   * Brings order into what was added: drops copies, pays once, refunds, finds deliveries' grants.
   */
  void settle(long refundWindow) {
    events.sort(Event.TOTAL_ORDER);
    dropCopies();
    dropSecondPayments();
    refund(refundWindow);
    for (Event event : events) {
      if (event.topic == Event.Topic.DELIVERIES) {
        event.grant = named(event);
      }
    }
  }

  private void dropCopies() {
    List<Event> accepted = new ArrayList<>();
    for (Event event : events) {
      boolean copy = false;
      for (Event before : accepted) {
        copy |=
            before.topic == event.topic
                && before.text("messageId").equals(event.text("messageId"))
                && event.at - before.at <= COPY_MILLIS;
      }
      if (!copy) {
        accepted.add(event);
      }
    }
    events.clear();
    events.addAll(accepted);
  }

  private void dropSecondPayments() {
    Set<String> paid = new HashSet<>();
    events.removeIf(event -> event.isOrder("PAID") && !paid.add(event.text("orderId")));
  }

  private void refund(long refundWindow) {
    for (Event event : events) {
      if (event.isOrder("PAID")) {
        payments.add(new Payment(event, new ArrayList<>()));
      } else if (event.isOrder("REFUNDED")) {
        refund(event, refundWindow);
      }
    }
  }

  private void refund(Event event, long refundWindow) {
    String order = event.text("refundOf") != null ? event.text("refundOf") : event.text("orderId");
    for (Payment payment : payments) {
      if (payment.paid.text("orderId").equals(order)
          && payment.currency().equals(event.text("currency"))
          && event.at < payment.paid.at + refundWindow) {
        BigDecimal left = payment.paid.amount("amount");
        for (Refund before : payment.refunds) {
          left = left.subtract(before.effect);
        }
        payment.refunds.add(new Refund(event.at, event.amount("amount").min(left)));
        return;
      }
    }
    unattributed.add(event);
  }

  // Who is meant

  private Grant named(Event delivery) {
    String status = delivery.text("status");
    Grant named;
    if (!status.startsWith("COUPON_")) {
      named = byTrigger(delivery.text("triggerId"));
    } else if (delivery.text("grantId") != null) {
      named = byId(delivery.text("grantId"));
    } else if (delivery.text("triggerId") != null) {
      named = byTrigger(delivery.text("triggerId"));
    } else {
      named = newestOfType(delivery.text("couponType"), delivery.at);
    }
    return named == null || delivery.at < named.at ? null : named;
  }

  private Grant byTrigger(String triggerId) {
    for (Grant grant : grants) {
      if (triggerId != null && grant.channelOf(triggerId) != null) {
        return grant;
      }
    }
    return null;
  }

  private Grant byId(String grantId) {
    for (Grant grant : grants) {
      if (!grant.control && grant.id.equals(grantId)) {
        return grant;
      }
    }
    return null;
  }

  private Grant newestOfType(String couponType, long at) {
    Grant newest = null;
    for (Grant grant : grants) {
      if (!grant.control
          && couponType.equals(grant.definition.resourceType())
          && grant.isOpen(at, grant.definition.longestWindow())
          && (newest == null || Grant.NEWEST_LAST.compare(newest, grant) < 0)) {
        newest = grant;
      }
    }
    return newest;
  }

  /** The newest grant whose window holds an instant, of those held back or of the others. */
  Grant lastTouch(long at, long window, boolean control) {
    Grant newest = null;
    for (Grant grant : grants) {
      if (grant.control == control
          && grant.declares(window)
          && grant.isOpen(at, window)
          && (newest == null || Grant.NEWEST_LAST.compare(newest, grant) < 0)) {
        newest = grant;
      }
    }
    return newest;
  }

  /** Whether an event counts for a grant. */
  boolean isTouched(Grant grant, long at, long window, String touch) {
    return grant.isOpen(at, window)
        && (touch.equals("any") || lastTouch(at, window, grant.control) == grant);
  }

  /** By which channel a grant came to the customer, as far as an event knows. */
  String channelUsed(Grant grant, Event by) {
    String channel = grant.channel;
    for (Event event : events) {
      if (event.grant == grant && event.isDelivery("SENT", "DELIVERED", "EXPOSED", "CLICKED")) {
        channel = grant.channelOf(event.text("triggerId"));
      }
      if (event == by) {
        break;
      }
    }
    return channel;
  }

  // Steps

  /** The steps that a grant reached, each for the first time. */
  Map<String, Reached> steps(Grant grant, long window, String touch) {
    Map<String, Reached> steps = new LinkedHashMap<>();
    Reached decided = new Reached(grant.at, BigDecimal.ZERO, "", grant.channel);
    steps.put("TARGETED", decided);
    if (receiptsAreAssumed && !grant.control) {
      steps.put("SENT", decided);
    }
    for (Event event : events) {
      String status = event.text("status");
      if (event.grant == grant && COUNTERS.contains(status)) {
        reach(steps, status, grant, event);
      }
      if (!grant.isOpen(event.at, window)) {
        continue;
      }
      if (event.grant == grant && STEPS_BY_STATUS.containsKey(status)) {
        reach(steps, STEPS_BY_STATUS.get(status), grant, event);
      }
      if (event.name() != null && isTouched(grant, event.at, window, touch)) {
        if (STEPS_BY_NAME.containsKey(event.name())) {
          reach(steps, STEPS_BY_NAME.get(event.name()), grant, event);
        }
        if (event.isOrder("PAID")) {
          reach(steps, steps.containsKey("PAID") ? "REPURCHASED" : "PAID", grant, event);
        }
        if (event.name().equals(grant.definition.goal())) {
          reach(steps, "GOAL", grant, event);
        }
      }
    }
    return steps;
  }

  private void reach(Map<String, Reached> steps, String step, Grant grant, Event event) {
    if (steps.containsKey(step)) {
      return;
    }
    BigDecimal amount = BigDecimal.ZERO;
    String currency = "";
    if (step.equals("REDEEMED")) {
      amount = event.amount("discount") != null ? event.amount("discount") : grant.amount;
      currency = costCurrency;
    } else if (event.topic == Event.Topic.ORDERS) {
      amount = event.amount("amount");
      currency = event.text("currency");
    }
    steps.put(step, new Reached(event.at, amount, currency, channelUsed(grant, event)));
  }
}
