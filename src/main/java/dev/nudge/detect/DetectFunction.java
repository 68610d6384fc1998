package dev.nudge.detect;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleVersion;
import dev.nudge.detect.Refills.Refill;
import dev.nudge.event.Anomaly;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import dev.nudge.pattern.Found;
import dev.nudge.pattern.PatternEngine;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RuleSet;
import dev.nudge.pattern.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a customer through an instant: what its rules find, what its features become, which stage
 * it enters.
 *
 * <p>A rule sees the features as they were before the event; the moment that it makes shows them as
 * they are after it. Example: at Anna's fourth order SPEND_SPIKE compares its amount with the mean
 * of three, and the moment says {@code orderCount} 4.
 */
public final class DetectFunction implements CustomerFunction<DefinitionVersion, Moment> {
  /**
   * The accepted events on which decisions depend, each customer's in order and without their
   * bytes: all profiles, orders and deliveries, and the clicks that a campaign names.
   */
  public static final OutputTag<CustomerEvent> EVENTS =
      new OutputTag<>("events", TypeInformation.of(CustomerEvent.class));

  private static final Logger LOG = LoggerFactory.getLogger(DetectFunction.class);

  private transient CustomerContext<Moment> context;

  // By tenant; a version goes when the next one is in force.
  private transient BroadcastState<String, PolicyHistory> policies;
  // By tenant, kind and id; a version goes when it governs no more and drains no more.
  private transient BroadcastState<String, RuleHistory> rules;

  private transient RuleBook book;
  private transient PatternEngine engine;
  private transient CustomerScope scope;
  private transient Incidents incidents;
  private transient Counter quarantined;

  private transient CustomerKey key;
  private transient Agenda agenda;
  private transient Scratch features;
  private transient Customer before;

  /** When the newest record of those at hand arrived; not known while time alone is at work. */
  private transient long arrivedMillis;

  private transient List<Found> found;
  private transient Policy refillsOf;
  private transient RefillPolicy refills;

  @Override
  public void open(CustomerContext<Moment> lent) throws Exception {
    context = lent;
    quarantined = lent.metrics().counter("definitionsQuarantined");
    incidents =
        new Incidents(
            lent.metrics().counter("partialMatchesDropped")::inc,
            lent.metrics().counter("conditionsFailed")::inc,
            lent.metrics().counter("sectionsUnreadable")::inc);
    scope = new CustomerScope();
    MatchCounts matches =
        new MatchCounts(
            (tenant, definition) ->
                lent.metrics()
                        .addGroup("tenant", tenant)
                        .addGroup("definition", definition)
                        .counter("matches")
                    ::inc);
    book = new RuleBook(new RuleCompiler(scope, incidents, matches));
    engine = new PatternEngine(book::byNumber, incidents);
    found = new ArrayList<>();
    features = new Scratch();
    policies =
        lent.definitions(new MapStateDescriptor<>("policies", String.class, PolicyHistory.class));
    rules = lent.definitions(new MapStateDescriptor<>("rules", String.class, RuleHistory.class));
    for (Map.Entry<String, PolicyHistory> known : policies.immutableEntries()) {
      book.setPolicies(known.getKey(), known.getValue());
    }
    for (Map.Entry<String, RuleHistory> known : rules.immutableEntries()) {
      restore(known.getValue());
    }
  }

  /** One by one: the version that can't be restored takes no other with it. */
  private void restore(RuleHistory known) {
    RuleHistory taken = RuleHistory.none();
    for (RuleHistory.InForce version : known.versions()) {
      RuleHistory next = taken.and(version);
      try {
        book.setRules(version.rule(), next);
        taken = next;
      } catch (DefinitionException refused) {
        quarantine(version.rule(), refused);
      }
    }
  }

  @Override
  public void onDefinition(DefinitionVersion arrived) throws Exception {
    if (arrived.policy() != null) {
      onPolicy(arrived.policy());
    } else if (arrived.rule() != null) {
      onRule(arrived.rule());
    }
  }

