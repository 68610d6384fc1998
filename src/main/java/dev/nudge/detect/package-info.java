/**
 * What happens in a customer's life.
 *
 * <p>In: each customer's events in order, from {@link dev.nudge.ingest.CustomerOperator}, and the
 * policies. Out: {@link dev.nudge.event.Moment}s.
 *
 * <p>State: one {@link dev.nudge.detect.Customer} a customer (features, stage, what is due), kept
 * until the customer is erased; and the policies of every tenant, where a version goes when the
 * next one is in force.
 */
package dev.nudge.detect;
