package dev.nudge.decide;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Cap;
import dev.nudge.definition.Channel;
import dev.nudge.definition.OnFailed;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Resource;
import dev.nudge.event.Decision;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.GrantedResource;
import dev.nudge.event.Trigger;
import java.math.BigInteger;
import java.time.ZoneId;
import java.util.Map;

/**
 * What was sent, from the decision until nothing counts it any more: receipts, coupons, failed
 * deliveries, and what is given back.
 */
final class Grants {
  private static final int HEX = 16;

  /**
   * Longer than any day, wherever its customer moves: grants of a day are remembered for so long.
   */
  private static final long A_DAY_ANYWHERE_MILLIS = 50 * 3_600_000L;

  private final String tenant;
  private final DecideConfig config;
  private final Totals totals;
  private final Checks checks;
  private final Caps caps;

  Grants(String tenant, DecideConfig config, Totals totals, Checks checks, Caps caps) {
    this.tenant = tenant;
    this.config = config;
    this.totals = totals;
    this.checks = checks;
    this.caps = caps;
  }

  /** Makes a grant of a candidate that was sent, or held back to compare. */
  Grant open(Attempt attempt, boolean control) {
    Campaign campaign = attempt.campaign();
    Candidate candidate = attempt.candidate;
    Grant grant = new Grant();
    grant.campaign = candidate.campaign;
    grant.version = candidate.version;
    grant.effectiveAtMillis = candidate.effectiveAtMillis;
    grant.lifeMillis = attempt.running.lifeMillis();
    grant.momentId = candidate.momentId;
    grant.momentMillis = candidate.momentMillis;
    grant.decidedMillis = attempt.atMillis;
    grant.purpose = campaign.purpose();
    grant.control = control;
    grant.exclusive = campaign.exclusive();
    grant.heldUntilMillis =
        campaign.exclusive() == null
            ? attempt.atMillis
            : attempt.atMillis + campaign.conversion().primaryMillis();
    grant.goal = campaign.conversion().goal();
    grant.reentryUntilMillis = attempt.atMillis + campaign.reentryMillis();
    grant.expiresMillis = candidate.expiresMillis;
    grant.grantHash = hash(grantId(grant, attempt.recipient));
    if (!control) {
      grant.variant = attempt.variant.id();
      pay(attempt, grant);
      send(grant, attempt.recipient, attempt.channels.get(0), attempt.atMillis);
      if (attempt.resource != null) {
        reserve(attempt, grant);
      }
      if (config.receipts() == DecideConfig.Receipts.ASSUMED) {
        received(attempt.recipient, grant, attempt.atMillis);
      } else if (campaign.onFailed() == OnFailed.NEXT_CHANNEL && campaign.channels().size() > 1) {
        grant.content = attempt.content;
        grant.bestHour = attempt.moment.customer().bestHour();
      }
    }
    attempt.recipient.grants.add(grant);
    return grant;
  }

  private void pay(Attempt attempt, Grant grant) {
    grant.costMilli = attempt.costMilli;
    grant.costDay = caps.windows(attempt.policy).day(attempt.atMillis);
    grant.amountDay = grant.costDay;
    totals.spend(
        grant.campaign, grant.lifeMillis, BigInteger.valueOf(grant.costMilli), grant.costDay);
  }

  private void reserve(Attempt attempt, Grant grant) {
    Resource resource = attempt.campaign().resource();
    GrantedResource granted = attempt.resource;
    grant.kind = resource.kind();
    grant.type = resource.type();
    grant.amountUnits = granted.amountUnits();
    grant.coupon = CouponState.RESERVED;
    grant.mustClaim = resource.claim() != null;
    grant.validForMillis = resource.validForMillis();
    grant.usableUntilMillis = resource.validUntilMillis();
    grant.countsPerDay = resource.perCustomerPerDay() != Campaign.UNLIMITED;
    if (grant.mustClaim) {
      grant.lapsesMillis = granted.claimToMillis();
    }
    if (config.receipts() == DecideConfig.Receipts.DELIVERIES) {
      grant.receiptByMillis = attempt.atMillis + config.receiptTimeoutMillis();
    }
    totals.grant(grant.campaign, grant.lifeMillis);
    totals.spend(
        grant.campaign, grant.lifeMillis, Totals.milli(grant.amountUnits), grant.amountDay);
    if (resource.perCustomer() != Campaign.UNLIMITED || resource.diminishing() != null) {
      grant.counted = true;
      count(attempt.recipient, grant, 1, 0);
    }
  }

  private static void count(Recipient recipient, Grant grant, long granted, long held) {
    Recipient.Count before = recipient.countOf(grant.campaign, grant.lifeMillis);
    recipient.counts.put(
        grant.campaign,
        new Recipient.Count(grant.lifeMillis, before.granted() + granted, before.held() + held));
  }

