package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Channel;
import dev.nudge.definition.Phase;
import dev.nudge.definition.Phases;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Span;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Topic;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Consumer;

/** What an event, a decision or a change of a row adds to what alerts are judged by. */
final class AlertSigns {
  private static final long MINUTE_MILLIS = 60_000L;
  private static final BigInteger E8_PER_UNIT = BigInteger.valueOf(10_000);
  private static final BigInteger E8_PER_MILLI_UNIT = BigInteger.TEN;

  private AlertSigns() {}

  /**
   * Of an event that was told: a record of its topic, and what a gateway says of a channel.
   *
   * @param channel the one that a receipt is about; null where it is not known or it is none
   */
  static void of(CustomerEvent event, String channel, Consumer<AlertChange> out) {
    if (Topic.CUSTOMER_INPUTS.contains(event.topic())) {
      out.accept(
          change("", "", AlertCount.RECORDS, event.topic().plainName(), event.atMillis(), 1));
    }
    Delivery delivery = event.delivery();
    AlertCount what = delivery == null ? null : count(delivery.status());
    if (what != null && channel != null) {
      out.accept(change(event.tenant(), "", what, Texts.plain(channel), event.atMillis(), 1));
    }
  }

  private static AlertCount count(DeliveryStatus status) {
    return switch (status) {
      case SENT -> AlertCount.SENT;
      case FAILED -> AlertCount.FAILED;
      case UNSUBSCRIBED -> AlertCount.UNSUBSCRIBED;
      case DELIVERED, EXPOSED, CLICKED, COUPON_CLAIMED, COUPON_REDEEMED, COUPON_EXPIRED -> null;
    };
  }

  /** Of a decision: a grant that was sent, and what it reserves. */
  static void of(Decision decision, MeasureDefinitions definitions, Consumer<AlertChange> out) {
    if (decision.code() != DecisionCode.SENT) {
      return;
    }
    Policy policy = definitions.policy(decision.tenant());
    Campaign campaign =
        definitions.campaign(decision.tenant(), decision.campaign(), decision.version());
    long at = decision.atMillis();
    out.accept(change(decision.tenant(), decision.campaign(), AlertCount.GRANTS, "", at, 1));
    String day = Instant.ofEpochMilli(at).atZone(ZoneId.of(policy.zone())).toLocalDate().toString();
    out.accept(
        new AlertChange(
            decision.tenant(),
            decision.campaign(),
            AlertCount.RESERVED,
            day,
            minuteOf(at),
            1,
            reservedE8(decision, campaign, policy)));
  }

  private static BigInteger reservedE8(Decision decision, Campaign campaign, Policy policy) {
    long milliUnits = campaign == null ? 0 : campaign.cost().expectedMilliUnits();
    Channel channel =
        decision.channel() == null ? null : policy.sending().channel(decision.channel());
    if (channel != null) {
      milliUnits += channel.cost().expectedMilliUnits();
    }
    long amountUnits = decision.amountUnits() == null ? 0 : decision.amountUnits();
    return BigInteger.valueOf(milliUnits)
        .multiply(E8_PER_MILLI_UNIT)
        .add(BigInteger.valueOf(amountUnits).multiply(E8_PER_UNIT));
  }

  /** Of a change of the funnel: paid orders of those who were sent to, by last touch. */
  static void of(FunnelChange change, Consumer<AlertChange> out) {
    FunnelKey key = change.key();
    if (key.step() == FunnelStep.PAID
        && key.touch() == Touch.LAST
        && !key.variant().equals(Decision.CONTROL)
        && change.grants() != 0) {
      out.accept(
          change(
              key.tenant(),
              key.campaign(),
              AlertCount.PAID,
              Long.toString(key.windowMillis()),
              key.minuteMillis(),
              change.grants()));
    }
  }

  /** Of a change of money: revenue in the policy's currency, by last touch. */
  static void of(MoneyChange change, MeasureDefinitions definitions, Consumer<AlertChange> out) {
    MoneyKey key = change.key();
    String currency = definitions.policy(key.tenant()).currency();
    if (key.basis() == Basis.EVENT
        && key.touch() == Touch.LAST
        && key.windowMillis() > 0
        && key.currency().equals(currency == null ? "" : currency)
        && change.revenueUnits().signum() != 0) {
      out.accept(
          new AlertChange(
              key.tenant(),
              key.campaign(),
              AlertCount.REVENUE,
              Long.toString(key.windowMillis()),
              key.hourMillis(),
              0,
              change.revenueUnits()));
    }
  }

  /** What a version of a campaign says. */
  static AlertTerms terms(String tenant, int version, Campaign campaign, Policy policy) {
    Span active = campaign.active();
    Phases phases = campaign.phases();
    Span warmUp = span(phases == null ? null : phases.warmUp());
    Span main = span(phases == null ? null : phases.main());
    return new AlertTerms(
        tenant,
        campaign.id(),
        version,
        active.fromMillis(),
        active.toMillis(),
        warmUp.fromMillis(),
        warmUp.toMillis(),
        main.fromMillis(),
        main.toMillis(),
        phases == null ? 0 : phases.afterMillis(),
        campaign.targets().paid(),
        campaign.targets().revenueUnits(),
        campaign.budget().totalUnits(),
        campaign.budget().perDayUnits(),
        policy.zone(),
        campaign.conversion().windowsMillis().get(0),
        campaign.trigger() instanceof CampaignTrigger.OfTime,
        campaign.paused());
  }

  private static Span span(Phase phase) {
    return phase == null ? new Span(0, 0) : phase.span();
  }

  private static AlertChange change(
      String tenant, String campaign, AlertCount what, String subject, long atMillis, long count) {
    return new AlertChange(
        tenant, campaign, what, subject, minuteOf(atMillis), count, BigInteger.ZERO);
  }

  private static long minuteOf(long millis) {
    return Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS;
  }
}
