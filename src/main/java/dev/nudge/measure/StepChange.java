package dev.nudge.measure;

/**
 * That a grant reached a step, reaches it at another instant, or, by a correction, not at all.
 *
 * @param grantId the grant
 * @param campaign its campaign
 * @param version its version
 * @param variant its variant
 * @param windowMillis how long after the decision it counts
 * @param touch whose events count
 * @param step the step
 * @param atMillis when, epoch milliseconds
 * @param currency of the amount, or empty
 * @param amountUnits with which amount, in ten-thousandths
 * @param reached false where it is taken back
 */
public record StepChange(
    String grantId,
    String campaign,
    int version,
    String variant,
    long windowMillis,
    Touch touch,
    FunnelStep step,
    long atMillis,
    String currency,
    long amountUnits,
    boolean reached) {}
