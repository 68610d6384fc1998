package dev.nudge.decide.check;

import static dev.nudge.decide.check.Candidate.millis;
import static dev.nudge.decide.check.Facts.NONE;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What must hold at every instant, seen from the rows alone, without living the tenant's life
 * again: caps, exclusives, held coupons, totals, budgets.
 *
 * <p>What may have been given back is counted only up to the first instant at which it may have
 * been, so that nothing is said to be broken that is not.
 */
final class Invariants {
  private static final long RECEIPT_TIMEOUT = 3_600_000;
  private static final Set<String> RECEIPTS = Set.of("SENT", "DELIVERED", "EXPOSED", "CLICKED");

  /** A grant and the spans during which it counts. */
  private record Sent(
      Facts.Campaign campaign,
      String customer,
      String channel,
      boolean control,
      long at,
      long amountUnits,
      long failedAt,
      long heldUntil,
      long keptUntil,
      long goalAt) {}

  private record Spell(String candidate, long from, long to) {}

  private final Shop shop;
  private final Consumer<Violation> violations;
  private final Map<String, List<JsonNode>> deliveriesOf = new HashMap<>();
  private final Map<String, List<JsonNode>> eventsOf = new HashMap<>();
  private final Map<String, List<JsonNode>> triggersOf = new HashMap<>();

  private Invariants(Shop shop, Consumer<Violation> violations) {
    this.shop = shop;
    this.violations = violations;
  }

  static void check(Shop shop, Consumer<Violation> violations) {
    new Invariants(shop, violations).run();
  }

  private void run() {
    shop.deliveries.forEach(each -> add(deliveriesOf, text(each, "customerId"), each));
    shop.orders.forEach(each -> add(eventsOf, text(each, "customerId"), each));
    shop.clicks.forEach(each -> add(eventsOf, text(each, "customerId"), each));
    shop.triggers.forEach(each -> add(triggersOf, text(each, "grantId"), each));
    List<Sent> all = new ArrayList<>();
    Map<String, List<JsonNode>> rowsOf = new TreeMap<>();
    for (JsonNode row : shop.decisions) {
      String code = text(row, "code");
      add(rowsOf, text(row, "customerId"), row);
      if (code.equals("SENT") || code.equals("CONTROL")) {
        all.add(sent(row));
      }
    }
    all.sort(Comparator.comparingLong(Sent::at));
    finalRows();
    rowsOf.forEach(this::oneWinnerAnInstant);
    Map<String, List<Sent>> byCustomer = new TreeMap<>();
    all.forEach(
        each -> byCustomer.computeIfAbsent(each.customer, id -> new ArrayList<>()).add(each));
    byCustomer.forEach(
        (customer, sents) -> {
          sents.removeIf(Sent::control);
          caps(customer, sents);
          heldCoupons(customer, sents);
          perCustomer(customer, sents);
        });
    rowsOf.keySet().forEach(customer -> exclusives(customer, rowsOf.get(customer), all));
    shop.campaigns.values().forEach(campaign -> limits(campaign, all));
  }

  private void finalRows() {
    Map<String, Integer> finals = new HashMap<>();
    for (JsonNode row : shop.decisions) {
      if (!text(row, "code").equals("DEFERRED")) {
        String key =
            Candidate.key(text(row, "campaign"), text(row, "customerId"), text(row, "moment"));
        if (finals.merge(key, 1, Integer::sum) > 1) {
          violate(row, "each candidate ends in exactly one final row", "a second one");
        }
      }
    }
  }

  /** "at most one" of a window goes on. */
  private void oneWinnerAnInstant(String customer, List<JsonNode> rows) {
    Map<String, String> winners = new HashMap<>();
    for (JsonNode row : rows) {
      if (Set.of("SENT", "CONTROL", "DEFERRED").contains(text(row, "code"))) {
        String other = winners.put(text(row, "at"), text(row, "campaign"));
        if (other != null) {
          violate(row, "losers get LOWER_PRIORITY: at most one", "beside " + other);
        }
      }
    }
  }

