package dev.nudge.measure;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An hour of a campaign's returns. Money is in ten-thousandths, rounded half up.
 *
 * @param key the hour
 * @param grants how many grants were sent in it
 * @param revenueUnits revenue of the hour, less refunds
 * @param costUnits cost of the hour
 * @param cumRevenueUnits revenue up to the hour's end
 * @param cumCostUnits cost up to the hour's end
 * @param roi cumulative revenue / cost x 100; null at cost 0
 * @param netRoi cumulative (revenue - cost) / cost; null at cost 0
 * @param asOfMillis up to when it is known, epoch milliseconds
 * @param matured the share of grants made before the hour's end whose window had ended by then;
 *     null if there were none
 */
public record RoiRow(
    MoneyKey key,
    long grants,
    BigInteger revenueUnits,
    BigInteger costUnits,
    BigInteger cumRevenueUnits,
    BigInteger cumCostUnits,
    BigDecimal roi,
    BigDecimal netRoi,
    long asOfMillis,
    BigDecimal matured) {}
