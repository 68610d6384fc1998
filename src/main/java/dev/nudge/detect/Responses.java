package dev.nudge.detect;

import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How a customer takes what is sent.
 *
 * @param days the days with deliveries, oldest first, of the last {@value #MAX_DAYS}
 * @param lastClickedAtMillis the last click on a message; 0 before the first
 * @param discountUnits the sum of discounts given by redeemed coupons, in ten-thousandths
 */
public record Responses(List<Day> days, long lastClickedAtMillis, BigInteger discountUnits) {
  static final int MAX_DAYS = 30;

  /**
   * Deliveries of one UTC day.
   *
   * @param epochDay days since 1970-01-01
   * @param sent messages sent
   * @param clicked messages clicked
   * @param redeemed coupons redeemed
   */
  public record Day(long epochDay, int sent, int clicked, int redeemed) {}

  static Responses none() {
    return new Responses(List.of(), 0, BigInteger.ZERO);
  }

  Responses with(Delivery delivery, long atMillis) {
    DeliveryStatus status = delivery.status();
    boolean clicked = status == DeliveryStatus.CLICKED;
    boolean redeemed = status == DeliveryStatus.COUPON_REDEEMED;
    boolean counts = status == DeliveryStatus.SENT || clicked || redeemed;
    boolean discounted = redeemed && delivery.discountUnits() != null;
    return new Responses(
        counts ? withDay(Windows.day(atMillis), status) : days,
        clicked ? atMillis : lastClickedAtMillis,
        discounted
            ? discountUnits.add(BigInteger.valueOf(delivery.discountUnits()))
            : discountUnits);
  }

  int sent(long nowMillis) {
    return sum(nowMillis, Day::sent);
  }

  int clicked(long nowMillis) {
    return sum(nowMillis, Day::clicked);
  }

  int redeemed(long nowMillis) {
    return sum(nowMillis, Day::redeemed);
  }

  private int sum(long nowMillis, ToIntFunction<Day> count) {
    long today = Windows.day(nowMillis);
    return days.stream()
        .filter(day -> Windows.holds(day.epochDay(), today, MAX_DAYS))
        .mapToInt(count)
        .sum();
  }

  private List<Day> withDay(long today, DeliveryStatus status) {
    List<Day> kept = new ArrayList<>();
    Day same = new Day(today, 0, 0, 0);
    for (Day day : days) {
      if (day.epochDay() == today) {
        same = day;
      } else if (Windows.holds(day.epochDay(), today, MAX_DAYS)) {
        kept.add(day);
      }
    }
    kept.add(
        new Day(
            today,
            same.sent() + (status == DeliveryStatus.SENT ? 1 : 0),
            same.clicked() + (status == DeliveryStatus.CLICKED ? 1 : 0),
            same.redeemed() + (status == DeliveryStatus.COUPON_REDEEMED ? 1 : 0)));
    return kept;
  }
}
