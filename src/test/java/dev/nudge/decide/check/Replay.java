package dev.nudge.decide.check;

import static dev.nudge.decide.check.Candidate.millis;
import static dev.nudge.decide.check.Facts.DAY;
import static dev.nudge.decide.check.Facts.MILLI;
import static dev.nudge.decide.check.Facts.NONE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nudge.decide.check.Count.Doubt;
import dev.nudge.decide.check.Grant.State;
import dev.nudge.decide.check.Grant.Touch;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lives one tenant's life again, sentence by sentence of section 7, and holds every row against it.
 *
 * <p>At each decision it says which code the checks give, from what was written before: the state
 * follows the rows as they stand, so that one wrong row does not make all later ones wrong. Where
 * the contract leaves something open, both readings are right. Without rows to check it writes the
 * rows that would be right.
 */
final class Replay {
  private static final long ARBITRATION = 2_000;
  private static final long RECEIPT_TIMEOUT = 3_600_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Map<String, String> ALIASES =
      Map.of(
          "view_item", "Product Viewed",
          "add_to_cart", "Product Added",
          "remove_from_cart", "Product Removed",
          "begin_checkout", "Checkout Started",
          "add_to_wishlist", "Product Added to Wishlist");
  private static final Map<String, String> ORDER_EVENTS =
      Map.of(
          "PLACED", "Order Placed",
          "PAID", "Order Paid",
          "CANCELLED", "Order Cancelled",
          "REFUNDED", "Order Refunded");
  private static final List<String> STATUSES = List.of("PLACED", "PAID", "CANCELLED", "REFUNDED");

  /** Final before candidates compete; a hold of its own may then be gone for others or not. */
  private static final Set<String> BEFORE_CONTEST =
      Set.of(
          "CANCELLED",
          "PAUSED",
          "CAMPAIGN_INACTIVE",
          "AUDIENCE",
          "SUSPECT",
          "NO_CONSENT",
          "UNSUBSCRIBED",
          "REENTRY",
          "GROUP_BUSY");

  /** What happens at one instant happens in this order. */
  private enum Phase {
    EVENT,
    MOMENT,
    END,
    DUE,
    DECISION
  }

  private record Action(long at, Phase phase, long number, Runnable run, Window window) {
    static final Comparator<Action> ORDER =
        Comparator.comparingLong(Action::at)
            .thenComparing(Action::phase)
            .thenComparingLong(Action::number);
  }

  private static final class Window {
    final Customer customer;
    final long end;
    final List<Candidate> opened = new ArrayList<>();

    Window(Customer customer, long end) {
      this.customer = customer;
      this.end = end;
    }

    Candidate first() {
      return opened.stream().min(Candidate.FIRST).orElseThrow();
    }
  }

  private static final class Customer {
    final String id;
    final Map<String, Boolean> consents = new HashMap<>();
    final Set<String> unsubscribed = new HashSet<>();
    final Set<String> paid = new HashSet<>();
    final Set<String> viewed = new HashSet<>();
    final List<Grant> grants = new ArrayList<>();
    final List<Candidate> pending = new ArrayList<>();
    ZoneId zone;
    long suspectUntil = Long.MIN_VALUE;
    Window window;

    Customer(String id, ZoneId zone) {
      this.id = id;
      this.zone = zone;
    }
  }

  /** One code that is right, and whether no other one is. */
  private record Verdict(String code, String reason, boolean certain, String why) {
    static Verdict of(String code, Doubt doubt, String why) {
      return new Verdict(code, null, doubt == Doubt.YES, why);
    }
  }

  /** What a candidate gets that passes all checks. */
  private static final class Offer {
    final Map<String, Doubt> channels = new LinkedHashMap<>();
    final Set<Long> amounts = new LinkedHashSet<>();
    Facts.Variant variant;
    final Set<Long> dueAgain = new LinkedHashSet<>();
  }

  private final Shop shop;
  private final boolean writes;
  private final Consumer<Violation> violations;
  private final PriorityQueue<Action> actions = new PriorityQueue<>(Action.ORDER);
  private final Map<String, Customer> customers = new TreeMap<>();
  private final Map<String, Candidate> candidates = new LinkedHashMap<>();
  private final Map<String, List<Grant>> grantsOf = new HashMap<>();
  private final Map<String, JsonNode> triggers = new LinkedHashMap<>();
  private final Set<String> expectedTriggers = new HashSet<>();
  private final Set<String> grantIds = new HashSet<>();
  private long number;
  private long now;

  /** How often CANCELLED stood at its event, and how often at the decision. */
  long cancelledAtEvent;

  long cancelledAtDecision;

  /** How often the contract left a code open. */
  long open;

  /** Rows and triggers, where it writes them. */
  final List<ObjectNode> rows = new ArrayList<>();

  final List<ObjectNode> sent = new ArrayList<>();

  private Replay(Shop shop, boolean writes, Consumer<Violation> violations) {
    this.shop = shop;
    this.writes = writes;
    this.violations = violations;
  }

  /** Holds the rows of a shop against the contract. */
  static Replay check(Shop shop, Consumer<Violation> violations) {
    Replay replay = new Replay(shop, false, violations);
    replay.run();
    return replay;
  }

  /** Says which rows and triggers would be right. */
  static Replay write(Shop shop) {
    Replay replay = new Replay(shop, true, violation -> {});
    replay.run();
    return replay;
  }

  private void run() {
    for (JsonNode trigger : shop.triggers) {
      if (triggers.put(trigger.get("id").asText(), trigger) != null) {
        violate(trigger, "a trigger's id is its own", "twice " + trigger.get("id").asText());
      }
    }
    candidates();
    events();
    while (!actions.isEmpty() && actions.peek().at() <= shop.until) {
      Action action = actions.poll();
      now = action.at();
      if (action.phase() != Phase.DECISION) {
        action.run().run();
        continue;
      }
      List<Window> ending = new ArrayList<>(List.of(action.window()));
      while (!actions.isEmpty()
          && actions.peek().at() == now
          && actions.peek().phase() == Phase.DECISION) {
        ending.add(actions.poll().window());
      }
      ending.sort(Comparator.comparing(Window::first, Candidate.FIRST));
      ending.forEach(this::decide);
    }
    now = shop.until;
    for (Candidate each : candidates.values()) {
      if (!each.done) {
        finish(each, shop.until, List.of(new Verdict("OPEN_AT_END", null, true, "it is open")));
      }
      for (; each.next() != null; each.written++) {
        violate(each, "each candidate ends in exactly one final row", "one more, " + each.next());
      }
    }
    for (JsonNode trigger : triggers.values()) {
      if (!expectedTriggers.contains(trigger.get("id").asText())) {
        violate(trigger, "a trigger follows from a SENT row or a FAILED delivery", "from nothing");
      }
    }
  }

