package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.click;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ORDER_UNPAID, CART_ABANDONED and RETURNED at their boundaries. */
class CartAndOrderAnomaliesTest {
  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.open();
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  // ORDER_UNPAID

  private List<String> unpaid() throws Exception {
    return shop.found(START + DAY, "ORDER_UNPAID");
  }

  @Test
  void orderThatNobodyPaysIsToldOfAfterHalfAnHour() throws Exception {
    shop.receive(placed(ANNA, START, "o1"));
    assertThat(shop.found(START + 30 * MINUTE - 1, "ORDER_UNPAID")).isEmpty();
    assertThat(shop.found(START + 30 * MINUTE, "ORDER_UNPAID"))
        .containsExactly("anna+30m ORDER_UNPAID o1 10/-");
    assertThat(unpaid()).isEmpty();
  }

  @Test
  void paymentOrCancellationAtTheInstantIsInTime() throws Exception {
    shop.receive(
        placed(ANNA, START, "o1"),
        paid(ANNA, START + 30 * MINUTE, "o1"),
        placed(ANNA, START, "o2"),
        cancelled(ANNA, START + 30 * MINUTE, "o2"),
        placed(ANNA, START, "o3"),
        paid(ANNA, START + 30 * MINUTE + 1, "o3"),
        placed(ANNA, START, "o4"),
        cancelled(ANNA, START + 30 * MINUTE + 1, "o4"));
    assertThat(unpaid())
        .containsExactlyInAnyOrder(
            "anna+30m ORDER_UNPAID o3 10/-", "anna+30m ORDER_UNPAID o4 10/-");
  }

  @Test
  void paymentOfTheSameInstantSettles() throws Exception {
    shop.receive(paid(ANNA, START, "o1"), placed(ANNA, START, "o1"));
    assertThat(unpaid()).isEmpty();
  }

  @Test
  void refundSettlesNothing() throws Exception {
    shop.receive(placed(ANNA, START, "o1"), refunded(ANNA, START + 1, "o1", "5"));
    assertThat(unpaid()).hasSize(1);
  }

  @Test
  void onlyTheFirstPlacingOfAnOrderCounts() throws Exception {
    shop.receive(
        placed(ANNA, START, "o1"),
        as("again", placed(ANNA, START + 10 * MINUTE, "o1")),
        as("late", placed(ANNA, START + 31 * MINUTE, "o1")));
    assertThat(unpaid()).containsExactly("anna+30m ORDER_UNPAID o1 10/-");
  }

