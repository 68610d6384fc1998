package dev.nudge.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * A decision from the decisions topic or from {@code decisions.jsonl}: what {@link
 * Json#of(Decision)} wrote, read back; of the values that were read when it was made only {@link
 * Decision#DUE_AGAIN}, by which Measure knows who waits until when.
 *
 * <p>Fields that nobody asked for are skipped, {@code null} counts as absent, and of a field that
 * stands twice the last one counts.
 */
public final class DecisionReader {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private String id;
  private String tenant;
  private String customerId;
  private String campaign;
  private Integer version;
  private String moment;
  private Long dueMillis;
  private Long atMillis;
  private DecisionCode code;
  private DeferReason reason;
  private String winner;
  private String variant;
  private String channel;
  private Long amountUnits;
  private String triggerId;
  private String grantId;
  private Long dueAgainMillis;

  private DecisionReader() {}

  /**
   * Reads one decision.
   *
   * @param record the record, UTF-8
   * @throws IOException if it is no JSON object, or a field without which there is no decision is
   *     missing, or one is not what it should be; the message names the field
   */
  public static Decision read(byte[] record) throws IOException {
    try (JsonParser json = FACTORY.createParser(record)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("decision: expected one JSON object");
      }
      DecisionReader reader = new DecisionReader();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_NULL) {
          reader.read(field, json);
        }
      }
      if (json.nextToken() != null) {
        throw new IOException("decision: found more behind its JSON object");
      }
      return reader.build();
    }
  }

  private void read(String field, JsonParser json) throws IOException {
    switch (field) {
      case "id" -> id = JsonFields.text(field, json);
      case "tenant" -> tenant = JsonFields.text(field, json);
      case "customerId" -> customerId = JsonFields.text(field, json);
      case "campaign" -> campaign = JsonFields.text(field, json);
      case "version" -> version = JsonFields.integer(field, json);
      case "moment" -> moment = JsonFields.text(field, json);
      case "due" -> dueMillis = JsonFields.time(field, json);
      case "at" -> atMillis = JsonFields.time(field, json);
      case "code" -> code = JsonFields.word(field, json, DecisionCode.class);
      case "reason" -> reason = JsonFields.word(field, json, DeferReason.class);
      case "winner" -> winner = JsonFields.text(field, json);
      case "variant" -> variant = JsonFields.text(field, json);
      case "channel" -> channel = JsonFields.text(field, json);
      case "amount" -> amountUnits = units(field, json);
      case "triggerId" -> triggerId = JsonFields.text(field, json);
      case "grantId" -> grantId = JsonFields.text(field, json);
      case "values" -> readValues(json);
      default -> json.skipChildren();
    }
  }

  private void readValues(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new IOException("values: expected an object");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals(Decision.DUE_AGAIN)) {
        dueAgainMillis = JsonFields.time(name, json);
      } else {
        json.skipChildren();
      }
    }
  }

  private static long units(String field, JsonParser json) throws IOException {
    BigInteger units = JsonFields.amount(field, json);
    if (units.bitLength() >= Long.SIZE) {
      throw new IOException(field + ": found " + units + " ten-thousandths, expected fewer");
    }
    return units.longValueExact();
  }

  private Decision build() throws IOException {
    JsonFields.require("id", id);
    JsonFields.require("tenant", tenant);
    JsonFields.require("customerId", customerId);
    JsonFields.require("campaign", campaign);
    JsonFields.require("version", version);
    JsonFields.require("at", atMillis);
    JsonFields.require("code", code);
    if (code.isGrant()) {
      JsonFields.require("grantId", grantId);
    }
    return new Decision(
        id,
        tenant,
        customerId,
        campaign,
        version,
        moment,
        dueMillis == null ? atMillis : dueMillis,
        atMillis,
        code,
        reason,
        dueAgainMillis == null
            ? Map.of()
            : Map.of(
                Decision.DUE_AGAIN, Value.string(Instant.ofEpochMilli(dueAgainMillis).toString())),
        winner,
        variant,
        channel,
        amountUnits,
        triggerId,
        grantId);
  }
}
