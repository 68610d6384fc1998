package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.event;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.refunded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerKey;
import dev.nudge.event.Moment;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Value;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SPEND_SPIKE and SPEND_DROP at their boundaries. */
class SpendAnomaliesTest {
  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.open();
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  /** Anna pays these amounts, a day apart. */
  private List<String> paying(String... amounts) throws Exception {
    return paying(ANNA, amounts);
  }

  private List<String> paying(CustomerKey who, String... amounts) throws Exception {
    for (int i = 0; i < amounts.length; i++) {
      shop.receive(paid(who, START + i * DAY, "o" + (i + 1), amounts[i]));
    }
    return shop.found(START + amounts.length * DAY, "SPEND_SPIKE", "SPEND_DROP");
  }

  @ParameterizedTest
  @CsvSource({
    "15, ",
    "15.0001, anna+3d SPEND_SPIKE o4 15.0001/10",
    "10, ",
    "5, ",
    "4.9999, anna+3d SPEND_DROP o4 4.9999/10",
    "0, anna+3d SPEND_DROP o4 0/10"
  })
  void exactlyTheFactorTimesTheMeanDoesNotFire(String amount, String found) throws Exception {
    assertThat(paying("10", "10", "10", amount))
        .isEqualTo(found == null ? List.of() : List.of(found));
  }

  @ParameterizedTest
  @CsvSource({
    // The mean is 10.0000333…: 1.5 times it is 15.00005, half of it 5.0000166…
    "15.0000, ",
    "15.0001, anna+3d SPEND_SPIKE o4 15.0001/10",
    "5.0001, ",
    "5.0000, anna+3d SPEND_DROP o4 5/10"
  })
  void meanThatNoDecimalIsIsComparedExactly(String amount, String found) throws Exception {
    assertThat(paying("10", "10", "10.0001", amount))
        .isEqualTo(found == null ? List.of() : List.of(found));
  }

  @Test
  void thirdOrderHasTooFewBeforeIt() throws Exception {
    assertThat(paying("10", "10", "1000", "1")).containsExactly("anna+3d SPEND_DROP o4 1/340");
  }