  private void onPolicy(PolicyVersion arrived) throws Exception {
    String tenant = arrived.tenant() == null ? RuleBook.EVERY_TENANT : arrived.tenant();
    PolicyHistory known = policies.get(tenant);
    PolicyHistory next =
        (known == null ? PolicyHistory.none() : known).with(arrived, context.watermarkMillis());
    if (next.isOver()) {
      policies.remove(tenant);
    } else {
      policies.put(tenant, next);
    }
    book.setPolicies(tenant, next);
    if (book.hasTimes(tenant)) {
      // It may change the clock of whoever has none of their own.
      context.visitEveryone(context.watermarkMillis());
    }
    if (!arrived.deleted() && arrived.policy().anomalies().isEmpty() && known == null) {
      return;
    }
    // What it switches off is not kept for those who never come back.
    context.visitEveryone(Math.max(arrived.effectiveAtMillis(), context.watermarkMillis()));
  }

  private void onRule(RuleVersion arrived) throws Exception {
    String tenant = arrived.tenant() == null ? RuleBook.EVERY_TENANT : arrived.tenant();
    String place = tenant + "|" + arrived.kind() + "|" + arrived.id();
    RuleHistory known = rules.get(place);
    RuleHistory next =
        (known == null ? RuleHistory.none() : known)
            .with(arrived, context.watermarkMillis(), this::followedForMillis);
    boolean hadRule = book.isBuiltIn(arrived);
    boolean hadTimes = false;
    for (RuleHistory.InForce version : (known == null ? RuleHistory.none() : known).versions()) {
      Compiled before = book.compiled(version.rule());
      hadRule |= before != null && before.rule() != null;
      hadTimes |= before != null && before.times() != null;
    }
    try {
      if (next.isOver()) {
        rules.remove(place);
        book.remove(arrived);
      } else {
        book.setRules(arrived, next);
        rules.put(place, next);
      }
      Compiled now = book.compiled(arrived);
      if (hadTimes || (now != null && now.times() != null)) {
        // At once, so that everybody's timer is set when the first time comes.
        context.visitEveryone(context.watermarkMillis());
      }
      if (hadRule) {
        // What the version before had open is not kept for those who never come back.
        context.visitEveryone(Math.max(arrived.effectiveAtMillis(), context.watermarkMillis()));
      }
    } catch (DefinitionException refused) {
      quarantine(arrived, refused);
    }
  }

  /** How long a version is to be known after it governs no more. */
  private long followedForMillis(RuleVersion version) {
    Compiled compiled = book.compiled(version);
    return compiled == null ? 0 : compiled.followedForMillis();
  }

  /** The version before stays in force. */
  private void quarantine(RuleVersion rule, DefinitionException refused) {
    quarantined.inc();
    LOG.error(
        "{} {} of {}, version {}, is not taken: {}",
        rule.kind(),
        rule.id(),
        rule.tenant(),
        rule.version(),
        refused.getMessage());
  }

  @Override
  public boolean concerns(CustomerEvent event) {
    // Features are made of every event.
    return true;
  }

  @Override
  public void load(CustomerKey customer, byte[] state, int from, int length) throws IOException {
    key = customer;
    agenda = book.agendaOf(customer.tenant());
    if (length == 0) {
      before = Customer.unknown();
      engine.load(customer, state, from, 0);
    } else {
      CodedInputStream in = CodedInputStream.newInstance(state, from, length);
      int limit = in.pushLimit(in.readUInt32());
      before = CustomerCodec.decode(in);
      in.popLimit(limit);
      int read = in.getTotalBytesRead();
      engine.load(customer, state, from + read, length - read);
    }
    scope.is(before);
  }

  @Override
  public long dueMillis() {
    Customer customer = scope.customer();
    return Math.min(
        engine.dueMillis(), Math.min(customer.refills().dueMillis(), agenda.dueMillis(customer)));
  }

