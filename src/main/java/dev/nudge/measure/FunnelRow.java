package dev.nudge.measure;

import java.math.BigInteger;

/**
 * A row of the funnel.
 *
 * @param key whose number it is
 * @param grants how many grants reached the step in that minute
 * @param amountUnits with which amount, in ten-thousandths
 */
public record FunnelRow(FunnelKey key, long grants, BigInteger amountUnits) {
  /** What a row of {@link TallyTable#FUNNEL_MINUTE} says. */
  public static FunnelRow of(Tally tally) {
    return new FunnelRow(
        FunnelKey.of(tally.row()),
        tally.sums().get(TallyColumn.GRANTS.countIndex()).longValueExact(),
        tally.sums().get(TallyColumn.GRANTS.amountIndex()));
  }
}
