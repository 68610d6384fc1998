package dev.nudge.measure;

/** Whose orders they are. */
public enum OrderSegment {
  /** Everyone's. */
  TOTAL,
  /** Of customers who had not paid an order for longer than the policy's {@code lostDays}. */
  NEW,
  /** Of the others. */
  OLD
}
