package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Profile;
import dev.nudge.event.Trigger;
import dev.nudge.event.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each code, and the instant at which it begins and ends. */
class DecisionCodesTest {
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";
  private static final String PUSH = "channels: [PUSH]";
  private static final long WINDOW = 2 * SECOND;

  private static long at(String iso) {
    return Instant.parse(iso).toEpochMilli();
  }

  private static Brand sent(String... keys) throws Exception {
    return Brand.open().campaign("a", keys).moment("SPEND_SPIKE", START).until(START + DAY);
  }

  @Test
  void aCandidateIsSentAtTheEndOfItsWindow() throws Exception {
    Brand brand = sent(SPIKE, PUSH, "delay: 10 min");

    Decision row = brand.last();
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
    assertThat(row.dueMillis()).isEqualTo(START + 10 * MINUTE);
    assertThat(row.atMillis()).isEqualTo(START + 10 * MINUTE + WINDOW);
    Trigger trigger = brand.lastTrigger();
    assertThat(trigger.id())
        .isEqualTo(Trigger.id("acme", "a", 1, "anna", row.moment(), "PUSH"))
        .isEqualTo(row.triggerId());
    assertThat(trigger.grantId()).isEqualTo(row.grantId());
    assertThat(trigger.notBeforeMillis()).isEqualTo(row.atMillis());
    assertThat(trigger.expiresMillis()).isEqualTo(START + 7 * DAY);
  }

  @Test
  void nothingIsRememberedOfWhoWasSentWithoutLimits() throws Exception {
    assertThat(sent(SPIKE, PUSH).remembers(ANNA)).isFalse();
  }

  @Test
  void aPausedCampaignSendsNothing() throws Exception {
    assertThat(sent(SPIKE, PUSH, "paused: true").codes()).containsExactly(DecisionCode.PAUSED);
  }

