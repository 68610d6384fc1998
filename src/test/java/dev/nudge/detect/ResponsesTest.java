package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.units;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import java.math.BigInteger;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How deliveries add up over 30 days. */
class ResponsesTest {
  private static final long TODAY = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();

  private static Delivery delivery(DeliveryStatus status, String discount) {
    return new Delivery(
        status, "t1", null, null, null, null, discount == null ? null : units(discount));
  }

  private static Responses with(Responses before, DeliveryStatus status, long at) {
    return before.with(delivery(status, null), at);
  }

  @Test
  void sentClickedAndRedeemedAreCountedApart() {
    Responses responses = with(Responses.none(), DeliveryStatus.SENT, START);
    responses = with(responses, DeliveryStatus.SENT, START + HOUR);
    responses = with(responses, DeliveryStatus.CLICKED, START + 2 * HOUR);
    responses = with(responses, DeliveryStatus.COUPON_REDEEMED, START + DAY);
    assertThat(responses.sent(START + DAY)).isEqualTo(2);
    assertThat(responses.clicked(START + DAY)).isEqualTo(1);
    assertThat(responses.redeemed(START + DAY)).isEqualTo(1);
    assertThat(responses.lastClickedAtMillis()).isEqualTo(START + 2 * HOUR);
    assertThat(responses.days()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"SENT", "CLICKED", "COUPON_REDEEMED"},
      mode = EnumSource.Mode.EXCLUDE)
  void otherStatusesCountNothing(DeliveryStatus status) {
    assertThat(with(Responses.none(), status, START)).isEqualTo(Responses.none());
  }

  @Test
  void todayAndThe29DaysBeforeAreTheWindow() {
    Responses responses = with(Responses.none(), DeliveryStatus.SENT, TODAY);
    assertThat(responses.sent(TODAY + 30 * DAY - 1)).isEqualTo(1);
    assertThat(responses.sent(TODAY + 30 * DAY)).isZero();
  }

  @Test
  void daysOutOfTheWindowGoWithTheNextDelivery() {
    Responses responses = Responses.none();
    for (int day = 0; day < 100; day++) {
      responses = with(responses, DeliveryStatus.SENT, TODAY + day * DAY);
    }
    assertThat(responses.days()).hasSize(Responses.MAX_DAYS);
    assertThat(responses.sent(TODAY + 99 * DAY)).isEqualTo(30);
  }

  @Test
  void discountsAddUpWhereTheyAreTold() {
    Responses responses =
        Responses.none()
            .with(delivery(DeliveryStatus.COUPON_REDEEMED, "5.25"), START)
            .with(delivery(DeliveryStatus.COUPON_REDEEMED, null), START)
            .with(delivery(DeliveryStatus.SENT, "3"), START)
            .with(delivery(DeliveryStatus.COUPON_REDEEMED, "1000000000000"), START);
    assertThat(responses.discountUnits()).isEqualTo(new BigInteger("10000000000052500"));
  }
}