  /** "A candidate is (campaign version, customer, moment)". */
  private void candidates() {
    for (JsonNode moment : shop.moments) {
      String customerId = moment.get("customerId").asText();
      for (Facts.Campaign campaign : shop.campaigns.values()) {
        if (campaign.wants(moment.get("kind").asText(), moment.path("to").asText())) {
          Candidate candidate = new Candidate(campaign, customerId, moment);
          candidates.put(Candidate.key(campaign.id, customerId, candidate.momentId), candidate);
        }
      }
    }
    for (JsonNode row : shop.decisions) {
      Candidate candidate =
          candidates.get(
              Candidate.key(
                  row.get("campaign").asText(),
                  row.get("customerId").asText(),
                  row.get("moment").asText()));
      if (candidate == null) {
        violate(row, "a candidate is (campaign version, customer, moment)", "there is no such one");
      } else {
        candidate.rows.add(row);
      }
    }
    candidates
        .values()
        .forEach(each -> each.rows.sort(Comparator.comparingLong(row -> millis(row.get("at")))));
  }

  private void events() {
    record Event(long at, int topic, String order, int status, String id, JsonNode node) {}
    List<Event> events = new ArrayList<>();
    List<List<JsonNode>> topics = List.of(shop.profiles, shop.orders, shop.deliveries, shop.clicks);
    for (int topic = 0; topic < topics.size(); topic++) {
      for (JsonNode node : topics.get(topic)) {
        events.add(
            new Event(
                millis(node.get("timestamp")),
                topic,
                topic == 1 ? node.get("orderId").asText() : "",
                topic == 1 ? STATUSES.indexOf(node.get("status").asText()) : 0,
                node.get("messageId").asText(),
                node));
      }
    }
    events.sort(
        Comparator.comparingLong(Event::at)
            .thenComparingInt(Event::topic)
            .thenComparing(Event::order)
            .thenComparingInt(Event::status)
            .thenComparing(Event::id));
    List<Consumer<JsonNode>> readers =
        List.of(this::profile, this::order, this::delivery, this::click);
    for (Event event : events) {
      at(event.at(), Phase.EVENT, () -> readers.get(event.topic()).accept(event.node()));
    }
    Map<String, List<Candidate>> byMoment = new HashMap<>();
    candidates
        .values()
        .forEach(
            each -> byMoment.computeIfAbsent(each.momentId, id -> new ArrayList<>()).add(each));
    for (JsonNode moment : shop.moments) {
      List<Candidate> own = byMoment.getOrDefault(moment.get("id").asText(), List.of());
      at(millis(moment.get("at")), Phase.MOMENT, () -> moment(moment, own));
    }
  }

  private void at(long at, Phase phase, Runnable run) {
    actions.add(new Action(at, phase, number++, run, null));
  }

  private Customer customer(String id) {
    return customers.computeIfAbsent(id, unknown -> new Customer(unknown, shop.policy.zone));
  }

  // What happens

  private void profile(JsonNode node) {
    Customer customer = customer(node.get("customerId").asText());
    node.path("consents")
        .properties()
        .forEach(
            each -> {
              customer.consents.put(each.getKey(), each.getValue().asBoolean());
              if (each.getValue().asBoolean()) {
                customer.unsubscribed.remove(each.getKey());
              }
            });
    JsonNode zone = node.path("attributes").path("timezone");
    if (zone.isTextual()) {
      customer.zone = ZoneId.of(zone.asText());
    }
  }

  private void order(JsonNode node) {
    Customer customer = customer(node.get("customerId").asText());
    String status = node.get("status").asText();
    if (!status.equals("PAID") || customer.paid.add(node.get("orderId").asText())) {
      happened(customer, ORDER_EVENTS.get(status));
    }
  }

  private void click(JsonNode node) {
    Customer customer = customer(node.get("customerId").asText());
    String name = node.get("event").asText();
    String product = node.path("properties").path("productId").asText();
    if (!product.isEmpty()) {
      customer.viewed.add(product);
    }
    happened(customer, ALIASES.getOrDefault(name, name));
  }

  /** An event of that name may be a goal, and may cancel. */
  private void happened(Customer customer, String name) {
    for (Grant grant : customer.grants) {
      if (grant.campaign.goal.equals(name) && now > grant.at && grant.goalAt == NONE) {
        grant.goalAt = now;
      }
    }
    for (Candidate each : List.copyOf(customer.pending)) {
      if (each.campaign.cancelOn.contains(name)
          && now > each.momentAt
          && each.cancelledAt == NONE) {
        each.cancelledAt = now;
        JsonNode row = each.next();
        boolean ends = customer.window != null && customer.window.end == now;
        if (row != null
            && row.get("code").asText().equals("CANCELLED")
            && millis(row.get("at")) == now
            && !ends) {
          cancelledAtEvent++;
          finish(each, now, List.of(new Verdict("CANCELLED", null, true, "of " + name)));
        }
      }
    }
  }

  private void moment(JsonNode moment, List<Candidate> own) {
    Customer customer = customer(moment.get("customerId").asText());
    if (moment.get("kind").asText().equals("ORDER_BURST")) {
      customer.suspectUntil = Math.max(customer.suspectUntil, now + shop.policy.suspectMillis);
    }
    for (Candidate each : own) {
      customer.pending.add(each);
      at(each.due, Phase.DUE, () -> due(each, customer));
    }
  }

  /** "The first due candidate of a customer opens a window … up to and including its end". */
  private void due(Candidate candidate, Customer customer) {
    if (candidate.done) {
      return;
    }
    if (customer.window == null || customer.window.end < now) {
      Window window = new Window(customer, now + ARBITRATION);
      customer.window = window;
      actions.add(new Action(window.end, Phase.DECISION, number++, () -> {}, window));
    }
    customer.window.opened.add(candidate);
  }

  // Deliveries

  private void delivery(JsonNode node) {
    Customer customer = customer(node.get("customerId").asText());
    String status = node.get("status").asText();
    if (status.startsWith("COUPON_")) {
      coupon(customer, node, status);
      return;
    }
    String triggerId = node.path("triggerId").asText();
    Grant grant = null;
    Touch touch = null;
    for (Grant each : customer.grants) {
      for (Touch one : each.touches) {
        if (one.triggerId().equals(triggerId)) {
          grant = each;
          touch = one;
        }
      }
    }
    if (status.equals("UNSUBSCRIBED")) {
      if (node.hasNonNull("channel")) {
        customer.unsubscribed.add(node.get("channel").asText());
      } else if (touch != null) {
        customer.unsubscribed.add(touch.channel());
      }
      return;
    }
    if (grant == null) {
      return;
    }
    if (status.equals("FAILED")) {
      if (touch.equals(grant.last()) && grant.failedAt == NONE) {
        failed(customer, grant);
      }
    } else if (grant.state == State.RESERVED) {
      if (!touch.equals(grant.last())) {
        grant.unsure = true;
      }
      received(grant);
    }
  }

  /** "OFFERED on SENT where it must be claimed; HELD when claimed, or on SENT". */
  private void received(Grant grant) {
    if (grant.campaign.resource.mustBeClaimed) {
      grant.state = State.OFFERED;
    } else {
      hold(grant);
    }
  }

  private void hold(Grant grant) {
    grant.state = State.HELD;
    grant.heldAt = now;
    Facts.Resource resource = grant.campaign.resource;
    long end = resource.validFor > 0 ? now + resource.validFor : resource.validUntil;
    if (end < now) {
      grant.unsure = true;
    }
    if (end != NONE) {
      at(Math.max(end, now), Phase.END, () -> end(grant, State.HELD, State.EXPIRED));
    }
  }

