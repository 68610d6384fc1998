package dev.nudge.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How records are written: one JSON object a line, the same bytes for the same record.
 *
 * <p>Times are ISO 8601 in UTC, amounts decimal strings.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Who tells decisions and triggers. */
  private static final String DECIDE = "nudge/decide";

  /** What an event's own fields are called. */
  private static final Set<String> OWN_FIELDS = Set.of("event", "timestamp", "messageId");

  private Json() {}

  /** A moment, with the attributes of CloudEvents 1.0 beside its own fields. */
  public static String of(Moment moment) {
    return write(
        json -> {
          json.writeStringField("specversion", "1.0");
          json.writeStringField("id", moment.id());
          json.writeStringField("source", "nudge/detect");
          json.writeStringField("type", "dev.nudge.moment");
          json.writeStringField("subject", moment.customerId());
          json.writeStringField("time", iso(moment.atMillis()));
          if (moment.stageChange() != null) {
            json.writeStringField("kind", moment.kind());
            writeFields(json, moment.stageChange());
          } else if (moment.anomaly() != null) {
            writeFields(json, moment.anomaly());
          } else {
            json.writeStringField("tenant", moment.tenant());
            json.writeStringField("customerId", moment.customerId());
            json.writeStringField("kind", moment.kind());
            json.writeStringField("at", iso(moment.atMillis()));
          }
          if (moment.event() != null) {
            json.writeFieldName("event");
            writeOccurrence(json, moment.event());
          }
          if (moment.stageChange() == null) {
            writeSteps(json, moment.steps());
          }
          json.writeObjectFieldStart("customer");
          writeFields(json, moment.customer());
          json.writeEndObject();
        });
  }

  /** A stage change. */
  public static String of(StageChange change) {
    return write(json -> writeFields(json, change));
  }

  /** An anomaly: money stands as a string, any other number as a number. */
  public static String of(Anomaly anomaly) {
    return write(json -> writeFields(json, anomaly));
  }

  /** A decision, with the attributes of CloudEvents 1.0 beside its own fields. */
  public static String of(Decision decision) {
    return write(
        json -> {
          json.writeStringField("specversion", "1.0");
          json.writeStringField("id", decision.id());
          json.writeStringField("source", DECIDE);
          json.writeStringField("type", "dev.nudge.decision");
          json.writeStringField("subject", decision.customerId());
          json.writeStringField("time", iso(decision.atMillis()));
          json.writeStringField("tenant", decision.tenant());
          json.writeStringField("customerId", decision.customerId());
          json.writeStringField("campaign", decision.campaign());
          json.writeNumberField("version", decision.version());
          json.writeStringField("moment", decision.moment());
          json.writeStringField("due", iso(decision.dueMillis()));
          json.writeStringField("at", iso(decision.atMillis()));
          json.writeStringField("code", decision.code().name());
          if (decision.reason() != null) {
            json.writeStringField("reason", decision.reason().name());
          }
          json.writeObjectFieldStart("values");
          writeFields(json, decision.values());
          json.writeEndObject();
          writeIfThere(json, "winner", decision.winner());
          writeIfThere(json, "variant", decision.variant());
          writeIfThere(json, "channel", decision.channel());
          if (decision.amountUnits() != null) {
            json.writeStringField("amount", Units.format(decision.amountUnits()));
          }
          writeIfThere(json, "triggerId", decision.triggerId());
          writeIfThere(json, "grantId", decision.grantId());
        });
  }

  /** A trigger, with the attributes of CloudEvents 1.0 beside its own fields. */
  public static String of(Trigger trigger) {
    return write(
        json -> {
          json.writeStringField("specversion", "1.0");
          json.writeStringField("id", trigger.id());
          json.writeStringField("source", DECIDE);
          json.writeStringField("type", "dev.nudge.trigger");
          json.writeStringField("subject", trigger.customerId());
          json.writeStringField("time", iso(trigger.notBeforeMillis()));
          json.writeStringField("tenant", trigger.tenant());
          json.writeStringField("customerId", trigger.customerId());
          json.writeStringField("campaign", trigger.campaign());
          json.writeNumberField("version", trigger.version());
          json.writeStringField("variant", trigger.variant());
          json.writeStringField("channel", trigger.channel());
          writeIfThere(json, "position", trigger.position());
          json.writeStringField("grantId", trigger.grantId());
          if (trigger.resource() != null) {
            json.writeObjectFieldStart("resource");
            json.writeStringField("grantId", trigger.grantId());
            writeFields(json, trigger.resource());
            json.writeEndObject();
          }
          json.writeObjectFieldStart("content");
          for (Map.Entry<String, String> field : new TreeMap<>(trigger.content()).entrySet()) {
            json.writeStringField(field.getKey(), field.getValue());
          }
          json.writeEndObject();
          writeStrings(json, "recommendations", trigger.recommendations());
          json.writeStringField("moment", trigger.moment());
          json.writeStringField("notBefore", iso(trigger.notBeforeMillis()));
          json.writeStringField("expires", iso(trigger.expiresMillis()));
        });
  }

  /** Values by name, sorted: an object. */
  public static String of(Map<String, Value> values) {
    return write(json -> writeFields(json, values));
  }

  /** A dead letter; what is not UTF-8 stands as Base64. */
  public static String of(DeadLetter letter) {
    return write(
        json -> {
          json.writeStringField("topic", letter.topic());
          json.writeNumberField("partition", letter.partition());
          json.writeNumberField("offset", letter.offset());
          json.writeStringField("reason", letter.reason().name());
          json.writeStringField("message", letter.message());
          try {
            json.writeStringField(
                "raw", UTF_8.newDecoder().decode(ByteBuffer.wrap(letter.raw())).toString());
          } catch (CharacterCodingException e) {
            json.writeStringField("rawBase64", Base64.getEncoder().encodeToString(letter.raw()));
          }
        });
  }

  private static void writeFields(JsonGenerator json, GrantedResource resource) throws IOException {
    json.writeStringField("kind", resource.kind());
    writeIfThere(json, "type", resource.type());
    json.writeStringField("amount", Units.format(resource.amountUnits()));
    if (resource.claimToMillis() != null) {
      json.writeObjectFieldStart("claim");
      if (resource.claimFromMillis() != null) {
        json.writeStringField("from", iso(resource.claimFromMillis()));
      }
      json.writeStringField("to", iso(resource.claimToMillis()));
      json.writeEndObject();
    }
    if (resource.validForMillis() != null) {
      json.writeStringField("validFor", Duration.ofMillis(resource.validForMillis()).toString());
    }
    if (resource.validUntilMillis() != null) {
      json.writeStringField("validUntil", iso(resource.validUntilMillis()));
    }
    GrantedResource.Threshold threshold = resource.threshold();
    if (threshold != null) {
      json.writeObjectFieldStart("threshold");
      json.writeStringField("amount", Units.format(threshold.amountUnits()));
      writeStrings(json, "categories", threshold.categories());
      writeStrings(json, "products", threshold.products());
      writeStrings(json, "stores", threshold.stores());
      writeStrings(json, "cities", threshold.cities());
      json.writeEndObject();
    }
  }

  private static void writeFields(JsonGenerator json, StageChange change) throws IOException {
    json.writeStringField("tenant", change.tenant());
    json.writeStringField("customerId", change.customerId());
    json.writeStringField("from", change.from() == null ? null : change.from().name());
    json.writeStringField("to", change.to().name());
    json.writeStringField("at", iso(change.atMillis()));
    json.writeNumberField("life", change.life());
    json.writeNumberField("orderCount", change.orderCount());
  }

  private static void writeFields(JsonGenerator json, Anomaly anomaly) throws IOException {
    json.writeStringField("tenant", anomaly.tenant());
    json.writeStringField("customerId", anomaly.customerId());
    json.writeStringField("kind", anomaly.kind());
    json.writeStringField("at", iso(anomaly.atMillis()));
    if (anomaly.orderId() != null) {
      json.writeStringField("orderId", anomaly.orderId());
    }
    if (anomaly.value() != null) {
      json.writeFieldName("value");
      writeValue(json, anomaly.value());
    }
    if (anomaly.baseline() != null) {
      json.writeFieldName("baseline");
      writeValue(json, anomaly.baseline());
    }
    json.writeObjectFieldStart("evidence");
    writeFields(json, anomaly.evidence());
    json.writeEndObject();
  }

  private static void writeFields(JsonGenerator json, Map<String, Value> values)
      throws IOException {
    for (Map.Entry<String, Value> value : new TreeMap<>(values).entrySet()) {
      json.writeFieldName(value.getKey());
      writeValue(json, value.getValue());
    }
  }

  private static void writeSteps(JsonGenerator json, List<Step> steps) throws IOException {
    json.writeObjectFieldStart("steps");
    for (Step step : steps) {
      json.writeArrayFieldStart(step.name());
      for (Occurrence event : step.events()) {
        writeOccurrence(json, event);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  /** What it is called, when it was and its id win over fields of the same names. */
  private static void writeOccurrence(JsonGenerator json, Occurrence event) throws IOException {
    json.writeStartObject();
    json.writeStringField("event", event.name());
    json.writeStringField("timestamp", iso(event.atMillis()));
    json.writeStringField("messageId", event.messageId());
    Map<String, Value> fields = new TreeMap<>(event.fields());
    fields.keySet().removeAll(OWN_FIELDS);
    writeFields(json, fields);
    json.writeEndObject();
  }

  private static void writeFields(JsonGenerator json, Features customer) throws IOException {
    json.writeStringField("stage", customer.stage() == null ? null : customer.stage().name());
    json.writeNumberField("life", customer.life());
    json.writeNumberField("orderCount", customer.orderCount());
    json.writeNumberField("lifeOrderCount", customer.lifeOrderCount());
    writeAmount(json, "orderSum", customer.orderSumUnits());
    json.writeNumberField("orderMean", customer.orderMean());
    json.writeNumberField("orderStdDev", customer.orderStdDev());
    writeAmount(json, "refundSum", customer.refundSumUnits());
    writeAmount(json, "netSum", customer.netSumUnits());
    writeTime(json, "firstOrderAt", customer.firstOrderAt());
    writeTime(json, "lastOrderAt", customer.lastOrderAt());
    writeNumber(json, "daysSinceOrder", customer.daysSinceOrder());
    json.writeNumberField("meanGapMillis", customer.meanGapMillis());
    json.writeNumberField("orders30d", customer.orders30d());
    json.writeNumberField("orders90d", customer.orders90d());
    json.writeNumberField("orders180d", customer.orders180d());
    json.writeNumberField("orders365d", customer.orders365d());
    writeAmount(json, "sum30d", customer.sum30dUnits());
    writeAmount(json, "sum90d", customer.sum90dUnits());
    writeAmount(json, "sum180d", customer.sum180dUnits());
    writeAmount(json, "sum365d", customer.sum365dUnits());
    writeStrings(json, "lastBoughtProducts", customer.lastBoughtProducts());
    writeTime(json, "lastSeenAt", customer.lastSeenAt());
    writeNumber(json, "daysSinceSeen", customer.daysSinceSeen());
    json.writeNumberField("viewCount7d", customer.viewCount7d());
    writeAmount(json, "cartValue", customer.cartValueUnits());
    writeStrings(json, "favouriteCategories", customer.favouriteCategories());
    writeStrings(json, "lastViewedProducts", customer.lastViewedProducts());
    writeNumber(
        json, "bestHour", customer.bestHour() == null ? null : customer.bestHour().longValue());
    json.writeNumberField("sent30d", customer.sent30d());
    json.writeNumberField("clicked30d", customer.clicked30d());
    json.writeNumberField("redeemed30d", customer.redeemed30d());
    writeTime(json, "lastClickedAt", customer.lastClickedAt());
    writeAmount(json, "discountSum", customer.discountSumUnits());
    writeNumber(json, "age", customer.age() == null ? null : customer.age().longValue());
    writeNumber(
        json,
        "daysToBirthday",
        customer.daysToBirthday() == null ? null : customer.daysToBirthday().longValue());
    json.writeObjectFieldStart("attributes");
    writeFields(json, customer.attributes());
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, Value value) throws IOException {
    if (value.type() == Value.Type.STRING) {
      json.writeString(value.text());
    } else {
      json.writeRawValue(value.text());
    }
  }

  private static void writeAmount(JsonGenerator json, String name, BigInteger units)
      throws IOException {
    json.writeStringField(name, Units.format(units));
  }

  private static void writeTime(JsonGenerator json, String name, Long millis) throws IOException {
    json.writeStringField(name, millis == null ? null : iso(millis));
  }

  private static void writeNumber(JsonGenerator json, String name, Long number) throws IOException {
    json.writeFieldName(name);
    if (number == null) {
      json.writeNull();
    } else {
      json.writeNumber(number);
    }
  }

  private static void writeIfThere(JsonGenerator json, String name, String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(name, text);
    }
  }

  private static void writeStrings(JsonGenerator json, String name, List<String> strings)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String string : strings) {
      json.writeString(string);
    }
    json.writeEndArray();
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static String write(Fields fields) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }
}
