package dev.nudge.local;

import static dev.nudge.event.DeliveryStatus.CLICKED;
import static dev.nudge.event.DeliveryStatus.COUPON_CLAIMED;
import static dev.nudge.event.DeliveryStatus.COUPON_EXPIRED;
import static dev.nudge.event.DeliveryStatus.COUPON_REDEEMED;
import static dev.nudge.event.DeliveryStatus.DELIVERED;
import static dev.nudge.event.DeliveryStatus.EXPOSED;
import static dev.nudge.event.DeliveryStatus.FAILED;
import static dev.nudge.event.DeliveryStatus.SENT;
import static dev.nudge.event.DeliveryStatus.UNSUBSCRIBED;

import dev.nudge.event.Click;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.OrderStatus;
import dev.nudge.local.SimulatedEvent.Actor;
import dev.nudge.local.SimulatedEvent.Line;
import dev.nudge.local.SimulatedEvent.OrderStep;
import dev.nudge.local.SimulatedEvent.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a customer and the gateway make of one trigger: everything they will ever do because of it,
 * decided at once, from the trigger and the seed alone. So it is the same in whatever order
 * triggers come, however often, and on every machine.
 *
 * <pre>
 * trigger ─► FAILED
 *    └─► SENT ─► DELIVERED ─► EXPOSED ─► CLICKED ─► visit: views ─► cart ─► order ─► COUPON_REDEEMED
 *                                │  ├─► UNSUBSCRIBED
 *                                │  └─► COUPON_CLAIMED ─► … ─► COUPON_EXPIRED, unless redeemed
 *                                └─► order, without a click
 * </pre>
 *
 * <p>Example: Anna gets cart-rescue by PUSH at 10:00. Its id says that it is sent at 10:00:03,
 * delivered at once, seen at 10:07 and clicked; she looks at two things, and orders at 10:11 with
 * the coupon. Had her id been another, she would not have looked at her phone.
 */
final class SimulatedCustomer {
  private static final int VIEWS_AT_MOST = 3;
  private static final long SECOND = 1_000;

  private final SimulationConfig config;

  SimulatedCustomer(SimulationConfig config) {
    this.config = config;
  }

  /** All that follows from a trigger, in the order of time. */
  List<SimulatedEvent> answer(SimulatedTrigger trigger) {
    return new Answer(trigger).events();
  }

  /** How well a variant does: from 1 less the spread to 1 more. */
  double variantFactor(SimulatedTrigger trigger) {
    double u =
        new Chance(config.seed(), "variant", trigger.tenant(), trigger.campaign())
            .of(trigger.variant());
    return 1 + config.variantSpread() * (2 * u - 1);
  }

  /** One answer while it is thought out. */
  private final class Answer {
    private final SimulatedTrigger trigger;
    private final SimulatedTrigger.Resource resource;
    private final SimulationConfig.Rates rates;
    private final Actor who;
    private final Chance chance;
    private final List<SimulatedEvent> events = new ArrayList<>();

    Answer(SimulatedTrigger trigger) {
      this.trigger = trigger;
      this.resource = trigger.resource();
      this.rates = config.rates(trigger.channel());
      this.who = new Actor(trigger.tenant(), trigger.customerId());
      this.chance =
          new Chance(config.seed(), "answer", trigger.tenant(), trigger.customerId(), trigger.id());
    }

    List<SimulatedEvent> events() {
      long sentAfter = chance.between("sent after", 0, 5 * SECOND);
      long sentAt = trigger.notBeforeMillis() + config.lagMillis() + sentAfter;
      // The lag is the machine's; a gateway that is asked in time has sent in time.
      boolean inTime = trigger.notBeforeMillis() + sentAfter < trigger.expiresMillis();
      if (!inTime || chance.happens("failed", rates.failed())) {
        receipt(FAILED, sentAt);
        return events;
      }
      receipt(SENT, sentAt);
      Long heldAt = resource != null && resource.claimToMillis() == null ? sentAt : null;
      Long usedAt = null;
      if (chance.happens("delivered", rates.delivered())) {
        long deliveredAt = sentAt + chance.between("delivered after", 100, 20 * SECOND);
        receipt(DELIVERED, deliveredAt);
        if (chance.happens("exposed", rates.exposed())) {
          long exposedAt =
              deliveredAt + 500 + chance.delay("exposed after", rates.exposedAfterMillis());
          receipt(EXPOSED, exposedAt);
          if (heldAt == null) {
            heldAt = claim(exposedAt);
          }
          usedAt = seen(exposedAt, heldAt);
        }
      }
      expire(heldAt, usedAt);
      events.sort(SimulatedEvent.ORDER);
      return events;
    }

    /** When it is claimed; null if there is nothing to claim, or it is not, or too late. */
    private Long claim(long exposedAt) {
      if (resource == null || !chance.happens("claimed", config.claimed())) {
        return null;
      }
      long earliest =
          resource.claimFromMillis() == null
              ? exposedAt
              : Math.max(exposedAt, resource.claimFromMillis());
      long claimedAt = earliest + chance.between("claimed after", 5 * SECOND, 120 * SECOND);
      if (claimedAt >= resource.claimToMillis()) {
        return null;
      }
      coupon(COUPON_CLAIMED, claimedAt, null, null);
      return claimedAt;
    }

