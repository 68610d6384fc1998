package dev.nudge.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;

/** Reads what a shop may write freely, numbers as the literals that they are. */
public final class ValueReader {
  private static final JsonFactory FACTORY = new JsonFactory();

  private ValueReader() {}

  /**
   * The value at which a parser stands; it stands at the value's end then.
   *
   * @return null for {@code null}
   */
  public static Value read(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> Value.string(json.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Value.number(json.getText());
      case VALUE_TRUE, VALUE_FALSE -> new Value(Value.Type.BOOLEAN, json.getText());
      default -> new Value(Value.Type.JSON, nested(json));
    };
  }

  /**
   * The values of the object at whose beginning a parser stands; of a name that stands twice the
   * last one counts, {@code null} counts as absent.
   */
  public static Map<String, Value> readAll(JsonParser json) throws IOException {
    Map<String, Value> values = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      Value value = read(json);
      if (value != null) {
        values.put(name, value);
      }
    }
    return values;
  }

  private static String nested(JsonParser json) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      int depth = 0;
      JsonToken token = json.currentToken();
      while (true) {
        if (token.isNumeric()) {
          // Copied as an event, a number would become a double.
          generator.writeNumber(json.getText());
        } else {
          generator.copyCurrentEvent(json);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 0) {
          break;
        }
        token = json.nextToken();
      }
    }
    return text.toString();
  }
}
