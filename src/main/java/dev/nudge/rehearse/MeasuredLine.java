package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.Units;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A line of {@code funnel.jsonl}, {@code roi.jsonl} or {@code experiments.jsonl}.
 *
 * @param json the line itself
 * @param fields its values as they are written there, by name; those that are null are not among
 *     them
 */
record MeasuredLine(String json, Map<String, String> fields) {
  /** Reads a file line by line. */
  static void each(JsonFactory factory, Path file, Consumer<MeasuredLine> reader)
      throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        reader.accept(of(factory, line));
      }
    }
  }

  private static MeasuredLine of(JsonFactory factory, String line) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = factory.createParser(line)) {
      json.nextToken();
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        if (json.nextToken() != JsonToken.VALUE_NULL) {
          fields.put(field, json.getText());
        }
      }
    }
    return new MeasuredLine(line, fields);
  }

  /** The value of a field; null if it has none. */
  String text(String field) {
    return fields.get(field);
  }

  String tenant() {
    return text("tenant");
  }

  String campaign() {
    return text("campaign");
  }

  long number(String field) {
    return Long.parseLong(text(field));
  }

  /** Epoch milliseconds. */
  long millis(String field) {
    return Instant.parse(text(field)).toEpochMilli();
  }

  /** Money in ten-thousandths. */
  BigInteger units(String field) {
    return new BigDecimal(text(field)).movePointRight(Units.SCALE).toBigIntegerExact();
  }
}
