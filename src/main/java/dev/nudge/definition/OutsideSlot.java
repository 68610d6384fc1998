package dev.nudge.definition;

/** What becomes of a candidate that is due outside of its slots or in quiet hours. */
public enum OutsideSlot {
  /** It waits for the first instant at which one of its channels may be used. */
  DEFER,
  /** It ends. */
  DROP
}
