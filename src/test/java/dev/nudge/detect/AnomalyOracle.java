package dev.nudge.detect;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The SPEND_SPIKE, SPEND_DROP, SLEEP_LINE and OVERDUE that the written rules give, worked out over
 * each customer's whole history by plain loops. It shares nothing with the code under test.
 */
public final class AnomalyOracle {
  private static final int LEAST_ORDERS = 3;
  private static final BigDecimal DROP_FACTOR = new BigDecimal("0.5");
  private static final Duration SLEEP = Duration.ofDays(45);
  private static final Duration REMIND = Duration.ofDays(15);
  private static final int REMINDERS = 3;

  private final BigDecimal spikeFactor;
  private final Instant until;

  /**
   * An oracle.
   *
   * @param spikeFactor that of SPEND_SPIKE; null where it is switched off
   * @param until the last instant at which anything is told
   */
  public AnomalyOracle(BigDecimal spikeFactor, Instant until) {
    this.spikeFactor = spikeFactor;
    this.until = until;
  }

  /** An order that was paid. */
  public record Payment(String customerId, String orderId, Instant at, BigDecimal amount) {}

  /** An anomaly; orderId is null where it is about none. Numbers have no trailing zeros. */
  public record Row(
      String customerId,
      String kind,
      Instant at,
      String orderId,
      BigDecimal value,
      BigDecimal baseline) {

    /** Two rows are equal where their numbers are, however these are written. */
    public Row {
      value = value.stripTrailingZeros();
      baseline = baseline.stripTrailingZeros();
    }
  }

  /** All rows, customer by customer. */
  public List<Row> rows(Collection<Payment> payments) {
    Map<String, List<Payment>> byCustomer =
        payments.stream()
            .collect(Collectors.groupingBy(Payment::customerId, TreeMap::new, Collectors.toList()));
    List<Row> rows = new ArrayList<>();
    byCustomer.forEach((customer, paid) -> tell(customer, firstPaymentsInOrder(paid), rows));
    rows.removeIf(row -> row.at().isAfter(until));
    return rows;
  }

  private static List<Payment> firstPaymentsInOrder(List<Payment> paid) {
    Set<String> orders = new HashSet<>();
    return paid.stream()
        .sorted(Comparator.comparing(Payment::at).thenComparing(Payment::orderId))
        .filter(payment -> orders.add(payment.orderId()))
        .toList();
  }

  private void tell(String customer, List<Payment> paid, List<Row> rows) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int n = 0; n < paid.size(); n++) {
      Payment order = paid.get(n);
      if (n >= LEAST_ORDERS) {
        BigDecimal times = order.amount().multiply(BigDecimal.valueOf(n));
        BigDecimal mean = sum.divide(BigDecimal.valueOf(n), 4, RoundingMode.HALF_UP);
        if (spikeFactor != null && times.compareTo(spikeFactor.multiply(sum)) > 0) {
          rows.add(about(order, "SPEND_SPIKE", mean));
        }
        if (times.compareTo(DROP_FACTOR.multiply(sum)) < 0) {
          rows.add(about(order, "SPEND_DROP", mean));
        }
      }
      sum = sum.add(order.amount());
      Instant next = n + 1 < paid.size() ? paid.get(n + 1).at() : Instant.MAX;
      tellSleep(customer, order.at(), next, rows);
      if (n + 1 >= LEAST_ORDERS) {
        tellOverdue(customer, paid.get(0).at(), order.at(), n, next, rows);
      }
    }
  }

  private static Row about(Payment order, String kind, BigDecimal mean) {
    return new Row(order.customerId(), kind, order.at(), order.orderId(), order.amount(), mean);
  }

  private static void tellSleep(String customer, Instant last, Instant next, List<Row> rows) {
    for (int i = 0; i < REMINDERS; i++) {
      Duration silence = SLEEP.plus(REMIND.multipliedBy(i));
      Instant at = last.plus(silence);
      if (at.isBefore(next)) {
        rows.add(
            new Row(
                customer,
                "SLEEP_LINE",
                at,
                null,
                BigDecimal.valueOf(silence.toDays()),
                BigDecimal.valueOf(SLEEP.toDays())));
      }
    }
  }

  private static void tellOverdue(
      String customer, Instant first, Instant last, int gaps, Instant next, List<Row> rows) {
    BigInteger span = BigInteger.valueOf(Duration.between(first, last).toMillis());
    if (span.signum() == 0) {
      return;
    }
    long wait = span.shiftLeft(1).divide(BigInteger.valueOf(gaps)).longValueExact();
    long mean = span.divide(BigInteger.valueOf(gaps)).longValueExact();
    Instant at = last.plusMillis(wait);
    if (at.isBefore(next)) {
      rows.add(
          new Row(
              customer, "OVERDUE", at, null, BigDecimal.valueOf(wait), BigDecimal.valueOf(mean)));
    }
  }
}
