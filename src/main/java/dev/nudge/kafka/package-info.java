/**
 * How Nudge meets Kafka: names and settings of its topics, the connection, the deployment's clock,
 * and who is to be forgotten.
 *
 * <p>In: where the brokers are and how to sign on. Out: topics that exist with the settings Nudge
 * relies on, and the time that a deployment lives in. State: none in the process; the clock stands
 * in the compacted {@code policies} topic under the key {@code $time}, each write replaces the one
 * before.
 */
package dev.nudge.kafka;
