package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Logs by chance, one a tenant: a policy, campaigns, decisions and what customers and gateways did
 * before and after them, for measures alone. Decisions are no one's who decides: grants overlap,
 * stand at one instant, are of versions that nobody defined. The same seed gives the same bytes.
 *
 * <p>Many instants are chosen to be those of something else, or a window's end, to the millisecond.
 */
final class RandomMeasures {
  static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  static final Instant UNTIL = Instant.parse("2026-05-20T07:12:34.567Z");

  /** Of so many tenants one has so many customers that its arms have enough data. */
  static final int CROWDED = 25;

  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long BUSY_MILLIS = 9 * DAY;
  private static final List<String> CHANNELS = List.of("PUSH", "SMS", "EMAIL", "PIGEON");

  /** A campaign, as far as its decisions and what follows them need it. */
  private record Campaign(
      String id,
      List<String> channels,
      List<String> variants,
      List<Double> weights,
      double control,
      List<Long> windows,
      String resourceType,
      boolean hasResource) {}

  /** A SENT row. */
  private record Sent(Campaign campaign, int version, String moment, String grantId, long at) {}

  private final long seed;
  private final int tenants;

  private Random random;
  private String tenant;
  private String customer;
  private long begin;
  private boolean crowded;

  /** Of a crowd: arms are not dealt as declared. */
  private boolean misdealt;

  /** Of a crowd: how many of variant B pay, and how many the customer's arm makes pay. */
  private double paysByB;

  private double pays;
  private int messages;
  private final List<Campaign> campaigns = new ArrayList<>();
  private final List<Long> instants = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private final List<ObjectNode> decisions = new ArrayList<>();
  private final List<ObjectNode> orders = new ArrayList<>();
  private final List<ObjectNode> clicks = new ArrayList<>();
  private final List<ObjectNode> profiles = new ArrayList<>();
  private final List<ObjectNode> deliveries = new ArrayList<>();

  RandomMeasures(long seed, int tenants) {
    this.seed = seed;
    this.tenants = tenants;
  }

  /** Writes a folder as {@link MeasureOracle} and a rehearsal of decisions read it. */
  void write(Path folder) throws IOException {
    writeWithoutDeliveries(folder);
    write(folder.resolve("deliveries.jsonl"), deliveries, true);
  }

  /** The same, but that nobody tells what became of triggers. */
  void writeWithoutDeliveries(Path folder) throws IOException {
    Path definitions = Files.createDirectories(folder.resolve("definitions"));
    for (List<ObjectNode> each : List.of(decisions, orders, clicks, profiles, deliveries)) {
      each.clear();
    }
    for (int i = 0; i < tenants; i++) {
      tenant = "t%04d".formatted(i);
      random = new Random(seed * 1_000_003 + i);
      messages = 0;
      crowded = i % CROWDED == CROWDED - 1;
      misdealt = chance(0.3);
      paysByB = one(0.6, 0.95, 0.95);
      // The last ones reach beyond the end.
      long latest = (UNTIL.toEpochMilli() - START.toEpochMilli()) / HOUR;
      begin = START.toEpochMilli() + HOUR * random.nextInt((int) latest);
      begin = chance(0.6) ? begin - begin % (20 * DAY) + 3 * DAY : begin;
      begin = Math.max(begin, START.toEpochMilli());
      Files.writeString(definitions.resolve(tenant + ".yaml"), definitions());
      int customers = crowded ? 480 + random.nextInt(120) : 3 + random.nextInt(5);
      for (int c = 0; c < customers; c++) {
        customer = "c" + c;
        customer();
      }
    }
    write(folder.resolve("decisions.jsonl"), decisions, false);
    write(folder.resolve("orders.jsonl"), orders, false);
    write(folder.resolve("clickstream.jsonl"), clicks, true);
    write(folder.resolve("profiles.jsonl"), profiles, false);
  }

