package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Policy;

/** What campaigns and policies say, to whoever measures by them. */
public interface MeasureDefinitions {
  /** The tenant's policy; {@link Policy#DEFAULT} where there is none. */
  Policy policy(String tenant);

  /**
   * A version of a campaign; where it is not known, the nearest lower one, else the nearest higher
   * one.
   *
   * @return null if no version is known
   */
  Campaign campaign(String tenant, String campaign, int version);
}
