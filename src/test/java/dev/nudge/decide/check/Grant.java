package dev.nudge.decide.check;

import dev.nudge.decide.check.Count.Doubt;
import java.util.ArrayList;
import java.util.List;

/** A SENT or CONTROL row, and what became of it. */
final class Grant {
  /** Where a resource is in its life. */
  enum State {
    NOTHING,
    RESERVED,
    OFFERED,
    HELD,
    REDEEMED,
    EXPIRED,
    LAPSED,
    RELEASED
  }

  /** One trigger. */
  record Touch(String channel, long at, String triggerId) {}

  final Facts.Campaign campaign;
  final String grantId;
  final String momentId;
  final long momentAt;
  final String variant;
  final long at;
  final boolean control;
  final long amountUnits;
  final List<Touch> touches = new ArrayList<>();
  State state = State.NOTHING;

  /** What befell its resource is told by no sentence, so it may count or not. */
  boolean unsure;

  long heldAt = Facts.NONE;
  long goalAt = Facts.NONE;
  long failedAt = Facts.NONE;
  boolean failUnsure;

  Grant(
      Facts.Campaign campaign,
      String grantId,
      String momentId,
      long momentAt,
      String variant,
      long at,
      boolean control,
      long amountUnits) {
    this.campaign = campaign;
    this.grantId = grantId;
    this.momentId = momentId;
    this.momentAt = momentAt;
    this.variant = variant;
    this.at = at;
    this.control = control;
    this.amountUnits = amountUnits;
  }

  boolean hasResource() {
    return !control && campaign.resource != null;
  }

  boolean isCoupon() {
    return hasResource() && campaign.resource.isCoupon();
  }

  Touch last() {
    return touches.get(touches.size() - 1);
  }

  /** Whether it has not failed by an instant. */
  Doubt stands(long now) {
    return failedAt > now ? Doubt.YES : failUnsure ? Doubt.MAYBE : Doubt.NO;
  }

  /** "from SENT or CONTROL until its primary conversion window ends or the goal is reached". */
  Doubt holds(long now) {
    boolean within = at <= now && now < at + campaign.window && now < goalAt;
    return within ? stands(now) : Doubt.NO;
  }

  /** Whether a coupon is in the customer's hands or on its way there. */
  Doubt occupies() {
    boolean open = state == State.RESERVED || state == State.OFFERED || state == State.HELD;
    return unsure ? Doubt.MAYBE : Doubt.of(isCoupon() && open);
  }

  /** "Lapsed and released give amount and total back". */
  Doubt keepsResource() {
    if (!hasResource()) {
      return Doubt.NO;
    }
    boolean back = state == State.LAPSED || state == State.RELEASED;
    return unsure ? Doubt.MAYBE : Doubt.of(!back);
  }
}
