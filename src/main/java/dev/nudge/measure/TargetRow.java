package dev.nudge.measure;

import java.math.BigDecimal;

/**
 * How far a campaign is on the way to a target, at the end of an hour.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param hourMillis the hour's begin, epoch milliseconds
 * @param metric {@link TargetPace#PAID} or {@link TargetPace#REVENUE}
 * @param part the part of the campaign in which the hour ends; {@link AlertTerms.Part#NONE} for the
 *     campaign as a whole
 * @param actual what was reached, in the part or as a whole
 * @param target what is to be reached: of a part its share of the time
 * @param pace what an even pace would have reached by then
 * @param inputs how much is counted in it: of two rows of an hour the one of more stands
 */
public record TargetRow(
    String tenant,
    String campaign,
    long hourMillis,
    String metric,
    AlertTerms.Part part,
    BigDecimal actual,
    BigDecimal target,
    BigDecimal pace,
    long inputs) {}
