package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Span;
import dev.nudge.event.CodePoints;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.Delivery;
import dev.nudge.event.OrderStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one customer adds to the rows of the funnel and of returns, instant by instant; and what it
 * takes back when an event comes late that was part of an instant before.
 *
 * <p>Example: Anna is sent a coupon at 9:00 and views a product at 9:20. That says: one more grant
 * reached VIEWED in minute 9:20. A view of 9:10 that comes late says: one less in 9:20, one more in
 * 9:10.
 *
 * <p>Of events only those are kept that reached a step of a grant, payments, refunds and receipts.
 *
 * <pre>
 *   a grant             goes at its decision + longest window + refund window + allowed lateness
 *   a payment           goes a refund window + allowed lateness after it
 *   a refund            goes with its payment; of no payment, an allowed lateness after it
 *   a receipt, a step   go with their grant
 * </pre>
 *
 * <p>Not exact is what a decision would change that itself comes late: events that counted for
 * nobody are not there any more.
 */
public final class CustomerLedger {
  /** What {@link #dueMillis} answers when nothing is due. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Grants that are kept of a customer; beyond it the oldest go. */
  public static final int MAX_GRANTS = 200;

  /** Events that are kept of a customer; beyond it no other counts until some go. */
  public static final int MAX_FACTS = 5_000;

  /** Receipts that are kept of a grant; beyond it those that tell of no other channel go unkept. */
  public static final int MAX_RECEIPTS = 32;

  private static final long HOUR_MILLIS = 3_600_000L;

  private final String tenant;
  private final AttributionRules rules;
  final CustomerHistory history;

  /** The last instant that was seen: windows that end until then have been told. */
  long clockMillis = Long.MIN_VALUE;

  private long refused;

  /** What was said before an instant, of the grants that it concerns. */
  private final Map<Grant, Statement> said = new HashMap<>();

  private Statement saidOfUnattributed;

  /** What was said before an instant of the arms of campaigns that it concerns. */
  private final Map<String, ArmStatement> saidOfArms = new HashMap<>();

  /** What is forgotten of campaigns of which a grant is remembered. */
  final Map<String, ArmPast> pasts = new TreeMap<>();

  /** How far grants came: index is window, then touch. Cleared of a grant when it changes. */
  private final Map<Grant, List<Map<FunnelStep, Reached>>> steps = new HashMap<>();

  /** A customer of whom nothing is known. */
  public CustomerLedger(String tenant, AttributionRules rules) {
    this.tenant = tenant;
    this.rules = rules;
    this.history = new CustomerHistory(rules);
  }

  /**
   * All that happens at an instant.
   *
   * @param atMillis the instant, epoch milliseconds; later than any before
   * @param events the customer's events of that instant, in their order, each once; none where only
   *     something is due
   * @param decisions the customer's decisions of that instant, whatever their codes
   * @param definitions what holds for decisions that are new
   * @param out takes what it adds to the rows
   */
  public void onInstant(
      long atMillis,
      List<CustomerEvent> events,
      List<Decision> decisions,
      MeasureDefinitions definitions,
      Contributions out) {
    // Events of a decision's own instant count for it, so it comes first.
    decide(decisions, definitions, out);
    for (CustomerEvent event : events) {
      take(event, definitions);
    }
    sayWhatChanged(out);
    long beforeMillis = clockMillis;
    clockMillis = atMillis;
    for (Grant grant : history.grants) {
      mature(grant, beforeMillis, out);
    }
    forget(beforeMillis);
  }

  /**
   * An event of an instant before: the rows become those that they would be had it come in time.
   */
  public void onLate(CustomerEvent event, MeasureDefinitions definitions, Contributions out) {
    take(event, definitions);
    sayWhatChanged(out);
    forget(List.of());
  }

  /** A decision of an instant before: counts with what is still known of the events since. */
  public void onLate(Decision decision, MeasureDefinitions definitions, Contributions out) {
    if (history.grant(decision.grantId()) != null) {
      return;
    }
    decide(List.of(decision), definitions, out);
    sayWhatChanged(out);
    Grant grant = history.grant(decision.grantId());
    if (grant != null) {
      mature(grant, Long.MIN_VALUE, out);
    }
    forget(List.of());
  }

