package dev.nudge.definition;

/** What becomes of a definition's partial matches and timers when its next version comes. */
public enum OnChange {
  /** They end with the old version. */
  DROP,
  /** They go on under the old version, which begins nothing new. */
  DRAIN
}
