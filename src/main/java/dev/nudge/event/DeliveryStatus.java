package dev.nudge.event;

/** What became of a trigger or a coupon. */
public enum DeliveryStatus {
  SENT,
  DELIVERED,
  FAILED,
  EXPOSED,
  CLICKED,
  UNSUBSCRIBED,
  COUPON_CLAIMED,
  COUPON_REDEEMED,
  COUPON_EXPIRED;

  /** Whether it tells of a coupon rather than of a message. */
  public boolean isCoupon() {
    return this == COUPON_CLAIMED || this == COUPON_REDEEMED || this == COUPON_EXPIRED;
  }
}
