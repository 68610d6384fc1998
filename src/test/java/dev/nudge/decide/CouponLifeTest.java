package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Trigger;
import dev.nudge.event.Value;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** What deliveries and time do to what was sent, and what is given back. */
class CouponLifeTest {
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";
  private static final long SENT = START + 2 * SECOND;
  private static final String COUPON =
      "resource: {kind: COUPON, type: C50, amount: 50, total: 1, validFor: 7 days}";
  private static final String CLAIMED =
      "resource: {kind: COUPON, type: C50, amount: 50, total: 1, claim: {within: 2 days},"
          + " validFor: 7 days}";

  private static Brand sent(String... more) throws Exception {
    String[] keys = new String[more.length + 1];
    keys[0] = SPIKE;
    System.arraycopy(more, 0, keys, 1, more.length);
    return Brand.withDeliveries().campaign("a", keys).moment("SPEND_SPIKE", START).until(SENT);
  }

  private static CouponState state(Brand brand) throws Exception {
    return brand.anna().grants.get(0).coupon;
  }

  private static long given(Brand brand) throws Exception {
    return brand.totals().granted("a", Long.MIN_VALUE);
  }

  @Test
  void aReceiptPutsItIntoTheCustomersHands() throws Exception {
    Brand brand = sent("channels: [PUSH]", COUPON);
    assertThat(state(brand)).isEqualTo(CouponState.RESERVED);

    String trigger = brand.lastTrigger().id();
    brand.delivery(DeliveryStatus.EXPOSED, trigger, SENT + HOUR).until(SENT + HOUR);
    assertThat(state(brand)).isEqualTo(CouponState.HELD);

    brand.until(SENT + HOUR + 7 * DAY - 1);
    assertThat(state(brand)).isEqualTo(CouponState.HELD);
    brand.until(SENT + HOUR + 7 * DAY);
    assertThat(brand.remembers(ANNA)).isFalse();
    assertThat(given(brand)).isEqualTo(1);
  }

  @Test
  void withoutReceiptTheCouponIsForTheNext() throws Exception {
    Brand brand = sent("channels: [PUSH]", COUPON);
    brand.moment(BERT, "SPEND_SPIKE", SENT + HOUR - 2 * SECOND - 1).until(SENT + HOUR - 1);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.BUDGET_EXHAUSTED);

    // At one instant what ends comes before decisions.
    brand.moment(BERT, "SPEND_SPIKE", SENT + HOUR - 2 * SECOND).until(SENT + HOUR);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
    assertThat(state(brand)).isEqualTo(CouponState.RELEASED);

