package dev.nudge.event;

import java.util.List;
import java.util.Map;

/**
 * A step of an order.
 *
 * @param orderId the order, unique within its tenant and customer
 * @param status the step
 * @param currency as sent, ISO 4217 by custom
 * @param amountUnits amount in ten-thousandths, 0 to {@link Units#MAX}
 * @param grantId the grant the shop believes it belongs to, or null; informative
 * @param refundOf the order a refund takes back, or null
 * @param attributes free attributes
 * @param lines what was bought
 */
public record Order(
    String orderId,
    OrderStatus status,
    String currency,
    long amountUnits,
    String grantId,
    String refundOf,
    Map<String, Value> attributes,
    List<OrderLine> lines) {}
