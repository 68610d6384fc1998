/**
 * Nudge on one machine: the broker and the database it embeds, and the replay of recorded events.
 *
 * <p>In: a data directory, ports, files of recorded events. Out: a real Kafka broker and a real
 * ClickHouse engine, reachable from this machine only, and topics that fill as if the events
 * happened now, at a chosen pace. State: everything stands in the data directory, which survives a
 * kill and is kept until it is deleted; one process at a time may use it. A replay keeps none of
 * its own: the records in the topics say how far it came.
 */
package dev.nudge.local;