  private static void end(Grant grant, State from, State to) {
    if (grant.state == from) {
      grant.state = to;
    }
  }

  private void coupon(Customer customer, JsonNode node, String status) {
    State from = status.equals("COUPON_CLAIMED") ? State.OFFERED : State.HELD;
    Grant grant = null;
    if (node.hasNonNull("grantId")) {
      String id = node.get("grantId").asText();
      grant = first(customer, each -> each.grantId.equals(id));
    } else if (node.hasNonNull("triggerId")) {
      String id = node.get("triggerId").asText();
      grant =
          first(
              customer,
              each -> each.touches.stream().anyMatch(touch -> touch.triggerId().equals(id)));
    } else if (node.hasNonNull("couponType")) {
      // "the oldest grant of that type in the right state, else self-claimed"
      String type = node.get("couponType").asText();
      grant =
          first(customer, each -> type.equals(each.campaign.resource.type) && each.state == from);
      boolean another =
          grant != null
              && customer.grants.stream()
                  .anyMatch(
                      each ->
                          each.unsure
                              && each.hasResource()
                              && type.equals(each.campaign.resource.type));
      if (another) {
        // If that one is in another state, the next in line is meant.
        customer.grants.stream()
            .filter(Grant::hasResource)
            .filter(each -> type.equals(each.campaign.resource.type) && each.state == from)
            .forEach(each -> each.unsure = true);
      }
    }
    if (grant == null) {
      return;
    }
    if (grant.state != from) {
      // No sentence says what a claim of what is not offered does, or a use of what is not held.
      grant.unsure |= grant.state == State.RESERVED || grant.state == State.OFFERED;
      return;
    }
    switch (status) {
      case "COUPON_CLAIMED" -> {
        boolean outside =
            now < grant.campaign.resource.claimFrom
                || now >= grant.campaign.resource.lapsesAt(grant.at);
        grant.unsure |= outside;
        hold(grant);
      }
      case "COUPON_REDEEMED" -> grant.state = State.REDEEMED;
      default -> grant.state = State.EXPIRED;
    }
  }

  private static Grant first(Customer customer, Predicate<Grant> which) {
    return customer.grants.stream()
        .filter(Grant::hasResource)
        .filter(which)
        .findFirst()
        .orElse(null);
  }

  /**
   * "NEXT_CHANNEL takes the next in preference that passes consent, slot, quiet hours, caps and
   * budget then, else the grant has failed".
   */
  private void failed(Customer customer, Grant grant) {
    Facts.Campaign campaign = grant.campaign;
    boolean late = now > grant.last().at() + RECEIPT_TIMEOUT;
    boolean received = grant.state != State.RESERVED && grant.hasResource();
    grant.unsure |= (late || received) && grant.hasResource();
    grant.failUnsure |= late;
    int failed = campaign.channels.indexOf(grant.last().channel());
    if (!campaign.stop) {
      for (String channel : campaign.channels.subList(failed + 1, campaign.channels.size())) {
        Doubt passes = passesAlone(customer, grant, channel);
        if (late || now >= campaign.expires(grant.momentAt)) {
          passes = passes.and(Doubt.MAYBE);
        }
        String id = triggerId(campaign.id, customer.id, grant.momentId, channel);
        boolean there = writes ? passes == Doubt.YES : triggers.containsKey(id);
        if (there && passes == Doubt.NO) {
          violate(
              customer.id,
              campaign.id,
              id,
              "takes the next in preference that passes consent, slot, quiet hours, caps and budget",
              channel + " does not pass at " + iso(now));
        } else if (!there && passes == Doubt.YES) {
          violate(
              customer.id,
              campaign.id,
              grant.grantId,
              "a FAILED delivery takes the next in preference",
              "no trigger by " + channel + ", which passes at " + iso(now));
        }
        if (there) {
          grant.touches.add(new Touch(channel, now, id));
          trigger(customer, grant, now);
          return;
        }
      }
    }
    grant.failedAt = now;
    if (grant.state == State.RESERVED) {
      grant.state = State.RELEASED;
    }
  }

  private Doubt passesAlone(Customer customer, Grant grant, String channel) {
    Facts.Campaign campaign = grant.campaign;
    Facts.Channel way = shop.policy.channels.get(channel);
    boolean quiet =
        !way.onPage && shop.policy.isQuiet(Clocks.local(now, customer.zone).toLocalTime());
    if (!consents(customer, channel)
        || customer.unsubscribed.contains(channel)
        || quiet
        || !Clocks.isOpen(slots(campaign, momentOf(grant, customer)), now, customer.zone)) {
      return Doubt.NO;
    }
    Doubt capped = Doubt.NO;
    for (Facts.Cap cap : shop.policy.caps) {
      boolean binds = !(campaign.service && cap.marketingOnly);
      if (binds && (cap.scope.equals("ANY") || channel.equals(cap.channel))) {
        Count others = sends(customer, cap, campaign, grant);
        Count all = sends(customer, cap, campaign, null);
        capped =
            capped.or(
                new Count(others.low(), Math.max(others.high(), all.high())).exceeds(1, cap.max));
      }
    }
    Doubt spent = Doubt.NO;
    long before = shop.policy.channels.get(grant.last().channel()).cost;
    for (boolean today : new boolean[] {false, true}) {
      long limit = today ? campaign.budgetPerDay : campaign.budget;
      Count money = money(campaign, today);
      long least = way.cost - before;
      long most = way.cost + campaign.cost + grant.amountUnits * MILLI;
      Count low = new Count(money.low() + Math.min(least, 0), money.high());
      if (low.exceeds(Math.max(least, 0), limit) == Doubt.YES) {
        spent = Doubt.YES;
      } else if (low.exceeds(most, limit) != Doubt.NO) {
        spent = spent.or(Doubt.MAYBE);
      }
    }
    Doubt stopped = capped.or(spent);
    return stopped == Doubt.YES ? Doubt.NO : stopped == Doubt.MAYBE ? Doubt.MAYBE : Doubt.YES;
  }

  private JsonNode momentOf(Grant grant, Customer customer) {
    return candidates.get(Candidate.key(grant.campaign.id, customer.id, grant.momentId)).moment;
  }

  // Decisions

  private void decide(Window window) {
    Customer customer = window.customer;
    if (customer.window == window) {
      customer.window = null;
    }
    List<Candidate> contest = new ArrayList<>(window.opened);
    contest.removeIf(each -> each.done);
    contest.sort(Candidate.CONTEST);
    Map<Candidate, List<Verdict>> before = new LinkedHashMap<>();
    Set<Candidate> leaving = new HashSet<>();
    for (Candidate each : contest) {
      List<Verdict> verdicts = alone(each, customer);
      before.put(each, verdicts);
      JsonNode row = each.next();
      if (!verdicts.isEmpty() || (row != null && BEFORE_CONTEST.contains(text(row, "code")))) {
        leaving.add(each);
      }
    }
    for (Candidate each : contest) {
      if (!isCertain(before.get(each))) {
        before.get(each).addAll(held(each, customer, leaving));
      }
    }
    String winner = null;
    for (Candidate each : contest) {
      List<Verdict> verdicts = before.get(each);
      Offer offer = new Offer();
      if (!isCertain(verdicts)) {
        if (winner != null) {
          verdicts.add(Verdict.of("LOWER_PRIORITY", Doubt.YES, winner + " went first"));
        } else {
          later(each, customer, verdicts, offer);
        }
      }
      String code = write(each, customer, verdicts, offer, winner);
      if (winner == null && Set.of("SENT", "CONTROL", "DEFERRED").contains(code)) {
        winner = each.campaign.id;
      }
    }
  }

