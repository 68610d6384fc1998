/**
 * The Engage job: detect, and later decide, in one graph, so that event time is one.
 *
 * <p>In: what ingest decoded, and definitions. Out: moments, stage changes, anomalies, the events
 * on which decisions depend, dead letters. State: none of its own.
 */
package dev.nudge.engage;
