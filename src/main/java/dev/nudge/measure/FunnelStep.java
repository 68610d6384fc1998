package dev.nudge.measure;

import dev.nudge.event.DeliveryStatus;
import java.util.Map;

/**
 * How far a grant can come; each step is reached at most once. No step implies another.
 *
 * <p>The last three are side counters: they happen at any time after the decision, within a window
 * or not.
 */
public enum FunnelStep {
  TARGETED,
  SENT,
  DELIVERED,
  EXPOSED,
  CLICKED,
  VIEWED,
  WANTED,
  CARTED,
  CLAIMED,
  ORDERED,
  PAID,
  REDEEMED,
  GOAL,
  REVIEWED,
  SHARED,
  REPURCHASED,
  FAILED,
  UNSUBSCRIBED,
  COUPON_EXPIRED;

  private static final Map<String, FunnelStep> BY_NAME =
      Map.of(
          "Product Viewed", VIEWED,
          "Product Added to Wishlist", WANTED,
          "Product Added", CARTED,
          "Product Reviewed", REVIEWED,
          "Product Shared", SHARED,
          "Order Placed", ORDERED,
          "Order Paid", PAID);

  /**
   * The step that an event of a {@linkplain dev.nudge.event.Occurrence#nameOf name} is; null if it
   * is none. A second payment is {@link #REPURCHASED}.
   */
  static FunnelStep ofName(String name) {
    return BY_NAME.get(name);
  }

  /** The step that a delivery is for the grant that it names. */
  static FunnelStep ofDelivery(DeliveryStatus status) {
    return switch (status) {
      case SENT -> SENT;
      case DELIVERED -> DELIVERED;
      case EXPOSED -> EXPOSED;
      case CLICKED -> CLICKED;
      case FAILED -> FAILED;
      case UNSUBSCRIBED -> UNSUBSCRIBED;
      case COUPON_CLAIMED -> CLAIMED;
      case COUPON_REDEEMED -> REDEEMED;
      case COUPON_EXPIRED -> COUPON_EXPIRED;
    };
  }

  /** Whether it counts whenever it happens, not only within a window. */
  boolean isSideCounter() {
    return this == FAILED || this == UNSUBSCRIBED || this == COUPON_EXPIRED;
  }
}
