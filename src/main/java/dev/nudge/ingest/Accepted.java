package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.OrderStatus;
import java.util.Set;

/**
 * An event that is no copy and no second payment.
 *
 * @param event the event
 * @param before the statuses that the event's order had before it, of those that are remembered
 *     (see {@link Orders}); empty for what is no order
 */
public record Accepted(CustomerEvent event, Set<OrderStatus> before) {}
