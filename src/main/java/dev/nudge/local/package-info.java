/**
 * Everything that local mode runs in one process instead of on servers.
 *
 * <p>In: a data directory and ports. Out: the same protocols that the servers speak, on this
 * machine only. State: the data directory, which survives a kill; one process at a time may use it.
 */
package dev.nudge.local;
