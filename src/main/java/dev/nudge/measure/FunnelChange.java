package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What is to be added to a row of the funnel; changes of a row only add up.
 *
 * @param key the row
 * @param grants how many more grants reached the step; negative in a correction
 * @param amountUnits how much more they reached it with, in ten-thousandths
 */
public record FunnelChange(FunnelKey key, long grants, BigInteger amountUnits) {}
