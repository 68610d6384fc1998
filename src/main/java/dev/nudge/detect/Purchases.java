package dev.nudge.detect;

import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a customer has bought: exact sums, and a year of days.
 *
 * <p>Example: orders of 10 and 30 make a mean of 20 and a (population) standard deviation of 10.
 *
 * @param count paid orders, over all lives
 * @param lifeCount paid orders of the current life
 * @param sumUnits their sum in ten-thousandths
 * @param sumOfSquares the sum of their squares, in ten-thousandths squared
 * @param refundUnits the sum of refunds in ten-thousandths
 * @param firstAtMillis the first of them; 0 before it
 * @param lastAtMillis the last of them; 0 before the first
 * @param days the days with paid orders, oldest first, of the last {@value #MAX_DAYS}
 * @param lastProducts products bought, the newest first, each once; at most {@value #MAX_PRODUCTS}
 * @param paidMillis when the newest orders were paid, oldest first; at most {@value #MAX_TIMES} of
 *     the last {@value #MAX_DAYS} days
 */
public record Purchases(
    int count,
    int lifeCount,
    BigInteger sumUnits,
    BigInteger sumOfSquares,
    BigInteger refundUnits,
    long firstAtMillis,
    long lastAtMillis,
    List<Day> days,
    List<String> lastProducts,
    List<Long> paidMillis) {

  /** A day more than a year: the longest window is 365 days. */
  static final int MAX_DAYS = 366;

  private static final long DAY_MILLIS = 86_400_000L;

  /** Orders of which the exact time is remembered. */
  static final int MAX_TIMES = 500;

  /** Products that are remembered. */
  static final int MAX_PRODUCTS = 20;

  /**
   * Paid orders of one UTC day.
   *
   * @param epochDay days since 1970-01-01
   * @param orders how many
   * @param sumUnits their sum in ten-thousandths
   */
  public record Day(long epochDay, int orders, BigInteger sumUnits) {}

  static Purchases none() {
    return new Purchases(
        0,
        0,
        BigInteger.ZERO,
        BigInteger.ZERO,
        BigInteger.ZERO,
        0,
        0,
        List.of(),
        List.of(),
        List.of());
  }

  /** A paid order; {@code newLife} when it is the first of a life. */
  Purchases paid(Order order, long atMillis, boolean newLife) {
    BigInteger units = BigInteger.valueOf(order.amountUnits());
    return new Purchases(
        count + 1,
        newLife ? 1 : lifeCount + 1,
        sumUnits.add(units),
        sumOfSquares.add(units.multiply(units)),
        refundUnits,
        count == 0 ? atMillis : firstAtMillis,
        atMillis,
        withDay(Windows.day(atMillis), units),
        withProducts(order.lines()),
        withTime(atMillis));
  }

  /** A new life began with an order that is not counted here, being in another currency. */
  Purchases newLife() {
    return new Purchases(
        count,
        0,
        sumUnits,
        sumOfSquares,
        refundUnits,
        firstAtMillis,
        lastAtMillis,
        days,
        lastProducts,
        paidMillis);
  }

  /** A refund. */
  Purchases refunded(long units) {
    return new Purchases(
        count,
        lifeCount,
        sumUnits,
        sumOfSquares,
        refundUnits.add(BigInteger.valueOf(units)),
        firstAtMillis,
        lastAtMillis,
        days,
        lastProducts,
        paidMillis);
  }

  /** Mean amount as a decimal number; 0 before the first order. */
  double mean() {
    return count == 0
        ? 0
        : new BigDecimal(sumUnits, 4)
            .divide(BigDecimal.valueOf(count), MathContext.DECIMAL64)
            .doubleValue();
  }

  /**
   * Population standard deviation of the amounts: sqrt(n Σx² − (Σx)²) / n, exact up to the root.
   */
  double stdDev() {
    if (count == 0) {
      return 0;
    }
    BigInteger n = BigInteger.valueOf(count);
    BigInteger radicand = n.multiply(sumOfSquares).subtract(sumUnits.multiply(sumUnits));
    return new BigDecimal(radicand)
        .sqrt(MathContext.DECIMAL64)
        .divide(BigDecimal.valueOf(count), MathContext.DECIMAL64)
        .movePointLeft(4)
        .doubleValue();
  }

  /** Mean time between orders over all lives, in milliseconds, not rounded; 0 below two orders. */
  double meanGapMillis() {
    return count < 2 ? 0 : (double) (lastAtMillis - firstAtMillis) / (count - 1);
  }

  /** Orders of today and the days before that make up the window. */
  int ordersWithin(int windowDays, long nowMillis) {
    return days.stream()
        .filter(d -> inWindow(d, windowDays, nowMillis))
        .mapToInt(Day::orders)
        .sum();
  }

  /** Their sum in ten-thousandths. */
  BigInteger sumWithin(int windowDays, long nowMillis) {
    return days.stream()
        .filter(d -> inWindow(d, windowDays, nowMillis))
        .map(Day::sumUnits)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** Orders paid after one instant and up to and including another, as far as times are known. */
  int ordersBetween(long afterMillis, long untilMillis) {
    int orders = 0;
    for (long paid : paidMillis) {
      orders += paid > afterMillis && paid <= untilMillis ? 1 : 0;
    }
    return orders;
  }

  private List<Long> withTime(long atMillis) {
    long oldest = atMillis - MAX_DAYS * DAY_MILLIS;
    List<Long> kept = new ArrayList<>(paidMillis.size() + 1);
    for (long paid : paidMillis) {
      if (paid >= oldest) {
        kept.add(paid);
      }
    }
    kept.add(atMillis);
    return kept.subList(Math.max(0, kept.size() - MAX_TIMES), kept.size());
  }

  private static boolean inWindow(Day day, int windowDays, long nowMillis) {
    return Windows.holds(day.epochDay(), Windows.day(nowMillis), windowDays);
  }

  private List<Day> withDay(long today, BigInteger units) {
    List<Day> kept = new ArrayList<>();
    Day same = new Day(today, 0, BigInteger.ZERO);
    for (Day day : days) {
      if (day.epochDay() == today) {
        same = day;
      } else if (Windows.holds(day.epochDay(), today, MAX_DAYS)) {
        kept.add(day);
      }
    }
    kept.add(new Day(today, same.orders() + 1, same.sumUnits().add(units)));
    return kept;
  }

  private List<String> withProducts(List<OrderLine> lines) {
    Set<String> newestFirst = new LinkedHashSet<>();
    for (int i = lines.size() - 1; i >= 0; i--) {
      newestFirst.add(lines.get(i).productId());
    }
    newestFirst.addAll(lastProducts);
    return newestFirst.stream().limit(MAX_PRODUCTS).toList();
  }
}
