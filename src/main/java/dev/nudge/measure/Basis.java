package dev.nudge.measure;

/** In which hour money stands. */
public enum Basis {
  /** That in which it was earned or spent. */
  EVENT,
  /** That in which the grant was decided. */
  COHORT
}
