package dev.nudge.measure;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.click;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.StageChange;
import dev.nudge.measure.CustomerTallies.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Anna adds to the tables, told by hand. */
class CustomerTalliesTest {
  private static final int LOST_DAYS = 90;

  private final TallySheet sheet = new TallySheet();
  private CustomerTallies anna = new CustomerTallies("acme");

  @Test
  void latePaymentSplitsAnInterval() {
    happened(paid(ANNA, START, "a"));
    happened(paid(ANNA, START + 9 * DAY, "c"));
    assertThat(told("REPURCHASE_DAILY"))
        .containsExactly("2026-01-14T00:00:00Z [7-14, NONE] INTERVALS 1 " + 9 * DAY);

    happened(paid(ANNA, START + 8 * DAY + HOUR, "b"));

    assertThat(told("REPURCHASE_DAILY"))
        .containsExactlyInAnyOrder(
            "2026-01-14T00:00:00Z [7-14, NONE] INTERVALS -1 " + -9 * DAY,
            "2026-01-13T00:00:00Z [7-14, NONE] INTERVALS 1 " + (8 * DAY + HOUR),
            "2026-01-14T00:00:00Z [0-3, NONE] INTERVALS 1 " + 23 * HOUR);
  }

  @Test
  void orderExactlyLostDaysAfterThePaymentIsAnOldCustomers() {
    happened(paid(ANNA, START, "a"));
    sheet.drain();

    happened(placed(ANNA, START + LOST_DAYS * DAY, "b"));

    assertThat(told("ORDERS_HOURLY"))
        .containsExactlyInAnyOrder(
            "2026-04-05T09:00:00Z [CNY, TOTAL] ORDERS_PLACED 1 100000",
            "2026-04-05T09:00:00Z [CNY, TOTAL] ORDERING_CUSTOMERS 1 0",
            "2026-04-05T09:00:00Z [CNY, OLD] ORDERS_PLACED 1 100000",
            "2026-04-05T09:00:00Z [CNY, OLD] ORDERING_CUSTOMERS 1 0");
  }

  @Test
  void orderAMillisecondLaterIsANewCustomersAgain() {
    happened(paid(ANNA, START, "a"));
    sheet.drain();

    happened(placed(ANNA, START + LOST_DAYS * DAY + 1, "b"));

    assertThat(told("ORDERS_HOURLY"))
        .contains("2026-04-05T09:00:00Z [CNY, NEW] ORDERING_CUSTOMERS 1 0")
        .noneMatch(tally -> tally.contains("OLD"));
  }

  @Test
  void placedOrderMakesNoOldCustomer() {
    happened(placed(ANNA, START, "a"));
    sheet.drain();

    happened(paid(ANNA, START + DAY, "b"));

    assertThat(told("ORDERS_HOURLY")).noneMatch(tally -> tally.contains("OLD"));
  }

  @Test
  void twoOrdersOfAnHourAreOneCustomer() {
    happened(paid(ANNA, START, "a"));
    happened(paid(ANNA, START + MINUTE, "b"));

    assertThat(told("ORDERS_HOURLY"))
        .contains(
            "2026-01-05T09:00:00Z [CNY, TOTAL] ORDERS_PAID 2 200000",
            "2026-01-05T09:00:00Z [CNY, TOTAL] PAYING_CUSTOMERS 1 0",
            "2026-01-05T09:00:00Z [CNY, NEW] PAYING_CUSTOMERS 1 0",
            "2026-01-05T09:00:00Z [CNY, OLD] PAYING_CUSTOMERS 1 0");
  }

  @Test
  void visitUnderASessionIdIsOneHoweverLong() {
    happened(view(START, "s"));
    happened(view(START + DAY, "s"));

    assertThat(told("TRAFFIC_MINUTE"))
        .containsExactlyInAnyOrder(
            "2026-01-05T09:00:00Z [DIRECT] VISITS 1 0",
            "2026-01-05T09:00:00Z [DIRECT] VISITORS 1 0",
            "2026-01-05T09:00:00Z [DIRECT] VISIT_EVENTS 2 " + DAY);
  }

