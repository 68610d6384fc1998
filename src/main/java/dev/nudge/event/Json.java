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
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How records are written: one JSON object a line, the same bytes for the same record.
 *
 * <p>Times are ISO 8601 in UTC, amounts decimal strings.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

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
          json.writeStringField("kind", moment.kind());
          writeFields(json, moment.stageChange());
          json.writeObjectFieldStart("customer");
          writeFields(json, moment.customer());
          json.writeEndObject();
        });
  }

  /** A stage change. */
  public static String of(StageChange change) {
    return write(json -> writeFields(json, change));
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

  private static void writeFields(JsonGenerator json, StageChange change) throws IOException {
    json.writeStringField("tenant", change.tenant());
    json.writeStringField("customerId", change.customerId());
    json.writeStringField("from", change.from() == null ? null : change.from().name());
    json.writeStringField("to", change.to().name());
    json.writeStringField("at", iso(change.atMillis()));
    json.writeNumberField("life", change.life());
    json.writeNumberField("orderCount", change.orderCount());
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
    for (Map.Entry<String, Value> attribute : new TreeMap<>(customer.attributes()).entrySet()) {
      json.writeFieldName(attribute.getKey());
      writeValue(json, attribute.getValue());
    }
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