    brand.delivery(DeliveryStatus.SENT, brand.triggers.get(0).id(), SENT + HOUR + 1);
    brand.until(SENT + HOUR + 1);
    assertThat(state(brand)).isEqualTo(CouponState.RELEASED);
    assertThat(given(brand)).isEqualTo(1);
  }

  @Test
  void whatIsNotClaimedLapsesAndIsGivenBack() throws Exception {
    Brand brand = sent("channels: [PUSH]", CLAIMED);
    brand.delivery(DeliveryStatus.SENT, brand.lastTrigger().id(), SENT + 1).until(SENT + 1);
    assertThat(state(brand)).isEqualTo(CouponState.OFFERED);

    brand.until(SENT + 2 * DAY - 1);
    assertThat(state(brand)).isEqualTo(CouponState.OFFERED);
    brand.until(SENT + 2 * DAY);
    assertThat(given(brand)).isZero();
    assertThat(brand.totals().isEmpty()).isTrue();
    assertThat(brand.anna().heldCoupons()).isZero();
  }

  @Test
  void whatIsClaimedAndRedeemedIsGone() throws Exception {
    Brand brand = sent("channels: [PUSH]", CLAIMED);
    brand.delivery(DeliveryStatus.DELIVERED, brand.lastTrigger().id(), SENT + 1);
    Delivery claimed =
        new Delivery(DeliveryStatus.COUPON_CLAIMED, null, null, "C50", null, null, null);
    brand.delivery(claimed, SENT + DAY).until(SENT + DAY);
    assertThat(state(brand)).isEqualTo(CouponState.HELD);

    String grant = brand.last().grantId();
    Delivery redeemed =
        new Delivery(DeliveryStatus.COUPON_REDEEMED, null, grant, null, null, "o1", 500_000L);
    brand.delivery(redeemed, SENT + DAY + 1).until(SENT + 3 * DAY);
    assertThat(state(brand)).isEqualTo(CouponState.REDEEMED);
    assertThat(given(brand)).isEqualTo(1);
    brand.until(START + 7 * DAY);
    assertThat(brand.remembers(ANNA)).isFalse();
  }

  @Test
  void aFailedDeliveryTakesTheNextChannelUnderTheSameGrant() throws Exception {
    Brand brand =
        Brand.withDeliveries()
            .policy("channels: {SMS: {cost: {model: PER_SEND, price: 0.05}}}")
            .campaign(
                "a",
                SPIKE,
                "channels: [PUSH, EMAIL, SMS]",
                "budget: {total: 50.05}",
                "exclusive: x",
                COUPON,
                "variants: [{id: A, weight: 100, content: {text: 'for ${resource.amount}'}}]")
            .consent("EMAIL", false, START)
            .moment("SPEND_SPIKE", START)
            .until(SENT);
    Trigger first = brand.lastTrigger();
    brand.delivery(DeliveryStatus.FAILED, first.id(), SENT + MINUTE).until(SENT + MINUTE);

    Trigger second = brand.lastTrigger();
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
    assertThat(second.channel()).isEqualTo("SMS");
    assertThat(second.grantId()).isEqualTo(first.grantId());
    assertThat(second.content()).isEqualTo(first.content()).containsEntry("text", "for 50.00");
    assertThat(second.resource()).isEqualTo(first.resource());
    assertThat(second.notBeforeMillis()).isEqualTo(SENT + MINUTE);
    assertThat(brand.totals().spentMilli("a", Long.MIN_VALUE))
        .isEqualTo(BigInteger.valueOf(500_500_000));

    // The first one is not the one in use any more.
    brand.delivery(DeliveryStatus.FAILED, first.id(), SENT + MINUTE + 1).until(SENT + HOUR);
    assertThat(brand.triggers).hasSize(2);
    brand.delivery(DeliveryStatus.FAILED, second.id(), SENT + HOUR).until(SENT + HOUR);

    assertThat(brand.totals().isEmpty()).isTrue();
    assertThat(brand.anna().grants).isEmpty();
    brand.moment("SPEND_SPIKE", SENT + HOUR).until(SENT + 2 * HOUR);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
  }

  @Test
  void whatHasFailedCountsNowhere() throws Exception {
    Brand brand =
        Brand.withDeliveries()
            .policy("caps: [{scope: ANY, max: 1, window: {calendar: MONTH}}]")
            .campaign(
                "a",
                SPIKE,
                "channels: [PUSH]",
                "reentry: 7 days",
                "exclusive: x",
                "resource: {kind: GIFT, type: cup, amount: 1, perCustomer: 1}")
            .moment("SPEND_SPIKE", START)
            .until(SENT);
    brand.moment("SPEND_SPIKE", START + MINUTE).until(START + HOUR);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.REENTRY);
    brand.delivery(DeliveryStatus.FAILED, brand.lastTrigger().id(), START + HOUR);
    brand.moment("SPEND_SPIKE", START + HOUR).until(START + 2 * HOUR);

    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
  }

  @Test
  void theAmountShrinksWithWhatWasHeldBefore() throws Exception {
    Brand brand =
        Brand.open()
            .campaign(
                "a",
                SPIKE,
                "channels: [PUSH]",
                "resource: {kind: RED_PACKET, amount: 10.01,"
                    + " diminishing: {ratios: [1.0, 0.65], then: 5.00}}");
    for (int hour = 0; hour < 4; hour++) {
      brand.moment("SPEND_SPIKE", START + hour * HOUR);
    }
    brand.until(START + DAY);

    assertThat(brand.rows)
        .extracting(row -> row.amountUnits())
        .containsExactly(100_100L, 65_000L, 50_000L, 50_000L);
  }

  @Test
  void amountsAreGivenBackOnTheDayOfTheDecision() throws Exception {
    Brand brand =
        Brand.withDeliveries()
            .campaign("a", SPIKE, "channels: [PUSH]", "budget: {total: 1000, perDay: 50}", COUPON)
            .moment("SPEND_SPIKE", START + 14 * HOUR + 30 * MINUTE)
            .until(START + 15 * HOUR);
    // Released at 00:30 of the next day: that day's money is whole, and yesterday's is over.
    brand.until(START + 16 * HOUR);
    assertThat(brand.totals().isEmpty()).isTrue();
    brand.moment("SPEND_SPIKE", START + 16 * HOUR).until(START + 16 * HOUR + MINUTE);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
  }

  @Test
  void anErasedCustomersOfferIsGivenBack() throws Exception {
    Brand brand = sent("channels: [PUSH]", CLAIMED);
    brand.receive(dev.nudge.TestEvents.erased(ANNA, SENT + MINUTE)).until(SENT + MINUTE);

    assertThat(brand.totals().isEmpty()).isTrue();
    assertThat(brand.remembers(ANNA)).isFalse();
  }

  private static Delivery ofType(DeliveryStatus status) {
    return new Delivery(status, null, null, "C50", null, null, null);
  }

  @Test
  void aCouponThatWasNoCampaignsIsNotCounted() throws Exception {
    Brand brand = Brand.withDeliveries().policy("heldCoupons: 1");
    brand.campaign("a", SPIKE, "channels: [PUSH]", "audience: customer.heldCoupons == 0", COUPON);
    brand.delivery(ofType(DeliveryStatus.COUPON_CLAIMED), START - DAY).until(START - DAY);
    assertThat(brand.remembers(ANNA)).isFalse();

    brand.moment("SPEND_SPIKE", START).until(SENT);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
    assertThat(brand.last().values()).containsEntry("heldCoupons", Value.number("0"));
  }

  @Test
  void aDeliveryByTypeMeansNoGrantThatIsNotSoFar() throws Exception {
    // Reserved is neither claimed nor redeemed nor past its time by a coupon of her own.
    for (DeliveryStatus status :
        new DeliveryStatus[] {
          DeliveryStatus.COUPON_CLAIMED,
          DeliveryStatus.COUPON_REDEEMED,
          DeliveryStatus.COUPON_EXPIRED
        }) {
      Brand brand = sent("channels: [PUSH]", CLAIMED);
      brand.delivery(ofType(status), SENT + 1).until(SENT + 1);
      assertThat(state(brand)).isEqualTo(CouponState.RESERVED);
      assertThat(given(brand)).isEqualTo(1);
    }
    Brand offered = sent("channels: [PUSH]", CLAIMED);
    offered.delivery(DeliveryStatus.SENT, offered.lastTrigger().id(), SENT + 1);
    offered.delivery(ofType(DeliveryStatus.COUPON_REDEEMED), SENT + 2);
    offered.delivery(ofType(DeliveryStatus.COUPON_EXPIRED), SENT + 3).until(SENT + 3);
    assertThat(state(offered)).isEqualTo(CouponState.OFFERED);

    // The first claim is the grant's, the second a coupon of her own.
    offered.delivery(ofType(DeliveryStatus.COUPON_CLAIMED), SENT + 4);
    offered.delivery(ofType(DeliveryStatus.COUPON_CLAIMED), SENT + 5).until(SENT + 5);
    assertThat(state(offered)).isEqualTo(CouponState.HELD);
    assertThat(offered.anna().heldCoupons()).isEqualTo(1);

    // As with the claims, the first redemption takes the grant, the second what was her own.
    offered.delivery(ofType(DeliveryStatus.COUPON_REDEEMED), SENT + 6);
    offered.delivery(ofType(DeliveryStatus.COUPON_REDEEMED), SENT + 7).until(SENT + 7);
    assertThat(offered.remembers(ANNA) ? offered.anna().heldCoupons() : 0).isZero();
    assertThat(given(offered)).isEqualTo(1);
  }
}
