package dev.nudge.measure;

import java.util.List;

/**
 * Whose number an hour's money is.
 *
 * @param tenant the brand
 * @param campaign the campaign, or {@link #UNATTRIBUTED}
 * @param hourMillis the hour's begin, epoch milliseconds
 * @param basis in which hour money stands
 * @param windowMillis how long after the decision it counts; 0 for what is unattributed
 * @param touch whose payments count
 * @param currency of revenue and cost; empty where the tenant has none
 */
public record MoneyKey(
    String tenant,
    String campaign,
    long hourMillis,
    Basis basis,
    long windowMillis,
    Touch touch,
    String currency) {

  /** The campaign of refunds of which no payment is known. */
  public static final String UNATTRIBUTED = "UNATTRIBUTED";

  /** The row by which it is summed up. */
  TallyRow row() {
    return new TallyRow(
        TallyTable.MONEY_HOURLY,
        tenant,
        hourMillis,
        List.of(campaign, basis.name(), Long.toString(windowMillis), touch.word(), currency));
  }

  /** The key that a row has. */
  public static MoneyKey of(TallyRow row) {
    List<String> by = row.dimensions();
    return new MoneyKey(
        row.tenant(),
        by.get(0),
        row.startMillis(),
        Basis.valueOf(by.get(1)),
        Long.parseLong(by.get(2)),
        Touch.of(by.get(3)),
        by.get(4));
  }
}
