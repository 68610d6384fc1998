package dev.nudge.detect;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Timetable;
import dev.nudge.event.Click;
import dev.nudge.pattern.RunningRule;
import java.util.HashSet;
import java.util.Set;

/**
 * What one version of a definition is to Detect.
 *
 * @param rule what finds its moments, or null
 * @param times when it pushes by itself, or null
 * @param followed names of the clicks by which its candidates end, or are served
 * @param followedForMillis how long after it governs no more it can have such
 */
record Compiled(RunningRule rule, Timetable times, Set<String> followed, long followedForMillis) {
  /** Longer than that no candidate waits, beside its delay. */
  private static final long PATIENCE_MILLIS = 7 * 86_400_000L;

  /** A rule by itself. */
  static Compiled of(RunningRule rule) {
    return new Compiled(rule, null, Set.of(), 0);
  }

  /**
   * A campaign.
   *
   * @param rule its own, or null
   */
  static Compiled of(Campaign campaign, RunningRule rule) {
    Set<String> followed = new HashSet<>(campaign.cancelOn());
    followed.add(campaign.conversion().goal());
    if (campaign.recommend() != null) {
      followed.add(Click.PRODUCT_VIEWED);
      followed.add(Click.PRODUCT_ADDED);
    }
    return new Compiled(
        rule,
        campaign.trigger() instanceof CampaignTrigger.OfTime time ? time.times() : null,
        followed,
        campaign.delayMillis() + PATIENCE_MILLIS + campaign.conversion().primaryMillis());
  }
}
