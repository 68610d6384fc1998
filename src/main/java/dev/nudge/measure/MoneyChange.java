package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What is to be added to an hour's money; changes of an hour only add up. What a campaign costs as
 * a whole is not among them: see {@link FlatCost}.
 *
 * @param key the hour
 * @param grants how many more grants were sent
 * @param revenueUnits revenue in ten-thousandths, less refunds
 * @param costE8 cost in 10<sup>-8</sup>, in which a share of revenue is exact
 */
public record MoneyChange(MoneyKey key, long grants, BigInteger revenueUnits, BigInteger costE8) {
  /** What a row of {@link TallyTable#MONEY_HOURLY} says. */
  public static MoneyChange of(Tally tally) {
    return new MoneyChange(
        MoneyKey.of(tally.row()),
        tally.sums().get(TallyColumn.SENT_GRANTS.countIndex()).longValueExact(),
        tally.sums().get(TallyColumn.REVENUE.amountIndex()),
        tally.sums().get(TallyColumn.COST.amountIndex()));
  }
}
