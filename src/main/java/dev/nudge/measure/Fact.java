package dev.nudge.measure;

import dev.nudge.event.CodePoints;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Order;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Topic;
import java.util.Comparator;
import java.util.Set;

/**
 * What is kept of an event that counts for a grant, or may.
 *
 * @param atMillis event time, epoch milliseconds
 * @param topic the input it came by
 * @param messageId the record's own id
 * @param name by which goals know it
 * @param orderStatus of an order, else null
 * @param orderId of an order, else empty
 * @param ofOrder the order that a refund takes back; of another order its own id, else empty
 * @param amountUnits an order's amount or the discount of a redemption, in ten-thousandths; null
 *     where there is none
 * @param currency an order's, else empty
 * @param rowCurrency of an order, in whose rows it stands if it is no grant's; else empty
 * @param deliveryStatus of a delivery, else null
 * @param grant the grant that a delivery names, or null
 * @param channel by which the trigger that a delivery names goes, or null
 */
record Fact(
    long atMillis,
    Topic topic,
    String messageId,
    String name,
    OrderStatus orderStatus,
    String orderId,
    String ofOrder,
    Long amountUnits,
    String currency,
    String rowCurrency,
    DeliveryStatus deliveryStatus,
    Grant grant,
    String channel) {

  /**
   * That of {@link CustomerEvent#TOTAL_ORDER}. Raw bytes are not needed: of one message of a
   * customer only one is accepted.
   */
  static final Comparator<Fact> ORDER =
      Comparator.comparingLong(Fact::atMillis)
          .thenComparing(Fact::topic)
          .thenComparing(Fact::orderId, CodePoints.ORDER)
          .thenComparing(Fact::orderStatus, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Fact::messageId, CodePoints.ORDER);

  private static final Set<DeliveryStatus> RECEIPTS =
      Set.of(
          DeliveryStatus.SENT,
          DeliveryStatus.DELIVERED,
          DeliveryStatus.EXPOSED,
          DeliveryStatus.CLICKED);

  /** Of an event that is no delivery. */
  static Fact of(CustomerEvent event, boolean hasCurrency) {
    Order order = event.order();
    if (order == null) {
      return new Fact(
          event.atMillis(),
          event.topic(),
          event.messageId(),
          Occurrence.nameOf(event),
          null,
          "",
          "",
          null,
          "",
          "",
          null,
          null,
          null);
    }
    boolean takesBack = order.status() == OrderStatus.REFUNDED && order.refundOf() != null;
    return new Fact(
        event.atMillis(),
        event.topic(),
        event.messageId(),
        Occurrence.nameOf(event),
        order.status(),
        order.orderId(),
        takesBack ? order.refundOf() : order.orderId(),
        order.amountUnits(),
        order.currency(),
        hasCurrency ? order.currency() : "",
        null,
        null,
        null);
  }

  /** Of a delivery. */
  static Fact of(CustomerEvent event, Grant grant, String channel) {
    Delivery delivery = event.delivery();
    return new Fact(
        event.atMillis(),
        event.topic(),
        event.messageId(),
        Occurrence.nameOf(event),
        null,
        "",
        "",
        delivery.discountUnits(),
        "",
        "",
        delivery.status(),
        grant,
        channel);
  }

  boolean isPaid() {
    return orderStatus == OrderStatus.PAID;
  }

  boolean isRefund() {
    return orderStatus == OrderStatus.REFUNDED;
  }

  /** Whether it tells by which channel its grant came to the customer. */
  boolean isReceipt() {
    return grant != null && channel != null && RECEIPTS.contains(deliveryStatus);
  }

  boolean isBefore(Fact other) {
    return ORDER.compare(this, other) < 0;
  }

  /** Whether a refund is one of a payment: of its order, in its currency, after it and in time. */
  boolean takesFrom(Fact paid, long refundWindowMillis) {
    return isRefund()
        && paid.orderId.equals(ofOrder)
        && paid.currency.equals(currency)
        && paid.isBefore(this)
        && atMillis < paid.atMillis + refundWindowMillis;
  }
}
