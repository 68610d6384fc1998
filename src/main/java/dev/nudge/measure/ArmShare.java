package dev.nudge.measure;

/**
 * How many customers an arm is to have.
 *
 * @param arm a variant, or {@link dev.nudge.event.Decision#CONTROL}
 * @param shareE8 of 100,000,000; 0 in a version that nobody defined
 */
public record ArmShare(String arm, long shareE8) {}
