package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Conversion;
import dev.nudge.definition.Cost;
import dev.nudge.definition.Resource;
import dev.nudge.definition.Span;
import java.util.List;

/**
 * What a version of a campaign says about measures. A grant keeps those it was decided under, so
 * that nothing that happens to the campaign later changes what counts.
 *
 * @param priority of two grants of one instant the one of the higher counts as the newer
 * @param goal the name of the event that is the goal
 * @param windowsMillis how long after the decision it counts, the primary one first
 * @param cost what the campaign costs beside its channels
 * @param resourceKind what the customer gets, or null
 * @param resourceType the shop's name of it, or null
 * @param mustBeClaimed whether it lapses unless it is claimed
 * @param scheduled whether a time sets it off, and nothing that the customer did
 */
record Terms(
    int priority,
    String goal,
    List<Long> windowsMillis,
    Cost cost,
    Resource.Kind resourceKind,
    String resourceType,
    boolean mustBeClaimed,
    boolean scheduled) {

  private static final int PRIORITY = 50;

  /** What a grant of a campaign that nobody defined stands on. */
  static final Terms DEFAULT =
      new Terms(
          PRIORITY,
          Conversion.DEFAULT.goal(),
          Conversion.DEFAULT.windowsMillis(),
          Cost.FREE,
          null,
          null,
          false,
          false);

  /** Those of a definition, which may be null. */
  static Terms of(Campaign campaign) {
    if (campaign == null) {
      return DEFAULT;
    }
    Resource resource = campaign.resource();
    return new Terms(
        campaign.priority(),
        campaign.conversion().goal(),
        campaign.conversion().windowsMillis(),
        campaign.cost(),
        resource == null ? null : resource.kind(),
        resource == null ? null : resource.type(),
        resource != null && resource.claim() != null,
        campaign.trigger() instanceof CampaignTrigger.OfTime);
  }

  /** The window that experiments are measured by. */
  long primaryMillis() {
    return windowsMillis.get(0);
  }

  long longestMillis() {
    long longest = 0;
    for (long window : windowsMillis) {
      longest = Math.max(longest, window);
    }
    return longest;
  }

  /** When a version runs, which a definition that is not known doesn't say. */
  static Span active(Campaign campaign) {
    return campaign == null ? Span.ALWAYS : campaign.active();
  }
}
