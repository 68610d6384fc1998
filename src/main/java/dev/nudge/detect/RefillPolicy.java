package dev.nudge.detect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.definition.AnomalyPolicy;
import dev.nudge.definition.Policy;
import dev.nudge.event.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * What a tenant says of products that are used up: {@code REFILL_DUE: {refillDays: {coffee: 30}}}.
 *
 * @param isEnabled whether anybody is told
 * @param daysByCategory what one of a product lasts, by its category
 */
record RefillPolicy(boolean isEnabled, Map<String, Integer> daysByCategory) {
  /** The anomaly whose rule is code, for no pattern can say it. */
  static final String KIND = "REFILL_DUE";

  private static final JsonFactory JSON = new JsonFactory();
  private static final RefillPolicy NONE = new RefillPolicy(true, Map.of());

  static RefillPolicy of(Policy policy) {
    AnomalyPolicy refills = policy.anomalies().get(KIND);
    if (refills == null) {
      return NONE;
    }
    Value days = refills.params().get("refillDays");
    return new RefillPolicy(refills.enabled(), days == null ? Map.of() : read(days.text()));
  }

  private static Map<String, Integer> read(String json) {
    Map<String, Integer> days = new HashMap<>();
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String category = parser.currentName();
        parser.nextToken();
        days.put(category, parser.getIntValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("refillDays was read before: " + json, e);
    }
    return days;
  }
}
