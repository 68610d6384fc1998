/**
 * What becomes of the jobs when processes die: a Flink cluster, a broker and a database as
 * processes of their own, faults at instants that follow from a seed, and the comparison with a run
 * without.
 *
 * <p>In: the jar that is deployed, the files of {@code flink-conf}, real orders and a simulated
 * shop. Out: what differs, which is nothing.
 */
package dev.nudge.chaos;
