package dev.nudge.decide;

import dev.nudge.definition.Campaign;

/**
 * A version of a campaign, compiled.
 *
 * @param campaign what it says
 * @param version which version, from 1
 * @param effectiveAtMillis with the version: which one, also if the campaign was deleted and made
 *     anew
 * @param lifeMillis when its first version since the last deletion began to govern
 */
record RunningCampaign(Campaign campaign, int version, long effectiveAtMillis, long lifeMillis) {
  String id() {
    return campaign.id();
  }
}
