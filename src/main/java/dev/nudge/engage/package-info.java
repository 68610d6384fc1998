/**
 * The Engage job: detect, and later decide, in one graph, so that event time is one.
 *
 * <p>In: what ingest decoded, and the policies. Out: moments, stage changes, anomalies, dead
 * letters. State: none of its own.
 */
package dev.nudge.engage;
