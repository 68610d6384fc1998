/**
 * What came of it: rows that say who was reached, what was sold, who came back.
 *
 * <p>In: each customer's events in order, decisions and moments. Out: {@link
 * dev.nudge.measure.Tally}s, additive contributions of single customers to rows; the sums make
 * absolute rows.
 *
 * <p>State: one {@link dev.nudge.measure.CustomerTallies} a customer, whose deeds are forgotten
 * when nothing can come before them any more; the rest by the rules named there.
 */
package dev.nudge.measure;
