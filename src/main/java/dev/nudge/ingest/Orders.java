package dev.nudge.ingest;

import dev.nudge.event.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/**
 * Which statuses the orders of a customer have had, by which a second payment is recognised.
 *
 * <p>The one exception to one read and one write a customer and watermark: ten thousand orders
 * would weigh on every click of the customer, so an order event looks its own order up, and writes
 * it when its status is new.
 */
final class Orders {
  /** Orders that are remembered for a customer; beyond it the oldest go. */
  static final int MAX = 10_000;

  /** How many of the oldest go at once, so that the scan for them is rare. */
  static final int DROPPED_AT_ONCE = 1_000;

  private final MapState<String, OrderSteps> byId;

  /** The state is that of the customer whose turn it is. */
  Orders(MapState<String, OrderSteps> byId) {
    this.byId = byId;
  }

  /** What is remembered of an order. */
  OrderSteps of(Order order) throws Exception {
    OrderSteps known = byId.get(order.orderId());
    return known == null ? OrderSteps.NONE : known;
  }

  /** Remembers an order's status. */
  void take(Order order, long atMillis, OrderSteps before, SavedCustomer customer)
      throws Exception {
    if (before.has(order.status())) {
      return;
    }
    if (before.statuses() == 0) {
      if (customer.orders() >= MAX) {
        dropOldest();
        customer.orders(customer.orders() - DROPPED_AT_ONCE);
      }
      customer.orders(customer.orders() + 1);
    }
    byId.put(order.orderId(), before.with(order.status(), atMillis));
  }

  /** Forgets the customer's orders. */
  void clear(SavedCustomer customer) {
    if (customer.orders() > 0) {
      byId.clear();
      customer.orders(0);
    }
  }

  private void dropOldest() throws Exception {
    List<Map.Entry<String, Long>> byAge = new ArrayList<>();
    for (Map.Entry<String, OrderSteps> order : byId.entries()) {
      byAge.add(Map.entry(order.getKey(), order.getValue().atMillis()));
    }
    byAge.sort(
        Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()));
    for (Map.Entry<String, Long> oldest : byAge.subList(0, DROPPED_AT_ONCE)) {
      byId.remove(oldest.getKey());
    }
  }
}