  private static boolean isCertain(List<Verdict> verdicts) {
    return !verdicts.isEmpty() && verdicts.get(verdicts.size() - 1).certain();
  }

  /** The checks up to UNSUBSCRIBED, which ask for nobody else. */
  private List<Verdict> alone(Candidate candidate, Customer customer) {
    Facts.Campaign campaign = candidate.campaign;
    List<Verdict> verdicts = new ArrayList<>();
    if (candidate.cancelledAt <= now) {
      verdicts.add(Verdict.of("CANCELLED", Doubt.YES, "at " + iso(candidate.cancelledAt)));
    } else if (campaign.paused || shop.policy.paused) {
      verdicts.add(Verdict.of("PAUSED", Doubt.YES, "it is"));
    } else if (now < campaign.from || now >= campaign.to || now >= candidate.expires) {
      verdicts.add(
          Verdict.of(
              "CAMPAIGN_INACTIVE",
              Doubt.YES,
              "active to %s, expires %s".formatted(iso(campaign.to), iso(candidate.expires))));
    }
    if (!verdicts.isEmpty()) {
      return verdicts;
    }
    if (!candidate.decided) {
      Count held = held(customer);
      JsonNode features = candidate.moment.get("customer");
      boolean low = Audience.takes(campaign.audience, features, held.low());
      boolean high = Audience.takes(campaign.audience, features, held.high());
      if (!low || !high) {
        verdicts.add(
            Verdict.of("AUDIENCE", low == high ? Doubt.YES : Doubt.MAYBE, campaign.audience));
        if (low == high) {
          return verdicts;
        }
      }
    }
    if (now < customer.suspectUntil) {
      verdicts.add(Verdict.of("SUSPECT", Doubt.YES, "until " + iso(customer.suspectUntil)));
    } else if (campaign.channels.stream().noneMatch(each -> consents(customer, each))) {
      verdicts.add(Verdict.of("NO_CONSENT", Doubt.YES, "" + customer.consents));
    } else if (reachable(customer, campaign).isEmpty()) {
      verdicts.add(Verdict.of("UNSUBSCRIBED", Doubt.YES, "" + customer.unsubscribed));
    }
    return verdicts;
  }

  private boolean consents(Customer customer, String channel) {
    return customer.consents.getOrDefault(channel, shop.policy.channels.get(channel).granted);
  }

  private List<String> reachable(Customer customer, Facts.Campaign campaign) {
    return campaign.channels.stream()
        .filter(each -> consents(customer, each) && !customer.unsubscribed.contains(each))
        .toList();
  }

  /** REENTRY and GROUP_BUSY. */
  private List<Verdict> held(Candidate candidate, Customer customer, Set<Candidate> leaving) {
    Facts.Campaign campaign = candidate.campaign;
    List<Verdict> verdicts = new ArrayList<>();
    Doubt again = Doubt.NO;
    Doubt busy = Doubt.NO;
    String by = "";
    for (Grant grant : customer.grants) {
      if (grant.campaign == campaign && now < grant.at + campaign.reentry) {
        again = again.or(grant.stands(now));
      }
      if (campaign.exclusive != null && campaign.exclusive.equals(grant.campaign.exclusive)) {
        busy = busy.or(grant.holds(now));
        by = grant.campaign.id;
      }
    }
    for (Candidate other : customer.pending) {
      if (other == candidate || !other.deferred || other.done) {
        continue;
      }
      Doubt holds = leaving.contains(other) ? Doubt.MAYBE : Doubt.YES;
      if (other.campaign == campaign && campaign.reentry > 0) {
        again = again.or(holds);
      }
      if (campaign.exclusive != null && campaign.exclusive.equals(other.campaign.exclusive)) {
        busy = busy.or(holds);
        by = other.campaign.id;
      }
    }
    if (again != Doubt.NO) {
      verdicts.add(Verdict.of("REENTRY", again, "it had the customer"));
    }
    if (again != Doubt.YES && busy != Doubt.NO) {
      verdicts.add(Verdict.of("GROUP_BUSY", busy, by + " holds the customer"));
    }
    return verdicts;
  }

  /** The checks from WAITS_FOR_WINNER on. */
  private void later(Candidate candidate, Customer customer, List<Verdict> verdicts, Offer offer) {
    Facts.Campaign campaign = candidate.campaign;
    List<String> reachable = reachable(customer, campaign);
    boolean onPage = reachable.stream().anyMatch(each -> shop.policy.channels.get(each).onPage);
    List<Facts.Slot> slots = slots(campaign, candidate.moment);
    long result = candidate.momentAt + campaign.decideAfter;
    if (campaign.explore != null
        && campaign.pushes
        && now < result
        && chance("explore", candidate, "") >= campaign.explore) {
      offer.dueAgain.add(result);
      offer.dueAgain.add(Clocks.firstOpen(result, customer.zone, slots, shop.policy, onPage));
      verdicts.add(
          new Verdict("DEFERRED", "WAITS_FOR_WINNER", !campaign.cron, "outside of the share"));
      if (!campaign.cron) {
        return;
      }
    }
    boolean open = Clocks.isOpen(slots, now, customer.zone);
    boolean quiet = shop.policy.isQuiet(Clocks.local(now, customer.zone).toLocalTime());
    if (!open || (quiet && !onPage)) {
      String code = open ? "QUIET_HOURS" : "OUTSIDE_SLOT";
      String clock = "it is " + Clocks.local(now, customer.zone) + " in " + customer.zone;
      offer.dueAgain.add(Clocks.firstOpen(now, customer.zone, slots, shop.policy, onPage));
      verdicts.add(
          campaign.drop
              ? Verdict.of(code, Doubt.YES, clock)
              : new Verdict("DEFERRED", code, true, clock));
      return;
    }
    for (String each : reachable) {
      if (!quiet || shop.policy.channels.get(each).onPage) {
        offer.channels.put(each, Doubt.YES);
      }
    }
    if (caps(customer, campaign, verdicts, offer)
        || resource(customer, campaign, verdicts)
        || content(candidate, customer, verdicts, offer)
        || money(candidate, customer, verdicts, offer)) {
      return;
    }
    String salt = shop.policy.salt;
    if (!campaign.service
        && Chance.of("global", shop.tenant, "", salt, customer.id, "")
            < shop.policy.globalControl) {
      verdicts.add(Verdict.of("GLOBAL_CONTROL", Doubt.YES, "by chance"));
    } else if (chance("control", candidate, "") < campaign.control) {
      verdicts.add(Verdict.of("CONTROL", Doubt.YES, "by chance"));
    } else {
      verdicts.add(Verdict.of("SENT", Doubt.YES, "all checks pass"));
    }
  }