  @Override
  public void onInstant(long atMillis, List<Accepted> events) {
    RuleBook.Standing standing = book.standing(key.tenant(), atMillis);
    RuleSet inForce = standing.rules();
    scope.at(scope.customer(), book.policyOf(key.tenant(), atMillis), atMillis);

    found.clear();
    engine.beforeEvents(atMillis, inForce, found);
    tellAll(atMillis);

    int ordinal = 0;
    for (Accepted accepted : events) {
      arrivedMillis = Math.max(arrivedMillis, accepted.event().arrivedMillis());
      passOn(accepted.event(), standing.followed());
      if (accepted.event().profile() == null) {
        onEvent(accepted, ordinal++, inForce);
      } else {
        apply(accepted.event(), Map.of());
        if (accepted.event().profile().erased()) {
          engine.forget();
        }
      }
    }
    arrivedMillis = CustomerEvent.NOT_KNOWN;

    found.clear();
    engine.afterEvents(atMillis, inForce, found);
    tellAll(atMillis);
    tellRefills(atMillis);
    tellTimes(atMillis);
  }

  private void passOn(CustomerEvent event, Set<String> followed) {
    if (event.click() == null || followed.contains(Occurrence.nameOf(event))) {
      context.emit(EVENTS, event.withoutRaw());
    }
  }

  /** The customer is as the event left it. */
  private void apply(CustomerEvent event, Map<String, Integer> refillDays) {
    Customer customer = scope.customer();
    Customer after = customer.after(event, scope.policy(), refillDays);
    if (!agenda.isEmpty() && !customer.isSeen() && after.isSeen()) {
      after = after.elapsed(Elapsed.firstSeen(event.atMillis(), after.zone(scope.policy())));
    }
    scope.is(after);
  }

  private void onEvent(Accepted accepted, int ordinal, RuleSet inForce) {
    CustomerEvent event = accepted.event();
    found.clear();
    String name = Occurrence.nameOf(event);
    boolean isSeen = engine.concerns(name, inForce);
    if (isSeen) {
      engine.event(occurrence(accepted), ordinal, inForce, found);
    }
    List<Anomaly> anomalies = anomalies(event.atMillis());
    apply(event, refillPolicy().daysByCategory());
    if (isSeen) {
      engine.afterEvent(inForce);
    }
    enterFirst(event.atMillis());
    int next = 0;
    for (Found each : found) {
      each.rule().matched();
      switch (each.rule().rule().kind()) {
        case ANOMALY -> tell(anomalies.get(next++), each);
        case CAMPAIGN -> tellCampaign(each, event.atMillis());
        case STAGE -> {}
      }
    }
  }

  private static Occurrence occurrence(Accepted accepted) {
    Occurrence occurrence = Occurrence.of(accepted.event());
    if (accepted.event().order() == null) {
      return occurrence;
    }
    boolean first =
        !accepted.before().contains(OrderStatus.PLACED)
            && !accepted.before().contains(OrderStatus.PAID)
            && !accepted.before().contains(OrderStatus.CANCELLED);
    return occurrence.with(first);
  }

  private static boolean isStage(Found each) {
    return each.rule().rule().kind() == Rule.Kind.STAGE;
  }

  /** By the features as they are now, which is before the event. */
  private List<Anomaly> anomalies(long atMillis) {
    if (found.isEmpty()) {
      return List.of();
    }
    List<Anomaly> anomalies = new ArrayList<>();
    for (Found each : found) {
      if (each.rule().rule().kind() == Rule.Kind.ANOMALY) {
        anomalies.add(anomaly(each, atMillis));
      }
    }
    return anomalies;
  }

  private Anomaly anomaly(Found each, long atMillis) {
    Rule rule = each.rule().rule();
    FoundScope seen = new FoundScope(each);
    Value orderId = seen.value(rule.orderId());
    return new Anomaly(
        key.tenant(),
        key.customerId(),
        rule.id(),
        atMillis,
        orderId == null ? null : orderId.text(),
        seen.value(rule.value()),
        seen.value(rule.baseline()),
        seen.values(rule.evidence()),
        0);
  }

  /** Of the stages proposed by an event, the first that may follow is entered. */
  private void enterFirst(long atMillis) {
    for (Found each : found) {
      if (isStage(each) && scope.customer().lifecycle().admits(each.rule().rule().stage())) {
        enter(each.rule().rule().stage(), atMillis);
        return;
      }
    }
  }

