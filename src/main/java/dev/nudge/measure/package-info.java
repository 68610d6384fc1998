/**
 * What came of it: how far whoever was nudged came, what that brought and what it cost.
 *
 * <p>In: decisions, and each customer's accepted events, in order; campaigns and policies. Out:
 * rows of the funnel and of returns.
 *
 * <pre>
 *   a customer's events, decisions ──► {@link dev.nudge.measure.CustomerLedger} ──► changes that only add up ──► rows
 *                                                                                {@link dev.nudge.measure.RoiBook}
 * </pre>
 *
 * <p>State: one {@link dev.nudge.measure.CustomerLedger} a customer, as bytes; what clears it
 * stands there.
 */
package dev.nudge.measure;
