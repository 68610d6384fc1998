package dev.nudge.definition;

/**
 * What a campaign is to reach.
 *
 * @param paid paid orders; 0 for no target
 * @param revenueUnits revenue in ten-thousandths; 0 for no target
 */
public record Targets(long paid, long revenueUnits) {
  /** No target. */
  public static final Targets NONE = new Targets(0, 0);
}