  @Test
  void thirtyMinutesWithoutSessionIdBeginAVisit() {
    happened(viewed(ANNA, START));
    happened(viewed(ANNA, START + 30 * MINUTE - 1));
    happened(viewed(ANNA, START + 60 * MINUTE - 1));

    assertThat(told("TRAFFIC_MINUTE"))
        .contains(
            "2026-01-05T09:00:00Z [DIRECT] VISIT_EVENTS 2 " + (30 * MINUTE - 1),
            "2026-01-05T09:59:00Z [DIRECT] VISITS 1 0");
  }

  @Test
  void lateFirstEventTakesTheVisitToItsMinuteAndSource() {
    happened(view(START + 2 * MINUTE, "s"));
    sheet.drain();

    Click first = new Click("Product Viewed", "s", click("x", "utm_source", "letter").properties());
    happened(clicked(ANNA, START, first));

    assertThat(told("TRAFFIC_MINUTE"))
        .containsExactlyInAnyOrder(
            "2026-01-05T09:02:00Z [DIRECT] VISITS -1 0",
            "2026-01-05T09:02:00Z [DIRECT] VISITORS -1 0",
            "2026-01-05T09:02:00Z [DIRECT] VISIT_EVENTS -1 0",
            "2026-01-05T09:00:00Z [letter] VISITS 1 0",
            "2026-01-05T09:00:00Z [letter] VISITORS 1 0",
            "2026-01-05T09:00:00Z [letter] VISIT_EVENTS 2 " + 2 * MINUTE);
  }

  @Test
  void twentyFirstVisitForgetsTheOneWithTheOldestEvent() {
    for (int i = 0; i <= OpenVisits.MAX; i++) {
      happened(view(START + i * SECOND, "s" + i));
    }
    sheet.drain();

    happened(view(START + MINUTE, "s1"));
    assertThat(told("TRAFFIC_MINUTE")).noneMatch(tally -> tally.contains("VISITS"));

    happened(view(START + MINUTE + 1, "s0"));
    assertThat(told("TRAFFIC_MINUTE")).anyMatch(tally -> tally.contains("VISITS 1"));
  }

  @Test
  void visitGoesOnUntilThirtyDaysAfterItsLastEvent() {
    happened(view(START, "s"));
    happened(view(START + 30 * DAY - 1, "s"));
    sheet.drain();

    happened(view(START + 60 * DAY - 1, "s"));

    assertThat(told("TRAFFIC_MINUTE")).anyMatch(tally -> tally.contains("VISITS 1"));
  }

  @Test
  void productsOfAnOrderAreToldWithTheirCompany() {
    happened(paid(ANNA, START, "a", "30.00", "tee", "hat", "tee"));

    assertThat(told("PRODUCTS_HOURLY"))
        .containsExactlyInAnyOrder(
            "2026-01-05T09:00:00Z [tee, , CNY] ORDERS_WITH 1 200000000",
            "2026-01-05T09:00:00Z [tee, , CNY] UNITS 0 20000",
            "2026-01-05T09:00:00Z [tee, , CNY] ORDERS_BESIDE 1 0",
            "2026-01-05T09:00:00Z [hat, , CNY] ORDERS_WITH 1 100000000",
            "2026-01-05T09:00:00Z [hat, , CNY] UNITS 0 10000",
            "2026-01-05T09:00:00Z [hat, , CNY] ORDERS_BESIDE 1 0",
            "2026-01-05T09:00:00Z [hat, tee, ] ORDERS_WITH 1 0");
  }

  @Test
  void tenProductsOfAnOrderAreToldAsSoldTogether() {
    String[] products = new String[12];
    for (int i = 0; i < products.length; i++) {
      products[i] = "p" + (char) ('a' + i);
    }
    happened(paid(ANNA, START, "a", "30.00", products));

    List<String> told = told("PRODUCTS_HOURLY");
    assertThat(told.stream().filter(tally -> tally.contains(", ] "))).hasSize(45);
    assertThat(told.stream().filter(tally -> tally.contains("ORDERS_BESIDE"))).hasSize(12);
    assertThat(told).noneMatch(tally -> tally.contains("[pk, p") || tally.contains(", pk, ]"));
  }

  @Test
  void prospectIsAcquiredBySourceAndActivatedWithinSevenDays() {
    happened(clicked(ANNA, START, click("Product Viewed", "utm_source", "letter")));
    anna.entered(change(null, LifecycleStage.PROSPECT, START), sheet);
    happened(paid(ANNA, START + 7 * DAY - 1, "a"));

    assertThat(told("LIFECYCLE_DAILY"))
        .contains(
            "2026-01-05T00:00:00Z [FLOW, , PROSPECT] CUSTOMERS 1 0",
            "2026-01-05T00:00:00Z [ACQUIRED, letter, ] CUSTOMERS 1 0",
            "2026-01-05T00:00:00Z [ACTIVATED, letter, ] CUSTOMERS 1 0");
  }