  private int chance(String purpose, Candidate candidate, String momentId) {
    return Chance.of(
        purpose,
        shop.tenant,
        candidate.campaign.id,
        candidate.campaign.salt,
        candidate.customerId,
        momentId);
  }

  /** The best hour is a slot of its own; a customer without clicks has none, and any time is. */
  private static List<Facts.Slot> slots(Facts.Campaign campaign, JsonNode moment) {
    JsonNode hour = moment.path("customer").path("bestHour");
    if (!campaign.bestHour || !hour.isNumber()) {
      return campaign.slots;
    }
    Facts.Slot slot = new Facts.Slot();
    slot.from = hour.asInt() * 60;
    slot.to = slot.from + 60;
    return List.of(slot);
  }

  private boolean caps(
      Customer customer, Facts.Campaign campaign, List<Verdict> verdicts, Offer offer) {
    StringBuilder which = new StringBuilder();
    for (Facts.Cap cap : shop.policy.caps) {
      if (cap.scope.equals("COUPON_TYPE") || (campaign.service && cap.marketingOnly)) {
        continue;
      }
      Doubt reached = sends(customer, cap, campaign, null).exceeds(1, cap.max);
      for (String channel : List.copyOf(offer.channels.keySet())) {
        if (cap.scope.equals("ANY") || channel.equals(cap.channel)) {
          remove(offer, channel, reached);
          which.append(reached == Doubt.NO ? "" : cap + "; ");
        }
      }
    }
    return gone(offer, verdicts, "FREQUENCY_CAP", which.toString());
  }

  private static void remove(Offer offer, String channel, Doubt doubt) {
    if (doubt == Doubt.YES) {
      offer.channels.remove(channel);
    } else if (doubt == Doubt.MAYBE) {
      offer.channels.put(channel, Doubt.MAYBE);
    }
  }

  /** Whether no channel is left for sure; what may be the code is noted. */
  private static boolean gone(Offer offer, List<Verdict> verdicts, String code, String why) {
    if (offer.channels.containsValue(Doubt.YES)) {
      return false;
    }
    boolean none = offer.channels.isEmpty();
    verdicts.add(Verdict.of(code, none ? Doubt.YES : Doubt.MAYBE, why));
    return none;
  }

  /** What counts against a cap at this instant; {@code but} does not. */
  private Count sends(Customer customer, Facts.Cap cap, Facts.Campaign campaign, Grant but) {
    Count count = Count.ZERO;
    for (Grant grant : customer.grants) {
      if (grant.control || grant == but || (cap.marketingOnly && grant.campaign.service)) {
        continue;
      }
      Doubt stands = grant.stands(now);
      if (cap.scope.equals("COUPON_TYPE")) {
        boolean same =
            grant.isCoupon() && grant.campaign.resource.type.equals(campaign.resource.type);
        count = count.plus(1, Doubt.of(same && isWithin(cap, grant.at)).and(stands));
        continue;
      }
      for (int i = 0; i < grant.touches.size(); i++) {
        Touch touch = grant.touches.get(i);
        boolean isLast = i == grant.touches.size() - 1;
        if (cap.scope.equals("ANY")) {
          Doubt counts = Doubt.of(isWithin(cap, touch.at()));
          count = count.plus(1, (i == 0 ? counts : counts.and(Doubt.MAYBE)).and(stands));
        } else if (touch.channel().equals(cap.channel)) {
          boolean one = isWithin(cap, touch.at());
          boolean other = isWithin(cap, grant.at);
          Doubt counts =
              one && other && isLast ? Doubt.YES : Doubt.of(one || other).and(Doubt.MAYBE);
          count = count.plus(1, counts.and(stands));
        }
      }
    }
    return count;
  }

  private boolean isWithin(Facts.Cap cap, long at) {
    return cap.calendar == null
        ? at <= now && now < at + cap.rolling
        : Clocks.window(cap.calendar, at, shop.policy.zone)
            .equals(Clocks.window(cap.calendar, now, shop.policy.zone));
  }

  private static Count held(Customer customer) {
    Count held = Count.ZERO;
    for (Grant grant : customer.grants) {
      if (grant.isCoupon()) {
        held = held.plus(1, grant.occupies());
      }
    }
    return held;
  }

  /** HELD_COUPONS to COUPON_PER_CUSTOMER. */
  private boolean resource(Customer customer, Facts.Campaign campaign, List<Verdict> verdicts) {
    Facts.Resource resource = campaign.resource;
    if (resource == null) {
      return false;
    }
    if (resource.isCoupon()) {
      Count held = held(customer);
      if (shop.policy.heldCoupons != null
          && reached(verdicts, "HELD_COUPONS", held, shop.policy.heldCoupons)) {
        return true;
      }
      for (Facts.Cap cap : shop.policy.caps) {
        boolean binds = cap.scope.equals("COUPON_TYPE") && !(campaign.service && cap.marketingOnly);
        if (binds
            && reached(
                verdicts, "COUPON_TYPE_PERIOD", sends(customer, cap, campaign, null), cap.max)) {
          return true;
        }
      }
    }
    Count today = Count.ZERO;
    Count ever = Count.ZERO;
    LocalDate day = Clocks.day(now, customer.zone);
    for (Grant grant : customer.grants) {
      if (grant.campaign == campaign && !grant.control) {
        Doubt counts = grant.keepsResource() == Doubt.YES ? Doubt.YES : Doubt.MAYBE;
        counts = grant.stands(now) == Doubt.YES ? counts : Doubt.MAYBE;
        ever = ever.plus(1, counts);
        boolean isToday = Clocks.day(grant.at, customer.zone).equals(day);
        today = today.plus(1, Doubt.of(isToday).and(counts));
      }
    }
    return reached(verdicts, "COUPON_PER_DAY", today, resource.perDay)
        || reached(verdicts, "COUPON_PER_CUSTOMER", ever, resource.perCustomer);
  }

  private static boolean reached(List<Verdict> verdicts, String code, Count count, long max) {
    Doubt reached = count.exceeds(1, max);
    if (reached != Doubt.NO) {
      verdicts.add(Verdict.of(code, reached, count + " of " + max));
    }
    return reached == Doubt.YES;
  }

  /** MISSING_VALUE, of the variant that is the customer's. */
  private boolean content(
      Candidate candidate, Customer customer, List<Verdict> verdicts, Offer offer) {
    amounts(candidate, customer, offer);
    int chance = chance("variant", candidate, "");
    long weights = 0;
    for (Facts.Variant each : candidate.campaign.variants) {
      weights += each.basisPoints;
      if (offer.variant == null && chance < weights) {
        offer.variant = each;
      }
    }
    for (String text : offer.variant.content.values()) {
      Matcher places = PLACE.matcher(text);
      while (places.find()) {
        if (value(candidate, places.group(1)) == null) {
          verdicts.add(Verdict.of("MISSING_VALUE", Doubt.YES, places.group(1)));
          return true;
        }
      }
    }
    return false;
  }

