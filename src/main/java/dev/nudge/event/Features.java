package dev.nudge.event;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * What is known of a customer at an instant; conditions name these as {@code customer.<name>}.
 *
 * <p>Orders are paid ones, in the policy's currency where it names one, over all lives unless said.
 * Sums are exact, in ten-thousandths. Windows count the bucket of the instant and those before it
 * that make up the span: UTC days for orders, hours for views. Instants are epoch milliseconds;
 * what has not happened yet is null.
 *
 * @param stage where the customer stands
 * @param life which life, from 1; 0 before the first paid order
 * @param orderCount orders
 * @param lifeOrderCount orders of the current life
 * @param orderSumUnits their sum
 * @param orderMean their mean amount
 * @param orderStdDev the population standard deviation of their amounts
 * @param refundSumUnits the sum of refunds
 * @param netSumUnits orders less refunds
 * @param firstOrderAt the first order
 * @param lastOrderAt the last order
 * @param daysSinceOrder whole days since the last order
 * @param meanGapMillis mean time between orders, not rounded
 * @param orders30d orders of 30 days
 * @param orders90d orders of 90 days
 * @param orders180d orders of 180 days
 * @param orders365d orders of 365 days
 * @param sum30dUnits their sum over 30 days
 * @param sum90dUnits their sum over 90 days
 * @param sum180dUnits their sum over 180 days
 * @param sum365dUnits their sum over 365 days
 * @param lastBoughtProducts the newest 20, the last one first
 * @param lastSeenAt the last click
 * @param daysSinceSeen whole days since then
 * @param viewCount7d product views of 168 hours
 * @param cartValueUnits what lies in the cart
 * @param favouriteCategories the five most viewed of 30 days, ties by name
 * @param lastViewedProducts the newest 20, the last one first
 * @param bestHour the hour of the customer's day with the most clicks, 0 to 23
 * @param sent30d messages sent in 30 days
 * @param clicked30d messages clicked in 30 days
 * @param redeemed30d coupons redeemed in 30 days
 * @param lastClickedAt the last click on a message
 * @param discountSumUnits the sum of discounts given by redeemed coupons
 * @param age whole years, by the profile's {@code birthDate}
 * @param daysToBirthday days until the next birthday, 0 on the day
 * @param attributes the profile's attributes
 */
public record Features(
    LifecycleStage stage,
    int life,
    int orderCount,
    int lifeOrderCount,
    BigInteger orderSumUnits,
    double orderMean,
    double orderStdDev,
    BigInteger refundSumUnits,
    BigInteger netSumUnits,
    Long firstOrderAt,
    Long lastOrderAt,
    Long daysSinceOrder,
    double meanGapMillis,
    int orders30d,
    int orders90d,
    int orders180d,
    int orders365d,
    BigInteger sum30dUnits,
    BigInteger sum90dUnits,
    BigInteger sum180dUnits,
    BigInteger sum365dUnits,
    List<String> lastBoughtProducts,
    Long lastSeenAt,
    Long daysSinceSeen,
    int viewCount7d,
    BigInteger cartValueUnits,
    List<String> favouriteCategories,
    List<String> lastViewedProducts,
    Integer bestHour,
    int sent30d,
    int clicked30d,
    int redeemed30d,
    Long lastClickedAt,
    BigInteger discountSumUnits,
    Integer age,
    Integer daysToBirthday,
    Map<String, Value> attributes) {

  /** One of whom nothing but attributes is known. */
  public static Features of(Map<String, Value> attributes) {
    BigInteger none = BigInteger.ZERO;
    return new Features(
        null,
        0,
        0,
        0,
        none,
        0,
        0,
        none,
        none,
        null,
        null,
        null,
        0,
        0,
        0,
        0,
        0,
        none,
        none,
        none,
        none,
        List.of(),
        null,
        null,
        0,
        none,
        List.of(),
        List.of(),
        null,
        0,
        0,
        0,
        null,
        none,
        null,
        null,
        attributes);
  }
}