  @Test
  void aPauseStopsWhatIsOpenAlready() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH, "delay: 1 h")
            .campaign("a", 2, START + HOUR + WINDOW, SPIKE, PUSH, "paused: true")
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.PAUSED);
    assertThat(brand.last().version()).isEqualTo(1);
  }

  @Test
  void theTenantsPauseStopsEverything() throws Exception {
    Brand brand =
        Brand.open()
            .policyFrom(START + WINDOW, "paused: true")
            .campaign("a", SPIKE, PUSH)
            .moment("SPEND_SPIKE", START - 1)
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);
    // Both are due in one window, which ends a millisecond before the pause.
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT, DecisionCode.LOWER_PRIORITY);

    brand.moment("SPEND_SPIKE", START + DAY + 1).until(START + 2 * DAY);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.PAUSED);
  }

  @Test
  void aCampaignIsActiveFromItsFirstInstantUpToItsLast() throws Exception {
    String active = "active: {from: 2026-01-05T09:00:02Z, to: 2026-01-05T10:00:02Z}";
    Brand brand = Brand.open().campaign("a", SPIKE, PUSH, active);
    brand.moment("SPEND_SPIKE", START - 1).until(START + WINDOW);
    brand.moment(BERT, "SPEND_SPIKE", START).until(START + MINUTE);
    brand.moment("SPEND_SPIKE", START + HOUR - 1).until(START + HOUR + WINDOW - 1);
    brand.moment("SPEND_SPIKE", START + HOUR).until(START + DAY);

    assertThat(brand.codes())
        .containsExactly(
            DecisionCode.CAMPAIGN_INACTIVE,
            DecisionCode.SENT,
            DecisionCode.SENT,
            DecisionCode.CAMPAIGN_INACTIVE);
  }

  @Test
  void aDeletedCampaignIsInactive() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH, "delay: 1 h")
            .delete("a", START + HOUR)
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.CAMPAIGN_INACTIVE);
  }

  @Test
  void whatIsFirstDecidedAfterAWeekIsInactive() throws Exception {
    Brand brand = sent(SPIKE, PUSH, "delay: 7 days").until(START + 8 * DAY);
    assertThat(brand.codes()).containsExactly(DecisionCode.CAMPAIGN_INACTIVE);
  }

  @Test
  void theAudienceIsAskedWithTheMomentsFeatures() throws Exception {
    assertThat(sent(SPIKE, PUSH, "audience: customer.orderCount > 3").codes())
        .containsExactly(DecisionCode.AUDIENCE);
    Brand brand = sent(SPIKE, PUSH, "audience: customer.orderCount == 3");
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
    assertThat(brand.last().values()).containsEntry("customer.orderCount", Value.number("3"));
  }

  @Test
  void aBurstOfOrdersMakesSuspectForAWeek() throws Exception {
    Brand brand = Brand.open().campaign("a", SPIKE, PUSH, "purpose: SERVICE");
    brand.moment("ORDER_BURST", START);
    brand.moment("SPEND_SPIKE", START + 7 * DAY - WINDOW - 1).until(START + 7 * DAY - 1);
    brand.moment("SPEND_SPIKE", START + 7 * DAY - WINDOW).until(START + 8 * DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.SUSPECT, DecisionCode.SENT);
    assertThat(brand.remembers(ANNA)).isFalse();
  }

  @Test
  void whoDidNotAgreeIsNotSent() throws Exception {
    String[] denied = {"channels: {SMS: {consentDefault: DENIED}}"};
    Brand brand = Brand.open().policy(denied).campaign("a", SPIKE, "channels: [SMS, PUSH]");
    brand.consent("PUSH", false, START - 1);
    brand.moment("SPEND_SPIKE", START).until(START + MINUTE);
    brand.consent("SMS", true, START + HOUR + WINDOW);
    brand.moment("SPEND_SPIKE", START + HOUR).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.NO_CONSENT, DecisionCode.SENT);
    assertThat(brand.last().channel()).isEqualTo("SMS");
  }

  @Test
  void whoUnsubscribedIsNotSentUntilAgreeingAgain() throws Exception {
    Brand brand = Brand.open().campaign("a", SPIKE, "channels: [SMS, PUSH]");
    Delivery unsubscribed =
        new Delivery(DeliveryStatus.UNSUBSCRIBED, "unknown", null, null, "PUSH", null, null);
    brand.consent("SMS", false, START - 1).delivery(unsubscribed, START - 1);
    brand.moment("SPEND_SPIKE", START).until(START + MINUTE);
    brand.consent("PUSH", true, START + HOUR);
    brand.moment("SPEND_SPIKE", START + HOUR).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.UNSUBSCRIBED, DecisionCode.SENT);
  }

  @Test
  void reentryEndsAfterItsSpan() throws Exception {
    Brand brand = sent(SPIKE, PUSH, "reentry: 7 days");
    brand.moment("SPEND_SPIKE", START + 7 * DAY - 1).until(START + 7 * DAY + WINDOW - 1);
    brand.moment("SPEND_SPIKE", START + 7 * DAY).until(START + 8 * DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.REENTRY, DecisionCode.SENT);
  }

  @Test
  void anExclusiveHoldEndsWithTheWindowOfConversion() throws Exception {
    String[] exclusive = {SPIKE, PUSH, "exclusive: retention"};
    Brand brand = sent(exclusive).campaign("b", "trigger: {stage: DORMANT}", PUSH, exclusive[2]);
    brand.take(Brand.stageOf(ANNA, LifecycleStage.DORMANT, START + 3 * DAY - 1));
    brand.until(START + 3 * DAY + WINDOW - 1);
    brand.take(Brand.stageOf(ANNA, LifecycleStage.DORMANT, START + 3 * DAY));
    brand.until(START + 4 * DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.GROUP_BUSY, DecisionCode.SENT);
  }

  @Test
  void theGoalFreesTheCustomer() throws Exception {
    Brand brand = sent(SPIKE, PUSH, "exclusive: retention");
    brand.receive(paid(ANNA, START + DAY + HOUR, "o1"));
    brand.moment("SPEND_SPIKE", START + DAY + HOUR - WINDOW).until(START + 2 * DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.SENT, DecisionCode.SENT);
  }

  @Test
  void theHigherPriorityGoesFirstAndOneIsSent() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("low", SPIKE, PUSH)
            .campaign("high", "trigger: {anomaly: CART_ABANDONED}", PUSH, "priority: 51")
            .moment("SPEND_SPIKE", START)
            .moment("CART_ABANDONED", START + WINDOW)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.SENT, DecisionCode.LOWER_PRIORITY);
    assertThat(brand.rows.get(0).campaign()).isEqualTo("high");
    assertThat(brand.last().winner()).isEqualTo("high");
  }

  @Test
  void whatIsDueBehindTheWindowOpensItsOwn() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH)
            .moment("SPEND_SPIKE", START)
            .moment("SPEND_SPIKE", START + WINDOW + 1)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.SENT, DecisionCode.SENT);
  }

  @Test
  void theNextTakesThePlaceOfWhoFails() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("low", SPIKE, PUSH)
            .campaign(
                "high",
                SPIKE,
                PUSH,
                "priority: 51",
                "variants: [{id: A, weight: 100, content: {text: '${moment.event.storeId}'}}]")
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.MISSING_VALUE, DecisionCode.SENT);
    assertThat(brand.rows.get(0).values())
        .containsEntry("missing", Value.string("moment.event.storeId"));
  }

  @Test
  void outsideOfItsSlotItWaitsForTheNext() throws Exception {
    String slots = "slots: [{days: MON-FRI, from: \"10:00\", to: \"11:00\"}]";
    Brand brand = sent(SPIKE, PUSH, slots);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.SENT);
    assertThat(brand.rows.get(0).reason()).isEqualTo(DeferReason.OUTSIDE_SLOT);
    assertThat(brand.last().dueMillis()).isEqualTo(START + HOUR);
    assertThat(brand.last().atMillis()).isEqualTo(START + HOUR + WINDOW);
    assertThat(sent(SPIKE, PUSH, slots, "outsideSlot: DROP").codes())
        .containsExactly(DecisionCode.OUTSIDE_SLOT);
  }

  @Test
  void theSlotIsByTheCustomersClock() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH, "slots: [{days: MON, from: \"18:00\", to: \"19:00\"}]")
            .profile(
                new Profile(Map.of("timezone", Value.string("Asia/Shanghai")), Map.of(), false),
                START - 1)
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.last().dueMillis()).isEqualTo(at("2026-01-05T10:00:00Z"));
  }

  @Test
  void quietHoursSpareThePage() throws Exception {
    String quiet = "quietHours: {from: \"09:00\", to: \"10:00\"}";
    Brand brand =
        Brand.open()
            .policy(quiet)
            .campaign("a", SPIKE, "channels: [PUSH, ON_PAGE]")
            .campaign("b", SPIKE, PUSH, "outsideSlot: DROP", "priority: 60", "purpose: SERVICE")
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.QUIET_HOURS, DecisionCode.SENT);
    assertThat(brand.last().channel()).isEqualTo("ON_PAGE");
    assertThat(brand.lastTrigger().position()).isEqualTo("LOGIN");
  }

  @Test
  void aRollingCapIsExactToTheMillisecond() throws Exception {
    String caps = "caps: [{scope: CHANNEL, channel: PUSH, max: 1, window: {rolling: 7 days}}]";
    Brand brand = Brand.open().policy(caps).campaign("a", SPIKE, PUSH);
    brand.moment("SPEND_SPIKE", START).until(START + DAY);
    brand.moment("SPEND_SPIKE", START + 7 * DAY - 1).until(START + 7 * DAY + WINDOW - 1);
    brand.moment("SPEND_SPIKE", START + 7 * DAY).until(START + 8 * DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.FREQUENCY_CAP, DecisionCode.SENT);
    assertThat(brand.rows.get(1).values().get("cap").text())
        .isEqualTo(
            "{\"scope\":\"CHANNEL\",\"channel\":\"PUSH\",\"window\":\"PT168H\",\"max\":1,"
                + "\"sent\":1}");
  }

  @Test
  void anotherChannelIsTakenWhereACapIsReached() throws Exception {
    String caps = "caps: [{scope: CHANNEL, channel: PUSH, max: 1, window: {calendar: WEEK}}]";
    Brand brand = Brand.open().policy(caps).campaign("a", SPIKE, "channels: [PUSH, SMS]");
    brand.moment("SPEND_SPIKE", START).moment("SPEND_SPIKE", START + HOUR).until(START + DAY);

    assertThat(brand.triggers).extracting(Trigger::channel).containsExactly("PUSH", "SMS");
  }

  @Test
  void serviceIsNotHeldBackByCapsOfMarketing() throws Exception {
    String caps = "caps: [{scope: ANY, max: 1, window: {calendar: DAY}, counts: MARKETING}]";
    Brand brand =
        Brand.open()
            .policy(caps)
            .campaign("a", SPIKE, PUSH)
            .campaign("s", "trigger: {anomaly: CART_ABANDONED}", PUSH, "purpose: SERVICE");
    for (int hour = 0; hour < 2; hour++) {
      brand.moment("CART_ABANDONED", START + hour * HOUR);
      brand.moment("SPEND_SPIKE", START + hour * HOUR + MINUTE);
    }
    brand.until(START + 3 * HOUR);

    assertThat(brand.codes())
        .containsExactly(
            DecisionCode.SENT, DecisionCode.SENT, DecisionCode.SENT, DecisionCode.FREQUENCY_CAP);
  }

  @Test
  void heldCouponsAreLimited() throws Exception {
    String coupon = "resource: {kind: COUPON, type: C50, amount: 50, validFor: 7 days}";
    Brand brand = Brand.open().policy("heldCoupons: 1").campaign("a", SPIKE, PUSH, coupon);
    brand.moment("SPEND_SPIKE", START).moment("SPEND_SPIKE", START + HOUR).until(START + DAY);
    brand.moment("SPEND_SPIKE", START + 7 * DAY).until(START + 7 * DAY + WINDOW);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.HELD_COUPONS, DecisionCode.SENT);
    assertThat(brand.last().amountUnits()).isEqualTo(500_000);
  }

  @Test
  void couponsOfATypeAreLimitedAcrossCampaigns() throws Exception {
    String caps = "caps: [{scope: COUPON_TYPE, max: 1, window: {rolling: 1 day}}]";
    String coupon = "resource: {kind: COUPON, type: C50, amount: 50}";
    Brand brand =
        Brand.open()
            .policy(caps)
            .campaign("a", SPIKE, PUSH, coupon)
            .campaign("b", "trigger: {anomaly: CART_ABANDONED}", PUSH, coupon);
    brand.moment("SPEND_SPIKE", START).moment("CART_ABANDONED", START + HOUR);
    brand.moment("CART_ABANDONED", START + DAY).until(START + 2 * DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.COUPON_TYPE_PERIOD, DecisionCode.SENT);
  }

  @Test
  void grantsOfADayAndOfACustomerAreLimited() throws Exception {
    String gift =
        "resource: {kind: GIFT, type: cup, amount: 5, perCustomer: 2, perCustomerPerDay: 1}";
    Brand brand = Brand.open().campaign("a", SPIKE, PUSH, gift);
    brand.moment("SPEND_SPIKE", START).moment("SPEND_SPIKE", START + HOUR);
    brand.moment("SPEND_SPIKE", START + DAY).moment("SPEND_SPIKE", START + 2 * DAY);
    brand.until(START + 5 * DAY);

    assertThat(brand.codes())
        .containsExactly(
            DecisionCode.SENT,
            DecisionCode.COUPON_PER_DAY,
            DecisionCode.SENT,
            DecisionCode.COUPON_PER_CUSTOMER);
    assertThat(brand.anna().grants).isEmpty();
    assertThat(brand.anna().counts).hasSize(1);
  }

  @Test
  void aTotalIsFullyGivenAndNoMore() throws Exception {
    String gift = "resource: {kind: GIFT, type: cup, amount: 5, total: 2}";
    Brand brand = Brand.open().campaign("a", SPIKE, PUSH, gift);
    for (int hour = 0; hour < 3; hour++) {
      brand.moment("SPEND_SPIKE", START + hour * HOUR);
    }
    brand.until(START + DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.SENT, DecisionCode.BUDGET_EXHAUSTED);
  }

  @Test
  void aCheaperChannelIsTakenWhereMoneyIsShort() throws Exception {
    String[] prices = {
      "zone: Asia/Shanghai",
      "channels: {SMS: {cost: {model: PER_SEND, price: 0.05}},"
          + " EMAIL: {cost: {model: CPM, price: 1}}}"
    };
    Brand brand =
        Brand.open()
            .policy(prices)
            .campaign("a", SPIKE, "channels: [SMS, EMAIL]", "budget: {total: 1, perDay: 0.051}");
    for (int minute = 0; minute < 3; minute++) {
      brand.moment("SPEND_SPIKE", START + minute * MINUTE);
    }
    // Midnight in Shanghai is at 16:00 UTC.
    brand.moment("SPEND_SPIKE", at("2026-01-05T15:59:57.999Z"));
    brand.moment("SPEND_SPIKE", at("2026-01-05T16:00:00Z"));
    brand.until(START + DAY);

    assertThat(brand.rows)
        .extracting(Decision::channel)
        .containsExactly("SMS", "EMAIL", null, null, "SMS");
    assertThat(brand.rows.get(2).code()).isEqualTo(DecisionCode.BUDGET_EXHAUSTED);
  }

  @Test
  void theGlobalControlGetsNoMarketing() throws Exception {
    Brand brand =
        Brand.open()
            .policy("globalControl: 100")
            .campaign("a", SPIKE, PUSH, "priority: 60")
            .campaign("s", SPIKE, PUSH, "purpose: SERVICE")
            .moment("SPEND_SPIKE", START)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.GLOBAL_CONTROL, DecisionCode.SENT);
  }

  @Test
  void controlHoldsLikeSentAndTakesNothing() throws Exception {
    String gift = "resource: {kind: GIFT, type: cup, amount: 5, total: 1}";
    Brand brand = sent(SPIKE, PUSH, gift, "control: 100", "reentry: 1 day");
    brand.moment("SPEND_SPIKE", START + DAY - 1).until(START + 2 * DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.CONTROL, DecisionCode.REENTRY);
    assertThat(brand.rows.get(0).variant()).isEqualTo("CONTROL");
    assertThat(brand.rows.get(0).grantId()).isNotNull();
    assertThat(brand.triggers).isEmpty();
    assertThat(brand.totals().isEmpty()).isTrue();
  }

  @Test
  void anEventAfterTheMomentCancels() throws Exception {
    String[] keys = {SPIKE, PUSH, "delay: 1 h", "cancelOn: [Order Paid]"};
    Brand brand = Brand.open().campaign("a", keys);
    CustomerEvent atTheMoment = paid(ANNA, START, "o1");
    brand.receive(atTheMoment).moment("SPEND_SPIKE", START).until(START + DAY);
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);

    brand = Brand.open().campaign("a", keys).moment("SPEND_SPIKE", START);
    brand.receive(paid(ANNA, START + HOUR + WINDOW, "o2")).until(START + DAY);
    assertThat(brand.codes()).containsExactly(DecisionCode.CANCELLED);

    brand = Brand.open().campaign("a", keys).moment("SPEND_SPIKE", START);
    brand.receive(paid(ANNA, START + HOUR + WINDOW + 1, "o2")).until(START + DAY);
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
  }

  @Test
  void aCancelledOpenerLeavesItsWindow() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH, "cancelOn: [Order Paid]")
            .campaign("b", "trigger: {anomaly: CART_ABANDONED}", PUSH)
            .moment("SPEND_SPIKE", START)
            .receive(paid(ANNA, START + 1, "o1"))
            .moment("CART_ABANDONED", START + SECOND)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.CANCELLED, DecisionCode.SENT);
    assertThat(brand.last().atMillis()).isEqualTo(START + WINDOW);
  }

  @Test
  void whatIsPutOffForTooLongExpires() throws Exception {
    String[] keys = {
      SPIKE,
      PUSH,
      "exclusive: x",
      "slots: [{days: SUN, from: \"10:00\", to: \"11:00\"}]",
      "active: {from: 2026-01-01T00:00:00Z, to: 2026-01-07T00:00:00Z}"
    };
    Brand brand = sent(keys).campaign("b", "trigger: {anomaly: CART_ABANDONED}", PUSH, keys[2]);
    brand.moment("CART_ABANDONED", START + HOUR);
    brand.moment("CART_ABANDONED", at("2026-01-06T23:59:58Z")).until(START + 9 * DAY);

    assertThat(brand.codes())
        .containsExactly(
            DecisionCode.DEFERRED,
            DecisionCode.GROUP_BUSY,
            DecisionCode.EXPIRED,
            DecisionCode.SENT);
    assertThat(brand.rows.get(2).atMillis()).isEqualTo(at("2026-01-07T00:00:00Z"));
  }

  @Test
  void anErasedCustomerIsForgotten() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", SPIKE, PUSH, "delay: 1 h")
            .consent("PUSH", true, START)
            .moment("SPEND_SPIKE", START)
            .profile(new Profile(Map.of(), Map.of(), true), START + MINUTE)
            .until(START + DAY);

    assertThat(brand.codes()).isEqualTo(List.of(DecisionCode.CANCELLED));
    assertThat(brand.remembers(ANNA)).isFalse();
  }
}
