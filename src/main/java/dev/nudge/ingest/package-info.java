/**
 * Raw bytes to events, and events to one order per customer. Shared by every job.
 *
 * <p>In: records of the customer topics, or lines of files. Out: {@link dev.nudge.ingest.Ingested}
 * from the decoder; from {@link dev.nudge.ingest.CustomerOperator} each customer's events once, in
 * the total order, and what is due by itself, to the room that it carries.
 *
 * <p>State. On the heap: events that wait for the watermark, up to a bound, checkpointed as raw
 * keyed state; beyond it in keyed state (cleared when it passes them). Keyed by customer, in one
 * value that is read once and written once a watermark: what the room keeps of the customer, hashes
 * of the message ids accepted (cleared 24 h after them), the pending timer, the number of orders.
 * Beside it, touched by order events only: the statuses of the customer's orders (the newest
 * 10,000; cleared by {@code erased}). Per subtask: the watermark itself and whether definitions
 * were read.
 */
package dev.nudge.ingest;
