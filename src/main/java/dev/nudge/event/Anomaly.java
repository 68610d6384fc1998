package dev.nudge.event;

import java.util.Map;

/**
 * Something unusual in a customer's life, with the numbers that make it so.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param kind {@code SPEND_SPIKE}, {@code SLEEP_LINE}, …, or the id of a tenant's own definition
 * @param atMillis event time, epoch milliseconds
 * @param orderId the order it is about, or null
 * @param value what was found, or null
 * @param baseline what it was measured against, or null
 * @param evidence further numbers, by name
 * @param version inputs applied to this customer so far: which of two copies of a row is the later
 */
public record Anomaly(
    String tenant,
    String customerId,
    String kind,
    long atMillis,
    String orderId,
    Value value,
    Value baseline,
    Map<String, Value> evidence,
    long version) {}
