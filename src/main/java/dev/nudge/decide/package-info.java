/**
 * Who is nudged, with what, by which channel and when, and who is left in peace.
 *
 * <p>In: moments and each customer's accepted events from Detect, in order; campaigns and policies,
 * and what Measure says came of campaigns' experiments. Out: a {@link dev.nudge.event.Decision} for
 * whatever became of each candidate, a {@link dev.nudge.event.Trigger} for whoever is sent
 * something.
 *
 * <p>A tenant's decisions are made one after the other in one total order, so that every cap,
 * budget and exclusion is exact. At one instant: events, then moments, then what ends, then
 * decisions.
 *
 * <pre>
 *   events, moments ──► wait for the watermark ──► {@link dev.nudge.decide.TenantDecider}
 *                                                     │   {@link dev.nudge.decide.Recipient}s, {@link dev.nudge.decide.Totals}
 *                                                     ▼
 *             window of a customer ends ──► {@link dev.nudge.decide.Checks}, first those of each candidate alone,
 *                                           then one after the other until one is sent
 * </pre>
 *
 * <p>State, keyed by tenant and shard: one value a customer (candidates, which end with their final
 * row; grants, which end when nothing counts them any more; consent and zone, which end when the
 * customer is erased), under one timer at the next instant when something is due; what campaigns
 * have spent (which ends with the campaign); what a {@link dev.nudge.decide.Crowd} has in common,
 * where a campaign recommends or goes to similar people (which ends when none in force does, and of
 * a customer at the erasure); what waits for the watermark, at checkpoints only. To every subtask:
 * the versions of campaigns and policies, which go when nothing can refer to them, and results of
 * experiments, which go with their campaign.
 */
package dev.nudge.decide;