  /** What stands for a place; null for nothing, "*" for what is there but not said here how. */
  private static String value(Candidate candidate, String name) {
    if (name.startsWith("customer.")) {
      JsonNode value = Audience.feature(candidate.moment.get("customer"), name.substring(9));
      return value == null ? null : value.isTextual() && !isNumber(value) ? value.asText() : "*";
    }
    if (name.equals("resource.type")) {
      return candidate.campaign.resource.type;
    }
    if (name.startsWith("resource.")) {
      return "*";
    }
    JsonNode value = candidate.moment;
    for (String part : name.substring("moment.".length()).split("\\.", -1)) {
      value = value.path(part);
    }
    return value.isMissingNode() || value.isNull()
        ? null
        : value.isTextual() && !isNumber(value) ? value.asText() : "*";
  }

  private static boolean isNumber(JsonNode value) {
    return value.asText().matches("[-0-9.:TZ]+");
  }

  /** "min + (max - min) x h / 9999, rounded down to 0.01"; diminishing by earlier HELD ones. */
  private void amounts(Candidate candidate, Customer customer, Offer offer) {
    Facts.Resource resource = candidate.campaign.resource;
    if (resource == null) {
      offer.amounts.add(0L);
      return;
    }
    long amount =
        BigInteger.valueOf(resource.maxUnits - resource.minUnits)
                .multiply(BigInteger.valueOf(chance("amount", candidate, candidate.momentId)))
                .divide(BigInteger.valueOf(9_999))
                .longValueExact()
            + resource.minUnits;
    amount = amount / 100 * 100;
    if (resource.ratios == null) {
      offer.amounts.add(amount);
      return;
    }
    Count earlier = Count.ZERO;
    for (Grant grant : customer.grants) {
      if (grant.campaign == candidate.campaign && grant.hasResource()) {
        earlier = earlier.plus(1, grant.unsure ? Doubt.MAYBE : Doubt.of(grant.heldAt != NONE));
      }
    }
    for (long n = earlier.low(); n <= earlier.high(); n++) {
      long base = n < resource.ratios.size() ? amount * resource.ratios.get((int) n) / 10_000 : -1;
      offer.amounts.add((base < 0 ? resource.thenUnits : base) / 100 * 100);
    }
  }

  /** BUDGET_EXHAUSTED: the total of the resource, then money channel by channel. */
  private boolean money(
      Candidate candidate, Customer customer, List<Verdict> verdicts, Offer offer) {
    Facts.Campaign campaign = candidate.campaign;
    Count given = Count.ZERO;
    for (Grant grant : grantsOf.getOrDefault(campaign.id, List.of())) {
      given = given.plus(1, grant.keepsResource());
    }
    if (campaign.resource != null
        && reached(verdicts, "BUDGET_EXHAUSTED", given, campaign.resource.total)) {
      return true;
    }
    Count all = money(campaign, false);
    Count today = money(campaign, true);
    for (String channel : List.copyOf(offer.channels.keySet())) {
      Doubt beyond = null;
      for (long amount : offer.amounts) {
        long cost = shop.policy.channels.get(channel).cost + campaign.cost + amount * MILLI;
        Doubt each =
            all.exceeds(cost, campaign.budget).or(today.exceeds(cost, campaign.budgetPerDay));
        beyond = beyond == null || beyond == each ? each : Doubt.MAYBE;
      }
      remove(offer, channel, beyond);
    }
    return gone(
        offer,
        verdicts,
        "BUDGET_EXHAUSTED",
        "%s of %d, today %s of %d, for %s of %s"
            .formatted(
                all, campaign.budget, today, campaign.budgetPerDay, offer.amounts, customer.id));
  }

  /** What a campaign has spent, in ten-millionths, in all or on this day of the policy's zone. */
  private Count money(Facts.Campaign campaign, boolean isToday) {
    Count spent = Count.ZERO;
    ZoneId zone = shop.policy.zone;
    LocalDate day = Clocks.day(now, zone);
    for (Grant grant : grantsOf.getOrDefault(campaign.id, List.of())) {
      if (grant.control) {
        continue;
      }
      boolean counts = !isToday || Clocks.day(grant.at, zone).equals(day);
      spent = spent.plus(grant.amountUnits * MILLI, grant.keepsResource().and(Doubt.of(counts)));
      for (int i = 0; i < grant.touches.size(); i++) {
        Touch touch = grant.touches.get(i);
        long cost = shop.policy.channels.get(touch.channel()).cost + campaign.cost;
        boolean later = !isToday || Clocks.day(touch.at(), zone).equals(day);
        boolean sure =
            grant.touches.size() == 1 && grant.stands(now) == Doubt.YES && later == counts;
        spent = spent.plus(cost, Doubt.of(counts || later).and(sure ? Doubt.YES : Doubt.MAYBE));
      }
    }
    return spent;
  }

  // Rows

  /** Compares the row at a window's end, and lets it have its effect. */
  private String write(
      Candidate candidate, Customer customer, List<Verdict> verdicts, Offer offer, String winner) {
    candidate.decided = true;
    open += isOpen(verdicts) ? 1 : 0;
    JsonNode row = writes ? dictate(candidate, verdicts, offer, winner) : candidate.next();
    Verdict last = verdicts.get(verdicts.size() - 1);
    if (row == null || millis(row.get("at")) != now) {
      violate(
          candidate,
          "all checks run at the window's end",
          "no row at %s, expected %s; the next is %s".formatted(iso(now), last, row));
      finishSilently(candidate);
      return "";
    }
    String code = text(row, "code");
    if (code.equals("CANCELLED") && candidate.cancelledAt < now) {
      cancelledAtDecision++;
    }
    if (!code.equals("DEFERRED")) {
      finish(candidate, now, verdicts);
    } else {
      compare(candidate, row, now, verdicts);
      candidate.written++;
    }
    switch (code) {
      case "LOWER_PRIORITY" ->
          expect(candidate, "LOWER_PRIORITY (and who won)", text(row, "winner"), winner);
      case "DEFERRED" -> deferred(candidate, customer, offer);
      case "SENT" -> sent(candidate, customer, offer, row);
      case "CONTROL" -> {
        expect(candidate, "a control row has variant CONTROL", text(row, "variant"), "CONTROL");
        expect(candidate, "a control row has no trigger", text(row, "triggerId"), null);
        grant(candidate, customer, row, true, 0);
      }
      default ->
          expect(candidate, "only SENT and CONTROL rows have a grant", text(row, "grantId"), null);
    }
    return code;
  }

  private static boolean isOpen(List<Verdict> verdicts) {
    return verdicts.size() > 1;
  }

  private void finish(Candidate candidate, long at, List<Verdict> verdicts) {
    JsonNode row = candidate.next();
    if (writes) {
      row =
          candidate.rows.isEmpty() || candidate.next() == null
              ? dictate(candidate, verdicts, new Offer(), null)
              : candidate.next();
    }
    if (row == null) {
      violate(
          candidate, "each candidate ends in exactly one final row", "none, expected " + verdicts);
    } else {
      compare(candidate, row, at, verdicts);
      candidate.written++;
    }
    finishSilently(candidate);
  }

  private void finishSilently(Candidate candidate) {
    candidate.done = true;
    customer(candidate.customerId).pending.remove(candidate);
  }

