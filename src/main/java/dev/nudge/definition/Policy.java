package dev.nudge.definition;

import dev.nudge.pattern.PropertyType;
import java.util.Map;

/**
 * What a tenant decided about its customers as a whole.
 *
 * <pre>{@code
 * kind: policy
 * tenant: acme
 * zone: Asia/Shanghai
 * currency: CNY
 * lifecycle: {dormantDays: 30, lostDays: 90, stableOrders: 4}
 * anomalies: {SPEND_SPIKE: {enabled: true, factor: 2.0}}
 * schema: {size: INTEGER}
 * }</pre>
 *
 * @param tenant the brand; null in a rehearsal's file, where it then holds for every tenant
 * @param zone IANA time zone, in which the tenant's days begin
 * @param currency ISO 4217 code of the orders that count; null counts orders of every currency as
 *     they stand
 * @param lifecycle thresholds of the lifecycle
 * @param anomalies what differs from the built-in anomalies, by kind
 * @param schema the types of properties of events and attributes of customers that conditions name;
 *     others are dynamic
 */
public record Policy(
    String tenant,
    String zone,
    String currency,
    LifecyclePolicy lifecycle,
    Map<String, AnomalyPolicy> anomalies,
    Map<String, PropertyType> schema) {

  /** What holds for a tenant without a policy. */
  public static final Policy DEFAULT = new Policy(null, "UTC", null, LifecyclePolicy.DEFAULT);

  /** State of before there were anomalies and schemas restores as a policy without any. */
  public Policy {
    anomalies = anomalies == null ? Map.of() : anomalies;
    schema = schema == null ? Map.of() : schema;
  }

  /** A policy that changes no anomaly and has no schema. */
  public Policy(String tenant, String zone, String currency, LifecyclePolicy lifecycle) {
    this(tenant, zone, currency, lifecycle, Map.of(), Map.of());
  }
}
