package dev.nudge.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.definition.Node.Kind;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a reader takes, as JSON Schema, for editors.
 *
 * <p>A reader is run once with fields that hold no text but note what it asks them for: so the
 * schema says what the reader reads, and can't say anything else. What a schema can't express, such
 * as that weights add up to a hundred, is said by the reader alone.
 */
final class Schema {
  private static final JsonFactory JSON = new JsonFactory();

  private final Set<String> types = new LinkedHashSet<>();
  private final Map<String, Object> facts = new TreeMap<>();
  private final Map<String, Schema> properties = new LinkedHashMap<>();
  private final Set<String> required = new LinkedHashSet<>();
  private final List<Schema> anyOf = new ArrayList<>();
  private final List<List<String>> oneOf = new ArrayList<>();
  private List<String> words;
  private Schema items;
  private Schema others;
  private boolean closed;

  /** The schema of a document whose keys a reader reads. */
  static String of(String title, Consumer<Fields> reader) {
    Schema schema = new Schema();
    Field.described(schema)
        .nested(
            fields -> {
              reader.accept(fields);
              return null;
            },
            null);
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
      json.writeStringField("title", title);
      schema.writeContent(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** It may be of that kind. */
  void type(Kind kind, String expected) {
    types.add(
        switch (kind) {
          case TEXT -> "string";
          case NUMBER -> "number";
          case BOOLEAN -> "boolean";
          case LIST -> "array";
          case MAP -> "object";
          case NULL, REFUSED -> throw new IllegalArgumentException("nothing is no value");
        });
    facts.putIfAbsent("description", expected);
  }

  /** A keyword of JSON Schema with a text, a number or a truth. */
  void fact(String keyword, Object value) {
    facts.put(keyword, value);
  }

  /** It is one of these words. */
  void words(List<String> all) {
    words = all;
  }

  /** A key that is known, which may have to be there. */
  Schema property(String key, boolean isRequired) {
    if (isRequired) {
      required.add(key);
    }
    return properties.computeIfAbsent(key, name -> new Schema());
  }

  /** Of these keys one must be there, and no other of them. */
  void oneOf(List<String> keys) {
    oneOf.add(keys);
  }

  /** No other keys than those that are known are taken. */
  void close() {
    closed = true;
  }

  /** What each of a list's items is. */
  Schema items() {
    items = items == null ? new Schema() : items;
    return items;
  }

  /** What the value of each key is that is not known. */
  Schema others() {
    others = others == null ? new Schema() : others;
    return others;
  }

  /** One more of the forms that it may have. */
  Schema alternative() {
    Schema alternative = new Schema();
    anyOf.add(alternative);
    return alternative;
  }

  private void writeContent(JsonGenerator json) throws IOException {
    if (types.size() == 1) {
      json.writeStringField("type", types.iterator().next());
    } else if (!types.isEmpty()) {
      writeTexts(json, "type", types);
    }
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      json.writePOJOField(fact.getKey(), fact.getValue());
    }
    if (words != null) {
      writeTexts(json, "enum", words);
    }
    if (!properties.isEmpty()) {
      json.writeObjectFieldStart("properties");
      for (Map.Entry<String, Schema> property : properties.entrySet()) {
        property.getValue().write(json, property.getKey());
      }
      json.writeEndObject();
    }
    if (!required.isEmpty()) {
      writeTexts(json, "required", required);
    }
    if (closed) {
      json.writeBooleanField("additionalProperties", false);
    } else if (others != null) {
      others.write(json, "additionalProperties");
    }
    if (items != null) {
      items.write(json, "items");
    }
    if (!anyOf.isEmpty()) {
      json.writeArrayFieldStart("anyOf");
      for (Schema alternative : anyOf) {
        json.writeStartObject();
        alternative.writeContent(json);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    writeOneOf(json);
  }

  private void write(JsonGenerator json, String name) throws IOException {
    json.writeObjectFieldStart(name);
    writeContent(json);
    json.writeEndObject();
  }

  private void writeOneOf(JsonGenerator json) throws IOException {
    if (oneOf.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("allOf");
    for (List<String> keys : oneOf) {
      json.writeStartObject();
      json.writeArrayFieldStart("oneOf");
      for (String key : keys) {
        json.writeStartObject();
        writeTexts(json, "required", List.of(key));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeTexts(JsonGenerator json, String name, Iterable<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
