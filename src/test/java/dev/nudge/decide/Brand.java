package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.Anomaly;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Profile;
import dev.nudge.event.StageChange;
import dev.nudge.event.Topic;
import dev.nudge.event.Trigger;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Acme and its decisions, without Flink. What is remembered of customers and totals goes through
 * bytes whenever time has passed, so that nothing lives on that is not written.
 */
final class Brand implements TenantDecider.Listener {
  static final DecideConfig ASSUMED =
      new DecideConfig(2_000, 1, 3_600_000, DecideConfig.Receipts.ASSUMED, Long.MAX_VALUE);
  static final DecideConfig DELIVERED = ASSUMED.withReceipts(DecideConfig.Receipts.DELIVERIES);

  private final DecideConfig config;
  private final TenantShard key;
  private final Playbook playbook = new Playbook(CampaignCodec::compile);
  private final Map<String, DefinitionHistory> histories = new HashMap<>();
  private final Map<String, byte[]> customers = new TreeMap<>();
  private final Map<String, Long> due = new TreeMap<>();
  private final List<DecideInput> waiting = new ArrayList<>();
  private final List<EvaluationException> failures = new ArrayList<>();
  private final Map<String, byte[]> notes = new TreeMap<>();
  private byte[] spent;
  private int messages;

  final List<Decision> rows = new ArrayList<>();
  final List<Trigger> triggers = new ArrayList<>();

  Brand(DecideConfig config) throws IOException {
    this(config, 0);
  }

  Brand(DecideConfig config, int shard) throws IOException {
    this.config = config;
    this.key = new TenantShard("acme", shard);
    this.spent = new Totals().encode();
  }

  /** Every trigger counts as sent. */
  static Brand open() throws IOException {
    return new Brand(ASSUMED);
  }

  /** Gateways tell what was sent. */
  static Brand withDeliveries() throws IOException {
    return new Brand(DELIVERED);
  }

