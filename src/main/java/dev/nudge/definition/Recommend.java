package dev.nudge.definition;

import java.util.List;

/**
 * Which products go with a campaign.
 *
 * @param products how many at most, 1 to 20
 * @param by where they come from, the best first; one or more
 */
public record Recommend(int products, List<By> by) {
  /** Where products can come from. */
  public enum By {
    /** What the customer looked at. */
    OWN_VIEWS,
    /** What is bought together with what the customer bought or looked at. */
    BOUGHT_TOGETHER,
    /** What people buy who are alike by the campaign's {@link Similar}. */
    SIMILAR_PEOPLE
  }
}
