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
 * channels: {SMS: {cost: {model: PER_SEND, price: 0.05}, consentDefault: DENIED}}
 * quietHours: {from: "22:00", to: "08:00"}
 * caps: [{scope: CHANNEL, channel: SMS, max: 2, window: {rolling: 7 days}}]
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
 * @param sending what is sent, and what is too much
 */
public record Policy(
    String tenant,
    String zone,
    String currency,
    LifecyclePolicy lifecycle,
    Map<String, AnomalyPolicy> anomalies,
    Map<String, PropertyType> schema,
    SendingPolicy sending) {

  /** What holds for a tenant without a policy. */
  public static final Policy DEFAULT = new Policy(null, "UTC", null, LifecyclePolicy.DEFAULT);

  /** State of before there were anomalies, schemas and sends restores as a policy without any. */
  public Policy {
    anomalies = anomalies == null ? Map.of() : anomalies;
    schema = schema == null ? Map.of() : schema;
    sending = sending == null ? SendingPolicy.DEFAULT : sending;
  }

  /** The same of another tenant. */
  public Policy withTenant(String of) {
    return new Policy(of, zone, currency, lifecycle, anomalies, schema, sending);
  }

  /** The same, with all of the tenant's sends stopped or not. */
  public Policy withPaused(boolean paused) {
    return new Policy(
        tenant, zone, currency, lifecycle, anomalies, schema, sending.withPaused(paused));
  }

  /** A policy that changes no anomaly and has no schema. */
  public Policy(String tenant, String zone, String currency, LifecyclePolicy lifecycle) {
    this(tenant, zone, currency, lifecycle, Map.of(), Map.of());
  }

  /** A policy that says nothing of what is sent. */
  public Policy(
      String tenant,
      String zone,
      String currency,
      LifecyclePolicy lifecycle,
      Map<String, AnomalyPolicy> anomalies,
      Map<String, PropertyType> schema) {
    this(tenant, zone, currency, lifecycle, anomalies, schema, SendingPolicy.DEFAULT);
  }
}
