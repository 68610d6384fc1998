package dev.nudge.decide;

import dev.nudge.definition.Budget;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Channel;
import dev.nudge.definition.Consent;
import dev.nudge.definition.Experiment;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.definition.OutsideSlot;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Purpose;
import dev.nudge.definition.Resource;
import dev.nudge.definition.SendingPolicy;
import dev.nudge.definition.Slot;
import dev.nudge.definition.Template;
import dev.nudge.definition.Variant;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The checks that a candidate passes, in their order. The first one that fails gives the code; some
 * take channels away, and the one that takes the last fails.
 *
 * <p>Example: Anna may be sent PUSH and SMS. She never agreed to SMS, so PUSH is left; it has been
 * used four times this month, and may be four times: FREQUENCY_CAP.
 */
final class Checks {
  private final int shards;
  private final int shard;
  private final boolean isRehearsal;
  private final Playbook playbook;
  private final Totals totals;
  private final Caps caps;
  private final Consumer<EvaluationException> failures;

  /**
   * Checks of one shard of a tenant.
   *
   * @param totals what was spent so far
   * @param caps how often is too often
   * @param failures hears of audiences that can't be evaluated, and so are false
   */
  Checks(
      DecideConfig config,
      int shard,
      Playbook playbook,
      Totals totals,
      Caps caps,
      Consumer<EvaluationException> failures) {
    this.shards = config.shards();
    this.shard = shard;
    this.isRehearsal = config.endOfTimeMillis() != Long.MAX_VALUE;
    this.playbook = playbook;
    this.totals = totals;
    this.caps = caps;
    this.failures = failures;
  }

  /**
   * Those that each candidate passes or fails whatever the others of its window do.
   *
   * @param governing the campaign's version in force now; null if it was deleted
   */
  boolean alone(Attempt attempt, RunningCampaign governing) {
    return isRunning(attempt, governing)
        && isMeant(attempt)
        && isTrusted(attempt)
        && isAgreed(attempt)
        && isNotAgain(attempt)
        && isNotHeld(attempt);
  }

  private static boolean isRunning(Attempt attempt, RunningCampaign governing) {
    boolean tenantPaused = attempt.policy.sending().paused();
    if (tenantPaused || (governing != null && governing.campaign().paused())) {
      attempt.show("paused", tenantPaused ? "policy" : "campaign");
      return attempt.fail(DecisionCode.PAUSED);
    }
    if (governing == null
        || attempt.running == null
        || !attempt.campaign().active().contains(attempt.atMillis)
        || attempt.atMillis >= attempt.candidate.expiresMillis) {
      if (governing == null || attempt.running == null) {
        attempt.show("deleted", "campaign");
      } else if (attempt.atMillis < attempt.campaign().active().fromMillis()) {
        attempt.show("from", iso(attempt.campaign().active().fromMillis()));
      } else {
        attempt.show("expired", iso(attempt.candidate.expiresMillis));
      }
      return attempt.fail(DecisionCode.CAMPAIGN_INACTIVE);
    }
    return true;
  }

  /** Asked once, at the first decision; of one who is alike it was asked of the other one. */
  private boolean isMeant(Attempt attempt) {
    if (attempt.moment.similarTo() != null) {
      attempt.show("similarTo", attempt.moment.similarTo());
      return true;
    }
    if (attempt.candidate.isDeferred() || attempt.campaign().audience() == null) {
      return true;
    }
    MomentScope scope = scope(attempt);
    for (String name : attempt.campaign().audience().reads()) {
      Value read = MomentScope.shown(scope.find(name));
      if (read != null) {
        attempt.values.put(name, read);
      }
    }
    return attempt.campaign().audience().test(scope) || attempt.fail(DecisionCode.AUDIENCE);
  }

  private MomentScope scope(Attempt attempt) {
    return new MomentScope(
        attempt.moment, attempt.recipient.heldCoupons(), attempt.atMillis, failures);
  }

