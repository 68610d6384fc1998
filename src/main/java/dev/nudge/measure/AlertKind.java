package dev.nudge.measure;

/** What is wrong. */
public enum AlertKind {
  /** A campaign has reached less than its target asks for by now. */
  BEHIND_TARGET,
  /** An hour of a campaign is not like its past hours. */
  UNUSUAL_HOUR,
  /** A topic says nothing any more while others do. */
  SOURCE_SILENT,
  /** Too many messages of a channel fail. */
  FAILURE_RATE,
  /** Too many unsubscribe from a channel. */
  UNSUBSCRIBE_RATE,
  /** Four fifths of a budget are spent. */
  BUDGET_80,
  /** What is left of a budget is less than a grant costs. */
  BUDGET_100,
  /** A definition was not taken. */
  DEFINITION_QUARANTINED
}