  @Test
  void paymentAtTheEndOfSevenDaysActivatesNobody() {
    anna.entered(change(null, LifecycleStage.PROSPECT, START), sheet);
    happened(paid(ANNA, START + 7 * DAY, "a"));

    assertThat(told("LIFECYCLE_DAILY")).noneMatch(tally -> tally.contains("ACTIVATED"));
  }

  @Test
  void secondPaymentRetainsForTheDaysThatHoldIt() {
    happened(paid(ANNA, START, "a"));
    happened(paid(ANNA, START + 30 * DAY, "b"));
    happened(paid(ANNA, START + 31 * DAY, "c"));

    assertThat(told("LIFECYCLE_DAILY").stream().filter(tally -> tally.contains("RETAINED")))
        .containsExactlyInAnyOrder(
            "2026-01-05T00:00:00Z [RETAINED, , 60] CUSTOMERS 1 0",
            "2026-01-05T00:00:00Z [RETAINED, , 90] CUSTOMERS 1 0");
  }

  @Test
  void refundTakesRevenueOfItsOwnDayAndMakesNobodyActive() {
    happened(paid(ANNA, START, "a", "10.00"));
    sheet.drain();

    happened(refunded(ANNA, START + DAY, "a", "4.00"));

    assertThat(told("LIFECYCLE_DAILY"))
        .containsExactly("2026-01-06T00:00:00Z [REVENUE, , CNY] CUSTOMERS 0 -40000");
    assertThat(told("ORDERS_HOURLY")).isEmpty();
  }

  @Test
  void anotherTouchMovesTheIntervalToItsRow() {
    happened(paid(ANNA, START, "a"));
    happened(paid(ANNA, START + DAY, "b"));
    sheet.drain();

    assertThat(anna.touched("b", RepurchaseTouch.SCHEDULED, sheet)).isTrue();

    assertThat(told("REPURCHASE_DAILY"))
        .containsExactlyInAnyOrder(
            "2026-01-06T00:00:00Z [0-3, NONE] INTERVALS -1 " + -DAY,
            "2026-01-06T00:00:00Z [0-3, SCHEDULED] INTERVALS 1 " + DAY);
    assertThat(anna.touched("x", RepurchaseTouch.SCHEDULED, sheet)).isFalse();
  }

  @Test
  void copiesAndSecondPaymentsAddNothing() {
    CustomerEvent paid = paid(ANNA, START, "a");
    CustomerEvent view = view(START, "s");
    happened(paid);
    happened(view);
    anna.entered(change(null, LifecycleStage.NEW, START), sheet);
    sheet.drain();

    assertThat(outcome(paid)).isEqualTo(Outcome.COPY);
    assertThat(outcome(as("again", paid))).isEqualTo(Outcome.COPY);
    assertThat(outcome(view)).isEqualTo(Outcome.COPY);
    assertThat(anna.entered(change(null, LifecycleStage.NEW, START), sheet))
        .isEqualTo(Outcome.COPY);
    assertThat(sheet.drain()).isEmpty();
  }

  @Test
  void messageIdMoreThanADayLaterIsNoCopy() {
    happened(as("m", viewed(ANNA, START)));

    assertThat(outcome(as("m", viewed(ANNA, START + DAY)))).isEqualTo(Outcome.COPY);
    assertThat(outcome(as("m", viewed(ANNA, START + DAY + 1)))).isEqualTo(Outcome.COUNTED);
  }

  @Test
  void whatIsOlderThanTheHorizonIsRefused() {
    happened(viewed(ANNA, START + DAY));
    anna.forget(START + HOUR);
    sheet.drain();

    assertThat(outcome(viewed(ANNA, START + HOUR - 1))).isEqualTo(Outcome.TOO_OLD);
    assertThat(sheet.drain()).isEmpty();
    assertThat(outcome(viewed(ANNA, START + HOUR))).isEqualTo(Outcome.COUNTED);
  }

