package dev.nudge.measure;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.StageChange;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one customer's whole life adds up to, by loops over all of it: no state, nothing late, and
 * none of the classes that it is compared with.
 */
final class TallyOracle {
  private static final long DAY = 86_400_000L;

  private final Map<String, long[]> counts = new TreeMap<>();
  private final Map<String, BigInteger> amounts = new TreeMap<>();
  private final TallyLog log;
  private final List<CustomerEvent> events;

  TallyOracle(TallyLog log) {
    this.log = log;
    events = new ArrayList<>(log.events);
    events.sort(CustomerEvent.TOTAL_ORDER);
    orders();
    visits();
    products();
    lifecycle();
    repurchases();
  }

  /** "count amount" by "table start dimensions column", without what is nothing. */
  Map<String, String> sums() {
    Map<String, String> sums = new TreeMap<>();
    counts.forEach(
        (key, count) -> {
          BigInteger amount = amounts.get(key);
          if (count[0] != 0 || amount.signum() != 0) {
            sums.put(key, count[0] + " " + amount);
          }
        });
    return sums;
  }

  static String key(String table, Instant start, List<String> dimensions, String column) {
    return table + ' ' + start + ' ' + dimensions + ' ' + column;
  }

  private void add(
      String table,
      ChronoUnit unit,
      long at,
      List<String> dimensions,
      String column,
      long count,
      BigInteger amount) {
    String key = key(table, Instant.ofEpochMilli(at).truncatedTo(unit), dimensions, column);
    counts.computeIfAbsent(key, k -> new long[1])[0] += count;
    amounts.merge(key, amount, BigInteger::add);
  }

  private List<CustomerEvent> payments() {
    return events.stream()
        .filter(e -> e.order() != null && e.order().status() == OrderStatus.PAID)
        .toList();
  }

  private void orders() {
    Set<String> customers = new HashSet<>();
    for (int i = 0; i < events.size(); i++) {
      CustomerEvent event = events.get(i);
      Order order = event.order();
      if (order == null
          || (order.status() != OrderStatus.PLACED && order.status() != OrderStatus.PAID)) {
        continue;
      }
      boolean isNew = true;
      for (CustomerEvent earlier : events.subList(0, i)) {
        if (earlier.order() != null
            && earlier.order().status() == OrderStatus.PAID
            && event.atMillis() - earlier.atMillis() <= log.lostDays.get(event.messageId()) * DAY) {
          isNew = false;
        }
      }
      boolean paid = order.status() == OrderStatus.PAID;
      for (String segment : List.of("TOTAL", isNew ? "NEW" : "OLD")) {
        List<String> dimensions = List.of(order.currency(), segment);
        String t = "ORDERS_HOURLY";
        String orders = paid ? "ORDERS_PAID" : "ORDERS_PLACED";
        BigInteger amount = BigInteger.valueOf(order.amountUnits());
        add(t, ChronoUnit.HOURS, event.atMillis(), dimensions, orders, 1, amount);
        if (customers.add(event.atMillis() / 3_600_000 + segment + order.currency() + paid)) {
          String column = paid ? "PAYING_CUSTOMERS" : "ORDERING_CUSTOMERS";
          add(t, ChronoUnit.HOURS, event.atMillis(), dimensions, column, 1, BigInteger.ZERO);
        }
      }
    }
  }

  private void visits() {
    Map<String, List<CustomerEvent>> bySession = new TreeMap<>();
    for (CustomerEvent event : events) {
      if (event.click() != null) {
        bySession
            .computeIfAbsent(String.valueOf(event.click().sessionId()), s -> new ArrayList<>())
            .add(event);
      }
    }
    Set<String> visitors = new HashSet<>();
    bySession.forEach(
        (session, clicks) -> {
          long limit = session.equals("null") ? 1_800_000L : 30 * DAY;
          int from = 0;
          for (int i = 1; i <= clicks.size(); i++) {
            if (i == clicks.size()
                || clicks.get(i).atMillis() - clicks.get(i - 1).atMillis() >= limit) {
              visit(clicks.subList(from, i), visitors);
              from = i;
            }
          }
        });
  }

