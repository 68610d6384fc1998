package dev.nudge.event;

/**
 * Why a candidate was sent, held back or put off: the checks in the order in which they are made,
 * then what ends a candidate without them. The first check that fails gives the code.
 */
public enum DecisionCode {
  /** The tenant or the campaign is paused at the decision. */
  PAUSED,
  /** Outside of the campaign's time, deleted, or first decided after its candidate had expired. */
  CAMPAIGN_INACTIVE,
  /** The campaign does not mean this customer. */
  AUDIENCE,
  /** A burst of orders made the customer suspect. */
  SUSPECT,
  /** No channel has the customer's consent. */
  NO_CONSENT,
  /** Every channel with consent was unsubscribed from. */
  UNSUBSCRIBED,
  /** The campaign had the customer not long enough ago. */
  REENTRY,
  /** Another campaign of the same name holds the customer. */
  GROUP_BUSY,
  /** Another candidate of the window went first. */
  LOWER_PRIORITY,
  /** No slot is open. */
  OUTSIDE_SLOT,
  /** The customer is not to be disturbed. */
  QUIET_HOURS,
  /** A cap is reached on every channel that is left. */
  FREQUENCY_CAP,
  /** The customer has as many unused coupons as may be. */
  HELD_COUPONS,
  /** A cap of the coupon's type is reached. */
  COUPON_TYPE_PERIOD,
  /** The customer got as many today as may be. */
  COUPON_PER_DAY,
  /** The customer got as many as may be. */
  COUPON_PER_CUSTOMER,
  /** The content names something that has no value. */
  MISSING_VALUE,
  /** The resource or the money does not suffice. */
  BUDGET_EXHAUSTED,
  /** The customer is among those who get no marketing at all. */
  GLOBAL_CONTROL,
  /** Would have been sent; held back, to compare. */
  CONTROL,
  /** Sent. */
  SENT,
  /** Something happened that made it pointless. */
  CANCELLED,
  /** Was put off until it was too late. */
  EXPIRED,
  /** Put off; a final row follows. */
  DEFERRED,
  /** A rehearsal's world ended before it was decided. */
  OPEN_AT_END;

  /** Whether no other row of the candidate follows. */
  public boolean isFinal() {
    return this != DEFERRED;
  }

  /** Whether the candidate became a grant. */
  public boolean isGrant() {
    return this == SENT || this == CONTROL;
  }
}
