package dev.nudge.event;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What a customer did in the shop, by its Segment e-commerce name.
 *
 * @param event {@code Product Viewed}, {@code Product Added}, …, or a custom name
 * @param sessionId the visit, or null
 * @param properties as sent, aliases resolved; price and quantity are known to be decimals
 */
public record Click(String event, String sessionId, Map<String, Value> properties) {
  public static final String PRODUCT_VIEWED = "Product Viewed";
  public static final String PRODUCT_ADDED = "Product Added";
  public static final String PRODUCT_REMOVED = "Product Removed";
  public static final String CHECKOUT_STARTED = "Checkout Started";

  /** The product, or null. */
  public String productId() {
    return text("productId");
  }

  /** The product's category; null when absent or empty. */
  public String category() {
    String category = text("category");
    return category == null || category.isEmpty() ? null : category;
  }

  /** Price of one in ten-thousandths; 0 when absent. */
  public long priceUnits() {
    return units("price", 0);
  }

  /** Quantity in ten-thousandths; absent means one. */
  public long quantityUnits() {
    return units("quantity", Units.ONE);
  }

  private String text(String name) {
    Value value = properties.get(name);
    return value == null ? null : value.text();
  }

  private long units(String name, long absent) {
    Value value = properties.get(name);
    return value == null ? absent : Units.of(new BigDecimal(value.text()));
  }
}
