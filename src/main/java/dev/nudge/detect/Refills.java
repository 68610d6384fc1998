package dev.nudge.detect;

import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.Units;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a customer bought that will be used up, and when.
 *
 * <p>Example: coffee lasts 30 days by the tenant's policy; two packets bought on 1 March are due on
 * 30 April, unless the customer buys that coffee before.
 *
 * @param pending one a product, the newest purchase; at most {@value #MAX}, a further product is
 *     not taken up
 */
public record Refills(List<Refill> pending) {
  static final int MAX = 200;

  private static final BigInteger DAY_MILLIS = BigInteger.valueOf(86_400_000L);

  /** Further ahead than this nobody waits for anything: 10 years. */
  private static final long MAX_AHEAD_MILLIS = 3_650L * 86_400_000L;

  /**
   * A purchase that will be used up.
   *
   * @param productId the product
   * @param orderId the order
   * @param dueMillis when it is used up, epoch milliseconds
   * @param days what one of it lasts
   */
  public record Refill(String productId, String orderId, long dueMillis, int days) {}

  static Refills none() {
    return new Refills(List.of());
  }

  /**
   * An order was paid.
   *
   * @param daysByCategory what one of a product lasts, by its category
   */
  Refills paid(Order order, long atMillis, Map<String, Integer> daysByCategory) {
    if (daysByCategory.isEmpty() && pending.isEmpty()) {
      return this;
    }
    Map<String, Refill> next = new LinkedHashMap<>();
    pending.forEach(refill -> next.put(refill.productId(), refill));
    Map<String, BigInteger> quantities = new LinkedHashMap<>();
    Map<String, Integer> days = new LinkedHashMap<>();
    for (OrderLine line : order.lines()) {
      // Whatever it lasts: what was bought before has been bought again.
      next.remove(line.productId());
      Integer lasts = line.category() == null ? null : daysByCategory.get(line.category());
      if (lasts != null && line.quantityUnits() > 0) {
        days.putIfAbsent(line.productId(), lasts);
        quantities.merge(
            line.productId(), BigInteger.valueOf(line.quantityUnits()), BigInteger::add);
      }
    }
    quantities.forEach(
        (product, quantity) -> {
          BigInteger ahead =
              quantity
                  .multiply(BigInteger.valueOf(days.get(product)))
                  .multiply(DAY_MILLIS)
                  .divide(BigInteger.valueOf(Units.ONE));
          if (next.size() < MAX
              && ahead.bitLength() < Long.SIZE
              && ahead.longValueExact() <= MAX_AHEAD_MILLIS) {
            next.put(
                product,
                new Refill(
                    product,
                    order.orderId(),
                    atMillis + ahead.longValueExact(),
                    days.get(product)));
          }
        });
    return new Refills(List.copyOf(next.values()));
  }

  /** When the first is due; {@link Long#MAX_VALUE} for none. */
  long dueMillis() {
    return pending.stream().mapToLong(Refill::dueMillis).min().orElse(Long.MAX_VALUE);
  }

  /** Those due by then, in the order of their purchases. */
  List<Refill> due(long nowMillis) {
    return pending.stream().filter(refill -> refill.dueMillis() <= nowMillis).toList();
  }

  /** Without those due by then. */
  Refills after(long nowMillis) {
    List<Refill> left = new ArrayList<>(pending);
    return left.removeIf(refill -> refill.dueMillis() <= nowMillis)
        ? new Refills(List.copyOf(left))
        : this;
  }
}
