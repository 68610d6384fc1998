package dev.nudge.measure;

import java.util.List;

/**
 * Whose windows have ended.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param windowMillis the window, declared by the grants' version
 * @param hourMillis an hour's begin, epoch milliseconds
 */
public record MaturityKey(String tenant, String campaign, long windowMillis, long hourMillis) {

  /** The row by which it is summed up. */
  TallyRow row() {
    return new TallyRow(
        TallyTable.MATURED_HOURLY,
        tenant,
        hourMillis,
        List.of(campaign, Long.toString(windowMillis)));
  }

  /** The key that a row has. */
  public static MaturityKey of(TallyRow row) {
    return new MaturityKey(
        row.tenant(),
        row.dimensions().get(0),
        Long.parseLong(row.dimensions().get(1)),
        row.startMillis());
  }
}
