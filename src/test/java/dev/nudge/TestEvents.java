package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Profile;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The cast of every test: Anna and Bert, customers of acme, from Monday 2026-01-05, 09:00 UTC on.
 *
 * <p>Message ids follow from what happened and when, so the same call twice makes a copy; {@link
 * #as} gives another id.
 */
public final class TestEvents {
  public static final CustomerKey ANNA = new CustomerKey("acme", "anna");
  public static final CustomerKey BERT = new CustomerKey("acme", "bert");

  public static final long SECOND = 1_000L;
  public static final long MINUTE = 60 * SECOND;
  public static final long HOUR = 60 * MINUTE;
  public static final long DAY = 24 * HOUR;

  /** When every story begins. */
  public static final long START = Instant.parse("2026-01-05T09:00:00Z").toEpochMilli();

  private TestEvents() {}

  public static CustomerEvent paid(CustomerKey who, long at, String orderId) {
    return paid(who, at, orderId, "10.00");
  }

  public static CustomerEvent paid(
      CustomerKey who, long at, String orderId, String amount, String... products) {
    return event(who, at, order(orderId, OrderStatus.PAID, "CNY", amount, products));
  }

  public static CustomerEvent placed(CustomerKey who, long at, String orderId) {
    return event(who, at, order(orderId, OrderStatus.PLACED, "CNY", "10.00"));
  }

  public static CustomerEvent cancelled(CustomerKey who, long at, String orderId) {
    return event(who, at, order(orderId, OrderStatus.CANCELLED, "CNY", "10.00"));
  }

  public static CustomerEvent refunded(CustomerKey who, long at, String orderId, String amount) {
    return event(who, at, order(orderId, OrderStatus.REFUNDED, "CNY", amount));
  }

  public static CustomerEvent event(CustomerKey who, long at, Order order) {
    String messageId = order.orderId() + "-" + order.status();
    return new CustomerEvent(
        who.tenant(), who.customerId(), messageId, at, null, order, null, null, raw(messageId));
  }

  public static Order order(
      String orderId, OrderStatus status, String currency, String amount, String... products) {
    List<OrderLine> lines =
        Arrays.stream(products)
            .map(product -> new OrderLine(product, null, null, null, Units.ONE, Units.ONE))
            .toList();
    return new Order(orderId, status, currency, units(amount), null, null, Map.of(), lines);
  }

  public static CustomerEvent clicked(CustomerKey who, long at, Click click) {
    String messageId = click.event() + "@" + at;
    return new CustomerEvent(
        who.tenant(), who.customerId(), messageId, at, null, null, null, click, raw(messageId));
  }

  public static CustomerEvent viewed(CustomerKey who, long at) {
    return clicked(who, at, click(Click.PRODUCT_VIEWED));
  }

  /** A click with properties given as name, value, name, value. */
  public static Click click(String event, String... properties) {
    return new Click(event, null, values(properties));
  }

  public static CustomerEvent profiled(CustomerKey who, long at, String... attributes) {
    return event(who, at, new Profile(values(attributes), Map.of(), false));
  }

  public static CustomerEvent erased(CustomerKey who, long at) {
    return event(who, at, new Profile(Map.of(), Map.of(), true));
  }

  public static CustomerEvent delivered(CustomerKey who, long at) {
    return delivered(who, at, DeliveryStatus.DELIVERED);
  }

  public static CustomerEvent delivered(CustomerKey who, long at, DeliveryStatus status) {
    Delivery delivery = new Delivery(status, "t1", null, null, "PUSH", null, null);
    String messageId = "delivery@" + at;
    return new CustomerEvent(
        who.tenant(), who.customerId(), messageId, at, null, null, delivery, null, raw(messageId));
  }

  /** The same event under another message id. */
  public static CustomerEvent as(String messageId, CustomerEvent event) {
    return new CustomerEvent(
        event.tenant(),
        event.customerId(),
        messageId,
        event.atMillis(),
        event.profile(),
        event.order(),
        event.delivery(),
        event.click(),
        event.raw());
  }

  /** The same event in other bytes. */
  public static CustomerEvent inBytes(CustomerEvent event, byte... raw) {
    return new CustomerEvent(
        event.tenant(),
        event.customerId(),
        event.messageId(),
        event.atMillis(),
        event.profile(),
        event.order(),
        event.delivery(),
        event.click(),
        raw);
  }

  public static long units(String amount) {
    return Units.of(new BigDecimal(amount));
  }

  private static CustomerEvent event(CustomerKey who, long at, Profile profile) {
    String messageId = "profile@" + at;
    return new CustomerEvent(
        who.tenant(), who.customerId(), messageId, at, profile, null, null, null, raw(messageId));
  }

  private static Map<String, Value> values(String... namesAndValues) {
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], Value.string(namesAndValues[i + 1]));
    }
    return values;
  }

  private static byte[] raw(String text) {
    return text.getBytes(UTF_8);
  }
}
