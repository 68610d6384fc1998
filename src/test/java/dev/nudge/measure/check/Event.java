package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A usable record of one customer, as sections 2 and 5 name it. */
final class Event {
  /** In the order in which one instant's events count. */
  enum Topic {
    PROFILES,
    ORDERS,
    DELIVERIES,
    CLICKSTREAM
  }

  /** Numbers keep all their digits. */
  static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final long EARLIEST = 631_152_000_000L; // 1990-01-01
  private static final long TOO_LATE = 4_102_444_800_000L; // 2100-01-01
  private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000_000L);
  private static final List<String> ORDER_STEPS =
      List.of("PLACED", "PAID", "CANCELLED", "REFUNDED");
  private static final Map<String, String> DELIVERY_NAMES =
      Map.of(
          "SENT", "Nudge Sent",
          "DELIVERED", "Nudge Delivered",
          "FAILED", "Nudge Failed",
          "EXPOSED", "Nudge Exposed",
          "CLICKED", "Nudge Clicked",
          "UNSUBSCRIBED", "Nudge Unsubscribed",
          "COUPON_CLAIMED", "Coupon Claimed",
          "COUPON_REDEEMED", "Coupon Redeemed",
          "COUPON_EXPIRED", "Coupon Expired");
  private static final Map<String, String> ALIASES =
      Map.of(
          "view_item", "Product Viewed",
          "add_to_cart", "Product Added",
          "add_to_wishlist", "Product Added to Wishlist",
          "share", "Product Shared",
          "begin_checkout", "Checkout Started",
          "purchase", "Order Completed",
          "refund", "Order Refunded");
  private static final Set<String> ORDER_NAMES =
      Set.of("Order Placed", "Order Paid", "Order Cancelled", "Order Refunded");

  /** "timestamp; then profiles, orders, deliveries, clickstream; orders by orderId, …". */
  static final Comparator<Event> TOTAL_ORDER =
      Comparator.comparingLong((Event each) -> each.at)
          .thenComparing(each -> each.topic)
          .thenComparing(each -> each.bytesOf("orderId"), Arrays::compareUnsigned)
          .thenComparing(each -> each.step)
          .thenComparing(each -> each.bytesOf("messageId"), Arrays::compareUnsigned)
          .thenComparing(each -> each.line.getBytes(UTF_8), Arrays::compareUnsigned);

  final Topic topic;
  final String line;
  final JsonNode json;
  final long at;
  private final int step;

  /** Which grant a delivery names; found once all grants are known. */
  Grant grant;

  private Event(Topic topic, String line, JsonNode json) {
    this.topic = topic;
    this.line = line;
    this.json = json;
    this.at = time(json.get("timestamp"));
    this.step = topic == Topic.ORDERS ? ORDER_STEPS.indexOf(text("status")) : 0;
  }

  /** The record on a line; null if it is unusable. */
  static Event of(Topic topic, String line) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException notJson) {
      return null;
    }
    if (!json.isObject() || !isTime(json.get("timestamp"))) {
      return null;
    }
    Event event = new Event(topic, line, json);
    return event.isUsable() ? event : null;
  }

  private static boolean isTime(JsonNode timestamp) {
    return timestamp != null && (timestamp.isIntegralNumber() || timestamp.isTextual());
  }

  static long time(JsonNode timestamp) {
    return timestamp.isTextual()
        ? OffsetDateTime.parse(timestamp.asText()).toInstant().toEpochMilli()
        : timestamp.asLong();
  }

  private boolean isUsable() {
    if (at < EARLIEST || at >= TOO_LATE) {
      return false;
    }
    if (isTimeOnly()) {
      return true;
    }
    if (text("messageId") == null || text("tenant") == null || text("customerId") == null) {
      return false;
    }
    return switch (topic) {
      case PROFILES -> true;
      case CLICKSTREAM -> text("event") != null;
      case ORDERS ->
          step >= 0
              && text("orderId") != null
              && text("currency") != null
              && isAmount(json.get("amount"));
      case DELIVERIES ->
          DELIVERY_NAMES.containsKey(String.valueOf(text("status")))
              && (!json.hasNonNull("discount") || isAmount(json.get("discount")))
              && namesSomething();
    };
  }

  private boolean namesSomething() {
    String status = text("status");
    return text("triggerId") != null
        || (status.startsWith("COUPON_") && (text("grantId") != null || text("couponType") != null))
        || (status.equals("UNSUBSCRIBED") && text("channel") != null);
  }

  private static boolean isAmount(JsonNode amount) {
    if (amount == null || !(amount.isNumber() || amount.isTextual())) {
      return false;
    }
    try {
      BigDecimal number = new BigDecimal(amount.asText());
      return number.signum() >= 0
          && number.compareTo(MOST) <= 0
          && number.stripTrailingZeros().scale() <= 4;
    } catch (NumberFormatException noNumber) {
      return false;
    }
  }

  /** Whether it only moves time. */
  boolean isTimeOnly() {
    return "$time".equals(text("event"));
  }

  /** A field's text; null if it is absent. */
  String text(String field) {
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? null : value.asText();
  }

  private byte[] bytesOf(String field) {
    boolean counts = field.equals("messageId") || topic == Topic.ORDERS;
    String text = text(field);
    return counts && text != null ? text.getBytes(UTF_8) : new byte[0];
  }

  BigDecimal amount(String field) {
    String text = text(field);
    return text == null ? null : new BigDecimal(text);
  }

  boolean isOrder(String status) {
    return topic == Topic.ORDERS && status.equals(text("status"));
  }

  boolean isDelivery(String... statuses) {
    return topic == Topic.DELIVERIES && List.of(statuses).contains(text("status"));
  }

  /** What goals and patterns call it; null for a profile. */
  String name() {
    return switch (topic) {
      case PROFILES -> null;
      case ORDERS ->
          "Order "
              + text("status").charAt(0)
              + text("status").substring(1).toLowerCase(Locale.ROOT);
      case DELIVERIES -> DELIVERY_NAMES.get(text("status"));
      case CLICKSTREAM -> {
        String name = ALIASES.getOrDefault(text("event"), text("event"));
        boolean isOurs = ORDER_NAMES.contains(name) || DELIVERY_NAMES.containsValue(name);
        yield isOurs ? "clickstream: " + name : name;
      }
    };
  }
}
