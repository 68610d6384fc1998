package dev.nudge.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A moment from the moments topic: what {@link Json#of(Moment)} wrote, read back.
 *
 * <p>Written again it has the same bytes. Two things are not on the topic: {@code version} of a
 * stage change or an anomaly, which is 0 then, and the topic an event came by, which its name
 * tells.
 *
 * <p>Fields that nobody asked for are skipped, {@code null} counts as absent, and of a field that
 * stands twice the last one counts.
 */
public final class MomentReader {
  /** Names of properties are a stranger's text: never interned. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private String id;
  private String tenant;
  private String customerId;
  private String kind;
  private Long atMillis;
  private LifecycleStage from;
  private LifecycleStage to;
  private int life;
  private int orderCount;
  private String orderId;
  private Value value;
  private Value baseline;
  private Map<String, Value> evidence;
  private Occurrence event;
  private List<Step> steps = List.of();
  private Features customer;

  private MomentReader() {}

  /**
   * Reads one moment.
   *
   * @param record the record, UTF-8
   * @throws IOException if it is no JSON object, or a field without which there is no moment is
   *     missing, or one is not what it should be; the message names the field
   */
  public static Moment read(byte[] record) throws IOException {
    try (JsonParser json = FACTORY.createParser(record)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("moment: expected one JSON object");
      }
      MomentReader reader = new MomentReader();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_NULL) {
          reader.read(field, json);
        }
      }
      if (json.nextToken() != null) {
        throw new IOException("moment: found more behind its JSON object");
      }
      return reader.build();
    }
  }

  private void read(String field, JsonParser json) throws IOException {
    switch (field) {
      case "id" -> id = JsonFields.text(field, json);
      case "tenant" -> tenant = JsonFields.text(field, json);
      case "customerId" -> customerId = JsonFields.text(field, json);
      case "kind" -> kind = JsonFields.text(field, json);
      case "at" -> atMillis = JsonFields.time(field, json);
      case "from" -> from = JsonFields.word(field, json, LifecycleStage.class);
      case "to" -> to = JsonFields.word(field, json, LifecycleStage.class);
      case "life" -> life = JsonFields.integer(field, json);
      case "orderCount" -> orderCount = JsonFields.integer(field, json);
      case "orderId" -> orderId = JsonFields.text(field, json);
      case "value" -> value = ValueReader.read(json);
      case "baseline" -> baseline = ValueReader.read(json);
      case "evidence" -> {
        JsonFields.expectObject(field, json);
        evidence = ValueReader.readAll(json);
      }
      case "event" -> event = occurrence(field, json);
      case "steps" -> steps = steps(json);
      case "customer" -> customer = FeaturesReader.read(json);
      default -> json.skipChildren();
    }
  }

  private static List<Step> steps(JsonParser json) throws IOException {
    JsonFields.expectObject("steps", json);
    List<Step> steps = new ArrayList<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      String field = "steps." + name;
      json.nextToken();
      JsonFields.expect(JsonToken.START_ARRAY, field, json, "an array");
      List<Occurrence> events = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        events.add(occurrence(field, json));
      }
      steps.add(new Step(name, events));
    }
    return steps;
  }

  private static Occurrence occurrence(String field, JsonParser json) throws IOException {
    JsonFields.expectObject(field, json);
    String name = null;
    Long atMillis = null;
    String messageId = null;
    Map<String, Value> fields = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String inner = json.currentName();
      json.nextToken();
      switch (inner) {
        case "event" -> name = JsonFields.text(field + ".event", json);
        case "timestamp" -> atMillis = JsonFields.time(field + ".timestamp", json);
        case "messageId" -> messageId = JsonFields.text(field + ".messageId", json);
        default -> {
          Value read = ValueReader.read(json);
          if (read != null) {
            fields.put(inner, read);
          }
        }
      }
    }
    JsonFields.require(field + ".event", name);
    JsonFields.require(field + ".timestamp", atMillis);
    JsonFields.require(field + ".messageId", messageId);
    return new Occurrence(name, atMillis, messageId, topicOf(name), fields);
  }

  /** Names of orders and deliveries are theirs alone. */
  private static Topic topicOf(String name) {
    if (Occurrence.isDeliveryName(name)) {
      return Topic.DELIVERIES;
    }
    return Occurrence.isOwnName(name) ? Topic.ORDERS : Topic.CLICKSTREAM;
  }

  private Moment build() throws IOException {
    JsonFields.require("id", id);
    JsonFields.require("tenant", tenant);
    JsonFields.require("customerId", customerId);
    JsonFields.require("kind", kind);
    JsonFields.require("at", atMillis);
    JsonFields.require("customer", customer);
    StageChange stageChange = null;
    Anomaly anomaly = null;
    if (kind.equals(Moment.STAGE)) {
      JsonFields.require("to", to);
      stageChange = new StageChange(tenant, customerId, from, to, atMillis, life, orderCount, 0);
    } else if (evidence != null) {
      // Whatever it was measured by, an anomaly says what it saw, if only {}.
      anomaly =
          new Anomaly(tenant, customerId, kind, atMillis, orderId, value, baseline, evidence, 0);
    }
    return new Moment(
        id, tenant, customerId, kind, atMillis, stageChange, anomaly, event, steps, customer);
  }
}
