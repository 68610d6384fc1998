package dev.nudge.event;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pattern sees of an event: a name, a time, and fields by name. It is also what stays of an
 * event while a pattern may still need it, and what a moment shows of it.
 *
 * <p>Example: the PAID order o1 over 139.12 CNY is {@code Order Paid} with {@code orderId}, {@code
 * amount} and {@code currency}, beside the order's free attributes.
 *
 * @param name {@code Product Viewed}, {@code Order Paid}, {@code Nudge Clicked}, …
 * @param atMillis event time, epoch milliseconds
 * @param messageId the record's own id
 * @param topic the input it came by
 * @param fields the event's fields; own fields win over free attributes of the same name
 */
public record Occurrence(
    String name, long atMillis, String messageId, Topic topic, Map<String, Value> fields) {

  private static final String ORDER = "Order ";
  private static final String NUDGE = "Nudge ";
  private static final String COUPON = "Coupon ";

  public static final String ORDER_PLACED = ORDER + "Placed";
  public static final String ORDER_PAID = ORDER + "Paid";
  public static final String ORDER_CANCELLED = ORDER + "Cancelled";
  public static final String ORDER_REFUNDED = ORDER + "Refunded";

  private static final Map<DeliveryStatus, String> DELIVERY_NAMES =
      Map.of(
          DeliveryStatus.SENT, NUDGE + "Sent",
          DeliveryStatus.DELIVERED, NUDGE + "Delivered",
          DeliveryStatus.FAILED, NUDGE + "Failed",
          DeliveryStatus.EXPOSED, NUDGE + "Exposed",
          DeliveryStatus.CLICKED, NUDGE + "Clicked",
          DeliveryStatus.UNSUBSCRIBED, NUDGE + "Unsubscribed",
          DeliveryStatus.COUPON_CLAIMED, COUPON + "Claimed",
          DeliveryStatus.COUPON_REDEEMED, COUPON + "Redeemed",
          DeliveryStatus.COUPON_EXPIRED, COUPON + "Expired");

  private static final Set<String> NAMES_OF_DELIVERIES = new HashSet<>(DELIVERY_NAMES.values());
  private static final Set<String> OWN_NAMES = new HashSet<>(DELIVERY_NAMES.values());

  static {
    OWN_NAMES.addAll(List.of(ORDER_PLACED, ORDER_PAID, ORDER_CANCELLED, ORDER_REFUNDED));
  }

  /** Names that only orders and deliveries have. */
  public static boolean isOwnName(String name) {
    return OWN_NAMES.contains(name);
  }

  /** Whether a name is a delivery's. */
  public static boolean isDeliveryName(String name) {
    return NAMES_OF_DELIVERIES.contains(name);
  }

  /**
   * The name by which patterns know an event; null for a profile, which they never see.
   *
   * <p>A shop's custom event that calls itself like an order or a delivery is none: {@code
   * clickstream: Order Paid}.
   */
  public static String nameOf(CustomerEvent event) {
    if (event.click() != null) {
      String name = event.click().event();
      return isOwnName(name) ? "clickstream: " + name : name;
    } else if (event.order() != null) {
      return switch (event.order().status()) {
        case PLACED -> ORDER_PLACED;
        case PAID -> ORDER_PAID;
        case CANCELLED -> ORDER_CANCELLED;
        case REFUNDED -> ORDER_REFUNDED;
      };
    } else if (event.delivery() != null) {
      return DELIVERY_NAMES.get(event.delivery().status());
    } else {
      return null;
    }
  }

  /** What patterns see of an event that has a {@linkplain #nameOf name}. */
  public static Occurrence of(CustomerEvent event) {
    return new Occurrence(
        nameOf(event), event.atMillis(), event.messageId(), event.topic(), fieldsOf(event));
  }

  /**
   * The same, where it is the first that was heard of its order: {@code first} is true then.
   *
   * @param first whether the order was neither placed nor paid nor cancelled before
   */
  public Occurrence with(boolean first) {
    Value value = new Value(Value.Type.BOOLEAN, Boolean.toString(first));
    return new Occurrence(name, atMillis, messageId, topic, new OneMore(fields, "first", value));
  }

  private static Map<String, Value> fieldsOf(CustomerEvent event) {
    if (event.click() != null) {
      Click click = event.click();
      if (click.sessionId() == null) {
        return click.properties();
      }
      return new OneMore(click.properties(), "sessionId", Value.string(click.sessionId()));
    } else if (event.order() != null) {
      return fieldsOf(event.order());
    } else {
      return fieldsOf(event.delivery());
    }
  }

  private static Map<String, Value> fieldsOf(Order order) {
    Map<String, Value> fields = new HashMap<>(order.attributes());
    fields.put("orderId", Value.string(order.orderId()));
    fields.put("amount", Value.number(Units.format(order.amountUnits())));
    put(fields, "currency", order.currency());
    put(fields, "grantId", order.grantId());
    put(fields, "refundOf", order.refundOf());
    return fields;
  }

  private static Map<String, Value> fieldsOf(Delivery delivery) {
    Map<String, Value> fields = new HashMap<>();
    put(fields, "triggerId", delivery.triggerId());
    put(fields, "grantId", delivery.grantId());
    put(fields, "couponType", delivery.couponType());
    put(fields, "channel", delivery.channel());
    put(fields, "orderId", delivery.orderId());
    if (delivery.discountUnits() != null) {
      fields.put("discount", Value.number(Units.format(delivery.discountUnits())));
    }
    return fields;
  }

  private static void put(Map<String, Value> fields, String name, String text) {
    if (text != null) {
      fields.put(name, Value.string(text));
    }
  }

  /** A field's text; null when absent. */
  public String text(String field) {
    Value value = fields.get(field);
    return value == null ? null : value.text();
  }
}