  private void compare(Candidate candidate, JsonNode row, long at, List<Verdict> verdicts) {
    String code = text(row, "code");
    String reason = text(row, "reason");
    boolean right =
        verdicts.stream()
            .anyMatch(each -> each.code().equals(code) && Objects.equals(each.reason(), reason));
    if (!right) {
      violate(
          candidate,
          "the first check that fails gives the code",
          "%s %s at %s, expected %s".formatted(code, reason, iso(millis(row.get("at"))), verdicts));
    }
    expect(candidate, "a row's at is the decision's instant", iso(millis(row.get("at"))), iso(at));
    long due = millis(row.get("due"));
    if (due != candidate.due && !(candidate.deferred && mayBeDue(candidate, code, due))) {
      violate(
          candidate,
          "a row's due is when it was due",
          iso(due) + ", expected " + iso(candidate.due));
    }
    expect(candidate, "a definition of a rehearsal is version 1", text(row, "version"), "1");
    expect(candidate, "a row's tenant", text(row, "tenant"), shop.tenant);
    if (!row.path("values").isObject()) {
      violate(candidate, "a row has the values read", "none");
    }
    if (!code.equals("LOWER_PRIORITY")) {
      expect(candidate, "only LOWER_PRIORITY has a winner", text(row, "winner"), null);
    }
  }

  /**
   * No sentence says what was due of a row that ends a candidate which was put off before it is due
   * again: when it was due last, or the end itself where it would be due later than that.
   */
  private static boolean mayBeDue(Candidate candidate, String code, long due) {
    return Set.of("EXPIRED", "OPEN_AT_END", "CANCELLED").contains(code)
        && (due == candidate.wasDue
            || (due == candidate.expires && due <= candidate.due)
            || candidate.due == NONE);
  }

  /** "due again at the first instant when slot and quiet hours let … through". */
  private void deferred(Candidate candidate, Customer customer, Offer offer) {
    boolean first = !candidate.deferred;
    candidate.deferred = true;
    if (offer.dueAgain.isEmpty()) {
      violate(candidate, "a candidate that is put off is due again", "no sentence puts it off");
      finishSilently(candidate);
      return;
    }
    long due = offer.dueAgain.iterator().next();
    JsonNode next = candidate.next();
    if (next != null && offer.dueAgain.contains(millis(next.get("due")))) {
      due = millis(next.get("due"));
    }
    candidate.wasDue = candidate.due;
    candidate.due = due;
    if (due < candidate.expires) {
      at(due, Phase.DUE, () -> due(candidate, customer));
    }
    if (first) {
      at(candidate.expires, Phase.END, () -> expire(candidate));
    }
  }

  private void expire(Candidate candidate) {
    if (!candidate.done) {
      List<Verdict> verdicts = new ArrayList<>();
      verdicts.add(Verdict.of("EXPIRED", Doubt.YES, "at " + iso(candidate.expires)));
      if (candidate.cancelledAt != NONE) {
        verdicts.add(0, Verdict.of("CANCELLED", Doubt.MAYBE, "before"));
      }
      finish(candidate, now, verdicts);
    }
  }

  private void sent(Candidate candidate, Customer customer, Offer offer, JsonNode row) {
    if (offer.variant == null) {
      return; // The code is wrong already.
    }
    Facts.Campaign campaign = candidate.campaign;
    String channel = text(row, "channel");
    expect(
        candidate,
        "variants take cumulative weights in declared order",
        text(row, "variant"),
        offer.variant.id);
    List<String> allowed = new ArrayList<>();
    for (Map.Entry<String, Doubt> each : offer.channels.entrySet()) {
      allowed.add(each.getKey());
      if (each.getValue() == Doubt.YES) {
        break;
      }
    }
    if (!allowed.contains(channel)) {
      violate(candidate, "channels in order of preference", channel + ", expected " + allowed);
    }
    if (channel == null || !shop.policy.channels.containsKey(channel)) {
      return;
    }
    long amount = 0;
    if (campaign.resource != null) {
      amount = row.hasNonNull("amount") ? Facts.units(row.get("amount").asText()) : -1;
      if (!offer.amounts.contains(amount)) {
        violate(
            candidate,
            "a random amount, diminishing, rounded down to 0.01",
            amount + ", expected one of " + offer.amounts);
      }
    }
    Grant grant = grant(candidate, customer, row, false, amount);
    String id = triggerId(campaign.id, customer.id, candidate.momentId, channel);
    expect(candidate, "a trigger's id is SHA-256 over its parts", text(row, "triggerId"), id);
    grant.touches.add(new Touch(channel, now, id));
    if (campaign.resource != null) {
      grant.state = State.RESERVED;
      long lapses = campaign.resource.lapsesAt(now);
      if (lapses != NONE) {
        grant.unsure |= lapses <= now;
        at(
            Math.max(lapses, now),
            Phase.END,
            () -> {
              end(grant, State.RESERVED, State.LAPSED);
              end(grant, State.OFFERED, State.LAPSED);
            });
      }
      if (shop.hasDeliveries) {
        at(now + RECEIPT_TIMEOUT, Phase.END, () -> timeOut(grant));
      } else {
        received(grant);
      }
    }
    trigger(customer, grant, now);
  }

  /** "no receipt within decide.receipt-timeout": of a second trigger it may be counted from it. */
  private void timeOut(Grant grant) {
    long last = grant.last().at() + RECEIPT_TIMEOUT;
    if (grant.state == State.RESERVED && last > now) {
      grant.unsure = true;
      at(last, Phase.END, () -> timeOut(grant));
    } else {
      end(grant, State.RESERVED, State.RELEASED);
    }
  }

  private Grant grant(
      Candidate candidate, Customer customer, JsonNode row, boolean control, long amount) {
    String id = text(row, "grantId");
    if (id == null || !grantIds.add(id)) {
      violate(candidate, "every SENT and CONTROL row has a grantId", id + ", expected a new one");
    }
    Grant grant =
        new Grant(
            candidate.campaign,
            id,
            candidate.momentId,
            candidate.momentAt,
            text(row, "variant"),
            now,
            control,
            amount);
    customer.grants.add(grant);
    grantsOf.computeIfAbsent(candidate.campaign.id, each -> new ArrayList<>()).add(grant);
    return grant;
  }

  // Triggers

  private void trigger(Customer customer, Grant grant, long at) {
    Facts.Campaign campaign = grant.campaign;
    Touch touch = grant.last();
    expectedTriggers.add(touch.triggerId());
    Candidate candidate = candidates.get(Candidate.key(campaign.id, customer.id, grant.momentId));
    if (writes) {
      sent.add(written(candidate, grant, touch, at));
      return;
    }
    JsonNode trigger = triggers.get(touch.triggerId());
    if (trigger == null) {
      violate(candidate, "a SENT row has its trigger", "none of id " + touch.triggerId());
      return;
    }
    String what = "a trigger's ";
    expect(candidate, what + "customerId", text(trigger, "customerId"), customer.id);
    expect(candidate, what + "campaign", text(trigger, "campaign"), campaign.id);
    expect(candidate, what + "version", text(trigger, "version"), "1");
    expect(candidate, what + "variant", text(trigger, "variant"), grant.variant);
    expect(candidate, what + "channel", text(trigger, "channel"), touch.channel());
    expect(candidate, what + "moment", text(trigger, "moment"), grant.momentId);
    String notBefore = iso(millis(trigger.get("notBefore")));
    if (!notBefore.equals(iso(grant.at))) {
      expect(candidate, "notBefore = the decision", notBefore, iso(at));
    }
    expect(
        candidate,
        "expires at the earlier of active.to and moment + 7 days",
        iso(millis(trigger.get("expires"))),
        iso(candidate.expires));
    Facts.Channel channel = shop.policy.channels.get(touch.channel());
    String position = text(trigger, "position");
    if (position != null && !(channel.onPage && channel.positions.contains(position))) {
      violate(candidate, "a position is one of the channel's", position);
    }
    given(candidate, grant, trigger);
    filled(candidate, grant, trigger);
    List<String> products = new ArrayList<>();
    trigger.path("recommendations").forEach(each -> products.add(each.asText()));
    boolean own = !campaign.ownViewsOnly || customer.viewed.containsAll(products);
    if (products.size() > campaign.recommended
        || new HashSet<>(products).size() < products.size()
        || !own) {
      violate(candidate, "personal products from the customer's own views", "" + products);
    }
  }

