package dev.nudge.definition;

/** Which stage a dormant customer's paid order leads to. */
public enum RecoverTo {
  /** The stage that the number of paid orders in this life calls for. */
  BY_COUNT,
  /** GROWING, however many orders there were. */
  GROWING
}