  @Test
  void everyEarlierOrderCountsWhateverTheLife() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1", "10"),
        paid(ANNA, START + 200 * DAY, "o2", "10"),
        paid(ANNA, START + 400 * DAY, "o3", "40"),
        paid(ANNA, START + 600 * DAY, "o4", "31"));
    assertThat(shop.found(START + 601 * DAY, "SPEND_SPIKE"))
        .containsExactly("anna+600d SPEND_SPIKE o4 31/20");
  }

  @Test
  void onlyWhatIsPaidIsJudgedAndCounted() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1", "10"),
        paid(ANNA, START + 1, "o2", "10"),
        placed(ANNA, START + 2, "o3"),
        cancelled(ANNA, START + 3, "o3"),
        refunded(ANNA, START + 4, "o2", "1000"),
        paid(ANNA, START + 5, "o5", "99"));
    assertThat(shop.found(START + DAY, "SPEND_SPIKE", "SPEND_DROP")).isEmpty();
  }

  @Test
  void paymentThatCameTwiceIsJudgedOnce() throws Exception {
    assertThat(paying("10", "10", "10", "99")).hasSize(1);
    shop.receive(paid(ANNA, START + 5 * DAY, "o4", "99"));
    assertThat(shop.found(START + 6 * DAY, "SPEND_SPIKE")).isEmpty();
  }

  @Test
  void thousandOrdersOfATrillionOverflowNothing() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      shop.receive(paid(ANNA, START + i * SECOND, "o" + i, "1000000000000"));
    }
    shop.receive(
        paid(ANNA, START + 1_000 * SECOND, "half", "500000000000"),
        paid(ANNA, START + 1_001 * SECOND, "less", "499499999999.9999"));
    assertThat(shop.found(START + DAY, "SPEND_SPIKE", "SPEND_DROP"))
        .containsExactly("anna+1001000 SPEND_DROP less 499499999999.9999/999500499500.4995");
  }

  @Test
  void ordersInAnotherCurrencyThanThePolicysAreNeitherJudgedNorCounted() throws Exception {
    shop.policy("currency: CNY");
    shop.receive(
        paid(ANNA, START, "o1", "10"),
        paid(ANNA, START + 1, "o2", "10"),
        event(ANNA, START + 2, order("u3", OrderStatus.PAID, "USD", "10")),
        paid(ANNA, START + 3, "o4", "99"),
        event(ANNA, START + 4, order("u5", OrderStatus.PAID, "USD", "1000")),
        event(ANNA, START + 5, order("u6", OrderStatus.PAID, "USD", "0.01")),
        paid(ANNA, START + 6, "o7", "59.5"),
        paid(ANNA, START + 7, "o8", "999"));
    assertThat(shop.found(START + DAY, "SPEND_SPIKE", "SPEND_DROP"))
        .containsExactly("anna+7 SPEND_SPIKE o8 999/44.625");
  }

  @Test
  void withoutACurrencyInThePolicyAllCountAsTheyStand() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1", "10"),
        event(ANNA, START + 1, order("u2", OrderStatus.PAID, "USD", "10")),
        event(ANNA, START + 2, order("u3", OrderStatus.PAID, "EUR", "10")),
        event(ANNA, START + 3, order("u4", OrderStatus.PAID, "USD", "16")));
    assertThat(shop.found(START + DAY, "SPEND_SPIKE"))
        .containsExactly("anna+3 SPEND_SPIKE u4 16/10");
  }

  @Test
  void evidenceSaysByHowManyOrdersAndWhichFactor() throws Exception {
    shop.policy("anomalies: {SPEND_SPIKE: {factor: 2.5}}");
    for (int i = 0; i < 4; i++) {
      shop.receive(paid(ANNA, START + i, "o" + i, i < 3 ? "10" : "25.0001"));
    }
    List<Moment> spikes =
        shop.moments(START + 3).stream().filter(m -> m.kind().equals("SPEND_SPIKE")).toList();
    assertThat(spikes).hasSize(1);
    assertThat(spikes.get(0).anomaly().evidence())
        .containsOnlyKeys("orders", "factor")
        .containsEntry("orders", Value.number("3"))
        .containsEntry("factor", Value.number("2.5"));
    assertThat(spikes.get(0).event().text("orderId")).isEqualTo("o3");
    // The rule saw three orders; the moment shows the customer with four.
    assertThat(spikes.get(0).customer().orderCount()).isEqualTo(4);
  }

  @Test
  void policyChangesTheFactorAndTheLeastNumberOfOrders() throws Exception {
    shop.policy("anomalies: {SPEND_SPIKE: {factor: 2.0, minOrders: 2}}");
    assertThat(paying("10", "10", "20", "26.6667", "30", "4"))
        .containsExactly(
            "anna+3d SPEND_SPIKE o4 26.6667/13.3333", "anna+5d SPEND_DROP o6 4/19.3333");
  }

  @Test
  void policyOfOneTenantTouchesNoOther() throws Exception {
    CustomerKey zoe = new CustomerKey("zeta", "zoe");
    shop.policy("anomalies: {SPEND_SPIKE: {enabled: false}, SPEND_DROP: {dropFactor: 0.1}}");
    assertThat(paying("10", "10", "10", "100", "1", "3"))
        .containsExactly("anna+4d SPEND_DROP o5 1/32.5");
    shop.receive(
        paid(zoe, START + 10 * DAY, "o1", "10"),
        paid(zoe, START + 11 * DAY, "o2", "10"),
        paid(zoe, START + 12 * DAY, "o3", "10"),
        paid(zoe, START + 13 * DAY, "o4", "100"));
    assertThat(shop.found(START + 14 * DAY, "SPEND_SPIKE", "SPEND_DROP"))
        .containsExactly("zoe+13d SPEND_SPIKE o4 100/10");
  }
}
