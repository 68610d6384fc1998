package dev.nudge.event;

import java.util.Arrays;
import java.util.Comparator;

/**
 * One accepted record of one customer: exactly one of profile, order, delivery and click is there.
 *
 * @param tenant the brand
 * @param customerId the customer within the tenant
 * @param messageId the record's own id, by which copies are recognised
 * @param atMillis event time, epoch milliseconds
 * @param profile set for the profiles topic
 * @param order set for the orders topic
 * @param delivery set for the deliveries topic
 * @param click set for the clickstream topic
 * @param raw the record's bytes: the last tie-break of the total order
 */
public record CustomerEvent(
    String tenant,
    String customerId,
    String messageId,
    long atMillis,
    Profile profile,
    Order order,
    Delivery delivery,
    Click click,
    byte[] raw) {

  private static final byte[] NO_BYTES = {};

  /**
   * The one order of a customer's events, the same in every job: time; then profiles, orders,
   * deliveries, clickstream; orders by order id, then status; then message id; then raw bytes.
   * Strings compare by code point.
   */
  public static final Comparator<CustomerEvent> TOTAL_ORDER =
      Comparator.comparingLong(CustomerEvent::atMillis)
          .thenComparing(CustomerEvent::topic)
          .thenComparing(CustomerEvent::compareOrders)
          .thenComparing(CustomerEvent::messageId, CodePoints.ORDER)
          .thenComparing(CustomerEvent::raw, Arrays::compareUnsigned);

  /** Whose event it is. */
  public CustomerKey key() {
    return new CustomerKey(tenant, customerId);
  }

  /** The input it came by. */
  public Topic topic() {
    if (profile != null) {
      return Topic.PROFILES;
    } else if (order != null) {
      return Topic.ORDERS;
    } else if (delivery != null) {
      return Topic.DELIVERIES;
    } else {
      return Topic.CLICKSTREAM;
    }
  }

  /** The same without its bytes, for whoever gets a customer's events in their order already. */
  public CustomerEvent withoutRaw() {
    return new CustomerEvent(
        tenant, customerId, messageId, atMillis, profile, order, delivery, click, NO_BYTES);
  }

  private static int compareOrders(CustomerEvent a, CustomerEvent b) {
    if (a.order == null) {
      return 0;
    }
    int byId = CodePoints.ORDER.compare(a.order.orderId(), b.order.orderId());
    return byId != 0 ? byId : a.order.status().compareTo(b.order.status());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CustomerEvent that
        && TOTAL_ORDER.compare(this, that) == 0
        && key().equals(that.key());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(raw);
  }
}
