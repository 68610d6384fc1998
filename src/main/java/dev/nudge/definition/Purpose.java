package dev.nudge.definition;

/** Why a customer is written to. */
public enum Purpose {
  /** To sell: every cap counts it. */
  MARKETING,
  /** To serve: it knows no global control, and no cap that counts marketing only. */
  SERVICE
}
