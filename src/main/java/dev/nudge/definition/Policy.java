package dev.nudge.definition;

/** Placeholder. */
public record Policy(String tenant, String zone, String currency, LifecyclePolicy lifecycle) {
  public static final Policy DEFAULT = new Policy(null, "UTC", null, LifecyclePolicy.DEFAULT);
}