  private void send(Grant grant, Recipient recipient, String channel, long atMillis) {
    String triggerId = triggerId(grant, recipient, channel);
    grant.sent.add(new Grant.Sent(hash(triggerId), channel, atMillis));
  }

  private String triggerId(Grant grant, Recipient recipient, String channel) {
    return Trigger.id(
        tenant, grant.campaign, grant.version, recipient.customerId, grant.momentId, channel);
  }

  String grantId(Grant grant, Recipient recipient) {
    return Decision.grantId(
        tenant, grant.campaign, grant.version, recipient.customerId, grant.momentId);
  }

  /** What a gateway is told of the newest send of a grant. */
  Trigger trigger(
      Grant grant,
      Recipient recipient,
      Policy policy,
      Map<String, String> content,
      GrantedResource resource) {
    Grant.Sent sent = grant.sent.get(grant.sent.size() - 1);
    return new Trigger(
        triggerId(grant, recipient, sent.channel()),
        tenant,
        recipient.customerId,
        grant.campaign,
        grant.version,
        grant.variant,
        sent.channel(),
        position(policy, sent.channel(), content.get("position")),
        grantId(grant, recipient),
        resource,
        content,
        grant.recommendations,
        grant.momentId,
        sent.atMillis(),
        grant.expiresMillis);
  }

  /** The place on the page that the content names, else the channel's first. */
  private static String position(Policy policy, String channel, String wanted) {
    Channel known = policy.sending().channel(channel);
    if (known == null || known.kind() != Channel.Kind.ON_PAGE || known.positions().isEmpty()) {
      return null;
    }
    return wanted != null && known.positions().contains(wanted) ? wanted : known.positions().get(0);
  }

  /**
   * A delivery of the customer.
   *
   * @param playbook which says how else a campaign may be sent
   * @return the trigger by another channel, or null
   */
  Trigger delivered(
      Recipient recipient,
      Delivery delivery,
      long atMillis,
      Playbook playbook,
      Policy policy,
      ZoneId zone) {
    Grant grant = find(recipient, delivery);
    switch (delivery.status()) {
      case SENT, DELIVERED, EXPOSED, CLICKED -> {
        if (grant != null) {
          received(recipient, grant, atMillis);
        }
      }
      case UNSUBSCRIBED -> unsubscribed(recipient, delivery, grant);
      case FAILED -> {
        if (grant != null && isOfTheNewest(grant, delivery)) {
          return failed(recipient, grant, atMillis, playbook, policy, zone);
        }
      }
      case COUPON_CLAIMED -> {
        if (grant != null && grant.mustClaim) {
          hold(recipient, grant, atMillis);
        }
      }
      case COUPON_REDEEMED -> {
        if (grant != null) {
          if (grant.coupon == CouponState.RESERVED || grant.coupon == CouponState.OFFERED) {
            hold(recipient, grant, atMillis);
          }
          move(grant, CouponState.REDEEMED);
        }
      }
      case COUPON_EXPIRED -> {
        if (grant != null) {
          move(grant, CouponState.EXPIRED);
        }
      }
    }
    return null;
  }

  /** Whom a delivery means: by the grant, else by the trigger, else by the coupon's type. */
  private Grant find(Recipient recipient, Delivery delivery) {
    if (delivery.grantId() != null && delivery.status().isCoupon()) {
      long hash = hash(delivery.grantId());
      for (Grant grant : recipient.grants) {
        if (!grant.control
            && grant.coupon != null
            && grant.grantHash == hash
            && grantId(grant, recipient).equals(delivery.grantId())) {
          return grant;
        }
      }
      return null;
    } else if (delivery.triggerId() != null) {
      return byTrigger(recipient, delivery);
    }
    return delivery.couponType() == null || !delivery.status().isCoupon()
        ? null
        : oldest(recipient, delivery);
  }

  private Grant byTrigger(Recipient recipient, Delivery delivery) {
    long hash = hash(delivery.triggerId());
    for (Grant grant : recipient.grants) {
      for (Grant.Sent sent : grant.sent) {
        if (sent.triggerHash() == hash
            && triggerId(grant, recipient, sent.channel()).equals(delivery.triggerId())) {
          return grant.coupon == null && delivery.status().isCoupon() ? null : grant;
        }
      }
    }
    return null;
  }

  /** The oldest of that type in the state that comes before. */
  private Grant oldest(Recipient recipient, Delivery delivery) {
    CouponState before =
        delivery.status() == DeliveryStatus.COUPON_CLAIMED ? CouponState.OFFERED : CouponState.HELD;
    Grant oldest = null;
    for (Grant grant : recipient.grants) {
      if (grant.coupon == before
          && delivery.couponType().equals(grant.type)
          && (oldest == null || isOlder(grant, oldest, recipient))) {
        oldest = grant;
      }
    }
    return oldest;
  }

