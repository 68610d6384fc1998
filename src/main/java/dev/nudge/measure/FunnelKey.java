package dev.nudge.measure;

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
    String currency) {}