  private void given(Candidate candidate, Grant grant, JsonNode trigger) {
    JsonNode given = trigger.get("resource");
    Facts.Resource resource = grant.campaign.resource;
    if (given == null || resource == null) {
      if (given != null || resource != null) {
        violate(candidate, "a trigger has its campaign's resource", "" + given);
      }
      return;
    }
    expect(candidate, "a resource's grantId", text(given, "grantId"), grant.grantId);
    expect(candidate, "a resource's kind", text(given, "kind"), resource.kind);
    expect(candidate, "a resource's type", text(given, "type"), resource.type);
    expect(
        candidate,
        "a resource's amount is that of the row",
        "" + Facts.units(given.get("amount").asText()),
        "" + grant.amountUnits);
    long lapses = resource.lapsesAt(grant.at);
    JsonNode to = given.path("claim").path("to");
    expect(
        candidate,
        "it lapses at claim.to or decision + within",
        to.isMissingNode() ? null : iso(millis(to)),
        lapses == NONE ? null : iso(lapses));
  }

  private void filled(Candidate candidate, Grant grant, JsonNode trigger) {
    for (Facts.Variant variant : grant.campaign.variants) {
      if (!variant.id.equals(grant.variant)) {
        continue;
      }
      for (Map.Entry<String, String> each : variant.content.entrySet()) {
        String filled = fill(candidate, each.getValue());
        String found = text(trigger.path("content"), each.getKey());
        if (filled.contains("*") ? found == null || found.contains("${") : !filled.equals(found)) {
          violate(candidate, "content with substitutions", found + ", expected " + filled);
        }
      }
    }
  }

  private static String fill(Candidate candidate, String text) {
    return PLACE
        .matcher(text)
        .replaceAll(
            place -> Matcher.quoteReplacement(String.valueOf(value(candidate, place.group(1)))));
  }

  private String triggerId(String campaign, String customer, String momentId, String channel) {
    return Chance.triggerId(shop.tenant, campaign, 1, customer, momentId, channel);
  }

  // What would be right

  private JsonNode dictate(
      Candidate candidate, List<Verdict> verdicts, Offer offer, String winner) {
    if (candidate.next() != null) {
      return candidate.next();
    }
    Verdict verdict = verdicts.get(0);
    ObjectNode row = JSON.createObjectNode();
    row.put("id", "row-" + rows.size() + shop.tenant);
    row.put("tenant", shop.tenant);
    row.put("customerId", candidate.customerId);
    row.put("campaign", candidate.campaign.id);
    row.put("version", 1);
    row.put("moment", candidate.momentId);
    row.put("due", iso(candidate.due == NONE ? candidate.wasDue : candidate.due));
    row.put("at", iso(now));
    row.put("code", verdict.code());
    if (verdict.reason() != null) {
      row.put("reason", verdict.reason());
    }
    row.putObject("values");
    if (verdict.code().equals("LOWER_PRIORITY")) {
      row.put("winner", winner);
    }
    boolean isSent = verdict.code().equals("SENT");
    if (isSent || verdict.code().equals("CONTROL")) {
      row.put("variant", isSent ? offer.variant.id : "CONTROL");
      row.put(
          "grantId",
          "grant-"
              + triggerId(candidate.campaign.id, candidate.customerId, candidate.momentId, ""));
    }
    if (isSent) {
      String channel = offer.channels.keySet().iterator().next();
      row.put("channel", channel);
      row.put(
          "triggerId",
          triggerId(candidate.campaign.id, candidate.customerId, candidate.momentId, channel));
      if (candidate.campaign.resource != null) {
        row.put("amount", amount(offer.amounts.iterator().next()));
      }
    }
    rows.add(row);
    candidate.rows.add(row);
    return row;
  }

  private ObjectNode written(Candidate candidate, Grant grant, Touch touch, long at) {
    ObjectNode trigger = JSON.createObjectNode();
    trigger.put("id", touch.triggerId());
    trigger.put("tenant", shop.tenant);
    trigger.put("customerId", candidate.customerId);
    trigger.put("campaign", candidate.campaign.id);
    trigger.put("version", 1);
    trigger.put("variant", grant.variant);
    trigger.put("channel", touch.channel());
    trigger.put("grantId", grant.grantId);
    Facts.Resource resource = candidate.campaign.resource;
    if (resource != null) {
      ObjectNode given = trigger.putObject("resource");
      given.put("grantId", grant.grantId);
      given.put("kind", resource.kind);
      if (resource.type != null) {
        given.put("type", resource.type);
      }
      given.put("amount", amount(grant.amountUnits));
      if (resource.lapsesAt(grant.at) != NONE) {
        given.putObject("claim").put("to", iso(resource.lapsesAt(grant.at)));
      }
    }
    ObjectNode content = trigger.putObject("content");
    for (Facts.Variant variant : candidate.campaign.variants) {
      if (variant.id.equals(grant.variant)) {
        variant.content.forEach((name, text) -> content.put(name, fill(candidate, text)));
      }
    }
    trigger.putArray("recommendations");
    trigger.put("moment", candidate.momentId);
    trigger.put("notBefore", iso(at));
    trigger.put("expires", iso(candidate.expires));
    return trigger;
  }

  private static String amount(long units) {
    return BigDecimal.valueOf(units, 4).toPlainString();
  }

  // Violations

  private void expect(Candidate candidate, String sentence, String found, String expected) {
    if (!Objects.equals(found, expected)) {
      violate(candidate, sentence, found + ", expected " + expected);
    }
  }

  private void violate(Candidate candidate, String sentence, String detail) {
    violate(
        candidate.customerId,
        candidate.campaign.id,
        candidate.momentId + " row " + candidate.written,
        sentence,
        detail);
  }

  private void violate(JsonNode row, String sentence, String detail) {
    violate(text(row, "customerId"), text(row, "campaign"), text(row, "id"), sentence, detail);
  }

  private void violate(
      String customer, String campaign, String row, String sentence, String detail) {
    violations.accept(new Violation(shop.tenant, customer, campaign, row, sentence, detail));
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }

  private static String iso(long millis) {
    return Math.abs(millis) > 400_000 * DAY ? "never" : Instant.ofEpochMilli(millis).toString();
  }
}