  private boolean isOlder(Grant grant, Grant than, Recipient recipient) {
    return grant.decidedMillis != than.decidedMillis
        ? grant.decidedMillis < than.decidedMillis
        : grantId(grant, recipient).compareTo(grantId(than, recipient)) < 0;
  }

  private static boolean isOfTheNewest(Grant grant, Delivery delivery) {
    return grant.sent.get(grant.sent.size() - 1).triggerHash() == hash(delivery.triggerId());
  }

  private static void unsubscribed(Recipient recipient, Delivery delivery, Grant grant) {
    String channel = delivery.channel();
    if (channel == null && grant != null) {
      long hash = hash(delivery.triggerId());
      for (Grant.Sent sent : grant.sent) {
        channel = sent.triggerHash() == hash ? sent.channel() : channel;
      }
    }
    if (channel != null && (recipient.unsubscribed.size() < Recipient.MAX_CHANNELS)) {
      recipient.unsubscribed.add(channel);
    }
  }

  /** The customer heard of it: what need not be claimed is held. */
  private void received(Recipient recipient, Grant grant, long atMillis) {
    if (grant.coupon != CouponState.RESERVED) {
      return;
    }
    if (grant.mustClaim) {
      move(grant, CouponState.OFFERED);
    } else {
      hold(recipient, grant, atMillis);
    }
  }

  private void hold(Recipient recipient, Grant grant, long atMillis) {
    if (!grant.coupon.leadsTo(CouponState.HELD)) {
      return;
    }
    move(grant, CouponState.HELD);
    if (grant.validForMillis > 0) {
      grant.usableUntilMillis = atMillis + grant.validForMillis;
    }
    if (grant.counted) {
      count(recipient, grant, 0, 1);
    }
  }

  private void move(Grant grant, CouponState next) {
    if (!grant.coupon.leadsTo(next)) {
      return;
    }
    grant.coupon = next;
    if (next != CouponState.RESERVED) {
      grant.receiptByMillis = Recipient.NEVER;
    }
    if (next.givesBack()) {
      totals.ungrant(grant.campaign, grant.lifeMillis);
      totals.unspend(
          grant.campaign, grant.lifeMillis, Totals.milli(grant.amountUnits), grant.amountDay);
    }
  }

  /** Another channel is tried, or the grant never was. */
  private Trigger failed(
      Recipient recipient,
      Grant grant,
      long atMillis,
      Playbook playbook,
      Policy policy,
      ZoneId zone) {
    boolean isInHand = grant.coupon == CouponState.HELD && grant.mustClaim;
    if (grant.coupon == CouponState.REDEEMED || grant.coupon == CouponState.EXPIRED || isInHand) {
      // The customer has had it in spite of what the gateway says, and so it was no failure.
      return null;
    }
    totals.unspend(
        grant.campaign, grant.lifeMillis, BigInteger.valueOf(grant.costMilli), grant.costDay);
    grant.costMilli = 0;
    RunningCampaign running =
        playbook.version(tenant, grant.campaign, grant.version, grant.effectiveAtMillis);
    RunningCampaign governing = playbook.at(tenant, atMillis).byId().get(grant.campaign);
    String channel =
        running == null || governing == null || governing.campaign().paused()
            ? null
            : nextChannel(recipient, grant, running, atMillis, policy, zone);
    if (channel == null) {
      fail(recipient, grant);
      return null;
    }
    grant.costMilli = Checks.costMilli(running.campaign(), policy, channel);
    grant.costDay = caps.windows(policy).day(atMillis);
    totals.spend(
        grant.campaign, grant.lifeMillis, BigInteger.valueOf(grant.costMilli), grant.costDay);
    send(grant, recipient, channel, atMillis);
    if (grant.coupon == CouponState.RESERVED) {
      grant.receiptByMillis = atMillis + config.receiptTimeoutMillis();
    }
    return trigger(grant, recipient, policy, grant.content, resource(grant, running));
  }

  /** The same resource again: its amount was dealt at the decision. */
  private static GrantedResource resource(Grant grant, RunningCampaign running) {
    return grant.kind == null ? null : Resources.granted(running.campaign(), grant);
  }

