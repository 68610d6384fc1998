package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.event.Click;
import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Order;
import dev.nudge.event.Profile;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that Detect keeps of one customer. It never ends by itself: whoever came back after years is
 * the same customer. {@code erased: true} ends it.
 *
 * @param lifecycle the stage
 * @param purchases features from orders
 * @param browsing features from clicks
 * @param attributes the profile's; at most {@value #MAX_ATTRIBUTES}, a further one is not taken up
 * @param inputs events applied so far
 */
public record Customer(
    Lifecycle lifecycle,
    Purchases purchases,
    Browsing browsing,
    Map<String, Value> attributes,
    long inputs) {

  static final int MAX_ATTRIBUTES = 100;

  /**
   * Longest name and longest value of an attribute, in characters; longer ones are not taken up.
   */
  static final int MAX_LENGTH = 1_024;

  static Customer unknown() {
    return new Customer(Lifecycle.unknown(), Purchases.none(), Browsing.none(), Map.of(), 0);
  }

  Customer clicked(Click click, long atMillis, Policy policy) {
    return with(lifecycle.seen(), purchases, browsing.clicked(click, atMillis, zone(policy)));
  }

  /** Any step of an order. Amounts in a currency that the policy does not name are not added up. */
  Customer ordered(Order order, long atMillis, Policy policy) {
    boolean counts = policy.currency() == null || policy.currency().equals(order.currency());
    return switch (order.status()) {
      case PLACED -> with(lifecycle.seen(), purchases, browsing.ordered());
      case PAID -> {
        Lifecycle paid = lifecycle.paid(atMillis, policy.lifecycle());
        boolean newLife = paid.life() > lifecycle.life();
        Purchases bought =
            counts
                ? purchases.paid(order, atMillis, newLife)
                : newLife ? purchases.newLife() : purchases;
        yield with(paid, bought, browsing.ordered());
      }
      case REFUNDED ->
          with(lifecycle, counts ? purchases.refunded(order.amountUnits()) : purchases, browsing);
      case CANCELLED -> with(lifecycle, purchases, browsing);
    };
  }

  Customer told(Profile profile) {
    Map<String, Value> merged = new HashMap<>(attributes);
    // By name, so that which of too many are taken up is the same everywhere.
    for (Map.Entry<String, Value> told : new TreeMap<>(profile.attributes()).entrySet()) {
      String name = told.getKey();
      boolean fits = name.length() <= MAX_LENGTH && told.getValue().text().length() <= MAX_LENGTH;
      if (!fits) {
        merged.remove(name);
      } else if (merged.containsKey(name) || merged.size() < MAX_ATTRIBUTES) {
        merged.put(name, told.getValue());
      }
    }
    return new Customer(lifecycle, purchases, browsing, merged, inputs + 1);
  }

  /** One step of silence; the same customer when nothing is due. */
  Customer silentUntil(long nowMillis) {
    return new Customer(lifecycle.silentUntil(nowMillis), purchases, browsing, attributes, inputs);
  }

  private Customer with(Lifecycle nextLifecycle, Purchases bought, Browsing browsed) {
    return new Customer(nextLifecycle, bought, browsed, attributes, inputs + 1);
  }

  /** The change of stage since before, or null. */
  StageChange stageChangeSince(Customer before, String tenant, String customerId, long atMillis) {
    LifecycleStage from = before.lifecycle.stage();
    LifecycleStage to = lifecycle.stage();
    if (from == to) {
      return null;
    }
    return new StageChange(
        tenant, customerId, from, to, atMillis, lifecycle.life(), lifecycle.orderCount(), inputs);
  }

  /** The features at that instant. */
  Features features(long nowMillis) {
    boolean bought = purchases.count() > 0;
    boolean seen = browsing.lastSeenAtMillis() > 0;
    return new Features(
        lifecycle.stage(),
        lifecycle.life(),
        purchases.count(),
        purchases.lifeCount(),
        purchases.sumUnits(),
        purchases.mean(),
        purchases.stdDev(),
        purchases.refundUnits(),
        purchases.sumUnits().subtract(purchases.refundUnits()),
        bought ? purchases.firstAtMillis() : null,
        bought ? purchases.lastAtMillis() : null,
        bought ? Windows.wholeDays(purchases.lastAtMillis(), nowMillis) : null,
        purchases.meanGapMillis(),
        purchases.ordersWithin(30, nowMillis),
        purchases.ordersWithin(90, nowMillis),
        purchases.ordersWithin(180, nowMillis),
        purchases.ordersWithin(365, nowMillis),
        purchases.sumWithin(30, nowMillis),
        purchases.sumWithin(90, nowMillis),
        purchases.sumWithin(180, nowMillis),
        purchases.sumWithin(365, nowMillis),
        purchases.lastProducts(),
        seen ? browsing.lastSeenAtMillis() : null,
        seen ? Windows.wholeDays(browsing.lastSeenAtMillis(), nowMillis) : null,
        browsing.viewsOfWeek(nowMillis),
        browsing.cart().valueUnits(nowMillis),
        browsing.favouriteCategories(nowMillis),
        browsing.lastProducts(),
        browsing.bestHour(),
        attributes);
  }

  /** The customer's zone, else the tenant's. */
  private ZoneId zone(Policy policy) {
    Value own = attributes.get("timezone");
    if (own != null) {
      try {
        return ZoneId.of(own.text());
      } catch (DateTimeException e) {
        // What a shop writes into a profile is not checked; an unknown zone is as good as none.
        return ZoneId.of(policy.zone());
      }
    }
    return ZoneId.of(policy.zone());
  }
}