  private Sent sent(JsonNode row) {
    Facts.Campaign campaign = shop.campaigns.get(text(row, "campaign"));
    Facts.Resource resource = campaign.resource;
    String customer = text(row, "customerId");
    String grantId = text(row, "grantId");
    long at = millis(row.get("at"));
    boolean control = text(row, "code").equals("CONTROL");
    Set<String> ids = new HashSet<>();
    triggersOf.getOrDefault(grantId, List.of()).forEach(each -> ids.add(text(each, "id")));
    List<JsonNode> own = new ArrayList<>();
    for (JsonNode each : deliveriesOf.getOrDefault(customer, List.of())) {
      boolean ofType = resource != null && each.path("couponType").asText().equals(resource.type);
      if (millis(each.get("timestamp")) >= at
          && (ids.contains(each.path("triggerId").asText())
              || each.path("grantId").asText().equals(grantId)
              || ofType)) {
        own.add(each);
      }
    }
    long failed = first(own, each -> text(each, "status").equals("FAILED"));
    long receipt = first(own, each -> RECEIPTS.contains(text(each, "status")));
    // Of two grants of a type, a claim by the type is one's only: here it counts for none.
    long claimed =
        first(
            own,
            each ->
                text(each, "status").equals("COUPON_CLAIMED")
                    && (each.hasNonNull("triggerId") || each.hasNonNull("grantId")));
    long ended =
        first(
            own,
            each -> Set.of("COUPON_REDEEMED", "COUPON_EXPIRED").contains(text(each, "status")));
    long kept = failed;
    long held = NONE;
    if (resource != null) {
      if (shop.hasDeliveries && receipt > at + RECEIPT_TIMEOUT) {
        kept = Math.min(kept, at + RECEIPT_TIMEOUT);
      }
      long lapses = resource.lapsesAt(at);
      kept = claimed > lapses ? Math.min(kept, lapses) : kept;
      held = Math.min(kept, ended);
      held = Math.min(held, resource.validUntil);
      held = resource.validFor > 0 ? Math.min(held, at + resource.validFor) : held;
    }
    long goal = NONE;
    for (JsonNode each : eventsOf.getOrDefault(customer, List.of())) {
      long time = millis(each.get("timestamp"));
      if (time > at && isGoal(campaign.goal, each)) {
        goal = Math.min(goal, time);
      }
    }
    return new Sent(
        campaign,
        customer,
        text(row, "channel"),
        control,
        at,
        row.hasNonNull("amount") && !control ? Facts.units(row.get("amount").asText()) : 0,
        failed,
        held,
        kept,
        goal);
  }

  /** Whether an event may be the goal; a second PAID of an order is not, but it may seem so. */
  private static boolean isGoal(String goal, JsonNode event) {
    return event.has("orderId")
        ? goal.equalsIgnoreCase("Order " + text(event, "status"))
        : goal.equals(text(event, "event")) || !text(event, "event").contains(" ");
  }

  private static long first(List<JsonNode> deliveries, Predicate<JsonNode> which) {
    return deliveries.stream()
        .filter(which)
        .mapToLong(each -> millis(each.get("timestamp")))
        .min()
        .orElse(NONE);
  }

  private void caps(String customer, List<Sent> sents) {
    for (Facts.Cap cap : shop.policy.caps) {
      Map<String, List<Sent>> counted = new TreeMap<>();
      for (Sent each : sents) {
        boolean counts =
            each.failedAt == NONE
                && !(cap.marketingOnly && each.campaign.service)
                && switch (cap.scope) {
                  case "CHANNEL" -> cap.channel.equals(each.channel);
                  case "COUPON_TYPE" ->
                      each.campaign.resource != null && each.campaign.resource.isCoupon();
                  default -> true;
                };
        if (counts) {
          String kind = cap.scope.equals("COUPON_TYPE") ? each.campaign.resource.type : "";
          String window =
              cap.calendar == null ? "" : Clocks.window(cap.calendar, each.at, shop.policy.zone);
          counted.computeIfAbsent(kind + "|" + window, key -> new ArrayList<>()).add(each);
        }
      }
      for (List<Sent> each : counted.values()) {
        for (int i = 0; i < each.size(); i++) {
          long from = cap.calendar == null ? each.get(i).at - cap.rolling : Long.MIN_VALUE;
          long at = each.get(i).at;
          long count = each.stream().filter(other -> other.at > from && other.at <= at).count();
          if (count > cap.max) {
            violate(
                customer,
                each.get(i).campaign.id,
                "no cap is exceeded at any instant",
                "%s: %d at %s".formatted(cap, count, Instant.ofEpochMilli(at)));
          }
        }
      }
    }
  }

  private void heldCoupons(String customer, List<Sent> sents) {
    if (shop.policy.heldCoupons == null) {
      return;
    }
    List<Sent> coupons =
        sents.stream()
            .filter(each -> each.campaign.resource != null && each.campaign.resource.isCoupon())
            .toList();
    for (Sent each : coupons) {
      long held =
          coupons.stream()
              .filter(other -> other.at <= each.at && each.at < other.heldUntil)
              .count();
      if (held > shop.policy.heldCoupons) {
        violate(
            customer,
            each.campaign.id,
            "held coupons stay within the cap",
            held + " of " + shop.policy.heldCoupons + " at " + Instant.ofEpochMilli(each.at));
      }
    }
  }