  private static boolean isTrusted(Attempt attempt) {
    if (attempt.atMillis < attempt.recipient.suspectUntilMillis) {
      attempt.show("suspectUntil", iso(attempt.recipient.suspectUntilMillis));
      return attempt.fail(DecisionCode.SUSPECT);
    }
    return true;
  }

  private static boolean isAgreed(Attempt attempt) {
    attempt.channels.addAll(attempt.campaign().channels());
    return keep(
            attempt,
            channel -> hasConsent(attempt.recipient, attempt.policy.sending(), channel),
            DecisionCode.NO_CONSENT)
        && keep(
            attempt,
            channel -> !attempt.recipient.unsubscribed.contains(channel),
            DecisionCode.UNSUBSCRIBED);
  }

  /** A channel that the policy knows no more has nobody's consent. */
  static boolean hasConsent(Recipient recipient, SendingPolicy policy, String channel) {
    Boolean said = recipient.consents.get(channel);
    Channel known = policy.channel(channel);
    return known != null && (said == null ? known.consentDefault() == Consent.GRANTED : said);
  }

  private static boolean keep(Attempt attempt, Predicate<String> passes, DecisionCode code) {
    List<String> before = List.copyOf(attempt.channels);
    attempt.channels.removeIf(passes.negate());
    if (attempt.channels.isEmpty()) {
      attempt.show("channels", String.join(", ", before));
      return attempt.fail(code);
    }
    return true;
  }

  private static boolean isNotAgain(Attempt attempt) {
    if (attempt.campaign().reentryMillis() == 0) {
      return true;
    }
    for (Candidate other : attempt.recipient.candidates) {
      if (other != attempt.candidate
          && other.isDeferred()
          && other.campaign.equals(attempt.candidate.campaign)) {
        attempt.show("deferredSince", iso(other.deferredMillis));
        return attempt.fail(DecisionCode.REENTRY);
      }
    }
    for (Grant grant : attempt.recipient.grants) {
      if (grant.campaign.equals(attempt.candidate.campaign)
          && attempt.atMillis < grant.decidedMillis + attempt.campaign().reentryMillis()) {
        attempt.show("last", iso(grant.decidedMillis));
        attempt.show("reentry", Duration.ofMillis(attempt.campaign().reentryMillis()).toString());
        return attempt.fail(DecisionCode.REENTRY);
      }
    }
    return true;
  }

  /** By the holds as they were before anything of the window was decided. */
  private static boolean isNotHeld(Attempt attempt) {
    String group = attempt.campaign().exclusive();
    if (group == null) {
      return true;
    }
    for (Candidate other : attempt.recipient.candidates) {
      if (other != attempt.candidate && other.isDeferred() && group.equals(other.exclusive)) {
        return isHeldBy(attempt, group, other.campaign);
      }
    }
    for (Grant grant : attempt.recipient.grants) {
      if (group.equals(grant.exclusive) && attempt.atMillis < grant.heldUntilMillis) {
        attempt.show("heldUntil", iso(grant.heldUntilMillis));
        return isHeldBy(attempt, group, grant.campaign);
      }
    }
    return true;
  }

  private static boolean isHeldBy(Attempt attempt, String group, String campaign) {
    attempt.show("exclusive", group);
    attempt.show("heldBy", campaign);
    return attempt.fail(DecisionCode.GROUP_BUSY);
  }

  /** Those of the one that goes on: it passes all, or is put off, or the next takes its place. */
  boolean further(Attempt attempt) {
    return isNotWaiting(attempt)
        && isOpen(attempt)
        && caps.isWithin(attempt)
        && isWithinCouponLimits(attempt)
        && isFilled(attempt)
        && isPaidFor(attempt)
        && isInNoControl(attempt);
  }

