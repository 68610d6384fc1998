package dev.nudge.measure;

/**
 * Who reached a step: a row of the drill-down.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param change which step, and when
 * @param inputs how many events and decisions of the customer had been applied: the version of the
 *     row
 */
public record StepRow(String tenant, String customerId, StepChange change, long inputs) {}
