package dev.nudge.decide.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A shop whose rows are written by hand, to show that the checker takes right ones and no others.
 *
 * <p>Times are those of March 2026: {@code "10T09:00:00Z"}.
 */
final class HandMadeShop {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TENANT = "acme";

  private final String name;
  private final Shop shop = new Shop(TENANT);
  private final Map<String, JsonNode> moments = new HashMap<>();
  private int messages;

  /**
   * One campaign {@code k} and no policy, unless the text says more; bare keys are the campaign's.
   */
  HandMadeShop(String name, String yaml) {
    this.name = name;
    String campaign = "kind: campaign\ntenant: acme\nid: k\ntrigger: {anomaly: A}\n";
    shop.define(yaml.startsWith("kind:") ? yaml : campaign + yaml);
    shop.until = time("31T00:00:00Z");
  }

  static long time(String time) {
    return Instant.parse("2026-03-" + time).toEpochMilli();
  }

  Shop shop() {
    return shop;
  }

  HandMadeShop withDeliveries() {
    shop.hasDeliveries = true;
    return this;
  }

  HandMadeShop until(String time) {
    shop.until = time(time);
    return this;
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private ObjectNode record(String time, String fields) {
    ObjectNode node = json(fields);
    node.put("messageId", "m" + messages++);
    node.put("tenant", TENANT);
    node.put("customerId", node.path("customerId").asText("anna"));
    node.put("timestamp", time(time));
    return node;
  }

  HandMadeShop profile(String time, String fields) {
    shop.profiles.add(record(time, fields));
    return this;
  }

  HandMadeShop click(String time, String event) {
    shop.clicks.add(record(time, "{'event': '" + event + "'}"));
    return this;
  }

  HandMadeShop order(String time, String orderId, String status) {
    shop.orders.add(record(time, "{'orderId': '%s', 'status': '%s'}".formatted(orderId, status)));
    return this;
  }

  /** {@code fields} may name {@code TRIGGER(moment, campaign, channel)}. */
  HandMadeShop delivery(String time, String fields) {
    String filled = fields;
    int from = filled.indexOf("TRIGGER(");
    if (from >= 0) {
      int to = filled.indexOf(')', from);
      String[] parts = filled.substring(from + 8, to).split(", ", -1);
      filled =
          filled.substring(0, from)
              + trigger(parts[0], parts[1], parts[2])
              + filled.substring(to + 1);
    }
    shop.deliveries.add(record(time, filled));
    return this;
  }

  private String trigger(String momentId, String campaign, String channel) {
    String customer = moments.get(momentId).get("customerId").asText();
    return Chance.triggerId(TENANT, campaign, 1, customer, momentId, channel);
  }

  /** A moment of anna's, of kind A. */
  HandMadeShop moment(String id, String time) {
    return moment(id, time, "{}");
  }

  HandMadeShop moment(String id, String time, String fields) {
    ObjectNode moment = json(fields);
    moment.put("id", id);
    moment.put("tenant", TENANT);
    moment.put("customerId", moment.path("customerId").asText("anna"));
    moment.put("kind", moment.path("kind").asText("A"));
    moment.put("at", "2026-03-" + time);
    if (!moment.has("customer")) {
      moment.putObject("customer").putObject("attributes");
    }
    moments.put(id, moment);
    shop.moments.add(moment);
    return this;
  }

  /** A row of campaign k that was due at its moment. */
  HandMadeShop row(String momentId, String at, String code, String... fields) {
    String due = moments.get(momentId).get("at").asText().substring(8);
    return rowOf(momentId, "k", due, at, code, fields);
  }

  /** A row, and the trigger of one that is SENT; {@code fields} are {@code name=value}. */
  HandMadeShop rowOf(
      String momentId, String campaign, String due, String at, String code, String... fields) {
    JsonNode moment = moments.get(momentId);
    ObjectNode row = JSON.createObjectNode();
    row.put("id", "row" + shop.decisions.size());
    row.put("tenant", TENANT);
    row.put("customerId", moment.get("customerId").asText());
    row.put("campaign", campaign);
    row.put("version", 1);
    row.put("moment", momentId);
    row.put("due", "2026-03-" + due);
    row.put("at", "2026-03-" + at);
    row.put("code", code);
    row.putObject("values");
    if (code.equals("SENT") || code.equals("CONTROL")) {
      row.put("grantId", "grant-" + campaign + momentId);
      row.put("variant", code.equals("SENT") ? "A" : "CONTROL");
    }
    if (code.equals("SENT")) {
      row.put("channel", "PUSH");
    }
    for (String field : fields) {
      row.put(field.substring(0, field.indexOf('=')), field.substring(field.indexOf('=') + 1));
    }
    shop.decisions.add(row);
    if (code.equals("SENT")) {
      row.put("triggerId", trigger(momentId, campaign, row.get("channel").asText()));
      trigger(row, "2026-03-" + at);
    }
    return this;
  }

  /** A second trigger of a row's grant. */
  HandMadeShop nextTrigger(String momentId, String campaign, String channel, String at) {
    for (JsonNode row : List.copyOf(shop.decisions)) {
      if (row.get("moment").asText().equals(momentId)
          && row.get("campaign").asText().equals(campaign)) {
        ObjectNode next = row.deepCopy();
        next.put("channel", channel);
        next.put("triggerId", trigger(momentId, campaign, channel));
        trigger(next, "2026-03-" + at);
      }
    }
    return this;
  }

  private void trigger(ObjectNode row, String at) {
    Facts.Campaign campaign = shop.campaigns.get(row.get("campaign").asText());
    JsonNode moment = moments.get(row.get("moment").asText());
    ObjectNode trigger = JSON.createObjectNode();
    trigger.put("id", row.get("triggerId").asText());
    for (String name :
        List.of("tenant", "customerId", "campaign", "variant", "channel", "grantId", "moment")) {
      trigger.put(name, row.get(name).asText());
    }
    trigger.put("version", 1);
    Facts.Resource resource = campaign.resource;
    if (resource != null) {
      ObjectNode given = trigger.putObject("resource");
      given.put("grantId", row.get("grantId").asText());
      given.put("kind", resource.kind);
      given.put("type", resource.type);
      given.put("amount", row.path("amount").asText());
      long lapses = resource.lapsesAt(Candidate.millis(row.get("at")));
      if (lapses != Facts.NONE) {
        given.putObject("claim").put("to", Instant.ofEpochMilli(lapses).toString());
      }
    }
    trigger.putObject("content");
    campaign.variants.get(0).content.forEach(((ObjectNode) trigger.get("content"))::put);
    trigger.putArray("recommendations");
    trigger.put("notBefore", at);
    long expires = campaign.expires(Candidate.millis(moment.get("at")));
    trigger.put("expires", Instant.ofEpochMilli(expires).toString());
    shop.triggers.add(trigger);
  }

  /** What the two halves of the checker say. */
  List<Violation> violations() {
    List<Violation> violations = new ArrayList<>();
    Replay.check(shop, violations::add);
    Invariants.check(shop, violations::add);
    return violations;
  }

  @Override
  public String toString() {
    return name;
  }
}