  /**
   * Who is not among those who explore gets what the experiment found. Of a scheduled campaign they
   * wait until it has; others get the declared weights until then, and so do all in a rehearsal.
   */
  private boolean isNotWaiting(Attempt attempt) {
    Campaign campaign = attempt.campaign();
    Experiment experiment = campaign.experiment();
    boolean scheduled = campaign.trigger() instanceof CampaignTrigger.OfTime;
    if (experiment == null || (isRehearsal && !scheduled)) {
      return true;
    }
    if (attempt.deal(Chance.Purpose.EXPLORE, "") < experiment.exploreBasisPoints()) {
      return true;
    }
    long wantedMillis = attempt.candidate.momentMillis + experiment.decideAfterMillis();
    if (isRehearsal) {
      return attempt.atMillis >= wantedMillis
          || defer(attempt, DeferReason.WAITS_FOR_WINNER, wantedMillis);
    }
    ExperimentResult result = resultFor(attempt.tenant, attempt.candidate, attempt.atMillis);
    if (result != null) {
      return apply(attempt, result);
    }
    return !scheduled || waitForResult(attempt, wantedMillis);
  }

  /** What counts for a candidate; null if it is not there yet, or nothing to the candidate. */
  ExperimentResult resultFor(String tenant, Candidate candidate, long atMillis) {
    RunningCampaign running =
        playbook.version(
            tenant, candidate.campaign, candidate.version, candidate.effectiveAtMillis);
    if (running == null || running.campaign().experiment() == null) {
      return null;
    }
    Campaign campaign = running.campaign();
    long wantedMillis = candidate.momentMillis + campaign.experiment().decideAfterMillis();
    boolean scheduled = campaign.trigger() instanceof CampaignTrigger.OfTime;
    return playbook.result(tenant, running, scheduled ? wantedMillis : Long.MIN_VALUE, atMillis);
  }

  private static boolean apply(Attempt attempt, ExperimentResult result) {
    attempt.show("result", iso(result.decidedAtMillis()));
    if (attempt.campaign().experiment().then() == Experiment.Then.STOP) {
      return attempt.fail(DecisionCode.EXPIRED);
    }
    attempt.best = result.winner();
    return true;
  }

  /**
   * First until the result is to hold, which the row says, and by which it is asked for; then until
   * it comes.
   */
  private static boolean waitForResult(Attempt attempt, long wantedMillis) {
    if (attempt.candidate.isDeferred()) {
      attempt.reason = DeferReason.WAITS_FOR_WINNER;
      attempt.dueAgainMillis = Candidate.WITH_THE_RESULT;
      return attempt.fail(DecisionCode.DEFERRED);
    }
    // Of one that comes later than it wanted to know nobody has asked before.
    long foundMillis = ExperimentResult.foundMillis(Math.max(wantedMillis, attempt.atMillis + 1));
    return defer(
        attempt, DeferReason.WAITS_FOR_WINNER, foundMillis + ExperimentResult.HOLDS_AFTER_MILLIS);
  }

  private static boolean isOpen(Attempt attempt) {
    LocalTimes times = localTimes(attempt);
    boolean sparesOne = attempt.channels.stream().anyMatch(channel -> !isQuiet(attempt, channel));
    if (!times.isOpen(attempt.atMillis, attempt.zone)) {
      return closed(
          attempt, DecisionCode.OUTSIDE_SLOT, DeferReason.OUTSIDE_SLOT, times, !sparesOne);
    }
    if (times.isQuiet(attempt.atMillis, attempt.zone)) {
      if (!sparesOne) {
        return closed(attempt, DecisionCode.QUIET_HOURS, DeferReason.QUIET_HOURS, times, true);
      }
      attempt.channels.removeIf(channel -> isQuiet(attempt, channel));
    }
    return true;
  }

  private static boolean closed(
      Attempt attempt, DecisionCode code, DeferReason reason, LocalTimes times, boolean quietToo) {
    attempt.show("zone", attempt.zone.getId());
    if (attempt.campaign().outsideSlot() == OutsideSlot.DROP) {
      return attempt.fail(code);
    }
    return defer(attempt, reason, times.nextOpen(attempt.atMillis, attempt.zone, quietToo));
  }

