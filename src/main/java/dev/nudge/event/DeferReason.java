package dev.nudge.event;

/** Why a candidate is put off. */
public enum DeferReason {
  /** The experiment has not found the best variant yet. */
  WAITS_FOR_WINNER,
  /** No slot is open. */
  OUTSIDE_SLOT,
  /** The customer is not to be disturbed. */
  QUIET_HOURS
}
