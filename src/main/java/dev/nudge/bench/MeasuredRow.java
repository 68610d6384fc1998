package dev.nudge.bench;

import dev.nudge.measure.Tally;
import dev.nudge.measure.TallyColumn;
import dev.nudge.measure.TallyRow;
import dev.nudge.measure.TallyTable;
import java.util.List;
import java.util.Set;

/**
 * A row as it stands from now on, of those that all variants say.
 *
 * @param series {@code funnel PAID any}: all rows that differ in campaign and time alone
 * @param key which of them it is
 * @param grants how many grants
 * @param amountUnits of the funnel the amount, of money the revenue, in ten-thousandths
 * @param costUnits of money the cost, in ten-thousandths; else 0
 * @param withdrawn whether there is no such row any more
 */
public record MeasuredRow(
    String series, String key, long grants, long amountUnits, long costUnits, boolean withdrawn) {

  /** The steps of which all variants tell. */
  static final Set<String> STEPS = Set.of("TARGETED", "VIEWED", "CARTED", "ORDERED", "PAID");

  private static final int CAMPAIGN = 0;
  private static final int GRANTS = TallyColumn.GRANTS.countIndex();
  private static final int AMOUNT = TallyColumn.GRANTS.amountIndex();
  private static final int SENT = TallyColumn.SENT_GRANTS.countIndex();
  private static final int REVENUE = TallyColumn.REVENUE.amountIndex();
  private static final int COST = TallyColumn.COST.amountIndex();

  /** What a ten-thousandth is in the unit of {@link TallyColumn#COST}. */
  private static final long COST_TO_UNITS = 10_000;

  /** A row of a minute's funnel. */
  static MeasuredRow ofFunnel(
      String touch, String campaign, long startMillis, String step, long grants, long amountUnits) {
    return new MeasuredRow(
        "funnel " + step + " " + touch,
        campaign + " " + startMillis,
        grants,
        amountUnits,
        0,
        false);
  }

  /** A row of an hour's money. */
  static MeasuredRow ofMoney(
      String touch, String campaign, long startMillis, long grants, long revenue, long cost) {
    return new MeasuredRow(
        "money " + touch, campaign + " " + startMillis, grants, revenue, cost, false);
  }

  /** What Measure says; null for what it alone tells. */
  static MeasuredRow of(Tally tally) {
    TallyRow row = tally.row();
    int touch = row.table().dimensions().indexOf("touch");
    if (row.table() == TallyTable.FUNNEL_MINUTE) {
      String step = dimension(row, "step");
      return STEPS.contains(step)
          ? ofFunnel(
              row.dimensions().get(touch),
              row.dimensions().get(CAMPAIGN),
              row.startMillis(),
              step,
              sum(tally, GRANTS),
              sum(tally, AMOUNT))
          : null;
    }
    if (row.table() == TallyTable.MONEY_HOURLY && dimension(row, "basis").equals("EVENT")) {
      return ofMoney(
          row.dimensions().get(touch),
          row.dimensions().get(CAMPAIGN),
          row.startMillis(),
          sum(tally, SENT),
          sum(tally, REVENUE),
          sum(tally, COST) / COST_TO_UNITS);
    }
    return null;
  }

  /** The same row, gone. */
  MeasuredRow gone() {
    return new MeasuredRow(series, key, grants, amountUnits, costUnits, true);
  }

  private static String dimension(TallyRow row, String name) {
    List<String> names = row.table().dimensions();
    return row.dimensions().get(names.indexOf(name));
  }

  private static long sum(Tally tally, int index) {
    return tally.sums().get(index).longValueExact();
  }
}