  private static boolean defer(Attempt attempt, DeferReason reason, long againMillis) {
    attempt.reason = reason;
    // What would come too late only waits to expire.
    attempt.dueAgainMillis =
        againMillis < attempt.candidate.expiresMillis ? againMillis : Recipient.NEVER;
    if (attempt.dueAgainMillis != Recipient.NEVER) {
      attempt.show(Decision.DUE_AGAIN, iso(againMillis));
    }
    return attempt.fail(DecisionCode.DEFERRED);
  }

  /** The best hour of a customer who has none is any. */
  static LocalTimes localTimes(Campaign campaign, Policy policy, Integer bestHour) {
    List<Slot> slots = campaign.slots();
    if (campaign.bestHour()) {
      slots =
          bestHour == null
              ? List.of()
              : List.of(
                  new Slot(EnumSet.allOf(DayOfWeek.class), bestHour * 60, (bestHour + 1) * 60));
    }
    return new LocalTimes(slots, policy.sending().quietHours());
  }

  private static LocalTimes localTimes(Attempt attempt) {
    return localTimes(attempt.campaign(), attempt.policy, attempt.moment.customer().bestHour());
  }

  /** Whether quiet hours mean a channel. */
  private static boolean isQuiet(Attempt attempt, String channel) {
    return isDisturbing(attempt.policy.sending(), channel);
  }

  static boolean isDisturbing(SendingPolicy policy, String channel) {
    Channel known = policy.channel(channel);
    return known == null || known.kind() != Channel.Kind.ON_PAGE;
  }

  private boolean isWithinCouponLimits(Attempt attempt) {
    Resource resource = attempt.campaign().resource();
    if (resource == null) {
      return true;
    }
    Recipient recipient = attempt.recipient;
    if (resource.kind() == Resource.Kind.COUPON) {
      int held = recipient.heldCoupons();
      attempt.show("heldCoupons", held);
      Integer most = attempt.policy.sending().heldCoupons();
      if (most != null && held >= most) {
        attempt.show("maxHeldCoupons", most);
        return attempt.fail(DecisionCode.HELD_COUPONS);
      }
      if (!caps.isCouponTypeWithin(attempt, resource.type())) {
        return false;
      }
    }
    if (resource.perCustomerPerDay() != Campaign.UNLIMITED) {
      long today = today(attempt);
      attempt.show("today", today);
      if (today >= resource.perCustomerPerDay()) {
        attempt.show("perCustomerPerDay", resource.perCustomerPerDay());
        return attempt.fail(DecisionCode.COUPON_PER_DAY);
      }
    }
    if (resource.perCustomer() != Campaign.UNLIMITED) {
      long got = recipient.countOf(attempt.running.id(), attempt.running.lifeMillis()).granted();
      attempt.show("granted", got);
      if (got >= resource.perCustomer()) {
        attempt.show("perCustomer", resource.perCustomer());
        return attempt.fail(DecisionCode.COUPON_PER_CUSTOMER);
      }
    }
    return true;
  }

  private long today(Attempt attempt) {
    CapWindow days = caps.windows(attempt.zone.getId());
    long day = days.day(attempt.atMillis);
    long today = 0;
    for (Grant grant : attempt.recipient.grants) {
      if (!grant.control
          && grant.kind != null
          && grant.lifeMillis == attempt.running.lifeMillis()
          && grant.campaign.equals(attempt.running.id())
          && days.day(grant.decidedMillis) == day) {
        today++;
      }
    }
    return today;
  }

  /** Deals the variant and the amount, and fills the content with them. */
  private boolean isFilled(Attempt attempt) {
    Campaign campaign = attempt.campaign();
    attempt.variant = variant(attempt);
    attempt.resource = Resources.granted(attempt);
    Filling filling = new Filling(campaign, attempt.moment, scope(attempt), attempt.resource);
    Map<String, String> content = new TreeMap<>();
    for (Map.Entry<String, Template> each : attempt.variant.content().entrySet()) {
      String filled = each.getValue().fill(filling::of).orElse(null);
      if (filled == null) {
        attempt.show("missing", String.join(", ", each.getValue().missing(filling::of)));
        return attempt.fail(DecisionCode.MISSING_VALUE);
      }
      content.put(each.getKey(), filled);
    }
    attempt.content = content;
    return true;
  }

