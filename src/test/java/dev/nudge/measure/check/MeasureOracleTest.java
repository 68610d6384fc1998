package dev.nudge.measure.check;

import static dev.nudge.measure.check.HandMadeLog.HOURS_3;
import static dev.nudge.measure.check.HandMadeLog.funnel;
import static dev.nudge.measure.check.HandMadeLog.roi;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle of measures, on logs whose rows are worked out by hand: one rule each. */
class MeasureOracleTest {
  private static final long DAY = Definitions.DAY;

  @TempDir private Path folder;
  private HandMadeLog log;

  @BeforeEach
  void begin() {
    log = new HandMadeLog(folder);
  }

  // Funnel

  @Test
  void aLineOfTheFunnelHasItsWholeIdentity() throws IOException {
    log.campaign("").sent("10T09:00:30Z", "g1", "{'version': 1, 'variant': 'B'}");
    log.order("10T09:59:59.999Z", "PAID", "o1", "12.5");

    assertThat(log.oracle().funnel())
        .containsExactly(
            line("09:00", "any", "SENT", "", "0.00"),
            line("09:00", "any", "TARGETED", "", "0.00"),
            line("09:00", "last", "SENT", "", "0.00"),
            line("09:00", "last", "TARGETED", "", "0.00"),
            line("09:59", "any", "GOAL", "EUR", "12.50"),
            line("09:59", "any", "PAID", "EUR", "12.50"),
            line("09:59", "last", "GOAL", "EUR", "12.50"),
            line("09:59", "last", "PAID", "EUR", "12.50"));
  }

  private static String line(
      String minute, String touch, String step, String currency, String amount) {
    return ("{'tenant':'acme','campaign':'k','campaignVersion':1,'variant':'B',"
            + "'minute':'2026-03-10T%s:00Z','window':10800000,'touch':'%s','step':'%s',"
            + "'currency':'%s','grants':1,'amount':'%s'}")
        .formatted(minute, touch, step, currency, amount)
        .replace('\'', '"');
  }

  @Test
  void grantsThatReachAStepInOneMinuteAddUp() throws IOException {
    log.campaign("").withDeliveries();
    log.sent("10T09:00:00Z", "g1").order("10T09:05:00Z", "PLACED", "o1", "1");
    log.sent("10T09:00:59.999Z", "g2", "{'customerId': 'bert'}");
    log.order("10T09:05:10Z", "PLACED", "o1", "2.0001", "{'customerId': 'bert'}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 2 0.00", "10T09:05 k/A ORDERED EUR 2 3.0001");
  }

