package dev.nudge.event;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Something that happened to one customer: exactly one of profile, order, delivery, click, stage
 * change and decision is there. The last two are Nudge's own; only who measures sees them.
 *
 * @param tenant the brand
 * @param customerId the customer within the tenant
 * @param messageId the record's own id, by which copies are recognised
 * @param atMillis event time, epoch milliseconds
 * @param profile set for the profiles topic
 * @param order set for the orders topic
 * @param delivery set for the deliveries topic
 * @param click set for the clickstream topic
 * @param stageChange set for what was noticed of the customer's stage
 * @param decision set for what was decided
 * @param raw the record's bytes: the last tie-break of the total order
 * @param arrivedMillis when Kafka took the record, epoch milliseconds; {@link #NOT_KNOWN} where
 *     nobody knows. It is measured with, and changes no result
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
    StageChange stageChange,
    Decision decision,
    byte[] raw,
    long arrivedMillis) {

  /**
   * What came from a file, or from a checkpoint of an earlier version, arrived nobody knows when.
   */
  public static final long NOT_KNOWN = 0;

  private static final byte[] NO_BYTES = {};

  /** One of which nobody knows when it arrived. */
  public CustomerEvent(
      String tenant,
      String customerId,
      String messageId,
      long atMillis,
      Profile profile,
      Order order,
      Delivery delivery,
      Click click,
      StageChange stageChange,
      Decision decision,
      byte[] raw) {
    this(
        tenant,
        customerId,
        messageId,
        atMillis,
        profile,
        order,
        delivery,
        click,
        stageChange,
        decision,
        raw,
        NOT_KNOWN);
  }

  /** A record of a customer topic. */
  public CustomerEvent(
      String tenant,
      String customerId,
      String messageId,
      long atMillis,
      Profile profile,
      Order order,
      Delivery delivery,
      Click click,
      byte[] raw) {
    this(tenant, customerId, messageId, atMillis, profile, order, delivery, click, null, null, raw);
  }

  /** A decision; its id is the message's. */
  public static CustomerEvent of(Decision decision) {
    return new CustomerEvent(
        decision.tenant(),
        decision.customerId(),
        decision.id(),
        decision.atMillis(),
        null,
        null,
        null,
        null,
        null,
        decision,
        NO_BYTES);
  }

  /**
   * A change of stage.
   *
   * @param momentId the moment that it is
   */
  public static CustomerEvent of(String momentId, StageChange change) {
    return new CustomerEvent(
        change.tenant(),
        change.customerId(),
        momentId,
        change.atMillis(),
        null,
        null,
        null,
        null,
        change,
        null,
        NO_BYTES);
  }

  /**
   * The one order of a customer's events, the same in every job: time; then profiles, orders,
   * deliveries, clickstream, stage changes, decisions; orders by order id, then status; then
   * message id; then raw bytes. Strings compare by code point.
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
    } else if (click != null) {
      return Topic.CLICKSTREAM;
    } else {
      return stageChange != null ? Topic.MOMENTS : Topic.DECISIONS;
    }
  }

  /** The same without its bytes, for whoever gets a customer's events in their order already. */
  public CustomerEvent withoutRaw() {
    return new CustomerEvent(
        tenant,
        customerId,
        messageId,
        atMillis,
        profile,
        order,
        delivery,
        click,
        stageChange,
        decision,
        NO_BYTES,
        arrivedMillis);
  }

  /** The same, taken by Kafka at that time, epoch milliseconds. */
  public CustomerEvent arrived(long millis) {
    return new CustomerEvent(
        tenant,
        customerId,
        messageId,
        atMillis,
        profile,
        order,
        delivery,
        click,
        stageChange,
        decision,
        raw,
        millis);
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