  private static Variant variant(Attempt attempt) {
    List<Variant> variants = attempt.campaign().variants();
    for (Variant variant : variants) {
      if (variant.id().equals(attempt.best)) {
        return variant;
      }
    }
    int h = attempt.deal(Chance.Purpose.VARIANT, "");
    int upTo = 0;
    for (Variant variant : variants) {
      upTo += variant.weightBasisPoints();
      if (h < upTo) {
        return variant;
      }
    }
    return variants.get(variants.size() - 1);
  }

  private boolean isPaidFor(Attempt attempt) {
    Campaign campaign = attempt.campaign();
    String id = attempt.running.id();
    long life = attempt.running.lifeMillis();
    Resource resource = campaign.resource();
    if (resource != null && resource.total() != Campaign.UNLIMITED) {
      long left = Totals.share(resource.total(), shards, shard) - totals.granted(id, life);
      attempt.show("totalLeft", left);
      if (left <= 0) {
        attempt.channels.clear();
        return attempt.fail(DecisionCode.BUDGET_EXHAUSTED);
      }
    }
    long day = caps.windows(attempt.policy).day(attempt.atMillis);
    BigInteger left = leftMilli(campaign.budget(), id, life, day);
    if (left != null) {
      attempt.show("budgetLeft", money(left));
    }
    BigInteger amount =
        attempt.resource == null ? BigInteger.ZERO : Totals.milli(attempt.resource.amountUnits());
    while (!attempt.channels.isEmpty()) {
      long cost = costMilli(campaign, attempt.policy, attempt.channels.get(0));
      if (left == null || amount.add(BigInteger.valueOf(cost)).compareTo(left) <= 0) {
        attempt.costMilli = cost;
        return true;
      }
      attempt.channels.remove(0);
    }
    return attempt.fail(DecisionCode.BUDGET_EXHAUSTED);
  }

  /** What is left of both budgets on a day, the smaller; null for no limit. */
  BigInteger leftMilli(Budget budget, String campaign, long lifeMillis, long day) {
    BigInteger left = null;
    if (budget.totalUnits() != Campaign.UNLIMITED) {
      left =
          Totals.milli(Totals.share(budget.totalUnits(), shards, shard))
              .subtract(totals.spentMilli(campaign, lifeMillis));
    }
    if (budget.perDayUnits() != Campaign.UNLIMITED) {
      BigInteger today =
          Totals.milli(Totals.share(budget.perDayUnits(), shards, shard))
              .subtract(totals.spentMilli(campaign, lifeMillis, day));
      left = left == null ? today : left.min(today);
    }
    return left;
  }

  private static String money(BigInteger milli) {
    return Units.format(milli.divide(BigInteger.valueOf(1_000)));
  }

  /** What a send by a channel is expected to cost, in thousandths of a ten-thousandth. */
  static long costMilli(Campaign campaign, Policy policy, String channel) {
    Channel known = policy.sending().channel(channel);
    return (known == null ? 0 : known.cost().expectedMilliUnits())
        + campaign.cost().expectedMilliUnits();
  }

  private static boolean isInNoControl(Attempt attempt) {
    Campaign campaign = attempt.campaign();
    SendingPolicy policy = attempt.policy.sending();
    if (campaign.purpose() == Purpose.MARKETING && policy.globalControlBasisPoints() > 0) {
      int h =
          Chance.of(
              Chance.Purpose.GLOBAL,
              attempt.tenant,
              "",
              policy.salt(),
              attempt.recipient.customerId,
              "");
      if (h < policy.globalControlBasisPoints()) {
        return attempt.fail(DecisionCode.GLOBAL_CONTROL);
      }
    }
    if (campaign.controlBasisPoints() > 0
        && attempt.deal(Chance.Purpose.CONTROL, "") < campaign.controlBasisPoints()) {
      return attempt.fail(DecisionCode.CONTROL);
    }
    attempt.code = DecisionCode.SENT;
    return true;
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