  private void visit(List<CustomerEvent> clicks, Set<String> visitors) {
    long first = clicks.get(0).atMillis();
    long last = clicks.get(clicks.size() - 1).atMillis();
    List<String> source = List.of(log.sources.get(clicks.get(0).messageId()));
    String t = "TRAFFIC_MINUTE";
    add(t, ChronoUnit.MINUTES, first, source, "VISITS", 1, BigInteger.ZERO);
    BigInteger time = BigInteger.valueOf(last - first);
    add(t, ChronoUnit.MINUTES, first, source, "VISIT_EVENTS", clicks.size(), time);
    if (visitors.add(first / 60_000 + source.get(0))) {
      add(t, ChronoUnit.MINUTES, first, source, "VISITORS", 1, BigInteger.ZERO);
    }
  }

  private void products() {
    for (CustomerEvent event : events) {
      if (event.click() != null && event.click().productId() != null) {
        reaction(event, event.click());
      }
    }
    for (CustomerEvent event : payments()) {
      Set<String> products = new TreeSet<>();
      for (OrderLine line : event.order().lines()) {
        products.add(line.productId());
      }
      for (String product : products) {
        BigInteger units = BigInteger.ZERO;
        BigInteger amount = BigInteger.ZERO;
        for (OrderLine line : event.order().lines()) {
          if (line.productId().equals(product)) {
            units = units.add(BigInteger.valueOf(line.quantityUnits()));
            amount = amount.add(BigInteger.valueOf(line.quantityUnits() * line.priceUnits()));
          }
        }
        List<String> row = List.of(product, "", event.order().currency());
        product(event, row, "ORDERS_WITH", 1, amount);
        product(event, row, "UNITS", 0, units);
        product(event, row, "ORDERS_BESIDE", products.size() > 1 ? 1 : 0, BigInteger.ZERO);
        for (String other : products) {
          if (other.compareTo(product) > 0) {
            product(event, List.of(product, other, ""), "ORDERS_WITH", 1, BigInteger.ZERO);
          }
        }
      }
    }
  }

  private void reaction(CustomerEvent event, Click click) {
    List<String> row = List.of(click.productId(), "", "");
    switch (click.event()) {
      case "Product Added" -> product(event, row, "CARTS", 1, BigInteger.ZERO);
      case "Product Added to Wishlist" -> product(event, row, "WISHLISTS", 1, BigInteger.ZERO);
      case "Product Reviewed" -> {
        product(event, row, "REVIEWS", 1, BigInteger.ZERO);
        String rating =
            click.properties().containsKey("rating")
                ? click.properties().get("rating").text()
                : "good";
        if (!rating.equals("good") && !rating.equals("1000001")) {
          BigInteger units = new BigDecimal(rating).movePointRight(4).toBigIntegerExact();
          product(event, row, "RATINGS", 1, units);
        }
      }
      default -> {
        // Nothing is counted of it.
      }
    }
  }

  private void product(
      CustomerEvent event, List<String> row, String column, long count, BigInteger amount) {
    add("PRODUCTS_HOURLY", ChronoUnit.HOURS, event.atMillis(), row, column, count, amount);
  }

  private void daily(long at, String metric, String segment, String detail) {
    daily(at, metric, segment, detail, 1, BigInteger.ZERO);
  }

  private void daily(
      long at, String metric, String segment, String detail, long count, BigInteger amount) {
    List<String> row = List.of(metric, segment, detail);
    add("LIFECYCLE_DAILY", ChronoUnit.DAYS, at, row, "CUSTOMERS", count, amount);
  }

