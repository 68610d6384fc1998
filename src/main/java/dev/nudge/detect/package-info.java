/**
 * What happens in a customer's life.
 *
 * <p>In: each customer's events in order, from {@link dev.nudge.ingest.CustomerOperator}, the
 * policies, and the definitions of rules and campaigns. Out: {@link dev.nudge.event.Moment}s, and
 * beside them the events on which decisions depend.
 *
 * <p>State: one {@link dev.nudge.detect.Customer} a customer (features, stage, what is due), kept
 * until the customer is erased; and the policies, rules and campaigns of every tenant, where a
 * version goes when the next one is in force, a campaign's when its last candidate can be open no
 * more.
 */
package dev.nudge.detect;
