package dev.nudge.event;

/**
 * A receipt of a gateway, or a coupon's fate in the shop.
 *
 * @param status what happened
 * @param triggerId the trigger it answers, or null
 * @param grantId the grant, or null
 * @param couponType the coupon's type, or null
 * @param channel the channel, or null
 * @param orderId the order that redeemed a coupon, or null
 * @param discountUnits the discount given, in ten-thousandths, or null
 */
public record Delivery(
    DeliveryStatus status,
    String triggerId,
    String grantId,
    String couponType,
    String channel,
    String orderId,
    Long discountUnits) {}
