package dev.nudge.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** The record {@code {"event":"$time","timestamp":…}}: it says what time it is and nothing else. */
public final class TimeRecord {

  /** The event's name, and the record's key in compacted topics. */
  public static final String NAME = "$time";

  private static final JsonFactory JSON = new JsonFactory();

  private TimeRecord() {}

  /** The record's key, as bytes. */
  public static byte[] key() {
    return NAME.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The record's value.
   *
   * @param atMillis epoch milliseconds
   */
  public static byte[] value(long atMillis) {
    return "{\"event\":\"$time\",\"timestamp\":%d}"
        .formatted(atMillis)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a value as {@link #value(long)} writes it.
   *
   * @param value a record's value, null for a tombstone
   * @return its time in epoch milliseconds; empty if it is another record
   */
  public static OptionalLong read(byte[] value) {
    if (value == null) {
      return OptionalLong.empty();
    }
    boolean named = false;
    OptionalLong at = OptionalLong.empty();
    try (JsonParser in = JSON.createParser(value)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return OptionalLong.empty();
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        JsonToken token = in.nextToken();
        if (field.equals("event") && token == JsonToken.VALUE_STRING) {
          named = in.getText().equals(NAME);
        } else if (field.equals("timestamp") && token == JsonToken.VALUE_NUMBER_INT) {
          at = OptionalLong.of(in.getLongValue());
        } else {
          in.skipChildren();
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    return named ? at : OptionalLong.empty();
  }
}