  @Test
  void orderThatIsPaidOrCancelledBeforeItIsPlacedIsSettled() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1"),
        placed(ANNA, START + 1, "o1"),
        cancelled(ANNA, START, "o2"),
        placed(ANNA, START + 1, "o2"));
    assertThat(unpaid()).isEmpty();
  }

  @Test
  void twoOrdersAtOnceAreJudgedApart() throws Exception {
    shop.receive(
        placed(ANNA, START, "o1"),
        placed(ANNA, START, "o2"),
        placed(ANNA, START + MINUTE, "o3"),
        paid(ANNA, START + 2 * MINUTE, "o1"));
    assertThat(unpaid())
        .containsExactly("anna+30m ORDER_UNPAID o2 10/-", "anna+31m ORDER_UNPAID o3 10/-");
  }

  @Test
  void beyondTheMaximumOfOpenOrdersNoneIsBegunAndThatIsCounted() throws Exception {
    for (int i = 0; i <= 200; i++) {
      shop.receive(placed(ANNA, START + i, "o" + i));
    }
    assertThat(unpaid()).hasSize(200).noneMatch(line -> line.contains(" o200 "));
    assertThat(shop.counted("partialMatchesDropped")).isEqualTo(1);
  }

  @Test
  void unpaidOrderIsToldAfterARestart() throws Exception {
    shop.receive(placed(ANNA, START, "o1"), placed(ANNA, START + 1, "o2"));
    shop.found(START + 29 * MINUTE, "ORDER_UNPAID");
    shop.restart();
    shop.receive(paid(ANNA, START + 30 * MINUTE, "o1"));
    assertThat(unpaid()).containsExactly("anna+" + (30 * MINUTE + 1) + " ORDER_UNPAID o2 10/-");
  }

  // CART_ABANDONED

  private static CustomerEvent added(long after, String product, String price, String quantity) {
    return clicked(
        ANNA,
        START + after,
        click(Click.PRODUCT_ADDED, "productId", product, "price", price, "quantity", quantity));
  }

  private static CustomerEvent added(long after) {
    return added(after, "p1", "5", "2");
  }

  private static CustomerEvent removed(long after, String quantity) {
    return clicked(
        ANNA, START + after, click(Click.PRODUCT_REMOVED, "productId", "p1", "quantity", quantity));
  }

  private static CustomerEvent checkout(long after) {
    return clicked(ANNA, START + after, click(Click.CHECKOUT_STARTED));
  }

  private List<String> abandoned() throws Exception {
    return shop.found(START + 10 * DAY, "CART_ABANDONED");
  }

  @Test
  void cartIsAbandonedAnHourAfterTheLastProductWasAdded() throws Exception {
    shop.receive(added(0), added(59 * MINUTE, "p2", "1.50", "3"));
    assertThat(shop.found(START + 119 * MINUTE - 1, "CART_ABANDONED")).isEmpty();
    assertThat(shop.found(START + 119 * MINUTE, "CART_ABANDONED"))
        .containsExactly("anna+119m CART_ABANDONED 14.5/-");
    assertThat(abandoned()).isEmpty();
  }

  static List<CustomerEvent> ends() {
    return List.of(
        checkout(HOUR),
        placed(ANNA, START + HOUR, "o1"),
        paid(ANNA, START + HOUR, "o1"),
        removed(HOUR, "2"),
        removed(HOUR, "3"));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void whatEndsTheCartAtTheInstantIsInTime(CustomerEvent end) throws Exception {
    shop.receive(added(0), end);
    assertThat(abandoned()).isEmpty();
  }

  @Test
  void whatDoesNotEndTheCartDoesNotHoldItUp() throws Exception {
    shop.receive(
        added(0),
        removed(30 * MINUTE, "1"),
        viewed(ANNA, START + 40 * MINUTE),
        cancelled(ANNA, START + 41 * MINUTE, "o1"),
        refunded(ANNA, START + 42 * MINUTE, "o1", "1"));
    assertThat(abandoned()).containsExactly("anna+1h CART_ABANDONED 5/-");
  }

  @Test
  void cartThatWasEmptiedAndFilledAgainIsANewOne() throws Exception {
    shop.receive(added(0), removed(30 * MINUTE, "2"), added(31 * MINUTE));
    assertThat(abandoned()).containsExactly("anna+91m CART_ABANDONED 10/-");
  }

  @Test
  void cartIsAbandonedOnce() throws Exception {
    shop.receive(added(0), added(2 * HOUR), added(20 * HOUR));
    assertThat(abandoned()).containsExactly("anna+1h CART_ABANDONED 10/-");
  }

  @Test
  void cartAfterACheckoutIsANewOne() throws Exception {
    shop.receive(added(0), checkout(2 * HOUR), added(3 * HOUR));
    assertThat(abandoned())
        .containsExactly("anna+1h CART_ABANDONED 10/-", "anna+4h CART_ABANDONED 20/-");
  }

  @Test
  void cartAfterAnOrderIsANewOne() throws Exception {
    shop.receive(added(0), paid(ANNA, START + 2 * HOUR, "o1"), added(3 * HOUR));
    assertThat(abandoned())
        .containsExactly("anna+1h CART_ABANDONED 10/-", "anna+4h CART_ABANDONED 10/-");
  }

  @Test
  void cartEndsAfter24HoursWithoutChange() throws Exception {
    shop.receive(added(0), added(DAY));
    assertThat(abandoned())
        .containsExactly("anna+1h CART_ABANDONED 10/-", "anna+25h CART_ABANDONED 10/-");
  }

  @Test
  void changeWithin24HoursKeepsTheCart() throws Exception {
    shop.receive(added(0), removed(DAY - 1, "1"), added(2 * DAY - 2));
    assertThat(abandoned()).containsExactly("anna+1h CART_ABANDONED 10/-");
  }

  @Test
  void abandonedCartIsRememberedThroughARestart() throws Exception {
    shop.receive(added(0));
    assertThat(shop.found(START + HOUR, "CART_ABANDONED")).hasSize(1);
    shop.restart();
    shop.receive(added(2 * HOUR));
    assertThat(abandoned()).isEmpty();
  }

  // RETURNED

  private List<String> returned(long days) throws Exception {
    return shop.found(START + days * DAY, "RETURNED");
  }

  @Test
  void visitOfADormantOrLostCustomerNeverSeenIsAReturn() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1"), viewed(ANNA, START + 31 * DAY), viewed(ANNA, START + 100 * DAY));
    assertThat(returned(200)).containsExactly("anna+31d RETURNED 31/-", "anna+100d RETURNED 69/-");
  }

  @Test
  void sevenDaysUnseenIsAReturnAndAMillisecondLessIsNot() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1"),
        viewed(ANNA, START + 35 * DAY),
        viewed(ANNA, START + 42 * DAY - 1),
        viewed(ANNA, START + 49 * DAY - 1));
    assertThat(returned(60))
        .containsExactly("anna+35d RETURNED 35/-", "anna+" + (49 * DAY - 1) + " RETURNED 7/-");
  }

  @Test
  void visitAtTheInstantOfDormancyIsNoReturn() throws Exception {
    shop.receive(paid(ANNA, START, "o1"), viewed(ANNA, START + 30 * DAY));
    assertThat(returned(36)).isEmpty();
    shop.receive(viewed(ANNA, START + 37 * DAY));
    assertThat(returned(40)).containsExactly("anna+37d RETURNED 7/-");
  }

  @Test
  void whoStillBuysOrNeverDidDoesNotReturn() throws Exception {
    shop.receive(
        viewed(ANNA, START),
        viewed(ANNA, START + 20 * DAY),
        paid(ANNA, START + 21 * DAY, "o1"),
        viewed(ANNA, START + 40 * DAY));
    assertThat(returned(50)).isEmpty();
  }

  @Test
  void onlyAVisitIsAReturn() throws Exception {
    shop.receive(
        paid(ANNA, START, "o1"),
        placed(ANNA, START + 40 * DAY, "o2"),
        paid(ANNA, START + 41 * DAY, "o2"));
    assertThat(returned(50)).isEmpty();
  }

  @Test
  void policyChangesHowLongOneIsUnseen() throws Exception {
    shop.policy("anomalies: {RETURNED: {unseenDays: 3}}");
    shop.receive(
        viewed(ANNA, START - 1),
        paid(ANNA, START, "o1"),
        viewed(ANNA, START + 31 * DAY),
        viewed(ANNA, START + 34 * DAY));
    assertThat(returned(50)).containsExactly("anna+31d RETURNED 31/-", "anna+34d RETURNED 3/-");
  }
}