  /**
   * The channel that a receipt is about: its own, else that of its trigger; null where neither is
   * known.
   */
  String channelOf(CustomerEvent receipt) {
    Delivery delivery = receipt.delivery();
    if (delivery.channel() != null || delivery.triggerId() == null) {
      return delivery.channel();
    }
    Grant grant = history.named(delivery, receipt.atMillis());
    return grant == null ? null : grant.channelOf(Grant.hash(delivery.triggerId()));
  }

  /** What the last touch of something at an instant is, in its primary window. */
  public RepurchaseTouch repurchaseTouch(long atMillis) {
    Grant grant = history.primaryTouch(atMillis);
    if (grant == null) {
      return RepurchaseTouch.NONE;
    }
    return grant.terms().scheduled() ? RepurchaseTouch.SCHEDULED : RepurchaseTouch.EVENT;
  }

  /** When a window ends or something is forgotten, epoch milliseconds, or {@link #NEVER}. */
  public long dueMillis() {
    long due = NEVER;
    for (Grant grant : history.grants) {
      due = Math.min(due, goesMillis(grant));
      if (!grant.control()) {
        for (long windowMillis : grant.terms().windowsMillis()) {
          long end = grant.atMillis() + windowMillis;
          due = end > clockMillis ? Math.min(due, end) : due;
        }
      }
    }
    for (Fact fact : history.facts) {
      long goes = goesMillis(fact);
      due = goes > clockMillis ? Math.min(due, goes) : due;
    }
    return due;
  }

  /** Whether there is nothing to remember. */
  public boolean isEmpty() {
    return history.grants.isEmpty() && history.facts.isEmpty();
  }

  /** Whether an event could count for a customer of whom nothing is known. */
  public static boolean concernsAnybody(CustomerEvent event) {
    return event.order() != null
        && (event.order().status() == OrderStatus.PAID
            || event.order().status() == OrderStatus.REFUNDED);
  }

  /** How many events did not count because {@link #MAX_FACTS} were kept. */
  public long refused() {
    return refused;
  }

  // Decisions

  private void decide(List<Decision> decisions, MeasureDefinitions definitions, Contributions out) {
    List<Decision> inOrder = new ArrayList<>(decisions);
    inOrder.sort(Comparator.comparing(Decision::id, CodePoints.ORDER));
    for (Decision decision : inOrder) {
      if (decision.code().isGrant() && history.grant(decision.grantId()) == null) {
        decide(decision, definitions, out);
      }
    }
  }

  private void decide(Decision decision, MeasureDefinitions definitions, Contributions out) {
    Grant grant = Grant.of(decision, definitions);
    if (history.grants.size() >= MAX_GRANTS) {
      // What was said is compared with what is, so nothing is forgotten in between.
      sayWhatChanged(out);
      forget(List.of(history.grants.get(0)));
    }
    rememberArms(grant.campaign());
    for (Grant other : history.grants) {
      // It takes the last touch of whatever came since, and their arm where it is the first.
      if (grant.atMillis() <= clockMillis
          || (other.campaign().equals(grant.campaign())
              && ArmStatement.FIRST.compare(grant, other) < 0)) {
        remember(other);
      }
    }
    said.put(grant, Statement.NOTHING);
    history.add(grant);
    Campaign campaign =
        definitions.campaign(decision.tenant(), decision.campaign(), decision.version());
    out.add(DeclaredArms.of(tenant, grant, campaign));
    if (grant.control()) {
      return;
    }
    Span active = Terms.active(campaign);
    out.add(
        new SentVersion(
            tenant,
            grant.campaign(),
            grant.version(),
            grant.atMillis(),
            grant.terms().windowsMillis(),
            grant.terms().cost(),
            active.fromMillis(),
            active.toMillis(),
            grant.costCurrency()));
    for (long windowMillis : grant.terms().windowsMillis()) {
      out.add(new MaturityChange(madeKey(grant, windowMillis), 1, 0, 0));
    }
  }

  // Windows that end

  private void mature(Grant grant, long fromMillis, Contributions out) {
    if (grant.control()) {
      return;
    }
    for (long windowMillis : grant.terms().windowsMillis()) {
      long end = grant.atMillis() + windowMillis;
      if (fromMillis < end && end <= clockMillis) {
        long hour = Math.floorDiv(end - 1, HOUR_MILLIS) * HOUR_MILLIS;
        out.add(new MaturityChange(madeKey(grant, windowMillis), 0, 1, 0));
        out.add(
            new MaturityChange(
                new MaturityKey(tenant, grant.campaign(), windowMillis, hour), 0, 0, 1));
      }
    }
  }

