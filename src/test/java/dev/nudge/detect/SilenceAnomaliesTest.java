package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.event;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.units;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Moment;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SLEEP_LINE, OVERDUE, SLOWING and REFILL_DUE: what is found because nothing happens. */
class SilenceAnomaliesTest {
  private static final String COFFEE =
      "anomalies: {REFILL_DUE: {refillDays: {coffee: 30, tea: 7}}}";

  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.open();
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  /** Anna pays at these times after the start, in milliseconds. */
  private void paying(long... after) throws Exception {
    for (long at : after) {
      shop.receive(paid(ANNA, START + at, "o" + at));
    }
  }

  // SLEEP_LINE

  @Test
  void sleeperIsToldOfAtDay45And60And75AndNeverAgain() throws Exception {
    paying(0);
    assertThat(shop.found(START + 45 * DAY - 1, "SLEEP_LINE")).isEmpty();
    assertThat(shop.found(START + 4_000 * DAY, "SLEEP_LINE"))
        .containsExactly(
            "anna+45d SLEEP_LINE 45/45", "anna+60d SLEEP_LINE 60/45", "anna+75d SLEEP_LINE 75/45");
  }

  @Test
  void orderAtTheSleepLinesInstantIsInTime() throws Exception {
    paying(0, 45 * DAY, 45 * DAY + 60 * DAY, 45 * DAY + 60 * DAY + 45 * DAY + 1);
    assertThat(shop.found(START + 151 * DAY, "SLEEP_LINE"))
        .containsExactly("anna+90d SLEEP_LINE 45/45", "anna+150d SLEEP_LINE 45/45");
  }

  @Test
  void onlyAPaidOrderWakesTheSleeper() throws Exception {
    paying(0);
    shop.receive(viewed(ANNA, START + 44 * DAY), placed(ANNA, START + 44 * DAY, "o9"));
    assertThat(shop.found(START + 45 * DAY, "SLEEP_LINE")).hasSize(1);
  }