    /**
     * The customer has seen it.
     *
     * @return when the resource was used, or null
     */
    private Long seen(long exposedAt, Long heldAt) {
      boolean holds = heldAt != null && resource.isUsedWithAnOrder();
      if (chance.happens("unsubscribed", rates.unsubscribed())) {
        receipt(
            UNSUBSCRIBED, exposedAt + chance.between("unsubscribed after", SECOND, 60 * SECOND));
      }
      if (chance.happens("clicked", rates.clicked() * variantFactor(trigger))) {
        long clickedAt = exposedAt + chance.between("clicked after", SECOND, 60 * SECOND);
        receipt(CLICKED, clickedAt);
        boolean orders = chance.happens("ordered", config.orderAfterClick(holds));
        return visit(clickedAt, heldAt, orders);
      }
      if (chance.happens("ordered unclicked", config.orderAfterExposure(holds))) {
        long thinksFor = chance.delay("ordered after", 30 * 60 * SECOND);
        return order(after(exposedAt + thinksFor, heldAt), heldAt, products());
      }
      return null;
    }

    private Long visit(long clickedAt, Long heldAt, boolean orders) {
      String session = trigger.id();
      List<Line> products = products();
      long at = clickedAt;
      for (int i = 0; i < products.size(); i++) {
        at += chance.between("view " + i, 5 * SECOND, 40 * SECOND);
        click(at, Click.PRODUCT_VIEWED, session, products.get(i));
      }
      if (!orders && !chance.happens("carted", 0.3)) {
        return null;
      }
      at += chance.between("carted after", 5 * SECOND, 60 * SECOND);
      click(at, Click.PRODUCT_ADDED, session, products.get(0));
      return orders
          ? order(
              after(at + chance.between("checked out after", 20 * SECOND, 180 * SECOND), heldAt),
              heldAt,
              products)
          : null;
    }

    /** Nobody orders between seeing a coupon and claiming it. */
    private static long after(long at, Long heldAt) {
      return heldAt == null ? at : Math.max(at, heldAt + SECOND);
    }

    /**
     * An order and its payment.
     *
     * @return when the resource was used with it, or null
     */
    private Long order(long placedAt, Long heldAt, List<Line> products) {
      long paidAt = placedAt + chance.between("paid after", 15 * SECOND, 90 * SECOND);
      boolean uses =
          heldAt != null && resource.isUsedWithAnOrder() && paidAt < resource.endMillis(heldAt);
      List<Line> lines =
          uses ? enough(products.get(0), resource.thresholdUnits()) : products.subList(0, 1);
      long amount = lines.stream().mapToLong(line -> line.priceUnits() * line.quantity()).sum();
      String orderId = "sim-" + trigger.id();
      for (OrderStatus status : List.of(OrderStatus.PLACED, OrderStatus.PAID)) {
        events.add(
            SimulatedEvent.order(
                who,
                id(status.name()),
                status == OrderStatus.PAID ? paidAt : placedAt,
                new OrderStep(
                    orderId,
                    status,
                    config.currency(),
                    amount,
                    uses ? trigger.grantId() : null,
                    uses ? resource.storeId() : null,
                    lines)));
      }
      if (!uses) {
        return null;
      }
      coupon(COUPON_REDEEMED, paidAt + 1, orderId, Math.min(resource.amountUnits(), amount));
      return paidAt;
    }

    /** So many of it that the coupon can be used. */
    private List<Line> enough(Line line, long thresholdUnits) {
      long quantity = Math.max(1, (thresholdUnits + line.priceUnits() - 1) / line.priceUnits());
      return List.of(new Line(line.productId(), line.category(), line.priceUnits(), quantity));
    }

    private void expire(Long heldAt, Long usedAt) {
      if (heldAt == null || usedAt != null || !resource.kind().equals("COUPON")) {
        return;
      }
      long end = resource.endMillis(heldAt);
      if (end != Long.MAX_VALUE) {
        coupon(COUPON_EXPIRED, Math.max(end, heldAt + 1), null, null);
      }
    }

    /** What the customer looks at: what was recommended, else what the shop has. */
    private List<Line> products() {
      List<Line> lines = new ArrayList<>();
      if (resource != null && resource.productId() != null) {
        lines.add(line(resource.productId()));
      }
      for (String productId : trigger.recommendations()) {
        if (lines.size() < VIEWS_AT_MOST) {
          lines.add(line(productId));
        }
      }
      if (lines.isEmpty()) {
        for (int i = 0; i < 2; i++) {
          lines.add(
              line(
                  SimulatedShop.productId(
                      (int) chance.between("product " + i, 0, SimulatedShop.PRODUCTS))));
        }
      }
      return lines;
    }

    private Line line(String productId) {
      String category =
          resource != null && resource.category() != null
              ? resource.category()
              : SimulatedShop.categoryOf(productId);
      return new Line(productId, category, config.priceUnits(productId), 1);
    }

    private void click(long at, String event, String session, Line product) {
      events.add(
          SimulatedEvent.click(
              who,
              id(event),
              at,
              event,
              session,
              SimulatedShop.properties(product, Map.of("utm_source", trigger.campaign()))));
    }

    private void receipt(DeliveryStatus status, long at) {
      events.add(
          SimulatedEvent.delivery(
              who,
              id(status.name()),
              at,
              new Receipt(status, trigger.id(), null, null, trigger.channel(), null, null)));
    }

    private void coupon(DeliveryStatus status, long at, String orderId, Long discountUnits) {
      events.add(
          SimulatedEvent.delivery(
              who,
              id(status.name()),
              at,
              new Receipt(
                  status,
                  trigger.grantId() == null ? trigger.id() : null,
                  trigger.grantId(),
                  resource.type(),
                  null,
                  orderId,
                  discountUnits)));
    }

    /** Acts of one instant are told apart, and ordered, by the number in their id. */
    private String id(String act) {
      return "%s-%02d-%s".formatted(trigger.id(), events.size(), act.replace(' ', '-'));
    }
  }
}
