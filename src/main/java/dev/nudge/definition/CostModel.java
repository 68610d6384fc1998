package dev.nudge.definition;

/** What is paid for. */
public enum CostModel {
  /** A thousand exposures. */
  CPM,
  /** A click. */
  CPC,
  /** A goal reached. */
  CPA,
  /** A share of the revenue. */
  CPS,
  /** A message sent. */
  PER_SEND,
  /** The campaign as a whole. */
  FLAT
}
