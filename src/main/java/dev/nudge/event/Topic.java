package dev.nudge.event;

import java.util.Locale;

/** The input topics of customer events, in the sequence that orders events of one instant. */
public enum Topic {
  PROFILES,
  ORDERS,
  DELIVERIES,
  CLICKSTREAM;

  /** The topic's name without the deployment's prefix, {@code orders}. */
  public String plainName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
