package dev.nudge.definition;

import java.util.List;

/**
 * What an order must have to use a resource; the shop holds it to that.
 *
 * @param amountUnits the least amount in ten-thousandths; 0 for any
 * @param categories of which it must have a product; empty for any
 * @param products of which it must have one; empty for any
 * @param stores in which it must be placed; empty for any
 * @param cities from which it must be placed; empty for any
 */
public record Threshold(
    long amountUnits,
    List<String> categories,
    List<String> products,
    List<String> stores,
    List<String> cities) {}
