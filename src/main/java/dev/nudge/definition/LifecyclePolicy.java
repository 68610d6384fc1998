package dev.nudge.definition;

/**
 * A tenant's thresholds of the lifecycle.
 *
 * @param dormantDays days without a paid order until DORMANT, 1 to 3650
 * @param lostDays days without a paid order until LOST, {@code dormantDays} to 3650
 * @param stableOrders paid orders of one life from which on a customer is STABLE, 2 to 1000 (the
 *     first one always makes a NEW customer)
 * @param declineMinDays the shortest last gap between orders, in days, that can mean DECLINING, 0
 *     to 3650
 * @param recoverTo where a dormant customer's paid order leads
 */
public record LifecyclePolicy(
    int dormantDays, int lostDays, int stableOrders, int declineMinDays, RecoverTo recoverTo) {

  /** What holds where a policy says nothing. */
  public static final LifecyclePolicy DEFAULT =
      new LifecyclePolicy(30, 90, 4, 7, RecoverTo.BY_COUNT);
}