  @Test
  void policySetsTheSleepLineAndTimersThatAreSetKeepTheirs() throws Exception {
    shop.policy(
        "acme",
        1,
        START,
        "anomalies: {SLEEP_LINE: {sleepDays: 10, remindEveryDays: 3, maxReminders: 2}}");
    paying(-1, 30 * DAY);
    shop.policy("acme", 2, START + 31 * DAY, "anomalies: {SLEEP_LINE: {maxReminders: 1}}");
    paying(100 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLEEP_LINE"))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .containsExactly("anna+40d", "anna+43d", "anna+145d");
  }

  @Test
  void orderInAnotherCurrencyWakesTheSleeperToo() throws Exception {
    shop.policy("currency: CNY");
    paying(0);
    shop.receive(event(ANNA, START + 40 * DAY, order("u", OrderStatus.PAID, "USD", "1")));
    assertThat(shop.found(START + 86 * DAY, "SLEEP_LINE"))
        .singleElement()
        .asString()
        .startsWith("anna+85d");
  }

  // OVERDUE

  @Test
  void overdueIsTwiceTheMeanGapAfterTheThirdOrder() throws Exception {
    paying(0, DAY, 3 * DAY);
    assertThat(shop.found(START + 6 * DAY - 1, "OVERDUE")).isEmpty();
    assertThat(shop.found(START + 400 * DAY, "OVERDUE"))
        .containsExactly("anna+6d OVERDUE 259200000/129600000");
  }

  @Test
  void twoOrdersAreTooFewToBeOverdue() throws Exception {
    paying(0, DAY);
    assertThat(shop.found(START + 400 * DAY, "OVERDUE")).isEmpty();
  }

  @Test
  void ordersOfOneInstantHaveNoGap() throws Exception {
    for (int i = 0; i < 5; i++) {
      shop.receive(paid(ANNA, START, "o" + i));
    }
    assertThat(shop.found(START + 400 * DAY, "OVERDUE")).isEmpty();
  }

  @Test
  void overdueIsRoundedDownToTheMillisecond() throws Exception {
    // Three gaps in 10 ms: twice their mean is 6.67 ms.
    paying(0, 1, 2, 10);
    assertThat(shop.found(START + DAY, "OVERDUE")).endsWith("anna+16 OVERDUE 6/3").hasSize(2);
  }

  @Test
  void waitOfLessThanAMillisecondIsOverAtOnce() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1"),
        paid(ANNA, START, "o2"),
        paid(ANNA, START, "o3"),
        paid(ANNA, START + 1, "o4"));
    assertThat(shop.found(START + DAY, "OVERDUE")).containsExactly("anna+1 OVERDUE 0/0");
  }

  @Test
  void orderAtTheOverdueInstantIsInTimeAndSetsTheNext() throws Exception {
    paying(0, DAY, 2 * DAY, 4 * DAY);
    assertThat(shop.found(START + 400 * DAY, "OVERDUE"))
        // 4 d in 3 gaps, twice: 2 d 16 h after the last.
        .containsExactly("anna+160h OVERDUE 230400000/115200000");
  }

  @Test
  void overdueIsToldOncePerLastOrder() throws Exception {
    paying(0, DAY, 2 * DAY, 4 * DAY + 1);
    assertThat(shop.found(START + 4 * DAY, "OVERDUE"))
        .containsExactly("anna+4d OVERDUE 172800000/86400000");
    assertThat(shop.found(START + 400 * DAY, "OVERDUE")).hasSize(1);
  }

  @Test
  void gapsAreCountedOverAllLives() throws Exception {
    paying(0, 100 * DAY, 200 * DAY);
    assertThat(shop.found(START + 4_000 * DAY, "OVERDUE"))
        .containsExactly("anna+400d OVERDUE 17280000000/8640000000");
  }

  @Test
  void policyChangesTheOverdueFactor() throws Exception {
    shop.policy("anomalies: {OVERDUE: {factor: 1.1, minOrders: 2}}");
    paying(0, 10);
    assertThat(shop.found(START + DAY, "OVERDUE")).containsExactly("anna+21 OVERDUE 11/10");
  }

  // SLOWING: checked 15 days after the last order, the last 30 days against the 30 before.

  @Test
  void oneOrderAfterThreeIsSlowing() throws Exception {
    paying(0, DAY, 2 * DAY, 30 * DAY);
    assertThat(shop.found(START + 45 * DAY - 1, "SLOWING")).isEmpty();
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).containsExactly("anna+45d SLOWING 1/3");
  }

  @Test
  void twoOrdersThenAreTooFewToSlowDownFrom() throws Exception {
    paying(0, DAY, 30 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).isEmpty();
  }

  @Test
  void exactlyHalfIsNotSlowing() throws Exception {
    paying(0, DAY, 2 * DAY, 3 * DAY, 29 * DAY, 30 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).isEmpty();
  }

  @Test
  void lessThanHalfIsSlowing() throws Exception {
    paying(0, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 29 * DAY, 30 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).containsExactly("anna+45d SLOWING 2/5");
  }

  @Test
  void periodsExcludeTheirFirstInstantAndIncludeTheirLast() throws Exception {
    // Checked at day 60: the periods are (0, 30] and (30, 60].
    paying(0, DAY, 2 * DAY, 45 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).isEmpty();
    shop.receive(
        paid(BERT, START + 500 * DAY + 1, "o1"),
        paid(BERT, START + 501 * DAY, "o2"),
        paid(BERT, START + 530 * DAY, "o3"),
        paid(BERT, START + 545 * DAY, "o4"));
    assertThat(shop.found(START + 900 * DAY, "SLOWING")).containsExactly("bert+560d SLOWING 1/3");
  }

  @Test
  void orderAtTheCheckPutsItOff() throws Exception {
    paying(0, DAY, 2 * DAY, 30 * DAY, 45 * DAY);
    assertThat(shop.found(START + 60 * DAY - 1, "SLOWING")).isEmpty();
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).containsExactly("anna+60d SLOWING 1/3");
  }

  @Test
  void policyChangesWhenAndFromWhatOneSlowsDown() throws Exception {
    shop.policy("anomalies: {SLOWING: {periodDays: 10, factor: 1.0, minOrders: 2}}");
    paying(0, DAY, 10 * DAY);
    assertThat(shop.found(START + 400 * DAY, "SLOWING")).containsExactly("anna+15d SLOWING 1/2");
  }

  // REFILL_DUE

  private static CustomerEvent bought(
      CustomerKey who, long at, String orderId, OrderLine... lines) {
    return event(
        who,
        at,
        new Order(
            orderId,
            OrderStatus.PAID,
            "CNY",
            units("10"),
            null,
            null,
            Map.of(),
            Arrays.asList(lines)));
  }

  private static OrderLine line(String product, String category, String quantity) {
    return new OrderLine(product, null, category, null, units(quantity), units("1"));
  }

  private List<String> refills(long days) throws Exception {
    return shop.moments(START + days * DAY).stream()
        .filter(moment -> moment.kind().equals("REFILL_DUE"))
        .map(SilenceAnomaliesTest::refill)
        .toList();
  }

  private static String refill(Moment moment) {
    Value product = moment.anomaly().evidence().get("productId");
    return "%s%s %s %s %s"
        .formatted(
            moment.customerId(),
            Shop.time(moment.atMillis()),
            moment.anomaly().orderId(),
            product.text(),
            moment.anomaly().baseline().text());
  }

  @Test
  void quantityTimesTheDaysOfTheCategoryIsDueOnce() throws Exception {
    shop.policy(COFFEE);
    shop.receive(bought(ANNA, START, "o1", line("p1", "coffee", "2"), line("p2", "tea", "0.5")));
    assertThat(refills(59)).containsExactly("anna+84h o1 p2 7");
    assertThat(refills(400)).containsExactly("anna+60d o1 p1 30");
  }

  @Test
  void whatIsBoughtAgainIsDueFromThenOn() throws Exception {
    shop.policy(COFFEE);
    shop.receive(
        bought(ANNA, START, "o1", line("p1", "coffee", "1")),
        // At the very instant is in time.
        bought(ANNA, START + 30 * DAY, "o2", line("p1", "coffee", "1")),
        bought(ANNA, START + 60 * DAY + 1, "o3", line("p1", "coffee", "1")));
    assertThat(refills(400))
        .containsExactly("anna+60d o2 p1 30", "anna+" + (90 * DAY + 1) + " o3 p1 30");
  }

  @Test
  void boughtAgainUnderACategoryThatDoesNotRunOutItIsNotDue() throws Exception {
    shop.policy(COFFEE);
    shop.receive(
        bought(ANNA, START, "o1", line("p1", "coffee", "1")),
        bought(ANNA, START + DAY, "o2", line("p1", "toys", "1")));
    assertThat(refills(400)).isEmpty();
  }

  @Test
  void otherProductOfTheCategoryIsNoRefill() throws Exception {
    shop.policy(COFFEE);
    shop.receive(
        bought(ANNA, START, "o1", line("p1", "coffee", "1")),
        bought(ANNA, START + DAY, "o2", line("p2", "coffee", "1")));
    assertThat(refills(400)).containsExactly("anna+30d o1 p1 30", "anna+31d o2 p2 30");
  }

  @Test
  void linesOfOneProductAddUp() throws Exception {
    shop.policy(COFFEE);
    shop.receive(bought(ANNA, START, "o1", line("p1", "coffee", "1"), line("p1", "coffee", "2")));
    assertThat(refills(400)).containsExactly("anna+90d o1 p1 30");
  }

  @Test
  void twoProductsOfOneOrderAreTwoMoments() throws Exception {
    shop.policy(COFFEE);
    shop.receive(bought(ANNA, START, "o1", line("p1", "coffee", "1"), line("p2", "coffee", "1")));
    List<Moment> due =
        shop.moments(START + 30 * DAY).stream()
            .filter(moment -> moment.kind().equals("REFILL_DUE"))
            .toList();
    assertThat(due).map(Moment::id).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void whatIsUnknownToThePolicyIsNeverDue() throws Exception {
    shop.policy(COFFEE);
    shop.receive(
        bought(ANNA, START, "o1", line("p1", "milk", "1"), line("p2", null, "1")),
        bought(BERT, START, "o1", line("p1", "coffee", "0")),
        bought(new CustomerKey("zeta", "zoe"), START, "o1", line("p1", "coffee", "1")));
    assertThat(refills(400)).isEmpty();
  }

  @Test
  void refillsOfMoreThanTenYearsAreNotWaitedFor() throws Exception {
    shop.policy(COFFEE);
    shop.receive(
        bought(ANNA, START, "o1", line("p1", "coffee", "121.6667"), line("p2", "coffee", "121")));
    assertThat(refills(5_000)).containsExactly("anna+3630d o1 p2 30");
  }

  @Test
  void refillsThatAreSwitchedOffWhenDueAreNotTold() throws Exception {
    shop.policy(COFFEE);
    shop.receive(bought(ANNA, START, "o1", line("p1", "coffee", "1"), line("p2", "coffee", "2")));
    shop.policy(
        "acme",
        2,
        START + 30 * DAY,
        "anomalies: {REFILL_DUE: {enabled: false, refillDays: {coffee: 30}}}");
    shop.policy("acme", 3, START + 60 * DAY, COFFEE);
    assertThat(refills(400)).containsExactly("anna+60d o1 p2 30");
  }

  @Test
  void refillsOutliveARestart() throws Exception {
    shop.policy(COFFEE);
    shop.receive(bought(ANNA, START, "o1", line("p1", "coffee", "1")));
    assertThat(refills(29)).isEmpty();
    shop.restart();
    assertThat(refills(30)).containsExactly("anna+30d o1 p1 30");
  }

  // All of them

  @Test
  void nothingIsSetForWhoOnlyLooks() throws Exception {
    shop.receive(viewed(ANNA, START));
    shop.found(START + 2 * DAY + HOUR);
    assertThat(shop.timers()).isZero();
  }
}
