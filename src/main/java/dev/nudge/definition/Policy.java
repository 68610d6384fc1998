package dev.nudge.definition;

/**
 * What a tenant decided about its customers as a whole.
 *
 * <pre>{@code
 * kind: policy
 * tenant: acme
 * zone: Asia/Shanghai
 * currency: CNY
 * lifecycle: {dormantDays: 30, lostDays: 90, stableOrders: 4}
 * }</pre>
 *
 * @param tenant the brand; null in a rehearsal's file, where it then holds for every tenant
 * @param zone IANA time zone, in which the tenant's days begin
 * @param currency ISO 4217 code of the orders that count; null counts orders of every currency as
 *     they stand
 * @param lifecycle thresholds of the lifecycle
 */
public record Policy(
    String tenant,
    String zone,
    String currency,
    LifecyclePolicy lifecycle,
    java.util.Map<String, AnomalyPolicy> anomalies) {

  /** What holds for a tenant without a policy. */
  public static final Policy DEFAULT =
      new Policy(null, "UTC", null, LifecyclePolicy.DEFAULT, java.util.Map.of());
}
