/**
 * What came of it: how far whoever was nudged came, what that brought and what it cost.
 *
 * <p>In: decisions, and each customer's accepted events, in order; campaigns and policies. Out:
 * rows of the funnel, of returns and of experiments.
 *
 * <pre>
 *   a customer's events, decisions ──► {@link dev.nudge.measure.CustomerLedger} ──► changes that only add up ──► rows
 *                                                                                {@link dev.nudge.measure.RoiBook}
 *                                                                                {@link dev.nudge.measure.ExperimentBook}
 * </pre>
 *
 * <p>State: one {@link dev.nudge.measure.CustomerLedger} a customer, as bytes; what clears it
 * stands there. One {@link dev.nudge.measure.ExperimentBook} a campaign, as bytes, of a bounded
 * size, as long as the campaign is measured.
 */
package dev.nudge.measure;
