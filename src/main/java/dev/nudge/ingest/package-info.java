/**
 * Raw bytes to events, and events to one order per customer. Shared by every job.
 *
 * <p>In: records of the customer topics, or lines of files. Out: {@link dev.nudge.ingest.Ingested}
 * from the decoder; from {@link dev.nudge.ingest.CustomerOperator} each customer's events once, in
 * the total order, with the timers of the room that it carries.
 *
 * <p>State, all keyed by customer: events that wait for the watermark (cleared when it passes
 * them), message ids accepted (cleared 24 h after them), ids of paid orders (the newest 10,000;
 * cleared by {@code erased}); and per subtask the watermark itself.
 */
package dev.nudge.ingest;
