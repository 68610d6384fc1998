package dev.nudge.event;

/**
 * A customer of a tenant: the key of every stream of customer events.
 *
 * @param tenant the brand
 * @param customerId the customer within it
 */
public record CustomerKey(String tenant, String customerId) {}
