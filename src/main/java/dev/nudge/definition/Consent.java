package dev.nudge.definition;

/** Whether a customer may be written to. */
public enum Consent {
  /** Yes, unless the customer says otherwise. */
  GRANTED,
  /** No, unless the customer says otherwise. */
  DENIED
}
