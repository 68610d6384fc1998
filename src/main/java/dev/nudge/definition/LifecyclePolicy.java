package dev.nudge.definition;

/** Placeholder. */
public record LifecyclePolicy(
    int dormantDays, int lostDays, int stableOrders, int declineMinDays, RecoverTo recoverTo) {
  public static final LifecyclePolicy DEFAULT =
      new LifecyclePolicy(30, 90, 4, 7, RecoverTo.BY_COUNT);
}