  static Policy readPolicy(String... keys) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    String text = "kind: policy\ntenant: acme\n" + String.join("\n", keys) + "\n";
    reader.read("policy.yaml", text.getBytes(UTF_8));
    return reader.policies().get(0);
  }

  Brand policy(String... keys) throws DefinitionException {
    return policyFrom(Long.MIN_VALUE, keys);
  }

  Brand policyFrom(long fromMillis, String... keys) throws DefinitionException {
    PolicyVersion version = new PolicyVersion("acme", 1, fromMillis, readPolicy(keys), false);
    playbook.setPolicies("acme", next("policy", DefinitionVersion.of(version)));
    return this;
  }

  /** Version 1 of a campaign, from the beginning of time. */
  Brand campaign(String id, String... keys) throws DefinitionException {
    return campaign(id, 1, Long.MIN_VALUE, keys);
  }

  Brand campaign(String id, int version, long fromMillis, String... keys)
      throws DefinitionException {
    String text = "kind: campaign\ntenant: acme\nid: " + id + "\n" + String.join("\n", keys) + "\n";
    return define(
        new RuleVersion(
            "acme", Rule.Kind.CAMPAIGN, id, version, fromMillis, OnChange.DROP, text, false));
  }

  /** What came of an experiment is known from the beginning, and holds from when it says. */
  Brand result(String campaign, int version, String winner, long decidedAtMillis) {
    String place = "result " + campaign;
    DefinitionHistory next =
        histories
            .getOrDefault(place, DefinitionHistory.none())
            .withResult(
                DefinitionVersion.of(
                    ExperimentResult.of("acme", campaign, version, winner, decidedAtMillis)),
                Long.MIN_VALUE);
    histories.put(place, next);
    playbook.setResults("acme", campaign, next);
    return this;
  }

  Brand delete(String id, long fromMillis) throws DefinitionException {
    return define(
        new RuleVersion("acme", Rule.Kind.CAMPAIGN, id, 0, fromMillis, OnChange.DROP, null, true));
  }

  private Brand define(RuleVersion version) throws DefinitionException {
    playbook.setCampaign("acme", version.id(), next(version.id(), DefinitionVersion.of(version)));
    return this;
  }

  private DefinitionHistory next(String place, DefinitionVersion version) {
    DefinitionHistory next =
        histories.getOrDefault(place, DefinitionHistory.none()).with(version, Long.MIN_VALUE);
    histories.put(place, next);
    return next;
  }

  /** An anomaly of Anna's. */
  Brand moment(String kind, long atMillis) {
    return moment(ANNA, kind, atMillis);
  }

  Brand moment(CustomerKey who, String kind, long atMillis) {
    return take(momentOf(who, kind, atMillis, features()));
  }

  Brand take(Moment moment) {
    waiting.add(DecideInput.of(moment));
    return this;
  }

  static Moment momentOf(CustomerKey who, String kind, long atMillis, Features features) {
    Anomaly anomaly =
        new Anomaly(
            who.tenant(),
            who.customerId(),
            kind,
            atMillis,
            "o1",
            Value.number("12.5"),
            null,
            Map.of(),
            1);
    Occurrence event =
        new Occurrence(
            "Product Added",
            atMillis,
            "m" + atMillis,
            Topic.CLICKSTREAM,
            Map.of("productId", Value.string("p1")));
    return Moment.of(anomaly, event, Map.of("cart", List.of(event)), features);
  }

  static Moment stageOf(CustomerKey who, LifecycleStage to, long atMillis) {
    return Moment.of(
        new StageChange(who.tenant(), who.customerId(), null, to, atMillis, 1, 1, 1), features());
  }

  static Features features() {
    return features(LifecycleStage.NEW, 3, null);
  }

  static Features features(LifecycleStage stage, int orders, Integer bestHour) {
    return features(
        stage,
        orders,
        bestHour,
        List.of("p1", "p2"),
        List.of(),
        Map.of("city", Value.string("Shanghai")));
  }

  /** Of a customer with that history, and attributes given as name, value, name, value. */
  static Features features(List<String> bought, List<String> viewed, String... attributes) {
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      values.put(attributes[i], Value.string(attributes[i + 1]));
    }
    return features(LifecycleStage.NEW, 3, null, bought, viewed, values);
  }

  private static Features features(
      LifecycleStage stage,
      int orders,
      Integer bestHour,
      List<String> bought,
      List<String> viewed,
      Map<String, Value> attributes) {
    BigInteger none = BigInteger.ZERO;
    return new Features(
        stage,
        1,
        orders,
        orders,
        BigInteger.valueOf(1_234_500),
        41.15,
        0.5,
        none,
        none,
        1L,
        2L,
        3L,
        7.25,
        1,
        2,
        3,
        4,
        none,
        none,
        none,
        none,
        bought,
        5L,
        null,
        6,
        none,
        List.of("shoes"),
        viewed,
        bestHour,
        1,
        2,
        3,
        null,
        none,
        30,
        null,
        attributes);
  }

  Brand receive(CustomerEvent... events) {
    for (CustomerEvent event : events) {
      waiting.add(DecideInput.of(event));
    }
    return this;
  }

  Brand consent(String channel, boolean given, long atMillis) {
    return profile(new Profile(Map.of(), Map.of(channel, given), false), atMillis);
  }

  Brand profile(Profile profile, long atMillis) {
    return receive(
        new CustomerEvent(
            "acme",
            ANNA.customerId(),
            "profile" + messages++,
            atMillis,
            profile,
            null,
            null,
            null,
            new byte[0]));
  }

  Brand delivery(DeliveryStatus status, String triggerId, long atMillis) {
    return delivery(new Delivery(status, triggerId, null, null, null, null, null), atMillis);
  }

  Brand delivery(Delivery delivery, long atMillis) {
    return deliveryTo(ANNA, delivery, atMillis);
  }

  Brand deliveryTo(CustomerKey who, Delivery delivery, long atMillis) {
    return receive(
        new CustomerEvent(
            "acme",
            who.customerId(),
            "delivery" + messages++,
            atMillis,
            null,
            null,
            delivery,
            null,
            new byte[0]));
  }

  /** Time passes. */
  Brand until(long atMillis) throws IOException {
    Totals totals = Totals.decode(spent);
    Map<String, Recipient> inMemory = new TreeMap<>();
    TenantDecider decider =
        new TenantDecider(
            key,
            config,
            playbook,
            totals,
            new Notes() {
              @Override
              public byte[] read(String name) {
                return notes.get(name);
              }

              @Override
              public void write(String name, byte[] bytes) {
                if (bytes == null) {
                  notes.remove(name);
                } else {
                  notes.put(name, bytes);
                }
              }
            },
            customer -> {
              Recipient known = inMemory.get(customer);
              if (known == null) {
                known = RecipientCodec.decode("acme", customer, customers.get(customer));
                inMemory.put(customer, known);
              }
              return known;
            },
            this);
    due.forEach(
        (customer, dueMillis) -> {
          if (dueMillis <= atMillis) {
            decider.due(new TenantDecider.Due(dueMillis, customer));
          }
        });
    List<DecideInput> now = new ArrayList<>();
    waiting.stream().filter(input -> input.atMillis() <= atMillis).forEach(now::add);
    waiting.removeAll(now);
    now.sort(DecideInput.TOTAL_ORDER);
    decider.advance(now, atMillis);
    for (Recipient recipient : inMemory.values()) {
      due.put(recipient.customerId, decider.dueMillis(recipient, atMillis));
      byte[] bytes = RecipientCodec.encode(recipient);
      if (bytes == null) {
        customers.remove(recipient.customerId);
      } else {
        customers.put(recipient.customerId, bytes);
      }
    }
    spent = totals.encode();
    return this;
  }

  Recipient recipient(CustomerKey who) throws IOException {
    return RecipientCodec.decode("acme", who.customerId(), customers.get(who.customerId()));
  }

  Recipient anna() throws IOException {
    return recipient(ANNA);
  }

  Totals totals() throws IOException {
    return Totals.decode(spent);
  }

  /** What is remembered of the customers as a crowd, by its names. */
  Map<String, byte[]> notes() {
    return notes;
  }

  boolean remembers(CustomerKey who) {
    return customers.containsKey(who.customerId());
  }

  /** The codes so far, in order. */
  List<DecisionCode> codes() {
    return rows.stream().map(Decision::code).toList();
  }

  Decision last() {
    return rows.get(rows.size() - 1);
  }

  Trigger lastTrigger() {
    return triggers.get(triggers.size() - 1);
  }

  static long millis(String duration) {
    return Duration.parse(duration).toMillis();
  }

  @Override
  public void decided(Decision decision) {
    rows.add(decision);
  }

  @Override
  public void triggered(Trigger trigger) {
    triggers.add(trigger);
  }

  @Override
  public void failed(EvaluationException failure) {
    failures.add(failure);
  }
}
