package dev.nudge.decide;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Variant;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.GrantedResource;
import dev.nudge.event.Moment;
import dev.nudge.event.Value;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One candidate at one decision: what the checks know of it, read and left of it. */
final class Attempt {
  final String tenant;
  final Recipient recipient;
  final Candidate candidate;
  final RunningCampaign running;
  final Moment moment;
  final Policy policy;

  /** The customer's zone, else the tenant's. */
  final ZoneId zone;

  final long atMillis;

  /** What a row shows. */
  final TreeMap<String, Value> values = new TreeMap<>();

  /** The channels that are left, the best first. */
  final List<String> channels = new ArrayList<>(4);

  /** The first check that failed, or what became of it in the end; null while all pass. */
  DecisionCode code;

  /** Why it is put off. */
  DeferReason reason;

  /** When it is due again. */
  long dueAgainMillis = Recipient.NEVER;

  /** The variant that an experiment found to be the best; null for the declared weights. */
  String best;

  Variant variant;
  GrantedResource resource;
  Map<String, String> content = Map.of();
  long costMilli;

  Attempt(
      String tenant,
      Recipient recipient,
      Candidate candidate,
      RunningCampaign running,
      Policy policy,
      ZoneId zone,
      long atMillis) {
    this.tenant = tenant;
    this.recipient = recipient;
    this.candidate = candidate;
    this.running = running;
    this.moment = recipient.moments.get(candidate.momentId).get();
    this.policy = policy;
    this.zone = zone;
    this.atMillis = atMillis;
  }

  Campaign campaign() {
    return running.campaign();
  }

  /**
   * The number from 0 to 9,999 that the customer drew for a purpose.
   *
   * @param moment empty if it is the same for all moments
   */
  int deal(Chance.Purpose purpose, String moment) {
    return Chance.of(
        purpose, tenant, running.id(), campaign().salt(), recipient.customerId, moment);
  }

  boolean fail(DecisionCode failed) {
    code = failed;
    return false;
  }

  void show(String name, String text) {
    values.put(name, Value.string(text));
  }

  void show(String name, long number) {
    values.put(name, Value.number(Long.toString(number)));
  }
}
