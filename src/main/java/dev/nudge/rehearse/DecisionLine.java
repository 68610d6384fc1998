package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Units;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A line of {@code decisions.jsonl}, as far as the report tells of it.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param campaign the campaign
 * @param atMillis the decision's instant, epoch milliseconds
 * @param code what became of the candidate
 * @param details what says more than the code, by name, such as the campaign that went first; of
 *     AUDIENCE whatever the audience read and found; empty where the code says it all
 * @param variant the variant, or null
 * @param channel the channel, or null
 * @param amountUnits the resource's amount in ten-thousandths, or null
 */
record DecisionLine(
    String tenant,
    String customerId,
    String campaign,
    long atMillis,
    DecisionCode code,
    Map<String, String> details,
    String variant,
    String channel,
    Long amountUnits) {

  private static final String VALUES = "values";
  private static final String CAP = "cap";

  /** Reads a file line by line. */
  static void each(JsonFactory factory, Path file, Consumer<DecisionLine> reader)
      throws IOException {
    Map<String, String> fields = new HashMap<>();
    Map<String, String> values = new HashMap<>();
    try (JsonParser json = factory.createParser(file.toFile())) {
      while (json.nextToken() != null) {
        fields.clear();
        values.clear();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
          JsonToken token = json.nextToken();
          if (token == JsonToken.VALUE_STRING) {
            fields.put(field, json.getText());
          } else if (field.equals(VALUES)) {
            readValues(json, values);
          } else {
            json.skipChildren();
          }
        }
        reader.accept(of(fields, values));
      }
    }
  }

  /** Those of a cap stand beside the others: no check shows both. */
  private static void readValues(JsonParser json, Map<String, String> values) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (token.isScalarValue()) {
        values.put(name, json.getText());
      } else if (name.equals(CAP)) {
        readValues(json, values);
      } else {
        json.skipChildren();
      }
    }
  }

  private static DecisionLine of(Map<String, String> fields, Map<String, String> values) {
    DecisionCode code = DecisionCode.valueOf(fields.get("code"));
    String amount = fields.get("amount");
    if (fields.containsKey("winner")) {
      values.put("winner", fields.get("winner"));
    }
    if (fields.containsKey("reason")) {
      values.put("reason", fields.get("reason"));
    }
    return new DecisionLine(
        fields.get("tenant"),
        fields.get("customerId"),
        fields.get("campaign"),
        Instant.parse(fields.get("at")).toEpochMilli(),
        code,
        details(code, values),
        fields.get("variant"),
        fields.get("channel"),
        amount == null ? null : (Long) Units.of(new BigDecimal(amount)));
  }

  /** Of what was read at the decision, what takes the same few values for many customers. */
  private static Map<String, String> details(DecisionCode code, Map<String, String> values) {
    if (code == DecisionCode.AUDIENCE) {
      return Map.copyOf(values);
    }
    List<String> telling = telling(code);
    if (telling.isEmpty()) {
      return Map.of();
    }
    Map<String, String> details = new TreeMap<>();
    for (String name : telling) {
      String value = values.get(name);
      if (value != null) {
        details.put(name, value);
      }
    }
    return details;
  }

  private static List<String> telling(DecisionCode code) {
    return switch (code) {
      case PAUSED -> List.of("paused");
      case CAMPAIGN_INACTIVE -> List.of("deleted", "from");
      case NO_CONSENT, UNSUBSCRIBED -> List.of("channels");
      case REENTRY -> List.of("reentry");
      case GROUP_BUSY -> List.of("exclusive", "heldBy");
      case LOWER_PRIORITY -> List.of("winner");
      case FREQUENCY_CAP -> List.of("scope", "channel", "window", "max");
      case HELD_COUPONS -> List.of("maxHeldCoupons");
      case COUPON_TYPE_PERIOD -> List.of("couponType", "window", "max");
      case COUPON_PER_DAY -> List.of("perCustomerPerDay");
      case COUPON_PER_CUSTOMER -> List.of("perCustomer");
      case MISSING_VALUE -> List.of("missing");
      case CANCELLED -> List.of("event");
      case DEFERRED -> List.of("reason");
      case AUDIENCE,
          SUSPECT,
          OUTSIDE_SLOT,
          QUIET_HOURS,
          BUDGET_EXHAUSTED,
          GLOBAL_CONTROL,
          CONTROL,
          SENT,
          EXPIRED,
          OPEN_AT_END ->
          List.of();
    };
  }
}