  private void enter(LifecycleStage to, long atMillis) {
    Customer customer = scope.customer();
    LifecycleStage from = customer.lifecycle().stage();
    if (from == to) {
      return;
    }
    Customer entered = customer.entered(to);
    scope.is(entered);
    StageChange change =
        new StageChange(
            key.tenant(),
            key.customerId(),
            from,
            to,
            atMillis,
            entered.lifecycle().life(),
            entered.lifecycle().orderCount(),
            entered.inputs());
    say(Moment.of(change, entered.features(atMillis, scope.policy())));
  }

  /** What time alone has found. */
  private void tellAll(long atMillis) {
    for (Found each : found) {
      each.rule().matched();
      Rule rule = each.rule().rule();
      switch (rule.kind()) {
        case ANOMALY -> tell(anomaly(each, atMillis), each);
        case CAMPAIGN -> tellCampaign(each, atMillis);
        case STAGE -> {
          if (scope.customer().lifecycle().admits(rule.stage())) {
            enter(rule.stage(), atMillis);
          }
        }
      }
    }
  }

  private void tellCampaign(Found each, long atMillis) {
    say(
        Moment.ofCampaign(
            each.rule().rule().id(),
            key,
            atMillis,
            each.event(),
            each.steps(),
            scope.customer().features(atMillis, scope.policy())));
  }

  /** What is due by timetables, behind everything else of the instant. */
  private void tellTimes(long atMillis) {
    if (agenda.dueMillis(scope.customer()) > atMillis) {
      return;
    }
    Customer customer = scope.customer();
    scope.is(customer.elapsed(elapsed(customer).until(atMillis, customer.zone(scope.policy()))));
    Features features = customer.features(atMillis, scope.policy());
    agenda
        .due(customer, atMillis)
        .forEach(
            (campaign, dueMillis) ->
                say(Moment.ofTime(campaign, key, dueMillis, atMillis, features)));
  }

  private static Elapsed elapsed(Customer customer) {
    return customer.elapsed() == null ? Elapsed.NOTHING : customer.elapsed();
  }

  private void tell(Anomaly anomaly, Found each) {
    say(
        Moment.of(
            versioned(anomaly),
            each.event(),
            each.steps(),
            scope.customer().features(anomaly.atMillis(), scope.policy())));
  }

  private Anomaly versioned(Anomaly anomaly) {
    return new Anomaly(
        anomaly.tenant(),
        anomaly.customerId(),
        anomaly.kind(),
        anomaly.atMillis(),
        anomaly.orderId(),
        anomaly.value(),
        anomaly.baseline(),
        anomaly.evidence(),
        scope.customer().inputs());
  }

  private void say(Moment moment) {
    context.emit(arrivedMillis == CustomerEvent.NOT_KNOWN ? moment : moment.arrived(arrivedMillis));
  }

  private RefillPolicy refillPolicy() {
    if (!scope.policy().equals(refillsOf)) {
      refillsOf = scope.policy();
      refills = RefillPolicy.of(refillsOf);
    }
    return refills;
  }

  private void tellRefills(long atMillis) {
    List<Refill> due = scope.customer().refills().due(atMillis);
    if (due.isEmpty()) {
      return;
    }
    scope.is(scope.customer().refilled(atMillis));
    if (!refillPolicy().isEnabled()) {
      return;
    }
    for (Refill refill : due) {
      Anomaly anomaly =
          new Anomaly(
              key.tenant(),
              key.customerId(),
              RefillPolicy.KIND,
              atMillis,
              refill.orderId(),
              null,
              Value.number(Integer.toString(refill.days())),
              Map.of("productId", Value.string(refill.productId())),
              scope.customer().inputs());
      say(Moment.of(anomaly, null, Map.of(), scope.customer().features(atMillis, scope.policy())));
    }
  }

  @Override
  public boolean isChanged() {
    return engine.isChanged() || !isSame(scope.customer());
  }

  @Override
  public void save(CodedOutputStream out) throws IOException {
    if (scope.customer().inputs() == 0 && engine.isEmpty()) {
      return;
    }
    CustomerCodec.encode(scope.customer(), features.begin());
    features.endInto(out);
    engine.save(out);
  }

  /**
   * The number of inputs alone does not tell: an erased customer counts anew, and time alone moves
   * the rest.
   */
  private boolean isSame(Customer customer) {
    return customer.inputs() == before.inputs() && customer.equals(before);
  }
}