  @Test
  void aWindowHoldsTheDecisionsInstantAndNotItsEnd() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.click("10T08:59:59.999Z", "Product Viewed");
    log.click("10T09:00:00Z", "Product Added");
    log.click("10T11:59:59.999Z", "Product Reviewed");
    log.click("10T12:00:00Z", "Product Shared");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .containsExactly(
            "10T09:00 k/A CARTED 1 0.00",
            "10T09:00 k/A TARGETED 1 0.00",
            "10T11:59 k/A REVIEWED 1 0.00");
  }

  @Test
  void everyEventOfTheCustomerHasItsStep() throws IOException {
    log.campaign("conversion: {goal: Checkout Started, windows: [3 h]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1");
    log.click("10T09:01:00Z", "view_item").click("10T09:02:00Z", "Product Viewed");
    log.click("10T09:03:00Z", "add_to_wishlist").click("10T09:04:00Z", "add_to_cart");
    log.click("10T09:05:00Z", "share").click("10T09:06:00Z", "begin_checkout");
    log.click("10T09:07:00Z", "Product Clicked");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:01 k/A VIEWED 1 0.00",
            "10T09:03 k/A WANTED 1 0.00",
            "10T09:04 k/A CARTED 1 0.00",
            "10T09:05 k/A SHARED 1 0.00",
            "10T09:06 k/A GOAL 1 0.00");
  }

  @Test
  void theSecondPaidOrderIsARepurchaseAndThePaidAgainOneIsNot() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T09:01:00Z", "PAID", "o1", "1").order("10T09:02:00Z", "PAID", "o1", "5");
    log.order("10T09:03:00Z", "PAID", "o2", "2").order("10T09:04:00Z", "PAID", "o3", "3");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:01 k/A GOAL EUR 1 1.00",
            "10T09:01 k/A PAID EUR 1 1.00",
            "10T09:03 k/A REPURCHASED EUR 1 2.00");
    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly("10T09 k grants 1 revenue 6.00 cost 0.00 cum 6.00 0.00");
  }

  @Test
  void ofOneInstantTheSmallerOrderIdIsTheFirst() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T09:01:00Z", "PAID", "o2", "2").order("10T09:01:00Z", "PAID", "o10", "10");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .contains("10T09:01 k/A PAID EUR 1 10.00", "10T09:01 k/A REPURCHASED EUR 1 2.00");
  }

  @Test
  void aGoalIsAnEventOfItsOwnName() throws IOException {
    log.campaign("conversion: {goal: Order Refunded, windows: [3 h]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1");
    log.click("10T09:01:00Z", "Order Refunded").click("10T09:02:00Z", "refund");
    log.order("10T09:03:00Z", "REFUNDED", "o1", "7");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00", "10T09:03 k/A GOAL EUR 1 7.00");
  }

  @Test
  void aGoalMayBeADeliveryOfAnotherGrant() throws IOException {
    log.campaign("conversion: {goal: Nudge Clicked, windows: [3 h]}");
    log.sent("10T09:00:00Z", "g1").delivery("10T09:01:00Z", "CLICKED", "{'triggerId': 'other'}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00", "10T09:01 k/A GOAL 1 0.00");
  }

  @Test
  void rowsOfADecisionThatComeTwiceAreOneGrant() throws IOException {
    log.campaign("").withDeliveries();
    log.sent("10T09:00:00Z", "g1").sent("10T09:00:00Z", "g1");
    log.row("10T09:00:00Z", "g2", "DEFERRED", "{}").row("10T09:00:00Z", "g3", "AUDIENCE", "{}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00");
  }

  // Deliveries

  @Test
  void withoutAFileOfDeliveriesEveryGrantIsSentAtItsDecision() throws IOException {
    log.campaign("cost: {model: PER_SEND, price: 0.5}").sent("10T09:00:00Z", "g1");
    log.control("10T09:00:00Z", "g2");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .containsExactly(
            "10T09:00 k/A SENT 1 0.00",
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:00 k/CONTROL TARGETED 1 0.00");
    assertThat(roi(log.oracle(), HOURS_3, "last", "EVENT"))
        .containsExactly("10T09 k grants 1 revenue 0.00 cost 0.50 cum 0.00 0.50");
  }

  @Test
  void aTriggerIsHashedAsTheContractSays() {
    assertThat(Grant.triggerId("acme", "k", 1, "änna", "m1", "PUSH"))
        .isEqualTo("73a63f6d7c487814a327dc25e75b7a9ca7af88db1b6de6b7ae9798626d4f26ab");
  }

  @Test
  void aReceiptOfAnyChannelsTriggerIsTheGrants() throws IOException {
    log.campaign("").sent("10T09:00:00Z", "g1");
    log.receipt("10T09:01:00Z", "FAILED", "g1", "PUSH");
    log.receipt("10T09:02:00Z", "SENT", "g1", "SMS");
    log.receipt("10T09:03:00Z", "DELIVERED", "g1", "EMAIL");
    log.receipt("10T09:04:00Z", "EXPOSED", "another", "SMS");
    log.delivery("10T09:05:00Z", "CLICKED", "{'triggerId': 'x', 'grantId': 'g1'}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:01 k/A FAILED 1 0.00",
            "10T09:02 k/A SENT 1 0.00");
  }

  @Test
  void identifiersOfACouponAreTriedByPresence() throws IOException {
    log.campaign("resource: {kind: COUPON, type: C5, amount: 5}");
    log.sent("10T09:00:00Z", "g1", "{'amount': '5'}").sent("10T09:01:00Z", "g2", "{'amount': '6'}");
    log.delivery("10T09:02:00Z", "COUPON_CLAIMED", "{'grantId': 'none', 'couponType': 'C5'}");
    log.delivery("10T09:03:00Z", "COUPON_CLAIMED", "{'triggerId': 'none', 'couponType': 'C5'}");
    log.delivery("10T09:04:00Z", "COUPON_REDEEMED", "{'grantId': 'g1', 'triggerId': 'none'}");
    log.delivery("10T09:05:00Z", "COUPON_CLAIMED", "{'couponType': 'C6'}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:01 k/A TARGETED 1 0.00",
            "10T09:04 k/A REDEEMED 1 5.00");
  }

  @Test
  void aTypeMeansTheNewestGrantThatIsOpen() throws IOException {
    log.campaign("resource: {kind: COUPON, type: C5, amount: 5}");
    log.campaign("z", "conversion: {windows: [1 h]}\nresource: {kind: GIFT, type: C5, amount: 1}");
    log.sent("10T09:00:00Z", "g1").sent("10T10:00:00Z", "g2", "{'campaign': 'z'}");
    log.row("10T10:30:00Z", "g3", "CONTROL", "{}");
    log.delivery("10T10:59:00Z", "COUPON_CLAIMED", "{'couponType': 'C5'}");
    log.delivery("10T11:00:00Z", "COUPON_REDEEMED", "{'couponType': 'C5', 'discount': 2}");
    log.delivery("10T12:00:00Z", "COUPON_EXPIRED", "{'couponType': 'C5'}");

    assertThat(funnel(log.oracle(), 3_600_000, "any"))
        .containsExactly("10T10:00 z/A TARGETED 1 0.00", "10T10:59 z/A CLAIMED 1 0.00");
    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T10:30 k/CONTROL TARGETED 1 0.00",
            "10T11:00 k/A REDEEMED 1 2.00");
  }

  @Test
  void aTypeMeansAGrantUntilItsLongestWindowEnds() throws IOException {
    log.campaign(
        "conversion: {windows: [3 h, 1 days]}\nresource: {kind: COUPON, type: C5, amount: 5}");
    log.sent("10T09:00:00Z", "g1");
    log.delivery("10T12:00:00Z", "COUPON_CLAIMED", "{'couponType': 'C5'}");
    log.delivery("11T09:00:00Z", "COUPON_REDEEMED", "{'couponType': 'C5'}");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00");
    assertThat(funnel(log.oracle(), DAY, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00", "10T12:00 k/A CLAIMED 1 0.00");
  }

  @Test
  void aControlGrantHasNoCoupon() throws IOException {
    log.campaign("resource: {kind: COUPON, type: C5, amount: 5}").control("10T09:00:00Z", "g1");
    log.delivery("10T09:01:00Z", "COUPON_REDEEMED", "{'grantId': 'g1'}");
    log.receipt("10T09:02:00Z", "CLICKED", "g1");

    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .containsExactly("10T09:00 k/CONTROL TARGETED 1 0.00");
  }

  @Test
  void sideCountersHaveNoEndAndStandInEveryWindowOnce() throws IOException {
    log.campaign("conversion: {windows: [3 h, 1 days]}").sent("10T09:00:00Z", "g1");
    log.receipt("10T08:00:00Z", "FAILED", "g1").receipt("19T09:00:00Z", "FAILED", "g1", "SMS");
    log.receipt("19T10:00:00Z", "FAILED", "g1");
    log.delivery("20T09:00:00Z", "COUPON_EXPIRED", "{'grantId': 'g1'}");
    log.delivery("20T09:01:00Z", "UNSUBSCRIBED", "{'channel': 'PUSH'}");
    log.receipt("20T09:02:00Z", "UNSUBSCRIBED", "g1");

    for (long window : new long[] {HOURS_3, DAY}) {
      for (String touch : MeasureOracle.TOUCHES) {
        assertThat(funnel(log.oracle(), window, touch))
            .containsExactly(
                "10T09:00 k/A TARGETED 1 0.00",
                "19T09:00 k/A FAILED 1 0.00",
                "20T09:00 k/A COUPON_EXPIRED 1 0.00",
                "20T09:02 k/A UNSUBSCRIBED 1 0.00");
      }
    }
  }

  // Touches

  @Test
  void theNewestGrantIsTheLastTouchAndStepsByTriggerStandInBoth() throws IOException {
    log.campaign("").campaign("z", "conversion: {windows: [3 h]}");
    log.sent("10T09:00:00Z", "g1").sent("10T10:00:00Z", "g2", "{'campaign': 'z'}");
    log.click("10T09:30:00Z", "Product Viewed").click("10T10:00:00Z", "Product Viewed");
    log.order("10T11:00:00Z", "PAID", "o1", "8").receipt("10T11:30:00Z", "CLICKED", "g1");

    MeasureOracle oracle = log.oracle();
    assertThat(funnel(oracle, HOURS_3, "last"))
        .containsExactly(
            "10T09:00 k/A TARGETED 1 0.00",
            "10T09:30 k/A VIEWED 1 0.00",
            "10T10:00 z/A TARGETED 1 0.00",
            "10T10:00 z/A VIEWED 1 0.00",
            "10T11:00 z/A GOAL EUR 1 8.00",
            "10T11:00 z/A PAID EUR 1 8.00",
            "10T11:30 k/A CLICKED 1 0.00");
    assertThat(funnel(oracle, HOURS_3, "any"))
        .contains("10T11:00 k/A PAID EUR 1 8.00", "10T11:00 z/A PAID EUR 1 8.00");
    assertThat(roi(oracle, HOURS_3, "any", "COHORT"))
        .containsExactly(
            "10T09 k grants 1 revenue 8.00 cost 0.00 cum 8.00 0.00",
            "10T10 z grants 1 revenue 8.00 cost 0.00 cum 8.00 0.00");
    assertThat(roi(oracle, HOURS_3, "last", "COHORT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T10 z grants 1 revenue 8.00 cost 0.00 cum 8.00 0.00");
  }

  @Test
  void ofGrantsOfOneInstantPriorityThenTheSmallerIdsWin() throws IOException {
    log.campaign("").campaign("a", "conversion: {windows: [3 h]}\npriority: 40");
    log.campaign("b", "conversion: {windows: [3 h]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1").sent("10T09:00:00Z", "g2", "{'campaign': 'a'}");
    log.sent("10T09:00:00Z", "g4", "{'campaign': 'b'}");
    log.sent("10T09:00:00Z", "g3", "{'campaign': 'b', 'variant': 'B'}");
    log.click("10T09:01:00Z", "Product Viewed");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .contains("10T09:01 b/B VIEWED 1 0.00")
        .doesNotContain("10T09:01 a/A VIEWED 1 0.00", "10T09:01 k/A VIEWED 1 0.00");
  }

  @Test
  void aGrantThatDoesNotDeclareAWindowTakesNoTouchOfIt() throws IOException {
    log.campaign("conversion: {windows: [3 h, 1 days]}");
    log.campaign("z", "conversion: {windows: [1 days]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1").sent("10T10:00:00Z", "g2", "{'campaign': 'z'}");
    log.click("10T11:00:00Z", "Product Viewed");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00", "10T11:00 k/A VIEWED 1 0.00");
    assertThat(funnel(log.oracle(), DAY, "last")).contains("10T11:00 z/A VIEWED 1 0.00");
  }

  @Test
  void underLastTouchARepurchaseIsTheSecondOrderThatWentToTheGrant() throws IOException {
    log.campaign("").campaign("z", "conversion: {windows: [3 h]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1").order("10T09:01:00Z", "PAID", "o1", "1");
    log.sent("10T10:00:00Z", "g2", "{'campaign': 'z'}").order("10T10:01:00Z", "PAID", "o2", "2");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .noneMatch(each -> each.contains("REPURCHASED"));
    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .contains("10T10:01 k/A REPURCHASED EUR 1 2.00");
  }

  @Test
  void heldBackGrantsHaveALastTouchOfTheirOwnAndNoReturn() throws IOException {
    log.campaign("").withDeliveries();
    log.sent("10T09:00:00Z", "g1").control("10T10:00:00Z", "g2");
    log.order("10T10:01:00Z", "PAID", "o1", "4");

    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .contains("10T10:01 k/A PAID EUR 1 4.00", "10T10:01 k/CONTROL PAID EUR 1 4.00");
    assertThat(roi(log.oracle(), HOURS_3, "last", "EVENT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T10 k grants 0 revenue 4.00 cost 0.00 cum 4.00 0.00");
  }

  // Refunds

  @Test
  void refundsTakeBackUpToTheOrdersAmountWhenTheyHappen() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "10");
    log.order("10T11:00:00Z", "REFUNDED", "o1", "4");
    log.order("10T15:00:00Z", "REFUNDED", "r1", "5", "{'refundOf': 'o1'}");
    log.order("10T16:00:00Z", "REFUNDED", "o1", "3");
    log.order("10T17:00:00Z", "REFUNDED", "o1", "3");

    MeasureOracle oracle = log.oracle();
    assertThat(roi(oracle, HOURS_3, "last", "EVENT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T10 k grants 0 revenue 10.00 cost 0.00 cum 10.00 0.00",
            "10T11 k grants 0 revenue -4.00 cost 0.00 cum 6.00 0.00",
            "10T15 k grants 0 revenue -5.00 cost 0.00 cum 1.00 0.00",
            "10T16 k grants 0 revenue -1.00 cost 0.00 cum 0.00 0.00");
    assertThat(roi(oracle, HOURS_3, "last", "COHORT"))
        .containsExactly("10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00");
    assertThat(roi(oracle, 0, "any", "EVENT")).isEmpty();
  }

  @Test
  void aRefundOfNoPaymentThatIsKnownIsUnattributed() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "REFUNDED", "o1", "4").order("10T10:01:00Z", "PAID", "o1", "9");
    log.order("10T11:00:00Z", "REFUNDED", "o1", "2", "{'currency': 'USD'}");
    log.order("10T11:00:01Z", "REFUNDED", "o1", "1", "{'customerId': 'bert'}");
    log.order("10T12:00:00Z", "REFUNDED", "a1", "0.5", "{'refundOf': 'o2'}");
    log.order("10T12:00:00Z", "PAID", "o2", "3").order("10T13:00:00Z", "PAID", "zz", "3");
    log.order("10T13:00:00Z", "REFUNDED", "zz", "1");

    assertThat(roi(log.oracle(), 0, "any", "EVENT"))
        .containsExactly(
            "10T10 UNATTRIBUTED grants 0 revenue -4.00 cost 0.00 cum -4.00 0.00",
            "10T11 UNATTRIBUTED grants 0 revenue -3.00 cost 0.00 cum -7.00 0.00",
            "10T12 UNATTRIBUTED grants 0 revenue -0.50 cost 0.00 cum -7.50 0.00");
    assertThat(log.oracle().roi())
        .filteredOn(each -> each.contains("UNATTRIBUTED"))
        .first()
        .isEqualTo(
            ("{'tenant':'acme','campaign':'UNATTRIBUTED','hour':'2026-03-10T10:00:00Z',"
                    + "'basis':'EVENT','window':0,'touch':'any','currency':'','grants':0,"
                    + "'revenue':'-4.00','cost':'0.00','cumRevenue':'-4.00','cumCost':'0.00',"
                    + "'roi':null,'netRoi':null,'asOf':'2026-03-10T11:00:00Z','matured':null}")
                .replace('\'', '"'));
  }

  @Test
  void ninetyDaysAfterThePaymentARefundIsUnattributed() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "9");
    Customer anna = log.oracle().tenants.get("acme").get("anna");
    Event before =
        Event.of(
            Event.Topic.ORDERS,
            order("REFUNDED", HandMadeLog.time("10T10:00:00Z") + MeasureOracle.REFUND_WINDOW - 1));
    Event after =
        Event.of(
            Event.Topic.ORDERS,
            order("REFUNDED", HandMadeLog.time("10T10:00:00Z") + MeasureOracle.REFUND_WINDOW));

    anna.payments.clear();
    anna.events.add(before);
    anna.events.add(after);
    anna.settle(MeasureOracle.REFUND_WINDOW);

    assertThat(anna.payments.get(0).refunds()).hasSize(1);
    assertThat(anna.unattributed).containsExactly(after);
  }

  private static String order(String status, long at) {
    return """
        {"messageId": "x%d", "tenant": "acme", "customerId": "anna", "timestamp": %d,
         "orderId": "o1", "status": "%s", "currency": "EUR", "amount": 1}"""
        .formatted(at, at, status);
  }

  @Test
  void aCopyWithin24HoursHasNoEffectAndALaterOneHas() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "10");
    log.order("10T11:00:00Z", "REFUNDED", "o1", "1", "{'messageId': 'same'}");
    log.order("11T11:00:00Z", "REFUNDED", "o1", "2", "{'messageId': 'same'}");
    log.order("11T11:00:00.001Z", "REFUNDED", "o1", "4", "{'messageId': 'same'}");

    assertThat(roi(log.oracle(), HOURS_3, "last", "EVENT"))
        .endsWith(
            "10T11 k grants 0 revenue -1.00 cost 0.00 cum 9.00 0.00",
            "11T11 k grants 0 revenue -4.00 cost 0.00 cum 5.00 0.00");
  }

  @Test
  void aCancelledOrderTakesNothingBackAndAPaymentAfterItCounts() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "10").order("10T10:01:00Z", "CANCELLED", "o1", "10");
    log.order("10T11:00:00Z", "CANCELLED", "o2", "1").order("10T11:01:00Z", "PAID", "o2", "1");

    assertThat(roi(log.oracle(), HOURS_3, "last", "COHORT"))
        .containsExactly("10T09 k grants 1 revenue 11.00 cost 0.00 cum 11.00 0.00");
  }

  // Costs

  @Test
  void everyModelHasItsStepOfChannelAndOfCampaign() throws IOException {
    log.policy(
        """
        channels:
          PUSH: {kind: ONE_WAY, cost: {model: CPM, price: 3}}
          SMS: {kind: ONE_WAY, cost: {model: PER_SEND, price: 0.05}}
        """);
    log.campaign("cost: {model: CPC, price: 0.2}");
    log.campaign("z", "conversion: {windows: [3 h]}\ncost: {model: CPA, price: 2}");
    log.sent("10T09:00:00Z", "g1").receipt("10T10:00:00Z", "SENT", "g1");
    log.receipt("10T11:00:00Z", "EXPOSED", "g1").receipt("10T11:01:00Z", "CLICKED", "g1");
    log.sent("10T08:00:00Z", "g2", "{'campaign': 'z', 'channel': 'SMS'}");
    log.delivery(
        "10T09:00:00Z",
        "SENT",
        "{'triggerId': '" + Grant.triggerId("acme", "z", 1, "anna", "g2", "SMS") + "'}");
    log.order("10T10:30:00Z", "PAID", "o1", "5");

    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly(
            "10T08 z grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T09 z grants 0 revenue 0.00 cost 0.05 cum 0.00 0.05",
            "10T10 k grants 0 revenue 5.00 cost 0.00 cum 5.00 0.00",
            "10T10 z grants 0 revenue 5.00 cost 2.00 cum 5.00 2.05",
            "10T11 k grants 0 revenue 0.00 cost 0.203 cum 5.00 0.203");
    assertThat(roi(log.oracle(), HOURS_3, "last", "COHORT"))
        .containsExactly(
            "10T08 z grants 1 revenue 0.00 cost 0.05 cum 0.00 0.05",
            "10T09 k grants 1 revenue 5.00 cost 0.203 cum 5.00 0.203");
  }

  @Test
  void theChannelUsedIsThatOfTheLastReceipt() throws IOException {
    log.policy(
        """
        channels:
          PUSH: {kind: ONE_WAY, cost: {model: CPA, price: 1}}
          SMS: {kind: ONE_WAY, cost: {model: CPA, price: 4}}
        """);
    log.campaign("").sent("10T09:00:00Z", "g1");
    log.receipt("10T09:01:00Z", "SENT", "g1", "PUSH").receipt("10T09:02:00Z", "FAILED", "g1");
    log.receipt("10T09:03:00Z", "DELIVERED", "g1", "SMS").order("10T09:04:00Z", "PAID", "o", "5");
    log.receipt("10T09:05:00Z", "EXPOSED", "g1", "PUSH");

    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly("10T09 k grants 1 revenue 5.00 cost 4.00 cum 5.00 4.00");
  }

  @Test
  void withoutAReceiptTheChannelUsedIsTheDecisions() throws IOException {
    log.policy("channels:\n  SMS: {kind: ONE_WAY, cost: {model: CPA, price: 4}}\n");
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1", "{'channel': 'SMS'}");
    log.order("10T09:04:00Z", "PAID", "o", "5");

    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly("10T09 k grants 1 revenue 5.00 cost 4.00 cum 5.00 4.00");
  }

  @Test
  void aShareOfRevenueIsGivenBackWithRefundsAndOtherCurrenciesHaveNoOtherCost() throws IOException {
    log.policy(
        "currency: EUR\nchannels:\n  PUSH: {kind: ONE_WAY, cost: {model: PER_SEND, price: 1}}\n");
    log.campaign("cost: {model: CPS, price: 0.1}").sent("10T09:00:00Z", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "20").order("10T11:00:00Z", "REFUNDED", "o1", "5");
    log.order("10T10:10:00Z", "PAID", "o2", "7", "{'currency': 'USD'}");
    log.order("10T12:10:00Z", "REFUNDED", "nobody", "7", "{'currency': 'USD'}");

    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly(
            "10T09 k EUR grants 1 revenue 0.00 cost 1.00 cum 0.00 1.00",
            "10T10 k EUR grants 0 revenue 20.00 cost 2.00 cum 20.00 3.00",
            "10T10 k USD grants 0 revenue 7.00 cost 0.70 cum 7.00 0.70",
            "10T11 k EUR grants 0 revenue -5.00 cost -0.50 cum 15.00 2.50");
    assertThat(roi(log.oracle(), 0, "any", "EVENT"))
        .containsExactly("10T12 UNATTRIBUTED USD grants 0 revenue -7.00 cost 0.00 cum -7.00 0.00");
    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .contains("10T10:00 k/A PAID EUR 1 20.00", "10T10:10 k/A REPURCHASED USD 1 7.00");
  }

  @Test
  void withoutACurrencyOfThePolicyAllAddsUp() throws IOException {
    log.campaign("cost: {model: CPS, price: 0.1}").withDeliveries().sent("10T09:00:00Z", "g1");
    log.order("10T09:10:00Z", "PAID", "o1", "20");
    log.order("10T09:20:00Z", "PAID", "o2", "7", "{'currency': 'USD'}");

    assertThat(roi(log.oracle(), HOURS_3, "any", "EVENT"))
        .containsExactly("10T09 k grants 1 revenue 27.00 cost 2.70 cum 27.00 2.70");
    assertThat(funnel(log.oracle(), HOURS_3, "any"))
        .contains("10T09:10 k/A PAID EUR 1 20.00", "10T09:20 k/A REPURCHASED USD 1 7.00");
  }

  @Test
  void aRedeemedCouponCostsItsDiscountElseItsAmountWithinTheWindow() throws IOException {
    log.policy("currency: EUR");
    log.campaign("resource: {kind: COUPON, type: C5, amount: 5}");
    log.sent("10T09:00:00Z", "g1", "{'amount': '5'}").sent("10T10:00:00Z", "g2", "{'amount': '6'}");
    log.sent("10T11:00:00Z", "g3", "{'amount': '7'}");
    log.delivery("10T11:59:00Z", "COUPON_REDEEMED", "{'grantId': 'g1', 'discount': '1.25'}");
    log.delivery("10T12:59:00Z", "COUPON_REDEEMED", "{'grantId': 'g2'}");
    log.delivery("10T14:00:00Z", "COUPON_REDEEMED", "{'grantId': 'g3'}");

    assertThat(roi(log.oracle(), HOURS_3, "last", "COHORT"))
        .containsExactly(
            "10T09 k EUR grants 1 revenue 0.00 cost 1.25 cum 0.00 1.25",
            "10T10 k EUR grants 1 revenue 0.00 cost 6.00 cum 0.00 7.25",
            "10T11 k EUR grants 1 revenue 0.00 cost 0.00 cum 0.00 7.25");
    assertThat(funnel(log.oracle(), HOURS_3, "last"))
        .contains("10T11:59 k/A REDEEMED EUR 1 1.25", "10T12:59 k/A REDEEMED EUR 1 6.00");
  }

  @Test
  void otherResourcesCostTheirAmountOnceWhenSentOrClaimed() throws IOException {
    log.campaign("resource: {kind: POINTS, amount: 2}");
    log.campaign(
        "z",
        "conversion: {windows: [3 h]}\n"
            + "resource: {kind: RED_PACKET, type: R, amount: 3, claim: {within: 2 days}}");
    log.sent("10T09:00:00Z", "g1", "{'amount': '2'}").receipt("10T10:00:00Z", "SENT", "g1");
    log.delivery("10T10:01:00Z", "COUPON_REDEEMED", "{'grantId': 'g1', 'discount': 9}");
    log.sent("10T09:00:00Z", "g2", "{'amount': '3', 'campaign': 'z'}");
    log.delivery("10T11:00:00Z", "COUPON_CLAIMED", "{'couponType': 'R'}");

    assertThat(roi(log.oracle(), HOURS_3, "last", "EVENT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T09 z grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T10 k grants 0 revenue 0.00 cost 2.00 cum 0.00 2.00",
            "10T11 z grants 0 revenue 0.00 cost 3.00 cum 0.00 3.00");
  }

  @Test
  void aFlatCostIsSpreadOverTheCampaignAlikeInBothBases() throws IOException {
    log.campaign(
        "active: {from: 2026-03-10T08:30:00Z, to: 2026-03-10T11:30:00Z}\n"
            + "cost: {model: FLAT, price: 1}");
    log.withDeliveries().sent("10T09:00:00Z", "g1").sent("10T09:10:00Z", "g2");

    for (String basis : new String[] {"EVENT", "COHORT"}) {
      assertThat(roi(log.oracle(), HOURS_3, "last", basis))
          .containsExactly(
              "10T08 k grants 0 revenue 0.00 cost 0.1667 cum 0.00 0.1667",
              "10T09 k grants 2 revenue 0.00 cost 0.3333 cum 0.00 0.50",
              "10T10 k grants 0 revenue 0.00 cost 0.3333 cum 0.00 0.8333",
              "10T11 k grants 0 revenue 0.00 cost 0.1667 cum 0.00 1.00");
    }
    assertThat(roi(log.oracle("10T10:15:00Z"), HOURS_3, "any", "EVENT"))
        .endsWith("10T10 k grants 0 revenue 0.00 cost 0.0833 cum 0.00 0.5833");
  }

  @Test
  void aFlatCostWithoutABeginningRunsFromTheFirstGrant() throws IOException {
    log.campaign("active: {to: 2026-03-10T11:00:00Z}\ncost: {model: FLAT, price: 2}");
    log.withDeliveries().sent("10T09:00:00Z", "g1").control("10T08:00:00Z", "g2");

    assertThat(roi(log.oracle(), HOURS_3, "last", "COHORT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 1.00 cum 0.00 1.00",
            "10T10 k grants 0 revenue 0.00 cost 1.00 cum 0.00 2.00");
  }

  // ROI

  @Test
  void aLineOfTheReturnHasItsCumulativeColumnsAndWhatHasMatured() throws IOException {
    log.campaign("cost: {model: PER_SEND, price: 0.3}").sent("10T09:00:00Z", "g1");
    log.sent("10T11:10:00Z", "g2", "{'customerId': 'bert'}").sent("10T12:20:00Z", "g3");
    log.order("10T11:20:00Z", "PAID", "o1", "2");

    assertThat(log.oracle("10T12:30:00Z").roi())
        .contains(
            ("{'tenant':'acme','campaign':'k','hour':'2026-03-10T11:00:00Z','basis':'EVENT',"
                    + "'window':10800000,'touch':'last','currency':'','grants':1,'revenue':'2.00',"
                    + "'cost':'0.30','cumRevenue':'2.00','cumCost':'0.60','roi':333.3333,"
                    + "'netRoi':2.3333,'asOf':'2026-03-10T12:00:00Z','matured':0.5}")
                .replace('\'', '"'),
            ("{'tenant':'acme','campaign':'k','hour':'2026-03-10T12:00:00Z','basis':'EVENT',"
                    + "'window':10800000,'touch':'last','currency':'','grants':1,'revenue':'0.00',"
                    + "'cost':'0.30','cumRevenue':'2.00','cumCost':'0.90','roi':222.2222,"
                    + "'netRoi':1.2222,'asOf':'2026-03-10T12:30:00Z','matured':0.3333}")
                .replace('\'', '"'),
            ("{'tenant':'acme','campaign':'k','hour':'2026-03-10T09:00:00Z','basis':'COHORT',"
                    + "'window':10800000,'touch':'last','currency':'','grants':1,'revenue':'2.00',"
                    + "'cost':'0.30','cumRevenue':'2.00','cumCost':'0.30','roi':666.6667,"
                    + "'netRoi':5.6667,'asOf':'2026-03-10T12:30:00Z','matured':1}")
                .replace('\'', '"'));
  }

  @Test
  void aGrantOfTheNextHoursFirstInstantIsNotAskedWhetherItHasMatured() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1").sent("10T10:00:00Z", "g2");

    assertThat(log.oracle("10T12:30:00Z").roi())
        .filteredOn(each -> each.contains("\"basis\":\"COHORT\""))
        .hasSize(4)
        .allMatch(
            each -> each.endsWith(each.contains("T09:") ? "\"matured\":1}" : "\"matured\":0.5}"));
  }

  @Test
  void onlyWhatIsPrintedIsRounded() throws IOException {
    log.campaign("cost: {model: CPM, price: 0.04}");
    log.sent("10T09:00:00Z", "g1").receipt("10T09:10:00Z", "EXPOSED", "g1");
    log.sent("10T10:00:00Z", "g2").receipt("10T10:10:00Z", "EXPOSED", "g2");

    assertThat(roi(log.oracle(), HOURS_3, "last", "EVENT"))
        .containsExactly(
            "10T09 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.00",
            "10T10 k grants 1 revenue 0.00 cost 0.00 cum 0.00 0.0001");
  }

  @Test
  void theEndCountsAndNothingAfterIt() throws IOException {
    log.campaign("").withDeliveries().sent("10T09:00:00Z", "g1").sent("10T09:10:00.001Z", "g2");
    log.click("10T09:10:00Z", "Product Viewed").click("10T09:10:00.001Z", "Product Added");

    assertThat(funnel(log.oracle("10T09:10:00Z"), HOURS_3, "any"))
        .containsExactly("10T09:00 k/A TARGETED 1 0.00", "10T09:10 k/A VIEWED 1 0.00");
    assertThat(funnel(log.oracleUntilTheEnd(), HOURS_3, "any"))
        .contains("10T09:10 k/A CARTED 2 0.00", "10T09:10 k/A TARGETED 1 0.00");
  }

  @Test
  void eachVersionHasItsOwnWindowsAndAnUnknownOneThoseBeforeIt() throws IOException {
    log.campaign("").version(3, "conversion: {windows: [1 h, 3 h]}").withDeliveries();
    log.sent("10T09:00:00Z", "g1").sent("10T09:01:00Z", "g2", "{'version': 2}");
    log.sent("10T09:02:00Z", "g3", "{'version': 3}");
    log.sent("10T09:03:00Z", "g4", "{'campaign': 'gone'}");

    assertThat(funnel(log.oracle(), 3_600_000, "any"))
        .containsExactly("10T09:02 k/A TARGETED 1 0.00");
    assertThat(funnel(log.oracle(), HOURS_3, "any")).hasSize(3);
    assertThat(funnel(log.oracle(), 3 * DAY, "any"))
        .containsExactly("10T09:03 gone/A TARGETED 1 0.00");
  }

  @Test
  void tenantsAndCustomersDoNotMix() throws IOException {
    log.define(
        "kind: campaign\nid: k\ntrigger: {stage: NEW}\nchannels: [PUSH]\n"
            + "conversion: {windows: [3 h]}");
    log.withDeliveries().sent("10T09:00:00Z", "g1");
    log.sent("10T09:00:00Z", "g2", "{'tenant': 'zeta'}");
    log.click("10T09:01:00Z", "Product Viewed", "{'tenant': 'zeta'}");
    log.click("10T09:01:00Z", "Product Added", "{'customerId': 'bert'}");

    assertThat(log.oracle().funnel())
        .filteredOn(each -> each.contains("VIEWED"))
        .allMatch(each -> each.startsWith("{\"tenant\":\"zeta\""))
        .hasSize(2);
    assertThat(log.oracle().funnel()).noneMatch(each -> each.contains("CARTED"));
  }
}
