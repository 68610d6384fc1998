package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.event.Units;
import dev.nudge.pattern.Scope;

/**
 * What expressions see of the customer at hand, its tenant's policy and the time. Each value is
 * computed when somebody asks for it.
 */
final class CustomerScope implements Scope {
  private static final String CUSTOMER = "customer.";

  private Customer customer;
  private Policy policy;
  private long nowMillis;

  /** From here on: this customer, by this policy. */
  void at(Customer now, Policy governing, long atMillis) {
    customer = now;
    policy = governing;
    nowMillis = atMillis;
  }

  /** From here on: this customer, as an event has changed it. */
  void is(Customer now) {
    customer = now;
  }

  Customer customer() {
    return customer;
  }

  Policy policy() {
    return policy;
  }

  @Override
  public long ordersBetween(long afterMillis, long untilMillis) {
    return customer.purchases().ordersBetween(afterMillis, untilMillis);
  }

  @Override
  public Object find(String name) {
    if (name.startsWith(CUSTOMER)) {
      return ofCustomer(name.substring(CUSTOMER.length()));
    }
    return switch (name) {
      case "now" -> nowMillis;
      case "policy.zone" -> policy.zone();
      case "policy.currency" -> policy.currency();
      case "policy.lifecycle.dormantDays" -> (long) policy.lifecycle().dormantDays();
      case "policy.lifecycle.lostDays" -> (long) policy.lifecycle().lostDays();
      case "policy.lifecycle.stableOrders" -> (long) policy.lifecycle().stableOrders();
      case "policy.lifecycle.declineMinDays" -> (long) policy.lifecycle().declineMinDays();
      case "policy.lifecycle.recoverTo" -> policy.lifecycle().recoverTo().name();
      default -> null;
    };
  }

  private Object ofCustomer(String name) {
    Purchases purchases = customer.purchases();
    Browsing browsing = customer.browsing();
    Responses responses = customer.responses();
    return switch (name) {
      case "stage" ->
          customer.lifecycle().stage() == null ? "" : customer.lifecycle().stage().name();
      case "life" -> (long) customer.lifecycle().life();
      case "paidInLife" -> (long) customer.lifecycle().orderCount();
      case "orderCount" -> (long) purchases.count();
      case "lifeOrderCount" -> (long) purchases.lifeCount();
      case "orderSumUnits" -> purchases.sumUnits();
      case "orderMean" -> purchases.mean();
      case "orderStdDev" -> purchases.stdDev();
      case "refundSumUnits" -> purchases.refundUnits();
      case "netSumUnits" -> purchases.sumUnits().subtract(purchases.refundUnits());
      case "discountSumUnits" -> responses.discountUnits();
      case "firstOrderAt" -> instant(purchases.count() > 0, purchases.firstAtMillis());
      case "lastOrderAt" -> instant(purchases.count() > 0, purchases.lastAtMillis());
      case "daysSinceOrder" ->
          instant(purchases.count() > 0, Windows.wholeDays(purchases.lastAtMillis(), nowMillis));
      case "meanGapMillis" -> purchases.meanGapMillis();
      case "orders30d" -> (long) purchases.ordersWithin(30, nowMillis);
      case "orders90d" -> (long) purchases.ordersWithin(90, nowMillis);
      case "orders180d" -> (long) purchases.ordersWithin(180, nowMillis);
      case "orders365d" -> (long) purchases.ordersWithin(365, nowMillis);
      case "sum30dUnits" -> purchases.sumWithin(30, nowMillis);
      case "sum90dUnits" -> purchases.sumWithin(90, nowMillis);
      case "sum180dUnits" -> purchases.sumWithin(180, nowMillis);
      case "sum365dUnits" -> purchases.sumWithin(365, nowMillis);
      case "lastBoughtProducts" -> purchases.lastProducts();
      case "lastSeenAt" -> instant(browsing.lastSeenAtMillis() > 0, browsing.lastSeenAtMillis());
      case "daysSinceSeen" ->
          instant(
              browsing.lastSeenAtMillis() > 0,
              Windows.wholeDays(browsing.lastSeenAtMillis(), nowMillis));
      case "viewCount7d" -> (long) browsing.viewsOfWeek(nowMillis);
      case "cartValueUnits" -> browsing.cart().valueUnits(nowMillis);
      case "cartOpenedAt" ->
          instant(browsing.cart().openedAt(nowMillis) > 0, browsing.cart().openedAt(nowMillis));
      case "favouriteCategories" -> browsing.favouriteCategories(nowMillis);
      case "lastViewedProducts" -> browsing.lastProducts();
      case "bestHour" -> browsing.bestHour();
      case "sent30d" -> (long) responses.sent(nowMillis);
      case "clicked30d" -> (long) responses.clicked(nowMillis);
      case "redeemed30d" -> (long) responses.redeemed(nowMillis);
      case "lastClickedAt" ->
          instant(responses.lastClickedAtMillis() > 0, responses.lastClickedAtMillis());
      case "age" -> customer.age(nowMillis, policy);
      case "daysToBirthday" -> customer.daysToBirthday(nowMillis, policy);
      default -> money(name);
    };
  }

  /** Money as a decimal, by its exact counterpart; any other name is an attribute. */
  private Object money(String name) {
    Object exact =
        switch (name) {
          case "orderSum" -> ofCustomer("orderSumUnits");
          case "refundSum" -> ofCustomer("refundSumUnits");
          case "netSum" -> ofCustomer("netSumUnits");
          case "discountSum" -> ofCustomer("discountSumUnits");
          case "sum30d" -> ofCustomer("sum30dUnits");
          case "sum90d" -> ofCustomer("sum90dUnits");
          case "sum180d" -> ofCustomer("sum180dUnits");
          case "sum365d" -> ofCustomer("sum365dUnits");
          case "cartValue" -> ofCustomer("cartValueUnits");
          default -> null;
        };
    return exact == null
        ? customer.attributes().get(name)
        : Units.toDouble((java.math.BigInteger) exact);
  }

  /** A number that is there only under a condition. */
  private static Long instant(boolean isThere, long millis) {
    return isThere ? Long.valueOf(millis) : null;
  }
}
