package dev.nudge.decide;

import dev.nudge.event.Features;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Step;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.EventScope;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an audience sees: the customer's features at the moment, the coupons held and the time at
 * the decision.
 */
final class MomentScope extends EventScope {
  private static final String CUSTOMER = "customer.";

  private final Moment moment;
  private final int heldCoupons;
  private final long nowMillis;
  private final Consumer<EvaluationException> failures;

  MomentScope(
      Moment moment, int heldCoupons, long nowMillis, Consumer<EvaluationException> failures) {
    this.moment = moment;
    this.heldCoupons = heldCoupons;
    this.nowMillis = nowMillis;
    this.failures = failures;
  }

  @Override
  protected Occurrence event() {
    return moment.event();
  }

  @Override
  protected List<Occurrence> taken(String step) {
    for (Step taken : moment.steps()) {
      if (taken.name().equals(step)) {
        return taken.events();
      }
    }
    return List.of();
  }

  @Override
  protected Object other(String name) {
    if (name.startsWith(CUSTOMER)) {
      return ofCustomer(name.substring(CUSTOMER.length()));
    }
    return name.equals("now") ? (Object) nowMillis : null;
  }

  @Override
  public void failed(EvaluationException failure) {
    failures.accept(failure);
  }

  private Object ofCustomer(String name) {
    Features customer = moment.customer();
    if (moment.similarTo() != null && !name.equals("heldCoupons")) {
      // Of one who is only like another nothing else is known, not even that there is none of it.
      return customer.attributes().get(name);
    }
    return switch (name) {
      case "heldCoupons" -> (long) heldCoupons;
      case "stage" -> customer.stage() == null ? "" : customer.stage().name();
      case "life" -> (long) customer.life();
      case "orderCount" -> (long) customer.orderCount();
      case "lifeOrderCount" -> (long) customer.lifeOrderCount();
      case "orderSumUnits" -> customer.orderSumUnits();
      case "orderMean" -> customer.orderMean();
      case "orderStdDev" -> customer.orderStdDev();
      case "refundSumUnits" -> customer.refundSumUnits();
      case "netSumUnits" -> customer.netSumUnits();
      case "discountSumUnits" -> customer.discountSumUnits();
      case "firstOrderAt" -> customer.firstOrderAt();
      case "lastOrderAt" -> customer.lastOrderAt();
      case "daysSinceOrder" -> customer.daysSinceOrder();
      case "meanGapMillis" -> customer.meanGapMillis();
      case "orders30d" -> (long) customer.orders30d();
      case "orders90d" -> (long) customer.orders90d();
      case "orders180d" -> (long) customer.orders180d();
      case "orders365d" -> (long) customer.orders365d();
      case "sum30dUnits" -> customer.sum30dUnits();
      case "sum90dUnits" -> customer.sum90dUnits();
      case "sum180dUnits" -> customer.sum180dUnits();
      case "sum365dUnits" -> customer.sum365dUnits();
      case "lastBoughtProducts" -> customer.lastBoughtProducts();
      case "lastSeenAt" -> customer.lastSeenAt();
      case "daysSinceSeen" -> customer.daysSinceSeen();
      case "viewCount7d" -> (long) customer.viewCount7d();
      case "cartValueUnits" -> customer.cartValueUnits();
      case "favouriteCategories" -> customer.favouriteCategories();
      case "lastViewedProducts" -> customer.lastViewedProducts();
      case "bestHour" -> customer.bestHour();
      case "sent30d" -> (long) customer.sent30d();
      case "clicked30d" -> (long) customer.clicked30d();
      case "redeemed30d" -> (long) customer.redeemed30d();
      case "lastClickedAt" -> customer.lastClickedAt();
      case "age" -> customer.age();
      case "daysToBirthday" -> customer.daysToBirthday();
      default -> money(name, customer);
    };
  }

  /** Money as a decimal, by its exact counterpart; any other name is an attribute. */
  private Object money(String name, Features customer) {
    Object exact =
        switch (name) {
          case "orderSum" -> customer.orderSumUnits();
          case "refundSum" -> customer.refundSumUnits();
          case "netSum" -> customer.netSumUnits();
          case "discountSum" -> customer.discountSumUnits();
          case "sum30d" -> customer.sum30dUnits();
          case "sum90d" -> customer.sum90dUnits();
          case "sum180d" -> customer.sum180dUnits();
          case "sum365d" -> customer.sum365dUnits();
          case "cartValue" -> customer.cartValueUnits();
          default -> null;
        };
    return exact == null ? customer.attributes().get(name) : Units.toDouble((BigInteger) exact);
  }

  /** What a row shows of something that was read; null for what is absent. */
  static Value shown(Object value) {
    if (value == null || value instanceof Value) {
      return (Value) value;
    } else if (value instanceof Boolean) {
      return new Value(Value.Type.BOOLEAN, value.toString());
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      return Value.string(value.toString());
    } else if (value instanceof Number) {
      return Value.number(value.toString());
    } else if (value instanceof List<?> list) {
      return Value.string(String.join(", ", list.stream().map(String::valueOf).toList()));
    }
    return Value.string(value.toString());
  }
}
