package dev.nudge.measure;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an event adds to {@code products_hourly}. It depends on nothing but the event, so an event
 * that is late adds the same.
 *
 * <p>Example: an order of two tees and a hat adds to the rows of both that they were sold beside
 * another product, and one order to hat with tee: a pair is told once, by name.
 */
final class ProductTallies {
  /** Products of an order that are told as sold together, the first of its lines: 45 pairs. */
  static final int MAX_TOGETHER = 10;

  /** A longer product id is left out: it would be a row's name. */
  static final int MAX_CHARACTERS = 256;

  private static final String WISHED = "Product Added to Wishlist";
  private static final String REVIEWED = "Product Reviewed";
  private static final BigDecimal MAX_RATING = BigDecimal.valueOf(1_000_000);
  private static final long HOUR_MILLIS = 3_600_000L;

  private ProductTallies() {}

  private record Sold(BigInteger quantity, BigInteger amount) {
    Sold plus(Sold other) {
      return new Sold(quantity.add(other.quantity), amount.add(other.amount));
    }
  }

  static void add(CustomerEvent event, TallySheet sheet) {
    if (event.order() != null && event.order().status() == OrderStatus.PAID) {
      addOrder(event, event.order(), sheet);
    } else if (event.click() != null) {
      addClick(event, event.click(), sheet);
    }
  }

  private static void addOrder(CustomerEvent event, Order order, TallySheet sheet) {
    Map<String, Sold> products = new LinkedHashMap<>();
    for (OrderLine line : order.lines()) {
      if (isNamed(line.productId())) {
        BigInteger quantity = BigInteger.valueOf(line.quantityUnits());
        BigInteger amount = quantity.multiply(BigInteger.valueOf(line.priceUnits()));
        products.merge(line.productId(), new Sold(quantity, amount), Sold::plus);
      }
    }
    products.forEach(
        (product, sold) -> {
          TallyRow row = row(event, product, "", order.currency());
          sheet.add(row, TallyColumn.ORDERS_WITH, 1, sold.amount);
          sheet.add(row, TallyColumn.UNITS, 0, sold.quantity);
          if (products.size() > 1) {
            sheet.one(row, TallyColumn.ORDERS_BESIDE);
          }
        });
    List<String> together = products.keySet().stream().limit(MAX_TOGETHER).toList();
    for (String product : together) {
      for (String other : together) {
        if (product.compareTo(other) < 0) {
          sheet.one(row(event, product, other, ""), TallyColumn.ORDERS_WITH);
        }
      }
    }
  }

  private static void addClick(CustomerEvent event, Click click, TallySheet sheet) {
    String product = click.productId();
    if (!isNamed(product)) {
      return;
    }
    TallyRow row = row(event, product, "", "");
    switch (click.event()) {
      case Click.PRODUCT_ADDED -> sheet.one(row, TallyColumn.CARTS);
      case WISHED -> sheet.one(row, TallyColumn.WISHLISTS);
      case REVIEWED -> {
        sheet.one(row, TallyColumn.REVIEWS);
        Value value = click.properties().get("rating");
        BigDecimal rating = value == null ? null : value.decimal();
        if (rating != null && rating.abs().compareTo(MAX_RATING) <= 0) {
          sheet.add(row, TallyColumn.RATINGS, 1, BigInteger.valueOf(Units.of(rating)));
        }
      }
      default -> {
        // Of other events a product's rows say nothing.
      }
    }
  }

  private static boolean isNamed(String product) {
    return product != null && !product.isEmpty() && product.length() <= MAX_CHARACTERS;
  }

  private static TallyRow row(
      CustomerEvent event, String product, String together, String currency) {
    return new TallyRow(
        TallyTable.PRODUCTS_HOURLY,
        event.tenant(),
        Math.floorDiv(event.atMillis(), HOUR_MILLIS) * HOUR_MILLIS,
        List.of(product, together, currency));
  }
}