  private void perCustomer(String customer, List<Sent> sents) {
    Map<String, Long> counts = new TreeMap<>();
    for (Sent each : sents) {
      if (each.campaign.resource != null && each.keptUntil == NONE) {
        long count = counts.merge(each.campaign.id, 1L, Long::sum);
        if (count > each.campaign.resource.perCustomer) {
          violate(customer, each.campaign.id, "perCustomer", "the number " + count);
        }
      }
    }
  }

  /** "no two campaigns of an exclusive hold one customer". */
  private void exclusives(String customer, List<JsonNode> rows, List<Sent> all) {
    Map<String, Long> deferred = new HashMap<>();
    Map<String, List<Spell>> spells = new TreeMap<>();
    List<JsonNode> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.<JsonNode>comparingLong(row -> millis(row.get("at")))
            .thenComparing(row -> text(row, "code").equals("DEFERRED") ? 0 : 1));
    for (JsonNode row : sorted) {
      Facts.Campaign campaign = shop.campaigns.get(text(row, "campaign"));
      if (campaign.exclusive == null) {
        continue;
      }
      String key = campaign.id + "|" + text(row, "moment");
      String code = text(row, "code");
      long at = millis(row.get("at"));
      if (code.equals("DEFERRED")) {
        deferred.putIfAbsent(key, at);
        continue;
      }
      List<Spell> own = spells.computeIfAbsent(campaign.exclusive, id -> new ArrayList<>());
      Long from = deferred.remove(key);
      if (from != null) {
        own.add(new Spell(key, from, at));
      }
      if (code.equals("SENT") || code.equals("CONTROL")) {
        Sent sent =
            all.stream()
                .filter(
                    each ->
                        each.at == at
                            && each.customer.equals(customer)
                            && each.campaign == campaign)
                .findFirst()
                .orElseThrow();
        long end = Math.min(at + campaign.window, Math.min(sent.goalAt, sent.failedAt));
        own.add(new Spell(key, at, end));
      }
    }
    spells.forEach(
        (exclusive, own) -> {
          own.sort(Comparator.comparingLong(Spell::from));
          for (int i = 1; i < own.size(); i++) {
            for (int j = 0; j < i; j++) {
              Spell one = own.get(j);
              Spell other = own.get(i);
              if (other.from < one.to && !one.candidate.equals(other.candidate)) {
                violate(
                    customer,
                    other.candidate,
                    "at most one campaign of an exclusive holds a customer at a time",
                    exclusive + ": " + one + " and " + other);
              }
            }
          }
        });
  }

  /** "totals and budgets are never over-granted". */
  private void limits(Facts.Campaign campaign, List<Sent> all) {
    List<Sent> own =
        all.stream().filter(each -> each.campaign == campaign && !each.control).toList();
    if (campaign.resource != null) {
      limit(campaign, own, "total", campaign.resource.total, each -> 1, false);
    }
    ToLongFunction<Sent> amount = each -> each.amountUnits * Facts.MILLI;
    limit(campaign, own, "budget.total", campaign.budget, amount, false);
    limit(campaign, own, "budget.perDay", campaign.budgetPerDay, amount, true);
  }

  private void limit(
      Facts.Campaign campaign,
      List<Sent> own,
      String name,
      long limit,
      ToLongFunction<Sent> size,
      boolean daily) {
    if (limit == NONE) {
      return;
    }
    boolean money = !name.equals("total");
    for (Sent each : own) {
      String day = Clocks.day(each.at, shop.policy.zone).toString();
      long sum = 0;
      for (Sent other : own) {
        boolean counts =
            other.at <= each.at
                && (!daily || Clocks.day(other.at, shop.policy.zone).toString().equals(day));
        if (counts && each.at < other.keptUntil) {
          sum += size.applyAsLong(other);
        }
        if (counts && money && other.failedAt == NONE) {
          sum += costOf(other.channel) + campaign.cost;
        }
      }
      if (sum > limit) {
        violate(
            each.customer,
            campaign.id,
            "totals and budgets are never over-granted",
            "%s: %d of %d at %s".formatted(name, sum, limit, Instant.ofEpochMilli(each.at)));
        return;
      }
    }
  }

  private long costOf(String channel) {
    boolean isKnown = channel != null && shop.policy.channels.containsKey(channel);
    return isKnown ? shop.policy.channels.get(channel).cost : 0;
  }

  private static void add(Map<String, List<JsonNode>> map, String key, JsonNode node) {
    map.computeIfAbsent(key, id -> new ArrayList<>()).add(node);
  }

  private void violate(JsonNode row, String sentence, String detail) {
    violations.accept(
        new Violation(
            shop.tenant,
            text(row, "customerId"),
            text(row, "campaign"),
            text(row, "moment"),
            sentence,
            detail));
  }

  private void violate(String customer, String campaign, String sentence, String detail) {
    violations.accept(new Violation(shop.tenant, customer, campaign, "", sentence, detail));
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }
}