  private void lifecycle() {
    Set<Long> active = new HashSet<>();
    Set<Long> sharers = new HashSet<>();
    for (CustomerEvent event : events) {
      long at = event.atMillis();
      Order order = event.order();
      boolean paid = order != null && order.status() == OrderStatus.PAID;
      boolean acts = order == null || paid || order.status() == OrderStatus.PLACED;
      if (acts && active.add(at / DAY)) {
        daily(at, "ACTIVE", "", "");
      }
      if (paid) {
        BigInteger amount = BigInteger.valueOf(order.amountUnits());
        daily(at, "REVENUE", "", order.currency(), 1, amount);
      } else if (order != null && order.status() == OrderStatus.REFUNDED) {
        BigInteger amount = BigInteger.valueOf(-order.amountUnits());
        daily(at, "REVENUE", "", order.currency(), 0, amount);
      }
      if (order == null && event.click().event().equals("Product Shared")) {
        daily(at, "SHARES", "", "");
        if (sharers.add(at / DAY)) {
          daily(at, "SHARERS", "", "");
        }
      }
    }
    List<CustomerEvent> payments = payments();
    if (!payments.isEmpty()) {
      long first = payments.get(0).atMillis();
      daily(first, "FIRST_PAID", "", "");
      for (int days : new int[] {30, 60, 90}) {
        if (payments.size() > 1 && payments.get(1).atMillis() - first < days * DAY) {
          daily(first, "RETAINED", "", String.valueOf(days));
        }
      }
    }
    for (StageChange change : log.changes) {
      long at = change.atMillis();
      daily(at, "FLOW", change.from() == null ? "" : change.from().name(), change.to().name());
      if (change.from() == null) {
        String source = sourceAt(at);
        daily(at, "ACQUIRED", source, "");
        long first = payments.isEmpty() ? Long.MAX_VALUE : payments.get(0).atMillis();
        if (first >= at && first < at + 7 * DAY) {
          daily(at, "ACTIVATED", source, "");
        }
      }
    }
  }

  /** The source of the visit of the latest click until then. */
  private String sourceAt(long at) {
    List<CustomerEvent> clicks =
        events.stream().filter(e -> e.click() != null && e.atMillis() <= at).toList();
    if (clicks.isEmpty() || at - clicks.get(clicks.size() - 1).atMillis() >= 30 * DAY) {
      return "DIRECT";
    }
    String session = String.valueOf(clicks.get(clicks.size() - 1).click().sessionId());
    long limit = session.equals("null") ? 1_800_000L : 30 * DAY;
    CustomerEvent first = clicks.get(clicks.size() - 1);
    for (int i = clicks.size() - 1; i >= 0; i--) {
      CustomerEvent click = clicks.get(i);
      if (String.valueOf(click.click().sessionId()).equals(session)) {
        if (first.atMillis() - click.atMillis() >= limit) {
          break;
        }
        first = click;
      }
    }
    return log.sources.get(first.messageId());
  }

  private void repurchases() {
    List<CustomerEvent> payments = payments();
    Map<Integer, String> buckets = new HashMap<>();
    buckets.put(3, "0-3");
    buckets.put(7, "3-7");
    buckets.put(14, "7-14");
    buckets.put(30, "14-30");
    buckets.put(60, "30-60");
    buckets.put(90, "60-90");
    for (int i = 1; i < payments.size(); i++) {
      CustomerEvent later = payments.get(i);
      long interval = later.atMillis() - payments.get(i - 1).atMillis();
      int upper = 0;
      for (int days : new int[] {90, 60, 30, 14, 7, 3}) {
        upper = interval < days * DAY ? days : upper;
      }
      List<String> row =
          List.of(buckets.getOrDefault(upper, "90+"), log.touches.get(later.order().orderId()));
      BigInteger millis = BigInteger.valueOf(interval);
      add("REPURCHASE_DAILY", ChronoUnit.DAYS, later.atMillis(), row, "INTERVALS", 1, millis);
    }
  }
}
