package dev.nudge.event;

/**
 * A customer entered a stage.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param from the stage before, null for the first one
 * @param to the stage entered
 * @param atMillis event time, epoch milliseconds
 * @param life which life it is, from 1; 0 for a prospect
 * @param orderCount paid orders of this life so far
 * @param version inputs applied to this customer so far: which of two copies of a row is the later
 */
public record StageChange(
    String tenant,
    String customerId,
    LifecycleStage from,
    LifecycleStage to,
    long atMillis,
    int life,
    int orderCount,
    long version) {}
