package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Channel;
import dev.nudge.definition.Cost;
import dev.nudge.definition.Policy;
import dev.nudge.event.CodePoints;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Identity;
import dev.nudge.event.Trigger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One SENT or CONTROL decision, whatever its deliveries, with all that its measures need.
 *
 * @param id the grant
 * @param campaign the campaign
 * @param version its version
 * @param variant the variant; {@link Decision#CONTROL} for who was held back
 * @param atMillis the decision, epoch milliseconds
 * @param control whether it was held back
 * @param amountUnits what the customer got, in ten-thousandths; 0 for nothing
 * @param channel by which it was sent, or null
 * @param triggers the triggers that are its, by hash; none of who was held back
 * @param terms what its version says
 * @param currency the policy's; null without one
 */
record Grant(
    String id,
    String campaign,
    int version,
    String variant,
    long atMillis,
    boolean control,
    long amountUnits,
    String channel,
    List<GrantTrigger> triggers,
    Terms terms,
    String currency) {

  /**
   * A trigger that a grant has or may have, if an earlier one fails.
   *
   * @param hash the first 64 bits of the SHA-256 of its id
   * @param channel by which it goes
   * @param cost what the channel costs
   */
  record GrantTrigger(long hash, String channel, Cost cost) {}

  /** The newest last; of one instant those of higher priority, then of smaller ids, come later. */
  static final Comparator<Grant> NEWEST_LAST =
      Comparator.comparingLong(Grant::atMillis)
          .thenComparingInt(grant -> grant.terms.priority())
          .thenComparing(Grant::campaign, CodePoints.ORDER.reversed())
          .thenComparing(Grant::id, CodePoints.ORDER.reversed());

  static Grant of(Decision decision, MeasureDefinitions definitions) {
    boolean control = decision.code() == DecisionCode.CONTROL;
    Campaign campaign =
        definitions.campaign(decision.tenant(), decision.campaign(), decision.version());
    Policy policy = definitions.policy(decision.tenant());
    return new Grant(
        decision.grantId(),
        decision.campaign(),
        decision.version(),
        variant(decision),
        decision.atMillis(),
        control,
        decision.amountUnits() == null ? 0 : decision.amountUnits(),
        control ? null : decision.channel(),
        control ? List.of() : triggers(decision, campaign, policy),
        Terms.of(campaign),
        policy.currency());
  }

  /** The variant that a grant's rows name. */
  static String variant(Decision decision) {
    if (decision.code() == DecisionCode.CONTROL) {
      return Decision.CONTROL;
    }
    return decision.variant() == null ? "" : decision.variant();
  }

  /** The row's own channel comes first, so that {@link #costOf} knows it. */
  private static List<GrantTrigger> triggers(Decision decision, Campaign campaign, Policy policy) {
    List<GrantTrigger> triggers = new ArrayList<>();
    if (decision.channel() != null) {
      if (decision.triggerId() != null) {
        triggers.add(trigger(decision.triggerId(), decision.channel(), policy));
      }
      triggers.add(trigger(decision, decision.channel(), policy));
    }
    if (campaign != null) {
      for (String channel : campaign.channels()) {
        triggers.add(trigger(decision, channel, policy));
      }
    }
    return triggers.stream().distinct().toList();
  }

  private static GrantTrigger trigger(Decision decision, String channel, Policy policy) {
    String id =
        Trigger.id(
            decision.tenant(),
            decision.campaign(),
            decision.version(),
            decision.customerId(),
            decision.moment(),
            channel);
    return trigger(id, channel, policy);
  }

  private static GrantTrigger trigger(String id, String channel, Policy policy) {
    Channel declared = policy.sending().channel(channel);
    return new GrantTrigger(hash(id), channel, declared == null ? Cost.FREE : declared.cost());
  }

  static long hash(String triggerId) {
    return ByteBuffer.wrap(Identity.digest(triggerId)).getLong();
  }

  /** The channel of a trigger; null if it is none of this grant. */
  String channelOf(long triggerHash) {
    for (GrantTrigger trigger : triggers) {
      if (trigger.hash == triggerHash) {
        return trigger.channel;
      }
    }
    return null;
  }

  /** What a channel costs that the grant was sent by; nothing for another. */
  Cost costOf(String usedChannel) {
    for (GrantTrigger trigger : triggers) {
      if (trigger.channel.equals(usedChannel)) {
        return trigger.cost;
      }
    }
    return Cost.FREE;
  }

  /** A grant is its id, which no other grant of the customer has. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Grant that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  boolean declares(long windowMillis) {
    return terms.windowsMillis().contains(windowMillis);
  }

  /** Whether an event of an instant counts within a window; that of the decision's own does. */
  boolean isOpen(long instantMillis, long windowMillis) {
    return atMillis <= instantMillis && instantMillis < atMillis + windowMillis;
  }

  /** In which costs stand. */
  String costCurrency() {
    return currency == null ? "" : currency;
  }

  /** In whose rows an amount stands. */
  String rowCurrency(String ofAmount) {
    return currency == null ? "" : ofAmount;
  }
}