  private MaturityKey madeKey(Grant grant, long windowMillis) {
    long hour = Math.floorDiv(grant.atMillis(), HOUR_MILLIS) * HOUR_MILLIS;
    return new MaturityKey(tenant, grant.campaign(), windowMillis, hour);
  }

  // Events

  private void take(CustomerEvent event, MeasureDefinitions definitions) {
    if (event.profile() != null || (history.grants.isEmpty() && !concernsAnybody(event))) {
      return;
    }
    Fact fact = fact(event, definitions);
    List<Grant> concerned = new ArrayList<>();
    if (fact.grant() != null) {
      concerned.add(fact.grant());
    }
    history.addOpen(fact.atMillis(), concerned);
    Fact later = null;
    if (fact.isPaid()) {
      Fact paid = history.paymentOf(fact.orderId());
      if (paid != null && !fact.isBefore(paid)) {
        return;
      }
      later = paid;
    }
    if (!isKept(fact) && !reachesAny(fact, concerned)) {
      return;
    }
    if (history.facts.size() >= MAX_FACTS) {
      refused++;
      return;
    }
    if (fact.isPaid() || fact.isRefund()) {
      rememberMoney(fact, later, concerned);
    }
    for (Grant grant : concerned) {
      remember(grant);
    }
    if (later != null) {
      // An order is paid once, by the earlier of two payments.
      history.facts.remove(later);
    }
    history.add(fact);
  }

  private void rememberMoney(Fact fact, Fact later, List<Grant> concerned) {
    if (saidOfUnattributed == null) {
      saidOfUnattributed = Statement.ofUnattributed(tenant, history);
    }
    Fact paid = fact.isRefund() ? history.paymentOf(fact) : later;
    if (paid != null) {
      history.addOpen(paid.atMillis(), concerned);
    }
  }

  private Fact fact(CustomerEvent event, MeasureDefinitions definitions) {
    Delivery delivery = event.delivery();
    if (delivery == null) {
      return Fact.of(event, definitions.policy(tenant).currency() != null);
    }
    Grant grant = history.named(delivery, event.atMillis());
    boolean byTrigger = grant != null && !delivery.status().isCoupon();
    return Fact.of(
        event, grant, byTrigger ? grant.channelOf(Grant.hash(delivery.triggerId())) : null);
  }

  /** Whether an event counts by itself, reach it a step or not. */
  private boolean isKept(Fact fact) {
    return fact.isPaid()
        || fact.isRefund()
        || (fact.isReceipt()
            && (history.receipts(fact.grant()) < MAX_RECEIPTS
                || !fact.channel().equals(history.channelUsed(fact.grant(), fact))));
  }