  /** Some files are sorted and some are nearly so. */
  private void write(Path file, List<ObjectNode> records, boolean disorderly) throws IOException {
    records.sort(Comparator.comparingLong(RandomMeasures::time));
    if (disorderly) {
      random = new Random(seed);
      for (int i = 0; i + 1 < records.size(); i += 1 + random.nextInt(9)) {
        Collections.swap(records, i, Math.min(records.size() - 1, i + random.nextInt(50)));
      }
    }
    List<String> lines = new ArrayList<>();
    for (ObjectNode each : records) {
      lines.add(each.has("line") ? each.get("line").asText() : each.toString());
    }
    Files.write(file, lines, UTF_8);
  }

  private static long time(ObjectNode record) {
    return Event.time(record.has("timestamp") ? record.get("timestamp") : record.get("at"));
  }

  private boolean chance(double share) {
    return random.nextDouble() < share;
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }

  // Definitions

  private String definitions() {
    campaigns.clear();
    types.clear();
    StringBuilder yaml = new StringBuilder("kind: policy\ntenant: " + tenant + "\n");
    if (chance(0.7)) {
      yaml.append("currency: ").append(one("EUR", "EUR", "USD")).append('\n');
    }
    yaml.append("schema: {city: STRING}\nchannels:\n");
    for (String channel : CHANNELS.subList(0, 3)) {
      if (chance(0.8)) {
        yaml.append(
            "  %s: {kind: ONE_WAY, cost: {model: %s, price: %s}}%n"
                .formatted(
                    channel,
                    one("PER_SEND", "CPC", "CPM", "CPA", "CPS"),
                    one("0.05", "0.0333", "1", "0.5")));
      }
    }
    yaml.append("  PIGEON: {kind: ONE_WAY}\n");
    int count = crowded ? one(1, 1, 1, 2) : 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      campaign(yaml, "k" + i);
    }
    return yaml.toString();
  }

  private void campaign(StringBuilder yaml, String id) {
    yaml.append("---\nkind: campaign\ntenant: ").append(tenant).append("\nid: ").append(id);
    yaml.append("\ntrigger: {stage: NEW}\n");
    if (chance(0.4)) {
      yaml.append("priority: ").append(one(20, 50, 70)).append('\n');
    }
    List<String> channels = new ArrayList<>(CHANNELS);
    Collections.shuffle(channels, random);
    channels = channels.subList(0, 1 + random.nextInt(3));
    yaml.append("channels: ").append(channels).append('\n');
    String windows = one("3 h", "3 h, 1 days", "1 days, 90 min", "2 days, 3 h, 30 min", "1 h");
    yaml.append("conversion: {goal: %s, windows: [%s]}%n".formatted(goal(), windows));
    if (chance(0.7)) {
      cost(yaml);
    }
    boolean hasResource = chance(0.6);
    String type = hasResource ? resource(yaml) : null;
    String control = crowded ? one("50", "35") : one("0", "50", "10", "2.5");
    if (!control.equals("0") || chance(0.5)) {
      yaml.append("control: ").append(control).append('\n');
    }
    List<Double> weights = new ArrayList<>();
    List<String> variants = variants(yaml, weights);
    if (type != null) {
      types.add(type);
    }
    campaigns.add(
        new Campaign(
            id,
            channels,
            variants,
            weights,
            Double.parseDouble(control) / 100,
            millis(windows),
            type,
            hasResource));
  }

  private String goal() {
    return crowded
        ? one("Order Paid", "Order Paid", "Order Paid", "Product Added")
        : one(
            "Order Paid",
            "Order Paid",
            "Order Placed",
            "Order Refunded",
            "Product Added",
            "Nudge Clicked",
            "Coupon Redeemed",
            "Store Queue Joined");
  }

  private static List<Long> millis(String windows) {
    List<Long> all = new ArrayList<>();
    for (String each : List.of(windows.split(", ", -1))) {
      long number = Long.parseLong(each.substring(0, each.indexOf(' ')));
      all.add(number * (each.endsWith("h") ? HOUR : each.endsWith("days") ? DAY : MINUTE));
    }
    return all;
  }

  private void cost(StringBuilder yaml) {
    String model = one("PER_SEND", "CPC", "CPM", "CPA", "CPS", "FLAT");
    if (model.equals("FLAT")) {
      yaml.append("active: {");
      long from = begin + random.nextInt((int) (2 * DAY));
      if (chance(0.7)) {
        yaml.append("from: ").append(Instant.ofEpochMilli(from)).append(", ");
      }
      long to = from + HOUR + random.nextInt((int) (2 * DAY));
      yaml.append("to: ").append(Instant.ofEpochMilli(to)).append("}\n");
    }
    yaml.append("cost: {model: %s, price: %s}%n".formatted(model, one("0.02", "0.1", "0.7777")));
  }

  private String resource(StringBuilder yaml) {
    String kind = one("COUPON", "COUPON", "RED_PACKET", "POINTS", "GIFT");
    String type = kind.equals("COUPON") || chance(0.6) ? one("C10", "C20") : null;
    yaml.append("resource: {kind: ").append(kind).append(type == null ? "" : ", type: " + type);
    yaml.append(", amount: ").append(one("5", "2.5", "0.0125"));
    if (chance(0.6)) {
      yaml.append(", claim: ")
          .append(one("{within: 2 days}", "{to: 2026-12-31T00:00:00Z}", "none"));
    }
    yaml.append("}\n");
    return type;
  }

  private List<String> variants(StringBuilder yaml, List<Double> shares) {
    int count = crowded ? one(1, 2, 2) : random.nextInt(4);
    List<String> ids = List.of("A", "B", "C").subList(0, Math.max(1, count));
    if (count == 0) {
      shares.add(1.0);
      return ids;
    }
    List<String> weights =
        count == 1
            ? List.of("100")
            : count == 2
                ? one(List.of("50", "50"), List.of("30", "70"))
                : List.of("12.5", "50", "37.5");
    weights.forEach(weight -> shares.add(Double.parseDouble(weight) / 100));
    yaml.append("variants:\n");
    for (int i = 0; i < count; i++) {
      yaml.append(
          "  - {id: %s, weight: %s, content: {template: t%d}}%n"
              .formatted(ids.get(i), weights.get(i), i));
    }
    if (count > 1 && chance(0.7)) {
      yaml.append(
          "experiment: {explore: 50, decideAfter: 2 h, metric: %s, then: %s}%n"
              .formatted(
                  one("paidRate", "revenuePerCustomer", "roi"), one("WINNER", "BEST", "STOP")));
    }
    return ids;
  }

  // Customers

  /** An instant of the customer's: often that of something else, or the end of a window. */
  private long instant(long after, long within) {
    long at = after + (long) (random.nextDouble() * within);
    if (!instants.isEmpty() && chance(0.25)) {
      at = instants.get(random.nextInt(instants.size()));
    } else if (!sent.isEmpty() && chance(0.15)) {
      Sent of = sent.get(random.nextInt(sent.size()));
      List<Long> windows = of.campaign.windows;
      at = of.at + windows.get(random.nextInt(windows.size())) - random.nextInt(2);
    } else if (chance(0.3)) {
      at = at / MINUTE * MINUTE;
    }
    instants.add(at);
    return at;
  }

  private void customer() {
    instants.clear();
    sent.clear();
    pays = 0;
    int grants = crowded ? one(1, 1, 1, 1, 2) : random.nextInt(5);
    long from = begin + random.nextInt(crowded ? (int) DAY : (int) (3 * DAY));
    for (int i = 0; i < grants; i++) {
      from = instant(from, crowded ? 6 * HOUR : one(HOUR, 4 * HOUR, 2 * DAY));
      decision(from);
    }
    if (grants == 0) {
      instants.add(from);
    }
    for (Sent each : List.copyOf(sent)) {
      answer(each);
    }
    int events = crowded ? one(0, 1, 2) : random.nextInt(12);
    for (int i = 0; i < events; i++) {
      click(instant(begin, BUSY_MILLIS / 2));
    }
    int paid = crowded ? (chance(pays) ? 1 : 0) : random.nextInt(5);
    for (int i = 0; i < paid; i++) {
      order(crowded ? instant(from, 2 * HOUR) : instant(begin, BUSY_MILLIS / 2));
    }
    if (!crowded) {
      oddities();
    }
  }

  private ObjectNode record(long at) {
    ObjectNode node = Event.JSON.createObjectNode();
    node.put("messageId", "m" + messages++);
    node.put("tenant", tenant);
    node.put("customerId", customer);
    if (chance(0.1)) {
      node.put("timestamp", Instant.ofEpochMilli(at).toString());
    } else {
      node.put("timestamp", at);
    }
    return node;
  }

  private void decision(long at) {
    Campaign campaign = campaigns.get(random.nextInt(campaigns.size()));
    if (chance(0.1)) {
      row(campaign, at, one("AUDIENCE", "DEFERRED", "GLOBAL_CONTROL", "FREQUENCY_CAP"));
    }
    ObjectNode row = row(campaign, at, chance(controlShare(campaign)) ? "CONTROL" : "SENT");
    if (pays == 0) {
      String arm = row.get("variant").asText();
      pays = arm.equals("CONTROL") ? 0.25 : arm.equals("B") ? paysByB : 0.4;
    }
    if (chance(0.05)) {
      decisions.add(row);
    }
    if (row.get("code").asText().equals("SENT")) {
      sent.add(
          new Sent(
              campaign,
              row.get("version").asInt(),
              row.get("moment").asText(),
              row.get("grantId").asText(),
              at));
    }
  }

  private double controlShare(Campaign campaign) {
    return campaign.control == 0 || (crowded && !misdealt) ? campaign.control : 0.25;
  }

  private String variant(Campaign campaign) {
    double dealt = random.nextDouble();
    for (int i = 0; crowded && !misdealt && i < campaign.weights.size(); i++) {
      dealt -= campaign.weights.get(i);
      if (dealt < 0) {
        return campaign.variants.get(i);
      }
    }
    return !crowded && chance(0.02)
        ? "Z"
        : campaign.variants.get(random.nextInt(campaign.variants.size()));
  }

  private ObjectNode row(Campaign campaign, long at, String code) {
    int version = chance(0.1) ? 2 : 1;
    String moment = Grant.hash(tenant, customer, "moment" + messages++);
    ObjectNode row = Event.JSON.createObjectNode();
    String instant = Instant.ofEpochMilli(at).toString();
    row.put("specversion", "1.0");
    row.put(
        "id",
        Grant.hash(
            tenant,
            campaign.id,
            Integer.toString(version),
            customer,
            moment,
            code,
            Long.toString(at)));
    row.put("source", "nudge/decide");
    row.put("type", "dev.nudge.decision");
    row.put("subject", customer);
    row.put("time", instant);
    row.put("tenant", tenant);
    row.put("customerId", customer);
    row.put("campaign", campaign.id);
    row.put("version", version);
    row.put("moment", moment);
    row.put("due", instant);
    row.put("at", instant);
    row.put("code", code);
    if (code.equals("DEFERRED")) {
      row.put("reason", "OUTSIDE_SLOT");
    }
    row.putObject("values");
    boolean isSent = code.equals("SENT");
    if (isSent || code.equals("CONTROL")) {
      row.put("variant", isSent ? variant(campaign) : "CONTROL");
    }
    if (isSent) {
      String channel = campaign.channels.get(random.nextInt(campaign.channels.size()));
      row.put("channel", channel);
      if (campaign.hasResource && chance(0.95)) {
        row.put("amount", one("5.00", "2.50", "0.0125"));
      }
      row.put(
          "triggerId", Grant.triggerId(tenant, campaign.id, version, customer, moment, channel));
    }
    if (isSent || code.equals("CONTROL")) {
      row.put(
          "grantId", Grant.hash(tenant, campaign.id, Integer.toString(version), customer, moment));
    }
    decisions.add(row);
    return row;
  }

  // What follows

  private void answer(Sent to) {
    List<String> channels = to.campaign.channels;
    int channel = random.nextInt(channels.size());
    long at = to.at + random.nextInt(chance(0.1) ? 1 : 20 * (int) MINUTE);
    if (chance(0.2)) {
      receipt(to, at, "FAILED", channels.get(channel));
      channel = (channel + 1) % channels.size();
    }
    for (String status : List.of("SENT", "DELIVERED", "EXPOSED", "CLICKED")) {
      if (chance(0.75)) {
        long when = chance(0.2) ? instant(to.at, 3 * HOUR) : at + random.nextInt(90 * (int) MINUTE);
        receipt(to, when, status, channels.get(channel));
      }
      if (chance(0.1)) {
        channel = random.nextInt(channels.size());
      }
    }
    if (chance(0.15)) {
      ObjectNode left = delivery(at + random.nextInt((int) DAY), "UNSUBSCRIBED");
      if (chance(0.6)) {
        left.put("triggerId", triggerId(to, channels.get(0)));
      } else {
        left.put("channel", channels.get(0));
      }
    }
    if (to.campaign.hasResource || chance(0.1)) {
      for (String status : List.of("COUPON_CLAIMED", "COUPON_REDEEMED", "COUPON_EXPIRED")) {
        if (chance(0.5)) {
          coupon(to, instant(at, chance(0.5) ? 2 * HOUR : 2 * DAY), status);
        }
      }
    }
  }

  private void coupon(Sent of, long at, String status) {
    ObjectNode coupon = delivery(at, status);
    int named = random.nextInt(8);
    if (named < 3) {
      coupon.put("grantId", named == 0 && chance(0.3) ? "unknown" : of.grantId);
    }
    if (named == 2 || named == 3 || named == 4) {
      coupon.put("triggerId", chance(0.1) ? "unknown" : triggerId(of, of.campaign.channels.get(0)));
    }
    if (named == 4 || named > 4) {
      coupon.put("couponType", of.campaign.resourceType == null ? "C10" : of.campaign.resourceType);
    }
    if (status.equals("COUPON_REDEEMED")) {
      if (chance(0.6)) {
        coupon.put("discount", one("1.5", "0", "0.3333", "12"));
      }
      if (chance(0.5)) {
        coupon.put("orderId", "o" + random.nextInt(4));
      }
    }
  }

  private String triggerId(Sent of, String channel) {
    return Grant.triggerId(tenant, of.campaign.id, of.version, customer, of.moment, channel);
  }

  private void receipt(Sent of, long at, String status, String channel) {
    ObjectNode receipt = delivery(at, status).put("triggerId", triggerId(of, channel));
    if (chance(0.3)) {
      receipt.put("channel", one(channel, "PUSH"));
    }
  }

  private ObjectNode delivery(long at, String status) {
    ObjectNode delivery = record(at).put("status", status);
    deliveries.add(delivery);
    return delivery;
  }

  private void click(long at) {
    ObjectNode click = record(at);
    click.put(
        "event",
        one(
            "Product Viewed",
            "view_item",
            "Product Added",
            "add_to_cart",
            "Product Added to Wishlist",
            "add_to_wishlist",
            "Product Reviewed",
            "Product Shared",
            "share",
            "Checkout Started",
            "Store Queue Joined",
            "Order Paid",
            "refund",
            "Product Clicked"));
    click.putObject("properties").put("productId", "p" + random.nextInt(5));
    clicks.add(click);
  }

  private void order(long at) {
    String id = "o" + (chance(0.9) ? messages : random.nextInt(3));
    String currency = chance(0.8) ? "EUR" : "USD";
    BigDecimal amount =
        crowded
            ? BigDecimal.valueOf(20 + random.nextInt(30))
            : new BigDecimal(one("10", "25.5", "7.0001", "0", "100", "33.3333"));
    if (chance(0.7)) {
      status(
          at - (chance(0.5) ? 0 : random.nextInt(20 * (int) MINUTE)),
          id,
          "PLACED",
          currency,
          amount);
    }
    if (crowded || chance(0.85)) {
      status(at, id, "PAID", currency, amount);
      if (chance(0.1)) {
        status(instant(at, DAY), id, "PAID", one("EUR", "USD"), amount.add(BigDecimal.ONE));
      }
    }
    if (chance(0.15)) {
      status(instant(at, DAY), id, "CANCELLED", currency, amount);
    }
    while (chance(crowded ? 0.1 : 0.4)) {
      refund(at, id, currency, amount);
    }
  }

  private void refund(long paidAt, String id, String currency, BigDecimal amount) {
    long at =
        switch (random.nextInt(8)) {
          case 0 -> paidAt + 90 * DAY - 1 + random.nextInt(3);
          case 1 -> paidAt - random.nextInt((int) HOUR);
          case 2 -> paidAt;
          case 3 -> paidAt + 30 * DAY;
          default -> instant(paidAt, 3 * DAY);
        };
    BigDecimal part =
        amount
            .multiply(new BigDecimal(one("0.25", "0.5", "0.6", "1", "1.5")))
            .setScale(4, RoundingMode.DOWN);
    String refunded = chance(0.1) ? one("EUR", "USD") : currency;
    if (chance(0.5)) {
      status(at, id, "REFUNDED", refunded, part);
    } else {
      status(at, one("a", "z") + messages, "REFUNDED", refunded, part)
          .put("refundOf", chance(0.1) ? "o1" : id);
    }
  }

  private ObjectNode status(long at, String id, String status, String currency, BigDecimal amount) {
    ObjectNode order = record(at);
    order.put("orderId", id);
    order.put("status", status);
    order.put("currency", currency);
    if (chance(0.5)) {
      order.put("amount", amount.toPlainString());
    } else {
      order.put("amount", amount);
    }
    if (!sent.isEmpty() && chance(0.2)) {
      order.put("grantId", sent.get(0).grantId);
    }
    orders.add(order);
    return order;
  }

  // What a log should not hold and does

  private void oddities() {
    for (List<ObjectNode> records : List.of(orders, deliveries, clicks)) {
      if (!records.isEmpty() && chance(0.4)) {
        copy(records);
      }
    }
    if (chance(0.2)) {
      delivery(instant(begin, DAY), one("SENT", "CLICKED", "FAILED")).put("triggerId", "nobody's");
    }
    if (chance(0.1)) {
      delivery(instant(begin, DAY), "COUPON_REDEEMED").put("grantId", "nobody's");
    }
    if (!types.isEmpty() && chance(0.1)) {
      delivery(instant(begin, DAY), "COUPON_CLAIMED").put("couponType", types.get(0));
    }
    if (chance(0.1)) {
      status(instant(begin, DAY), "never", "REFUNDED", one("EUR", "USD"), BigDecimal.TEN);
    }
    if (chance(0.05)) {
      status(instant(begin, DAY), "o9", "PAID", "EUR", BigDecimal.ONE.negate());
      status(instant(begin, DAY), "o9", "SHIPPED", "EUR", BigDecimal.ONE);
      status(instant(begin, DAY), "o9", "PAID", "EUR", BigDecimal.ONE).remove("currency");
      status(instant(begin, DAY), "o9", "PAID", "EUR", new BigDecimal("1.00001"));
    }
    if (chance(0.05)) {
      ObjectNode broken = record(instant(begin, DAY));
      clicks.add(broken.put("line", "{\"messageId\": \"broken"));
    }
    if (chance(0.3)) {
      ObjectNode profile = record(instant(begin, DAY));
      List<String> cities = List.of("Rome", "北京", "<b>");
      profile
          .putObject("attributes")
          .put("city", cities.get((int) (time(profile) % cities.size())))
          .put("shoeSize", 39);
      profiles.add(profile);
    }
    if (chance(0.1)) {
      ObjectNode time = Event.JSON.createObjectNode().put("event", "$time");
      clicks.add(time.put("timestamp", instant(begin, DAY)));
    }
  }

  /** The same message again, at once, or around the end of the day that copies have no effect. */
  private void copy(List<ObjectNode> records) {
    ObjectNode first =
        records.get(records.size() - 1 - random.nextInt(Math.min(5, records.size())));
    if (!first.has("messageId") || !first.get("customerId").asText().equals(customer)) {
      return;
    }
    ObjectNode copy = first.deepCopy();
    long at = time(first);
    copy.put("timestamp", one(at, at, at + MINUTE, at + DAY, at + DAY + 1, at - 1));
    if (copy.has("amount") && chance(0.3)) {
      copy.put("amount", "3.3");
    }
    records.add(copy);
  }
}
