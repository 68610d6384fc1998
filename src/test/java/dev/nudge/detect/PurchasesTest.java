package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.units;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nudge.event.Order;
import dev.nudge.event.OrderStatus;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a customer has bought. */
class PurchasesTest {
  /** Midnight UTC before the start. */
  private static final long MIDNIGHT = START - 9 * HOUR;

  @Test
  void nothingBoughtIsZeroEverywhere() {
    Purchases none = Purchases.none();
    assertThat(none.mean()).isZero();
    assertThat(none.stdDev()).isZero();
    assertThat(none.meanGapMillis()).isZero();
    assertThat(none.ordersWithin(365, START)).isZero();
    assertThat(none.sumWithin(365, START)).isZero();
  }

  @Test
  void meanAndPopulationDeviationAreThoseOfTheAmounts() {
    Purchases two = bought("10", "30");
    assertThat(two.mean()).isEqualTo(20);
    assertThat(two.stdDev()).isEqualTo(10);
    Purchases eight = bought("2", "4", "4", "4", "5", "5", "7", "9");
    assertThat(eight.mean()).isEqualTo(5);
    assertThat(eight.stdDev()).isEqualTo(2);
    assertThat(bought("0.0001", "0.0002").mean()).isEqualTo(0.00015);
  }

  @Test
  void deviationOfEqualAmountsIsExactlyZeroHoweverLarge() {
    String[] amounts = new String[1_000];
    Arrays.fill(amounts, "999999999999.9999");
    Purchases many = bought(amounts);
    assertThat(many.stdDev()).isZero();
    assertThat(many.mean()).isEqualTo(999_999_999_999.9999);
    assertThat(many.sumUnits()).isEqualTo(new BigInteger("9999999999999999000"));
  }

  @Test
  void deviationOfLargeAmountsLosesNothing() {
    assertThat(bought("999999999999.9998", "1000000000000").stdDev())
        .isCloseTo(0.0001, within(1e-12));
  }

  @Test
  void meanGapIsNotRounded() {
    Purchases purchases =
        Purchases.none()
            .paid(paid("1"), START, true)
            .paid(paid("1"), START + 1, false)
            .paid(paid("1"), START + 5, false);
    assertThat(purchases.meanGapMillis()).isEqualTo(2.5);
    assertThat(bought("1").meanGapMillis()).isZero();
  }

  @Test
  void firstAndLastAreThoseOfAllLives() {
    Purchases purchases =
        Purchases.none()
            .paid(paid("1"), START, true)
            .paid(paid("2"), START + DAY, false)
            .paid(paid("3"), START + 200 * DAY, true);
    assertThat(purchases.count()).isEqualTo(3);
    assertThat(purchases.lifeCount()).isEqualTo(1);
    assertThat(purchases.firstAtMillis()).isEqualTo(START);
    assertThat(purchases.lastAtMillis()).isEqualTo(START + 200 * DAY);
    assertThat(purchases.sumUnits()).isEqualTo(60_000);
  }

  @Test
  void lifeThatBeganInAnotherCurrencyCountsFromZero() {
    Purchases purchases = bought("1", "2").newLife();
    assertThat(purchases.lifeCount()).isZero();
    assertThat(purchases.paid(paid("1"), START + DAY, false).lifeCount()).isEqualTo(1);
    assertThat(purchases.count()).isEqualTo(2);
  }

  @Test
  void refundsAddUpAndTakeNoOrderBack() {
    Purchases purchases = bought("10").refunded(units("4")).refunded(units("8.5"));
    assertThat(purchases.refundUnits()).isEqualTo(125_000);
    assertThat(purchases.sumUnits()).isEqualTo(100_000);
    assertThat(purchases.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 90, 180, 365})
  void windowHoldsTodayAndTheDaysBeforeThatMakeItUp(int days) {
    Purchases purchases =
        Purchases.none()
            .paid(paid("1"), MIDNIGHT - 1, true)
            .paid(paid("2"), MIDNIGHT, false)
            .paid(paid("4"), MIDNIGHT + DAY - 1, false);
    long lastDay = MIDNIGHT + (days - 1) * DAY;
    // On the last day that still holds the 5th, from its first to its last millisecond.
    for (long now : List.of(lastDay, lastDay + DAY - 1)) {
      assertThat(purchases.ordersWithin(days, now)).isEqualTo(2);
      assertThat(purchases.sumWithin(days, now)).isEqualTo(60_000);
    }
    assertThat(purchases.ordersWithin(days, lastDay - 1)).isEqualTo(3);
    assertThat(purchases.ordersWithin(days, lastDay + DAY)).isZero();
  }

  @Test
  void dayMoreThanAYearIsKeptAndNoMore() {
    Purchases purchases = Purchases.none();
    for (int day = 0; day < 800; day++) {
      purchases = purchases.paid(paid("1"), START + day * DAY, day == 0);
      purchases = purchases.paid(paid("1"), START + day * DAY + HOUR, false);
    }
    long now = START + 799 * DAY;
    assertThat(purchases.days()).hasSize(Purchases.MAX_DAYS);
    assertThat(purchases.ordersWithin(365, now)).isEqualTo(730);
    assertThat(purchases.ordersWithin(30, now)).isEqualTo(60);
    assertThat(purchases.count()).isEqualTo(1_600);
  }

  @Test
  void twentyProductsAreRememberedTheNewestFirstEachOnce() {
    Purchases purchases = Purchases.none().paid(paid("1", "a", "b", "a", "c"), START, true);
    assertThat(purchases.lastProducts()).containsExactly("c", "a", "b");
    purchases = purchases.paid(paid("1", "b"), START + 1, false);
    assertThat(purchases.lastProducts()).containsExactly("b", "c", "a");
    String[] many = IntStream.range(0, 25).mapToObj(i -> "p" + i).toArray(String[]::new);
    purchases = purchases.paid(paid("1", many), START + 2, false);
    assertThat(purchases.lastProducts())
        .hasSize(Purchases.MAX_PRODUCTS)
        .startsWith("p24", "p23")
        .endsWith("p5");
  }

  private static Purchases bought(String... amounts) {
    Purchases purchases = Purchases.none();
    for (String amount : amounts) {
      purchases = purchases.paid(paid(amount), START, purchases.count() == 0);
    }
    return purchases;
  }

  private static Order paid(String amount, String... products) {
    return order("o", OrderStatus.PAID, "CNY", amount, products);
  }
}
