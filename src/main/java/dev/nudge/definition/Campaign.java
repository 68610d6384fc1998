package dev.nudge.definition;

import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whom a brand nudges, when, with what and how often.
 *
 * <pre>{@code
 * kind: campaign
 * tenant: acme
 * id: cart-rescue
 * trigger: {anomaly: CART_ABANDONED}
 * audience: "customer.stage in ['GROWING', 'STABLE'] && customer.heldCoupons == 0"
 * channels: [PUSH, SMS]
 * resource: {kind: COUPON, type: C50, amount: 50, total: 10000}
 * }</pre>
 *
 * <p>It never travels: its text does, as a {@link RuleSource}, and each subtask compiles its own.
 * Spans are [from, to), epoch milliseconds; money is in ten-thousandths; a share of a hundred per
 * cent is 10,000 basis points.
 *
 * @param tenant the brand; null for every one, in a rehearsal's file
 * @param id its name
 * @param purpose whether it sells or serves
 * @param exclusive of the campaigns of this name at most one holds a customer at a time; null for
 *     none
 * @param priority 0 to 100; among campaigns for one customer the highest goes first
 * @param paused true sends nothing
 * @param active when it runs
 * @param phases what belongs together within that time, or null
 * @param targets what it is to reach
 * @param trigger what makes a customer a candidate
 * @param audience which candidates are meant, over {@code customer} and {@code now}; null for all
 * @param delayMillis from the moment until the candidate is due
 * @param cancelOn names of events after the moment that make the candidate go
 * @param slots when it may be sent, by the customer's clock; empty for any time
 * @param bestHour whether it is to be sent in the customer's best hour, in place of slots
 * @param outsideSlot what becomes of a candidate that is due outside of them
 * @param channels by which it may be sent, the best first; one or more
 * @param onFailed what follows on a failed delivery
 * @param reentryMillis how long after it was sent it leaves a customer alone; 0 for no limit
 * @param resource what the customer gets, or null
 * @param budget what it may cost; {@link Budget#UNLIMITED} where nothing is said
 * @param variants what is sent to whom; one or more, whose weights add up to 10,000
 * @param controlBasisPoints the share of those who would be sent that is held back, 0 to 10,000
 * @param experiment how the best variant is found, or null
 * @param conversion what counts as success
 * @param cost what it costs beside the channel's own cost
 * @param products the products or categories that it is about; empty for all
 * @param recommend which products go with it, or null
 * @param similar to which similar people it goes too, or null
 * @param salt another one deals control and variants anew
 */
public record Campaign(
    String tenant,
    String id,
    Purpose purpose,
    String exclusive,
    int priority,
    boolean paused,
    Span active,
    Phases phases,
    Targets targets,
    CampaignTrigger trigger,
    Expression audience,
    long delayMillis,
    Set<String> cancelOn,
    List<Slot> slots,
    boolean bestHour,
    OutsideSlot outsideSlot,
    List<String> channels,
    OnFailed onFailed,
    long reentryMillis,
    Resource resource,
    Budget budget,
    List<Variant> variants,
    int controlBasisPoints,
    Experiment experiment,
    Conversion conversion,
    Cost cost,
    List<String> products,
    Recommend recommend,
    Similar similar,
    String salt) {

  /** A hundred per cent. */
  public static final int ALL_BASIS_POINTS = 10_000;

  /** Stands for no limit of an amount or a number. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /**
   * The rule by which it finds its own moments, whose kind is the campaign's id; null where the
   * trigger is a stage change, an anomaly or a time.
   */
  public Rule rule() {
    return trigger instanceof CampaignTrigger.OfRule own
        ? new Rule(
            tenant, Rule.Kind.CAMPAIGN, id, Map.of(), own.rule(), null, null, null, null, Map.of())
        : null;
  }

  /** Whether two campaigns run at one time, at least for an instant. */
  public boolean overlaps(Campaign other) {
    return active.overlaps(other.active);
  }
}
