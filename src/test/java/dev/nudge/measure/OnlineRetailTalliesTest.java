package dev.nudge.measure;

import static dev.nudge.TestEvents.paid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import dev.nudge.detect.AnomalyOracle.Payment;
import dev.nudge.event.CustomerKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A year of real orders: who was new, and when they came back. */
class OnlineRetailTalliesTest {
  private static final int LOST_DAYS = 90;

  private static Map<String, List<Payment>> byCustomer;
  private static Map<String, String> sums;
  private static Map<String, BigInteger> counts;

  @BeforeAll
  static void tellTheYear() {
    byCustomer = new TreeMap<>();
    for (Payment payment : OnlineRetail.amounts()) {
      byCustomer.computeIfAbsent(payment.customerId(), id -> new ArrayList<>()).add(payment);
    }
    CustomerTalliesOracleTest.Sums all = new CustomerTalliesOracleTest.Sums();
    counts = new HashMap<>();
    byCustomer.forEach(
        (id, payments) -> {
          payments.sort(Comparator.comparing(Payment::at).thenComparing(Payment::orderId));
          CustomerTallies customer = new CustomerTallies("online-retail");
          TallySheet sheet = new TallySheet();
          for (Payment payment : payments) {
            long at = payment.at().toEpochMilli();
            customer.forget(at - Duration.ofDays(1).toMillis());
            customer.happened(
                paid(
                    new CustomerKey("online-retail", id),
                    at,
                    payment.orderId(),
                    payment.amount().toPlainString()),
                LOST_DAYS,
                RepurchaseTouch.NONE,
                sheet);
          }
          all.add(sheet);
        });
    sums = all.sums();
    sums.forEach(
        (key, sum) -> {
          String[] words = key.split(" ", 3);
          BigInteger count = new BigInteger(sum.substring(0, sum.indexOf(' ')));
          counts.merge(words[0] + " " + words[2], count, BigInteger::add);
        });
  }

  @Test
  void totalsAreThoseCountedElsewhere() {
    assertThat(count("ORDERS_HOURLY [CNY, TOTAL] ORDERS_PAID")).isEqualTo(18_532);
    assertThat(count("ORDERS_HOURLY [CNY, NEW] ORDERS_PAID")).isEqualTo(6_108);
    assertThat(count("ORDERS_HOURLY [CNY, OLD] ORDERS_PAID")).isEqualTo(12_424);
    assertThat(count("ORDERS_HOURLY [CNY, TOTAL] PAYING_CUSTOMERS")).isEqualTo(17_127);
    assertThat(count("ORDERS_HOURLY [CNY, NEW] PAYING_CUSTOMERS")).isEqualTo(6_108);
    assertThat(count("REPURCHASE_DAILY [0-3, NONE] INTERVALS")).isEqualTo(2_536);
    assertThat(count("REPURCHASE_DAILY [3-7, NONE] INTERVALS")).isEqualTo(1_182);
    assertThat(count("REPURCHASE_DAILY [7-14, NONE] INTERVALS")).isEqualTo(1_780);
    assertThat(count("REPURCHASE_DAILY [14-30, NONE] INTERVALS")).isEqualTo(2_827);
    assertThat(count("REPURCHASE_DAILY [30-60, NONE] INTERVALS")).isEqualTo(2_883);
    assertThat(count("REPURCHASE_DAILY [60-90, NONE] INTERVALS")).isEqualTo(1_216);
    assertThat(count("REPURCHASE_DAILY [90+, NONE] INTERVALS")).isEqualTo(1_770);
    assertThat(count("LIFECYCLE_DAILY [FIRST_PAID, , ] CUSTOMERS")).isEqualTo(4_338);
    assertThat(count("LIFECYCLE_DAILY [RETAINED, , 30] CUSTOMERS")).isEqualTo(956);
    assertThat(count("LIFECYCLE_DAILY [RETAINED, , 60] CUSTOMERS")).isEqualTo(1_570);
    assertThat(count("LIFECYCLE_DAILY [RETAINED, , 90] CUSTOMERS")).isEqualTo(1_927);
  }

  @Test
  void everyHourIsWhatALoopFinds() {
    Map<String, BigInteger> orders = new TreeMap<>();
    Map<String, BigInteger> amounts = new TreeMap<>();
    Map<String, Set<String>> customers = new TreeMap<>();
    byCustomer.forEach(
        (id, payments) -> {
          for (int i = 0; i < payments.size(); i++) {
            Payment payment = payments.get(i);
            boolean old =
                i > 0
                    && Duration.between(payments.get(i - 1).at(), payment.at())
                            .compareTo(Duration.ofDays(LOST_DAYS))
                        <= 0;
            for (String segment : List.of("TOTAL", old ? "OLD" : "NEW")) {
              String hour = payment.at().truncatedTo(ChronoUnit.HOURS) + " [CNY, " + segment + "]";
              orders.merge(hour, BigInteger.ONE, BigInteger::add);
              amounts.merge(hour, units(payment.amount()), BigInteger::add);
              customers.computeIfAbsent(hour, h -> new HashSet<>()).add(id);
            }
          }
        });
    Map<String, String> expected = new TreeMap<>();
    orders.forEach(
        (hour, count) -> {
          String key = "ORDERS_HOURLY " + hour;
          expected.put(key + " ORDERS_PAID", count + " " + amounts.get(hour));
          expected.put(key + " PAYING_CUSTOMERS", customers.get(hour).size() + " 0");
        });

    Map<String, String> found = new TreeMap<>(sums);
    found.keySet().removeIf(key -> !key.startsWith("ORDERS_HOURLY "));
    assertThat(found).isEqualTo(expected);
  }

  private static int count(String key) {
    return counts.getOrDefault(key, BigInteger.ZERO).intValueExact();
  }

  private static BigInteger units(BigDecimal amount) {
    return amount.movePointRight(4).toBigIntegerExact();
  }
}
