package dev.nudge.event;

import java.util.List;
import java.util.Locale;

/** The topics that tell of customers, in the sequence that orders events of one instant. */
public enum Topic {
  PROFILES,
  ORDERS,
  DELIVERIES,
  CLICKSTREAM,
  /** Nudge's own: what it noticed. */
  MOMENTS,
  /** Nudge's own: what it decided. */
  DECISIONS;

  /** Those that a shop and its gateways write. */
  public static final List<Topic> CUSTOMER_INPUTS =
      List.of(PROFILES, ORDERS, DELIVERIES, CLICKSTREAM);

  /** The topic's name without the deployment's prefix, {@code orders}. */
  public String plainName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