  @Test
  void deedsAreBoundedAndTheOldestTakeNothingBeforeThem() {
    for (int i = 0; i <= CustomerTallies.MAX_DEEDS; i++) {
      happened(viewed(ANNA, START + i));
    }

    assertThat(anna.deeds()).isEqualTo(CustomerTallies.MAX_DEEDS);
    assertThat(outcome(as("late", viewed(ANNA, START - 1)))).isEqualTo(Outcome.TOO_OLD);
    assertThat(outcome(as("late", viewed(ANNA, START + 1)))).isEqualTo(Outcome.COUNTED);
    assertThat(told("TRAFFIC_MINUTE"))
        .contains(
            "2026-01-05T09:00:00Z [DIRECT] VISITS 1 0",
            "2026-01-05T09:00:00Z [DIRECT] VISIT_EVENTS "
                + (CustomerTallies.MAX_DEEDS + 2)
                + " "
                + CustomerTallies.MAX_DEEDS);
  }

  @Test
  void whoNeverPaidIsForgotten() throws IOException {
    happened(view(START, "s"));
    anna.entered(change(null, LifecycleStage.PROSPECT, START), sheet);
    assertThat(anna.isEmpty()).isFalse();

    anna.forget(START + 30 * DAY - 1);
    assertThat(anna.isEmpty()).isFalse();
    anna.forget(START + 30 * DAY);

    assertThat(anna.isEmpty()).isTrue();
    assertThat(CustomerTalliesOracleTest.throughBytes(anna).isEmpty()).isTrue();
  }

  @Test
  void whoPaidIsKeptInFewBytes() throws IOException {
    for (int i = 0; i < 100; i++) {
      happened(paid(ANNA, START + i * HOUR, "o" + i));
      happened(view(START + i * HOUR, "s" + i));
    }
    anna.forget(START + 300 * DAY);

    assertThat(anna.deeds()).isZero();
    assertThat(anna.isEmpty()).isFalse();
    assertThat(CustomerTalliesOracleTest.bytes(anna)).hasSizeLessThan(40);
  }

  @Test
  void halfASurrogatePairHasOneNameBeforeAndAfterState() throws IOException {
    happened(clicked(ANNA, START + MINUTE, click("Product Viewed", "utm_source", "\ud83d")));
    anna = CustomerTalliesOracleTest.throughBytes(anna);

    happened(viewed(ANNA, START));

    assertThat(told("TRAFFIC_MINUTE")).noneMatch(tally -> tally.contains("?"));
  }

  @Test
  void othersDeedsAndCancellationsAreIgnored() {
    assertThat(outcome(cancelled(ANNA, START, "a"))).isEqualTo(Outcome.IGNORED);
    assertThat(outcome(delivered(ANNA, START))).isEqualTo(Outcome.IGNORED);
    assertThat(outcome(profiled(ANNA, START, "region", "south"))).isEqualTo(Outcome.IGNORED);
    assertThat(sheet.drain()).isEmpty();
    assertThat(anna.isEmpty()).isTrue();
  }

  @Test
  void bytesOfSomethingElseAreRefused() {
    byte[] bytes = {0, 1, 9};

    assertThatThrownBy(() -> CustomerTallies.read("acme", CodedInputStream.newInstance(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no deed is of kind 9");
  }

  private void happened(CustomerEvent event) {
    assertThat(outcome(event)).as("%s", event).isEqualTo(Outcome.COUNTED);
  }

  private Outcome outcome(CustomerEvent event) {
    return anna.happened(event, LOST_DAYS, RepurchaseTouch.NONE, sheet);
  }

  private static CustomerEvent view(long at, String session) {
    CustomerEvent view = clicked(ANNA, at, new Click("Product Viewed", session, Map.of()));
    return as(session + "@" + at, view);
  }

  private static StageChange change(LifecycleStage from, LifecycleStage to, long at) {
    return new StageChange("acme", ANNA.customerId(), from, to, at, 0, 0, 1);
  }

  /** What the sheet says of a table; it is empty then. */
  private List<String> told(String table) {
    List<String> told = new ArrayList<>();
    CustomerTalliesOracleTest.Sums sums = new CustomerTalliesOracleTest.Sums();
    sums.add(sheet);
    sums.sums()
        .forEach(
            (key, sum) -> {
              if (key.startsWith(table + " ")) {
                told.add(key.substring(table.length() + 1) + " " + sum);
              }
            });
    return told;
  }
}
