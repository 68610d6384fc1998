/**
 * What many patterns, decisions and measuring cost, measured in one run beside what stock Flink and
 * the bare machine do.
 *
 * <p>In: how many events or moments of how many customers, and how many campaigns; they are made
 * here, from a seed, and written once to a real Kafka. Out: a table, and {@code cep.json}, {@code
 * decide.json} or {@code measure.json}: events, moments, decisions and records a second of every
 * variant and their ratios, matches, rows, bytes of state, latency. State: of the variants that are
 * measured, gone with their job.
 */
package dev.nudge.bench;
