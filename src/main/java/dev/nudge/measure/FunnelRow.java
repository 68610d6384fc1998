package dev.nudge.measure;

import java.math.BigInteger;

/**
 * A row of the funnel.
 *
 * @param key whose number it is
 * @param grants how many grants reached the step in that minute
 * @param amountUnits with which amount, in ten-thousandths
 */
public record FunnelRow(FunnelKey key, long grants, BigInteger amountUnits) {}
