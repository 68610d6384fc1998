package dev.nudge.decide;

import dev.nudge.definition.Purpose;
import dev.nudge.definition.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A candidate that was sent, or held back to compare: what it still counts for.
 *
 * <p>Ids are kept by their first 8 bytes; whoever finds one computes the whole of it again.
 */
final class Grant {
  /**
   * One trigger of the grant.
   *
   * @param triggerHash the first 8 bytes of its id
   * @param channel its channel
   * @param atMillis when it left
   */
  record Sent(long triggerHash, String channel, long atMillis) {}

  String campaign;
  int version;
  long effectiveAtMillis;
  long lifeMillis;
  String momentId;
  long momentMillis;
  long grantHash;
  long decidedMillis;
  Purpose purpose;
  boolean control;

  /** The name that it holds the customer for, or null. */
  String exclusive;

  /** Until when it holds the customer. */
  long heldUntilMillis;

  /** What ends that earlier. */
  String goal;

  /** Until when the campaign leaves the customer alone; the decision where it need not. */
  long reentryUntilMillis;

  /** From when no channel is tried any more. */
  long expiresMillis;

  final List<Sent> sent = new ArrayList<>(1);

  /** What the channel in use and the campaign cost, in thousandths of a ten-thousandth. */
  long costMilli;

  /** The day of the policy's zone on which that was reserved. */
  long costDay;

  /** The resource; null if there is none. */
  Resource.Kind kind;

  String type;
  long amountUnits;

  /** The day of the policy's zone of the decision. */
  long amountDay;

  boolean mustClaim;
  CouponState coupon;

  /** Until when a receipt must come, while nobody knows; else {@link Recipient#NEVER}. */
  long receiptByMillis = Recipient.NEVER;

  /** When it lapses unless it was claimed; {@link Recipient#NEVER} if it does not. */
  long lapsesMillis = Recipient.NEVER;

  /** From when it can't be used: of one that is held; {@link Recipient#NEVER} for no end. */
  long usableUntilMillis = Recipient.NEVER;

  /** How long it can be used from when it is held; 0 if that does not end it. */
  long validForMillis;

  /** Whether the customer's count of the campaign's grants has it. */
  boolean counted;

  /** Whether grants of a day are limited, so that it is remembered for the day. */
  boolean countsPerDay;

  /** What another channel would send; null where none would be tried. */
  Map<String, String> content;

  /** The customer's best hour at the moment, for another channel; or null. */
  Integer bestHour;

  List<String> recommendations = List.of();
  String variant;

  boolean hasCoupon() {
    return kind == Resource.Kind.COUPON;
  }

  /** Whether it is a coupon that nobody has used and that is good still. */
  boolean isUnusedCoupon() {
    return hasCoupon() && coupon.isOpen();
  }

  String channel() {
    return sent.isEmpty() ? null : sent.get(sent.size() - 1).channel();
  }

  /** When the coupon changes by itself; {@link Recipient#NEVER} if it does not. */
  long couponEndsMillis() {
    if (coupon == null) {
      return Recipient.NEVER;
    }
    return switch (coupon) {
      case RESERVED -> Math.min(receiptByMillis, lapsesMillis);
      case OFFERED -> lapsesMillis;
      case HELD -> usableUntilMillis;
      case REDEEMED, EXPIRED, LAPSED, RELEASED -> Recipient.NEVER;
    };
  }
}
