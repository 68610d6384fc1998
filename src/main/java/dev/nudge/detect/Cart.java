package dev.nudge.detect;

import dev.nudge.event.Click;
import dev.nudge.event.Units;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What lies in a customer's cart, as far as the clickstream tells. It empties at an order, and when
 * nothing changed for 24 hours.
 *
 * @param items by product
 * @param changedAtMillis the last change; 0 while empty
 * @param openedAtMillis when it was opened, by a product added; 0 while nobody fills it: it is
 *     empty or on its way through the checkout
 */
public record Cart(Map<String, Item> items, long changedAtMillis, long openedAtMillis) {
  /** Products of which the cart is known; a further one is not taken up. */
  static final int MAX_ITEMS = 100;

  /** Quantity of one product; more is counted as that much, so that no sum overflows. */
  static final long MAX_QUANTITY_UNITS = Units.of(Units.MAX);

  private static final long STALE_AFTER_MILLIS = 24 * 3_600_000L;

  /**
   * One product.
   *
   * @param quantityUnits quantity in ten-thousandths
   * @param priceUnits price of one in ten-thousandths, as of the last time it was added
   */
  public record Item(long quantityUnits, long priceUnits) {}

  static Cart empty() {
    return new Cart(Map.of(), 0, 0);
  }

  Cart added(Click click, long atMillis) {
    Map<String, Item> next = stillThere(atMillis);
    String product = product(click);
    Item before = next.get(product);
    if (before == null && next.size() >= MAX_ITEMS) {
      return this;
    }
    boolean open = openedAtMillis > 0 && !isStale(atMillis);
    long quantity = (before == null ? 0 : before.quantityUnits()) + click.quantityUnits();
    next.put(product, new Item(Math.min(quantity, MAX_QUANTITY_UNITS), click.priceUnits()));
    return new Cart(next, atMillis, open ? openedAtMillis : atMillis);
  }

  /** It goes to the checkout: as a cart that may be left behind, it has ended. */
  Cart checkedOut() {
    return new Cart(items, changedAtMillis, 0);
  }

  /** When it was opened; 0 if it is not open. */
  long openedAt(long nowMillis) {
    return isStale(nowMillis) ? 0 : openedAtMillis;
  }

  Cart removed(Click click, long atMillis) {
    Map<String, Item> next = stillThere(atMillis);
    if (!next.isEmpty() && !next.containsKey(product(click))) {
      return this;
    }
    next.computeIfPresent(
        product(click),
        (id, item) -> {
          long left = item.quantityUnits() - click.quantityUnits();
          return left > 0 ? new Item(Math.min(left, MAX_QUANTITY_UNITS), item.priceUnits()) : null;
        });
    return next.isEmpty() ? empty() : new Cart(next, atMillis, openedAtMillis);
  }

  /** Sum of quantity times price in ten-thousandths, rounded down. */
  BigInteger valueUnits(long nowMillis) {
    return List.copyOf(stillThere(nowMillis).values()).stream()
        .map(
            i -> BigInteger.valueOf(i.quantityUnits()).multiply(BigInteger.valueOf(i.priceUnits())))
        .reduce(BigInteger.ZERO, BigInteger::add)
        .divide(BigInteger.valueOf(Units.ONE));
  }

  private Map<String, Item> stillThere(long nowMillis) {
    return isStale(nowMillis) ? new HashMap<>() : new HashMap<>(items);
  }

  private boolean isStale(long nowMillis) {
    return nowMillis - changedAtMillis >= STALE_AFTER_MILLIS;
  }

  private static String product(Click click) {
    return click.productId() == null ? "" : click.productId();
  }
}
