package dev.nudge.event;

/**
 * One line of an order.
 *
 * @param productId the product
 * @param name its name, or null
 * @param category its category, or null
 * @param brand its brand, or null
 * @param quantityUnits quantity in ten-thousandths
 * @param priceUnits price of one in ten-thousandths
 */
public record OrderLine(
    String productId,
    String name,
    String category,
    String brand,
    long quantityUnits,
    long priceUnits) {}
