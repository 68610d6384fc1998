package dev.nudge.measure;

import java.util.List;

/**
 * Whose number a row of the funnel is.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version its version
 * @param variant the variant, {@link dev.nudge.event.Decision#CONTROL} for who was held back
 * @param minuteMillis the minute's begin, epoch milliseconds
 * @param windowMillis how long after the decision it counts
 * @param touch whose events count
 * @param step the step
 * @param currency of the amount; empty where there is none
 */
public record FunnelKey(
    String tenant,
    String campaign,
    int version,
    String variant,
    long minuteMillis,
    long windowMillis,
    Touch touch,
    FunnelStep step,
    String currency) {

  /** The row by which it is summed up. */
  TallyRow row() {
    return new TallyRow(
        TallyTable.FUNNEL_MINUTE,
        tenant,
        minuteMillis,
        List.of(
            campaign,
            Integer.toString(version),
            variant,
            Long.toString(windowMillis),
            touch.word(),
            step.name(),
            currency));
  }

  /** The key that a row has. */
  public static FunnelKey of(TallyRow row) {
    List<String> by = row.dimensions();
    return new FunnelKey(
        row.tenant(),
        by.get(0),
        Integer.parseInt(by.get(1)),
        by.get(2),
        row.startMillis(),
        Long.parseLong(by.get(3)),
        Touch.of(by.get(4)),
        FunnelStep.valueOf(by.get(5)),
        by.get(6));
  }
}