  /** Whether a grant reaches a step by it, or reaches it earlier. */
  private boolean reachesAny(Fact fact, List<Grant> concerned) {
    for (Grant grant : concerned) {
      FunnelStep named =
          grant.equals(fact.grant()) ? FunnelStep.ofDelivery(fact.deliveryStatus()) : null;
      FunnelStep done = FunnelStep.ofName(fact.name());
      boolean goal = fact.name().equals(grant.terms().goal());
      if (named == null && done == null && !goal) {
        continue;
      }
      List<Map<FunnelStep, Reached>> all = stepsOf(grant);
      int index = 0;
      for (long windowMillis : grant.terms().windowsMillis()) {
        for (Touch touch : Touch.values()) {
          Map<FunnelStep, Reached> reached = all.get(index++);
          if (named != null
              && (named.isSideCounter() || grant.isOpen(fact.atMillis(), windowMillis))
              && isFirst(fact, reached.get(named))) {
            return true;
          }
          if (((done != null && isFirst(fact, reached.get(done)))
                  || (goal && isFirst(fact, reached.get(FunnelStep.GOAL))))
              && history.isTouched(grant, fact.atMillis(), windowMillis, touch)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isFirst(Fact fact, Reached reached) {
    return reached == null || (reached.fact() != null && fact.isBefore(reached.fact()));
  }

  private List<Map<FunnelStep, Reached>> stepsOf(Grant grant) {
    return steps.computeIfAbsent(
        grant,
        none -> {
          List<Map<FunnelStep, Reached>> all = new ArrayList<>();
          for (long windowMillis : grant.terms().windowsMillis()) {
            for (Touch touch : Touch.values()) {
              all.add(history.steps(grant, windowMillis, touch));
            }
          }
          return all;
        });
  }

  // What was said

  private void remember(Grant grant) {
    if (!said.containsKey(grant)) {
      said.put(grant, statement(grant));
      rememberArms(grant.campaign());
    }
    steps.remove(grant);
  }

  private Statement statement(Grant grant) {
    return Statement.of(tenant, history, grant, stepsOf(grant));
  }

  private void rememberArms(String campaign) {
    saidOfArms.computeIfAbsent(campaign, this::arms);
  }

  private ArmStatement arms(String campaign) {
    return new ArmStatement(history, campaign, pasts.get(campaign));
  }

  private void sayWhatChanged(Contributions out) {
    Map<String, ArmStatement> arms = new HashMap<>();
    saidOfArms.keySet().forEach(campaign -> arms.put(campaign, arms(campaign)));
    said.forEach(
        (grant, before) -> {
          Statement now = statement(grant);
          now.sayWhatChanged(before, out);
          if (!now.movesAs(before)) {
            saidOfArms.get(grant.campaign()).addCosts(before.armCostsE8());
            arms.get(grant.campaign()).addCosts(now.armCostsE8());
          }
        });
    said.clear();
    saidOfArms.forEach(
        (campaign, before) -> arms.get(campaign).sayWhatChanged(tenant, campaign, before, out));
    saidOfArms.clear();
    if (saidOfUnattributed != null) {
      Statement.ofUnattributed(tenant, history).sayWhatChanged(saidOfUnattributed, out);
      saidOfUnattributed = null;
    }
  }

  // What is forgotten

  private long goesMillis(Grant grant) {
    return grant.atMillis()
        + grant.terms().longestMillis()
        + rules.refundWindowMillis()
        + rules.allowedLatenessMillis();
  }

  /** When money goes, at the latest; anything else goes with its grant. */
  private long goesMillis(Fact fact) {
    if (fact.isPaid()) {
      return fact.atMillis() + rules.refundWindowMillis() + rules.allowedLatenessMillis();
    }
    if (fact.isRefund()) {
      Fact paid = history.paymentOf(fact);
      return paid != null ? goesMillis(paid) : fact.atMillis() + rules.allowedLatenessMillis();
    }
    return NEVER;
  }

  private void forget(long beforeMillis) {
    List<Grant> gone = new ArrayList<>();
    for (Grant grant : history.grants) {
      if (goesMillis(grant) <= clockMillis) {
        gone.add(grant);
      }
    }
    boolean forgets = !gone.isEmpty();
    for (Fact fact : history.facts) {
      long goes = goesMillis(fact);
      // A payment that holds a step stays beyond its time, so only the crossing of it is a reason.
      forgets |= beforeMillis < goes && goes <= clockMillis;
    }
    if (forgets) {
      forget(gone);
    }
  }

  private void forget(List<Grant> gone) {
    Map<String, ArmStatement> before = new HashMap<>();
    for (Grant grant : history.grants) {
      before.computeIfAbsent(grant.campaign(), this::arms);
    }
    history.grants.removeAll(gone);
    steps.clear();
    dropWhatHoldsNothing();
    pasts.clear();
    before.forEach(
        (campaign, arms) -> {
          ArmPast past = new ArmStatement(history, campaign, null).pastAfter(arms);
          if (past != null) {
            pasts.put(campaign, past);
          }
        });
  }

  private void dropWhatHoldsNothing() {
    Set<Fact> kept = new HashSet<>();
    for (Grant grant : history.grants) {
      for (Map<FunnelStep, Reached> reached : stepsOf(grant)) {
        reached.values().forEach(each -> kept.add(each.fact()));
      }
    }
    for (Fact fact : history.facts) {
      boolean isMoney = fact.isPaid() || fact.isRefund();
      if (isMoney
          ? goesMillis(fact) > clockMillis
          : fact.isReceipt() && history.grants.contains(fact.grant())) {
        kept.add(fact);
      }
    }
    history.facts.removeIf(fact -> !kept.contains(fact));
  }
}
