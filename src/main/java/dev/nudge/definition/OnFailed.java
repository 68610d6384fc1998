package dev.nudge.definition;

/** What follows on a failed delivery. */
public enum OnFailed {
  /** The next channel in the order of preference is tried. */
  NEXT_CHANNEL,
  /** Nothing: the grant has failed. */
  STOP
}
