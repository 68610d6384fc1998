package dev.nudge.definition;

import java.util.List;

/**
 * How the amount shrinks from one grant to the next of one customer.
 *
 * @param ratiosUnits what the first, the second, … is multiplied by, in ten-thousandths, 0 to
 *     10,000, none greater than the one before; one or more
 * @param thenUnits the amount of all further ones, in ten-thousandths
 */
public record Diminishing(List<Long> ratiosUnits, long thenUnits) {}
