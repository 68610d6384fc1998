package dev.nudge.definition;

import dev.nudge.event.LifecycleStage;
import dev.nudge.pattern.Trigger;

/** What makes a customer a campaign's candidate. */
public sealed interface CampaignTrigger {

  /**
   * A pattern of events, or time that passed after one: a moment whose kind is the campaign's id.
   *
   * @param rule a {@link dev.nudge.pattern.PatternTrigger} or a {@link
   *     dev.nudge.pattern.AfterTrigger}
   */
  record OfRule(Trigger rule) implements CampaignTrigger {}

  /**
   * A stage change, whatever it came from: a moment of kind {@link dev.nudge.event.Moment#STAGE}.
   *
   * @param to the stage reached
   */
  record OfStage(LifecycleStage to) implements CampaignTrigger {}

  /**
   * An anomaly: a moment of that kind.
   *
   * @param kind a built-in one, or the id of a tenant's own
   */
  record OfAnomaly(String kind) implements CampaignTrigger {}

  /**
   * A time, for every customer seen by then: a moment whose kind is the campaign's id.
   *
   * @param times when
   */
  record OfTime(Timetable times) implements CampaignTrigger {}
}
