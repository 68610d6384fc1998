package dev.nudge.decide.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Shops by chance, one a tenant: a policy, campaigns over the whole range of section 6, and what
 * some customers do in a month in which clocks are put forward and back. The same seed gives the
 * same bytes.
 *
 * <p>Deliveries name triggers, whose ids a first run tells: {@link #deliver} answers those as
 * gateways and customers might, for a second run. They answer triggers too that the second run does
 * not send any more, and leave new ones without an answer.
 */
final class RandomShops {
  /** Berlin goes forward on 29 March, New York on 8 March; Sydney and Lord Howe back on 5 April. */
  static final Instant START = Instant.parse("2026-03-05T00:00:00Z");

  static final Instant UNTIL = Instant.parse("2026-04-09T12:00:00Z");

  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ZONES =
      List.of(
          "Europe/Berlin",
          "America/New_York",
          "Australia/Lord_Howe",
          "Australia/Sydney",
          "Asia/Shanghai",
          "Asia/Kathmandu",
          "UTC");
  private static final List<String> CHANNELS =
      List.of("PUSH", "SMS", "EMAIL", "INBOX", "WECHAT", "ON_PAGE");
  private static final List<String> CITIES = List.of("Shanghai", "Rome", "Lima");

  private final long seed;
  private final int tenants;

  private Random random;
  private String tenant;
  private long begin;
  private int messages;
  private final List<ObjectNode> profiles = new ArrayList<>();
  private final List<ObjectNode> orders = new ArrayList<>();
  private final List<ObjectNode> clicks = new ArrayList<>();
  private final List<ObjectNode> deliveries = new ArrayList<>();

  RandomShops(long seed, int tenants) {
    this.seed = seed;
    this.tenants = tenants;
  }

  /** Writes definitions, profiles, orders and clicks. */
  void write(Path in) throws IOException {
    Path definitions = Files.createDirectories(in.resolve("definitions"));
    for (int i = 0; i < tenants; i++) {
      tenant = "t%04d".formatted(i);
      random = new Random(seed * 1_000_003 + i);
      begin = START.toEpochMilli() + random.nextInt(20) * Facts.DAY;
      Files.writeString(definitions.resolve(tenant + ".yaml"), definitions());
      int customers = 5 + random.nextInt(5);
      for (int customer = 0; customer < customers; customer++) {
        customer("c" + customer);
      }
    }
    write(in.resolve("profiles.jsonl"), profiles);
    write(in.resolve("orders.jsonl"), orders);
    write(in.resolve("clickstream.jsonl"), clicks);
  }

  /** Writes the same again, and deliveries that answer the triggers of a run. */
  void deliver(Path in, Path out, Path again) throws IOException {
    Path definitions = Files.createDirectories(again.resolve("definitions"));
    Map<String, Facts.Campaign> campaigns = new HashMap<>();
    for (int i = 0; i < tenants; i++) {
      String name = "t%04d".formatted(i);
      Path file = in.resolve("definitions").resolve(name + ".yaml");
      Files.copy(file, definitions.resolve(name + ".yaml"), StandardCopyOption.REPLACE_EXISTING);
      Shop shop = new Shop(name);
      shop.define(Files.readString(file));
      shop.campaigns.values().forEach(each -> campaigns.put(name + "|" + each.id, each));
    }
    for (String name : List.of("profiles.jsonl", "orders.jsonl", "clickstream.jsonl")) {
      Files.copy(in.resolve(name), again.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    Set<String> grants = new HashSet<>();
    for (String line : Files.readAllLines(out.resolve("triggers.jsonl"), UTF_8)) {
      JsonNode trigger = JSON.readTree(line);
      if (grants.add(trigger.get("grantId").asText())) {
        tenant = trigger.get("tenant").asText();
        random = new Random(seed + trigger.get("id").asText().hashCode());
        answer(trigger, campaigns.get(tenant + "|" + trigger.get("campaign").asText()));
      }
    }
    write(again.resolve("deliveries.jsonl"), deliveries);
  }

  private static void write(Path file, List<ObjectNode> records) throws IOException {
    records.sort(Comparator.comparingLong(each -> each.get("timestamp").asLong()));
    List<String> lines = new ArrayList<>();
    for (ObjectNode each : records) {
      if (each.get("timestamp").asLong() <= UNTIL.toEpochMilli()) {
        lines.add(each.toString());
      }
    }
    Files.write(file, lines, UTF_8);
  }

  // Definitions

  private boolean chance(double share) {
    return random.nextDouble() < share;
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }

  private String definitions() {
    StringBuilder yaml = new StringBuilder("kind: policy\ntenant: " + tenant + "\n");
    yaml.append("zone: ").append(ZONES.get(random.nextInt(ZONES.size()))).append('\n');
    if (chance(0.015)) {
      yaml.append("paused: true\n");
    }
    yaml.append("lifecycle: {dormantDays: 4, lostDays: 9, stableOrders: 3, declineMinDays: 1}\n");
    yaml.append("channels:\n");
    for (String channel : CHANNELS) {
      if (chance(0.7)) {
        yaml.append(
            "  %s: {kind: %s, cost: {model: %s, price: %s}, consentDefault: %s}%n"
                .formatted(
                    channel,
                    channel.equals("ON_PAGE") ? "ON_PAGE" : "ONE_WAY",
                    one("PER_SEND", "PER_SEND", "CPC", "CPM", "CPA", "CPS"),
                    one("0.05", "0.1", "1", "0.5"),
                    chance(0.9) ? "GRANTED" : "DENIED"));
      }
    }
    yaml.append("  PIGEON: {kind: ONE_WAY, consentDefault: ")
        .append(one("GRANTED", "GRANTED", "DENIED"));
    yaml.append("}\n");
    boolean quiet = chance(0.4);
    if (quiet) {
      yaml.append(
          "quietHours: "
              + one(
                  "{from: \"22:00\", to: \"08:00\"}",
                  "{from: \"12:00\", to: \"14:00\"}",
                  "{from: \"01:30\", to: \"03:00\"}",
                  "{from: \"02:30\", to: \"05:00\"}")
              + "\n");
    }
    boolean hasPeriod = chance(0.3);
    if (hasPeriod || chance(0.45)) {
      caps(yaml, hasPeriod);
    }
    if (!hasPeriod && chance(0.4)) {
      yaml.append("heldCoupons: ").append(1 + random.nextInt(2)).append('\n');
    }
    if (chance(0.3)) {
      yaml.append("globalControl: ").append(one("5", "20", "40", "12.5")).append('\n');
    }
    if (chance(0.3)) {
      yaml.append("salt: pepper").append(random.nextInt(9)).append('\n');
    }
    if (chance(0.5)) {
      yaml.append("anomalies: {ORDER_BURST: {suspectDays: %d}}%n".formatted(1 + random.nextInt(9)));
    }
    int campaigns = 2 + random.nextInt(6);
    List<String> exclusives = new ArrayList<>();
    for (int i = 0; i < campaigns; i++) {
      campaign(yaml, i, exclusives);
    }
    return yaml.toString();
  }

  private void caps(StringBuilder yaml, boolean hasPeriod) {
    yaml.append("caps:\n");
    if (hasPeriod) {
      yaml.append("  - {scope: COUPON_TYPE, max: 1, window: ")
          .append(one("{rolling: 7 days}", "{calendar: MONTH}", "{rolling: 30 h}"))
          .append("}\n");
      if (chance(0.6)) {
        return;
      }
    }
    int caps = 1 + random.nextInt(3);
    for (int i = 0; i < caps; i++) {
      String scope = one("CHANNEL", "ANY", "ANY", hasPeriod ? "ANY" : "COUPON_TYPE");
      String window =
          chance(0.6)
              ? "{rolling: %s}".formatted(one("6 h", "1 days", "7 days", "90 min"))
              : "{calendar: %s}".formatted(one("DAY", "WEEK", "MONTH"));
      // Another maximum each, so that no two caps are the same.
      yaml.append("  - {scope: ").append(scope);
      if (scope.equals("CHANNEL")) {
        yaml.append(", channel: ").append(CHANNELS.get(random.nextInt(CHANNELS.size())));
      }
      yaml.append(", max: ").append(chance(0.03) && i == 0 ? 0 : 1 + i + random.nextInt(2) * 3);
      yaml.append(", window: ").append(window);
      if (chance(0.4)) {
        yaml.append(", counts: ").append(one("MARKETING", "ALL"));
      }
      yaml.append("}\n");
    }
  }

  private void campaign(StringBuilder yaml, int index, List<String> exclusives) {
    String id = "k" + index;
    yaml.append("---\nkind: campaign\ntenant: ").append(tenant).append("\nid: ").append(id);
    yaml.append('\n');
    if (chance(0.15)) {
      yaml.append("purpose: SERVICE\n");
    }
    int priority = one(20, 50, 50, 70);
    if (chance(0.4)) {
      // Two of one exclusive with the same priority may be refused.
      String exclusive = one("care", "care", "sale");
      while (exclusives.contains(exclusive + priority)) {
        priority++;
      }
      exclusives.add(exclusive + priority);
      yaml.append("exclusive: ").append(exclusive).append('\n');
    }
    if (priority != 50 || chance(0.5)) {
      yaml.append("priority: ").append(priority).append('\n');
    }
    if (chance(0.03)) {
      yaml.append("paused: true\n");
    }
    boolean ends = active(yaml);
    String kind = trigger(yaml, ends);
    if (chance(0.3)) {
      yaml.append("audience: \"").append(audience()).append("\"\n");
    }
    boolean late = chance(0.12) && !ends;
    if (late) {
      yaml.append("delay: ").append(one("5 days", "8 days", "6 days", "7 days")).append('\n');
    } else if (chance(0.4)) {
      yaml.append("delay: ").append(one("10 min", "1 s", "2 h", "1500 ms", "1 days")).append('\n');
    }
    if (chance(0.3)) {
      yaml.append("cancelOn: ")
          .append(one("[Order Paid]", "[Product Added, Order Placed]", "[Product Viewed]"))
          .append('\n');
    }
    slots(yaml, late);
    channels(yaml);
    if (chance(0.3)) {
      yaml.append("onFailed: ").append(one("STOP", "NEXT_CHANNEL")).append('\n');
    }
    if (chance(0.35)) {
      yaml.append("reentry: ").append(one("6 h", "1 days", "3 days")).append('\n');
    }
    boolean hasResource = chance(0.55);
    if (hasResource) {
      resource(yaml);
    }
    if (chance(0.2)) {
      yaml.append("budget: ")
          .append(
              one(
                  "{total: 30}",
                  "{total: 12.5}",
                  "{perDay: 6}",
                  "{total: 60, perDay: 11}",
                  "{total: 0.3}",
                  "{perDay: 0.2}"))
          .append('\n');
    }
    variants(yaml, kind, hasResource);
    if (chance(0.3)) {
      yaml.append("control: ").append(one("10", "30", "50", "2.5")).append('\n');
    }
    yaml.append(
        "conversion: {goal: %s, windows: [%s, 30 days]}%n"
            .formatted(
                one("Order Paid", "Product Added", "Order Placed", "Checkout Started"),
                one("2 h", "1 days", "3 days", "30 min")));
    if (chance(0.3)) {
      String model = one("PER_SEND", "CPC", "CPM", "CPS", ends ? "FLAT" : "CPA");
      yaml.append("cost: {model: %s, price: %s}%n".formatted(model, one("0.02", "0.1", "1")));
    }
    if (chance(0.2)) {
      yaml.append(
          "recommend: {products: %d, by: %s}%n"
              .formatted(
                  1 + random.nextInt(4), one("[OWN_VIEWS]", "[OWN_VIEWS, BOUGHT_TOGETHER]")));
    }
    if (chance(0.3)) {
      yaml.append("salt: s").append(random.nextInt(5)).append('\n');
    }
    if (chance(0.1)) {
      yaml.append("targets: {paid: 5, revenue: 200}\n");
    }
  }

  private boolean active(StringBuilder yaml) {
    boolean from = chance(0.1);
    boolean early = begin < START.toEpochMilli() + 10 * Facts.DAY;
    boolean to = chance(0.15) && (early || !from);
    if (from || to) {
      // From no later than the end of all pushes, to no earlier than three weeks in.
      yaml.append("active: {");
      yaml.append(
          from ? "from: " + Instant.ofEpochMilli(begin + random.nextInt(3) * Facts.DAY) : "");
      yaml.append(from && to ? ", " : "");
      yaml.append(
          to
              ? "to: "
                  + Instant.ofEpochMilli(
                      UNTIL.toEpochMilli() - random.nextInt(5 * 24) * HOUR + random.nextInt(3))
              : "");
      yaml.append("}\n");
    }
    return to;
  }

  private String trigger(StringBuilder yaml, boolean ends) {
    yaml.append("trigger: ");
    switch (random.nextInt(12)) {
      case 0 ->
          yaml.append("{stage: ").append(one("NEW", "PROSPECT", "GROWING", "DORMANT", "STABLE"));
      case 1, 2 -> {
        yaml.append("{anomaly: ")
            .append(
                one(
                    "CART_ABANDONED",
                    "CART_ABANDONED",
                    "ORDER_UNPAID",
                    "ORDER_UNPAID",
                    "SPEND_SPIKE",
                    "SPEND_DROP",
                    "BROWSE_BURST",
                    "ORDER_BURST",
                    "OVERDUE"))
            .append("}\n");
        return "anomaly";
      }
      case 3 ->
          yaml.append("{schedule: \"")
              .append(
                  ends
                      ? one("2026-03-29T02:30", "2026-04-01T10:00", "2026-04-02T21:59+08:00")
                      : one("2026-04-05T02:15", "2026-04-08T09:00", "2026-03-31T23:00Z"))
              .append('"');
      case 4 ->
          yaml.append("{every: \"")
              .append(one("0 10 * * MON", "30 2 * * *", "0 9 * * *", "15 21 */2 * *"))
              .append('"');
      case 5 ->
          yaml.append("{after: ")
              .append(
                  one(
                      "{last: Order Paid, wait: 1 days, every: 12 h, max: 3}",
                      "{last: Product Viewed, wait: 30 min}",
                      "{last: Order Placed, wait: 2 h}"))
              .append("");
      case 6, 7 -> {
        yaml.append(
            "{pattern: {steps: [{look: {event: Product Viewed}},"
                + " {cart: {event: Product Added}}], within: 2 h}}\n");
        return "rule";
      }
      case 8 -> {
        yaml.append("{pattern: {steps: [{queue: {event: Store Queue Joined}}]}}\n");
        return "rule";
      }
      case 9 -> {
        yaml.append("{pattern: {steps: [{cart: {event: Product Added}},")
            .append(" {none: {not: Order Paid}}], within: 45 min}}\n");
        return "rule";
      }
      case 10 -> {
        yaml.append("{pattern: {steps: [{paid: {event: Order Paid}}]}}\n");
        return "rule";
      }
      default -> {
        yaml.append("{pattern: {steps: [{look: {event: Product Viewed, times: 2}}]}}\n");
        return "rule";
      }
    }
    yaml.append("}\n");
    return "time";
  }

  private String audience() {
    List<String> parts = new ArrayList<>();
    int count = 1 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      parts.add(
          one(
              "customer.orderCount >= 1",
              "customer.lifeOrderCount < 3",
              "customer.viewCount7d >= 3",
              "customer.orderSum > 40.0",
              "customer.orderMean <= 80.0",
              "customer.stage in ['NEW', 'GROWING', 'PROSPECT', 'STABLE']",
              "customer.stage == 'NEW'",
              "customer.heldCoupons == 0",
              "customer.heldCoupons < 2",
              "customer.city == 'Shanghai'",
              "customer.cartValue > 0.0"));
    }
    return String.join(chance(0.5) ? " && " : " || ", parts);
  }

  private void slots(StringBuilder yaml, boolean late) {
    if (late && chance(0.6)) {
      yaml.append(
          "slots: [{days: %s, from: \"10:00\", to: \"11:00\"}]%n"
              .formatted(one("MON", "WED", "SAT", "SUN")));
    } else if (chance(0.07)) {
      yaml.append("slots: BEST_HOUR\n");
    } else if (chance(0.25)) {
      yaml.append("slots: ")
          .append(
              one(
                  "[{days: MON-FRI, from: \"09:00\", to: \"21:00\"}]",
                  "[{from: \"06:00\", to: \"12:00\"}, {days: SAT, from: \"18:00\"}]",
                  "[{days: \"SAT, SUN\"}]",
                  "[{from: \"02:15\", to: \"20:30\"}]",
                  "[{days: FRI-MON, from: \"14:00\", to: \"24:00\"}]"))
          .append('\n');
    }
    if (yaml.lastIndexOf("trigger: {schedule") < yaml.lastIndexOf("---") && chance(0.35)) {
      yaml.append("outsideSlot: DROP\n");
    }
  }

  private void channels(StringBuilder yaml) {
    List<String> all = new ArrayList<>(CHANNELS);
    all.add("PIGEON");
    List<String> chosen = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      chosen.add(all.remove(random.nextInt(all.size())));
    }
    yaml.append("channels: [").append(String.join(", ", chosen)).append("]\n");
  }

  private void resource(StringBuilder yaml) {
    yaml.append("resource: {kind: ")
        .append(one("COUPON", "COUPON", "COUPON", "RED_PACKET", "POINTS", "GIFT"));
    yaml.append(", type: ").append(one("C10", "C20", "BOX"));
    yaml.append(", amount: ").append(one("5", "2.5", "{random: {min: 1, max: 8.88}}", "0.75"));
    if (chance(0.25)) {
      yaml.append(", total: ").append(one("3", "8", "15"));
    }
    if (chance(0.25)) {
      yaml.append(", perCustomer: ").append(1 + random.nextInt(2));
    }
    if (chance(0.6)) {
      yaml.append(", perCustomerPerDay: 1");
    }
    if (chance(0.35)) {
      yaml.append(", claim: ")
          .append(one("{within: 2 days}", "{within: 5 h}", "{to: 2026-04-20T00:00:00Z}"));
    }
    if (chance(0.6)) {
      yaml.append(", validFor: ").append(one("7 days", "1 days", "6 h"));
    } else if (chance(0.3)) {
      yaml.append(", validUntil: 2026-05-01T00:00:00Z");
    }
    if (chance(0.2)) {
      yaml.append(", diminishing: {ratios: [1.0, 0.6, 0.33], then: 0.5}");
    }
    yaml.append("}\n");
  }

  private void variants(StringBuilder yaml, String kind, boolean hasResource) {
    int count = one(0, 1, 2, 2, 3);
    if (count == 0) {
      return;
    }
    yaml.append("variants:\n");
    List<String> weights =
        count == 1
            ? List.of("100")
            : count == 2 ? List.of("30", "70") : List.of("12.5", "50", "37.5");
    for (int i = 0; i < count; i++) {
      yaml.append(
          "  - {id: V%d, weight: %s, content: {template: t%d".formatted(i, weights.get(i), i));
      yaml.append(", title: \"").append(one("Hello", "Look at ${moment.kind}", "For you"));
      if (chance(0.1)) {
        yaml.append(" in ${customer.city}");
      }
      if (hasResource && chance(0.4)) {
        yaml.append(" with ${resource.type} of ${resource.amount}");
      }
      if (!kind.equals("time") && chance(0.1)) {
        yaml.append(" at ${moment.event.storeId}");
      }
      yaml.append("\"}}\n");
    }
    if (count > 1 && chance(0.25)) {
      yaml.append(
          "experiment: {explore: %s, decideAfter: %s, then: %s}%n"
              .formatted(
                  one("20", "50"), one("2 h", "1 days", "9 days"), one("WINNER", "BEST", "STOP")));
    }
  }

  // Customers

  private ObjectNode record(String customer, long at) {
    ObjectNode node = JSON.createObjectNode();
    node.put("messageId", "m" + messages++);
    node.put("tenant", tenant);
    node.put("customerId", customer);
    node.put("timestamp", at);
    return node;
  }

  private void customer(String id) {
    if (chance(0.85)) {
      profile(id, begin);
    }
    if (chance(0.08)) {
      profile(id, begin + 10 * Facts.DAY + random.nextInt(10_000));
    }
    long span = UNTIL.toEpochMilli() - begin - 2 * HOUR;
    int sessions = 4 + random.nextInt(9);
    for (int i = 0; i < sessions; i++) {
      long at = begin + HOUR + (long) (random.nextDouble() * span);
      at = chance(0.2) ? at / 1_000 * 1_000 : at;
      session(id, at);
    }
    if (chance(0.3)) {
      // Something close to the end, of which more is open then.
      session(id, UNTIL.toEpochMilli() - (long) (random.nextDouble() * Facts.DAY));
    }
    if (chance(0.2)) {
      burst(id, begin + HOUR + (long) (random.nextDouble() * span));
    }
  }

  private void profile(String id, long at) {
    ObjectNode profile = record(id, at);
    ObjectNode attributes = profile.putObject("attributes");
    if (chance(0.7)) {
      attributes.put("city", CITIES.get(random.nextInt(CITIES.size())));
    }
    if (chance(0.5)) {
      attributes.put("timezone", ZONES.get(random.nextInt(ZONES.size())));
    }
    ObjectNode consents = profile.putObject("consents");
    for (String channel : CHANNELS) {
      if (chance(0.6)) {
        consents.put(channel, chance(0.85));
      }
    }
    profiles.add(profile);
  }

  private void session(String id, long from) {
    long at = from;
    int category = random.nextInt(3);
    int views = chance(0.15) ? 6 : 1 + random.nextInt(3);
    if (chance(0.25)) {
      ObjectNode queue = click(id, at, "Store Queue Joined", category);
      if (chance(0.6)) {
        ((ObjectNode) queue.get("properties")).put("storeId", "S" + random.nextInt(3));
      }
      at += 300 + random.nextInt(4_000);
    }
    for (int i = 0; i < views; i++) {
      click(id, at, chance(0.3) ? "view_item" : "Product Viewed", category);
      at += 500 + random.nextInt(chance(0.5) ? 2_500 : 90_000);
    }
    if (chance(0.55)) {
      click(id, at, chance(0.3) ? "add_to_cart" : "Product Added", category);
      at += 1_000 + random.nextInt(60_000);
      if (chance(0.6)) {
        click(id, at, "Checkout Started", category);
        at += 1_000 + random.nextInt(60_000);
      }
    }
    if (chance(0.5)) {
      order(id, at, chance(0.7));
    }
  }

  private void burst(String id, long from) {
    long at = from;
    for (int i = 0; i < 6; i++) {
      order(id, at, true);
      at += MINUTE + random.nextInt(300_000);
    }
  }

  private ObjectNode click(String id, long at, String name, int category) {
    ObjectNode click = record(id, at);
    click.put("event", name);
    ObjectNode properties = click.putObject("properties");
    properties.put("productId", "p" + category + random.nextInt(4));
    properties.put("category", "cat" + category);
    properties.put("price", 10 + random.nextInt(50));
    clicks.add(click);
    return click;
  }

  private void order(String id, long at, boolean paid) {
    String orderId = "o" + messages;
    int amount = chance(0.2) ? 200 : 20 + random.nextInt(40);
    status(id, at, orderId, amount, "PLACED");
    if (paid) {
      status(id, at + random.nextInt(120_000), orderId, amount, "PAID");
    } else if (chance(0.3)) {
      status(id, at + random.nextInt(3_000_000), orderId, amount, "CANCELLED");
    }
  }

  private void status(String id, long at, String orderId, int amount, String status) {
    ObjectNode order = record(id, at);
    order.put("orderId", orderId);
    order.put("status", status);
    order.put("currency", "EUR");
    order.put("amount", amount);
    orders.add(order);
  }

  // Deliveries

  private void answer(JsonNode trigger, Facts.Campaign campaign) {
    String customer = trigger.get("customerId").asText();
    String channel = trigger.get("channel").asText();
    String triggerId = trigger.get("id").asText();
    long at = Candidate.millis(trigger.get("notBefore"));
    int next = campaign.channels.indexOf(channel) + 1;
    while (chance(0.22)) {
      // Failed, and so may be the one that follows it.
      at += 1_000 + random.nextInt(400_000);
      delivery(customer, at, "FAILED").put("triggerId", triggerId);
      if (next >= campaign.channels.size()) {
        return;
      }
      channel = campaign.channels.get(next++);
      triggerId =
          Chance.triggerId(
              tenant, campaign.id, 1, customer, trigger.get("moment").asText(), channel);
    }
    if (chance(0.1)) {
      return; // No receipt.
    }
    at += chance(0.05) ? 3_600_000 : 200 + random.nextInt(600_000);
    delivery(customer, at, one("SENT", "DELIVERED", "EXPOSED")).put("triggerId", triggerId);
    if (chance(0.3)) {
      delivery(customer, at + 5_000, "CLICKED").put("triggerId", triggerId);
    }
    if (chance(0.06)) {
      ObjectNode left = delivery(customer, at + 9_000, "UNSUBSCRIBED");
      if (chance(0.5)) {
        left.put("triggerId", triggerId);
      } else {
        left.put("channel", channel);
      }
    }
    JsonNode resource = trigger.path("resource");
    if (resource.isMissingNode()) {
      return;
    }
    at += 60_000 + random.nextInt(7_200_000);
    if (resource.has("claim") && chance(0.7)) {
      name(delivery(customer, at, "COUPON_CLAIMED"), trigger, triggerId);
    }
    if (chance(0.35)) {
      at += 60_000 + random.nextInt(7_200_000);
      name(delivery(customer, at, "COUPON_REDEEMED"), trigger, triggerId);
    } else if (chance(0.1)) {
      name(delivery(customer, at + 70_000, "COUPON_EXPIRED"), trigger, triggerId);
    }
  }

  /** A coupon's delivery names the grant, the trigger, or no more than the type. */
  private void name(ObjectNode delivery, JsonNode trigger, String triggerId) {
    switch (random.nextInt(4)) {
      case 0 -> delivery.put("couponType", trigger.get("resource").get("type").asText());
      case 1 -> delivery.put("triggerId", triggerId);
      default -> delivery.put("grantId", trigger.get("grantId").asText());
    }
  }

  private ObjectNode delivery(String customer, long at, String status) {
    ObjectNode delivery = record(customer, at);
    delivery.put("messageId", "d" + delivery.get("messageId").asText());
    delivery.put("status", status);
    deliveries.add(delivery);
    return delivery;
  }
}