  private String nextChannel(
      Recipient recipient,
      Grant grant,
      RunningCampaign running,
      long atMillis,
      Policy policy,
      ZoneId zone) {
    Campaign campaign = running.campaign();
    boolean isGivenBack = grant.coupon != null && !grant.coupon.isOpen();
    LocalTimes times = Checks.localTimes(campaign, policy, grant.bestHour);
    if (grant.content == null
        || isGivenBack
        || atMillis >= grant.expiresMillis
        || policy.sending().paused()
        || !times.isOpen(atMillis, zone)) {
      return null;
    }
    long day = caps.windows(policy).day(atMillis);
    BigInteger left = checks.leftMilli(campaign.budget(), grant.campaign, grant.lifeMillis, day);
    int tried = campaign.channels().indexOf(grant.channel());
    for (String channel : campaign.channels().subList(tried + 1, campaign.channels().size())) {
      BigInteger cost = BigInteger.valueOf(Checks.costMilli(campaign, policy, channel));
      boolean isQuiet =
          Checks.isDisturbing(policy.sending(), channel) && times.isQuiet(atMillis, zone);
      if (Checks.hasConsent(recipient, policy.sending(), channel)
          && !recipient.unsubscribed.contains(channel)
          && !isQuiet
          && caps.isChannelWithin(recipient, policy, grant.purpose, channel, atMillis)
          && (left == null || cost.compareTo(left) <= 0)) {
        return channel;
      }
    }
    return null;
  }

  /** As if it had never been sent: it holds nothing, counts nowhere, and costs nothing. */
  private void fail(Recipient recipient, Grant grant) {
    if (grant.coupon != null) {
      move(grant, CouponState.RELEASED);
    }
    if (grant.counted) {
      count(recipient, grant, -1, 0);
      Recipient.Count left = recipient.countOf(grant.campaign, grant.lifeMillis);
      if (left.granted() == 0 && left.held() == 0) {
        recipient.counts.remove(grant.campaign);
      }
    }
    recipient.grants.remove(grant);
  }

  /** A goal reached after the decision frees the customer. */
  static void reached(Recipient recipient, String eventName, long atMillis) {
    for (Grant grant : recipient.grants) {
      if (atMillis > grant.decidedMillis && eventName.equals(grant.goal)) {
        grant.heldUntilMillis = Math.min(grant.heldUntilMillis, atMillis);
      }
    }
  }

  /** What time alone does to coupons, and whom nothing counts any more. */
  void ends(Recipient recipient, long atMillis, Policy policy) {
    for (Grant grant : recipient.grants) {
      while (grant.couponEndsMillis() <= atMillis) {
        move(
            grant,
            switch (grant.coupon) {
              case RESERVED ->
                  grant.receiptByMillis <= grant.lapsesMillis
                      ? CouponState.RELEASED
                      : CouponState.LAPSED;
              case OFFERED -> CouponState.LAPSED;
              default -> CouponState.EXPIRED;
            });
      }
    }
    recipient.grants.removeIf(grant -> forgottenMillis(grant, policy) <= atMillis);
  }

  /** Gives back what a customer who is erased will never claim. */
  void erase(Recipient recipient) {
    for (Grant grant : recipient.grants) {
      if (grant.coupon == CouponState.RESERVED || grant.coupon == CouponState.OFFERED) {
        move(grant, CouponState.LAPSED);
      }
    }
  }

  /** When nothing counts a grant any more; {@link Recipient#NEVER} while its coupon is good. */
  long forgottenMillis(Grant grant, Policy policy) {
    long until = Math.max(grant.heldUntilMillis, grant.reentryUntilMillis);
    if (grant.control) {
      return until;
    }
    if (config.receipts() == DecideConfig.Receipts.DELIVERIES) {
      until = Math.max(until, grant.expiresMillis);
    }
    if (grant.countsPerDay) {
      until = Math.max(until, grant.decidedMillis + A_DAY_ANYWHERE_MILLIS);
    }
    long lastMillis = grant.sent.get(grant.sent.size() - 1).atMillis();
    CapWindow windows = caps.windows(policy);
    for (Cap cap : policy.sending().caps()) {
      until = Math.max(until, windows.endMillis(cap, lastMillis));
    }
    boolean isOpen = grant.coupon != null && grant.coupon.isOpen();
    if (isOpen && (grant.coupon != CouponState.HELD || grant.hasCoupon() || hasEnd(grant))) {
      until = Math.max(until, grant.couponEndsMillis());
    }
    return until;
  }

  private static boolean hasEnd(Grant grant) {
    return grant.usableUntilMillis != Recipient.NEVER;
  }

  /** When a customer's grants change next by themselves. */
  long dueMillis(Recipient recipient, Policy policy) {
    long due = Recipient.NEVER;
    for (Grant grant : recipient.grants) {
      due = Math.min(due, grant.couponEndsMillis());
      due = Math.min(due, forgottenMillis(grant, policy));
    }
    return due;
  }

  /** The first 8 bytes of an id; 0 for what is none. */
  private static long hash(String id) {
    if (id == null || id.length() < HEX) {
      return 0;
    }
    try {
      return Long.parseUnsignedLong(id, 0, HEX, HEX);
    } catch (NumberFormatException noHex) {
      return 0;
    }
  }
}
