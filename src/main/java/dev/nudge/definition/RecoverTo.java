package dev.nudge.definition;

/** Placeholder. */
public enum RecoverTo {
  BY_COUNT,
  GROWING
}
