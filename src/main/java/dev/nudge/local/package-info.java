/**
 * Everything on one machine, in one process: a real broker, a real mini cluster, a real ClickHouse
 * engine, and a shop whose past is replayed, or that is simulated. Simulated gateways close the
 * loop: what a nudged customer does follows from the seed and the trigger alone, and is written by
 * whoever keeps the one clock, a replay or the simulated shop.
 *
 * <p>In: a data directory, ports, files of events. Out: a broker on {@code 127.0.0.1}, the events
 * in its topics in the order and at the pace of their time, and ClickHouse behind its HTTP
 * protocol, as if they were servers; and word when one of them dies, so that whoever started them
 * does not go on without.
 *
 * <p>State: the broker's logs, Flink's checkpoints and ClickHouse's tables, each in a folder of its
 * own that one process may use; {@code --fresh} clears them. The ClickHouse library stands unpacked
 * in another folder. Beside the checkpoints stands which servers and whose clock they belong to. A
 * replay keeps nothing of its own: the topics say how far it came. Of the gateways, which triggers
 * are answered and until when stands in their consumer group.
 */
package dev.nudge.local;
