/**
 * Nudge on one machine: the broker it embeds, and the replay of recorded events through it.
 *
 * <p>In: a data directory, files of recorded events. Out: a real Kafka broker on this machine, and
 * topics that fill as if the events happened now, at a chosen pace. State: everything stands in the
 * data directory; it is kept until the directory is deleted. A replay keeps none of its own: the
 * records in the topics say how far it came.
 */
package dev.nudge.local;
