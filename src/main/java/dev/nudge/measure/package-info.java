/**
 * What came of it: how far whoever was nudged came, what that brought and what it cost; what was
 * sold, who came, who came back.
 *
 * <p>In: decisions, stage changes, and each customer's accepted events, in order; campaigns and
 * policies; who waits for what comes of an experiment. Out: rows, as absolute values; what came of
 * experiments, for Decide; what is wrong.
 *
 * <pre>
 *   a customer's events,  ┬► {@link dev.nudge.measure.CustomerLedger}: grants, steps, money   ┬► {@link dev.nudge.measure.Tally}s, which ──► rows
 *   decisions, stages     └► {@link dev.nudge.measure.CustomerTallies}: orders, visits, stages ┘  only add up
 *   a campaign's customers ► {@link dev.nudge.measure.ExperimentBook}: arms, intervals, p, winner, at the end of each minute ► rows, results
 *   counts by minute       ► {@link dev.nudge.measure.AlertBook}: what begins and what is over ► alerts
 * </pre>
 *
 * <p>State: one {@link dev.nudge.measure.CustomerLedger} and one {@link
 * dev.nudge.measure.CustomerTallies} a customer, as bytes; what clears them stands there. One
 * {@link dev.nudge.measure.Tally} a row, until nothing can change it any more ({@link
 * dev.nudge.measure.TallyTable#finalMillis}). One {@link dev.nudge.measure.ExperimentBook} a
 * campaign, as bytes, of a bounded size, until nothing has changed for a year; and what its open
 * minute gathered, until that ends. One {@link dev.nudge.measure.AlertBook} a campaign, a tenant
 * and the deployment alike.
 */
package dev.nudge.measure;
