package dev.nudge.definition;

import dev.nudge.pattern.Suggestion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A map of a definition, read key by key.
 *
 * <p>Every key that a reader asks for becomes a known key, present or not; {@link #end()} refuses
 * all others. {@link Field#nested} and {@link #document} call it, so a reader can't forget it.
 */
final class Fields {
  private final Node map;
  private final String path;
  private final Problems problems;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> unread = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();
  private final Schema schema;

  Fields(Node map, String path, Problems problems) {
    this(map, path, problems, null);
  }

  /** The keys of a map that only notes for a schema what it is asked for. */
  Fields(Node map, String path, Problems problems, Schema schema) {
    this.schema = schema;
    this.map = map;
    this.path = path;
    this.problems = problems;
    for (int i = 0; i < map.keys().size(); i++) {
      values.put(map.keys().get(i).text(), map.items().get(i));
      unread.put(map.keys().get(i).text(), map.keys().get(i));
    }
  }

  /**
   * Reads a document that must be a map.
   *
   * @return what the reader made of it, or null if it is no map
   */
  static <T> T document(Node document, Problems problems, Function<Fields, T> reader) {
    return new Field(document, document, "", true, problems).nested(reader, null);
  }

  /** The value of a key that may be left out. */
  Field field(String key) {
    return ask(key, false);
  }

  /** The value of a key that may be left out, or be null, as machines write it. */
  Field nullable(String key) {
    Field field = ask(key, false);
    return values.get(key) != null && values.get(key).kind() == Node.Kind.NULL
        ? new Field(null, map, Field.join(path, key), false, problems)
        : field;
  }

  /** Whether a key is there; it becomes no known key by that. */
  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The map itself, for a problem of it as a whole. */
  Field self() {
    return new Field(map, map, path, false, problems);
  }

  /** The value of a key that must be there. */
  Field required(String key) {
    return ask(key, true);
  }

  /**
   * Which one of several keys is given, for alternatives such as a trigger's.
   *
   * @return the key, or null (and a problem) if there is none or more than one
   */
  String oneOf(String... keys) {
    if (schema != null) {
      schema.oneOf(List.of(keys));
    }
    List<String> given = Arrays.stream(keys).filter(key -> ask(key, false).isPresent()).toList();
    if (given.size() == 1) {
      return given.get(0);
    }
    new Field(map, map, path, false, problems)
        .refuse(
            given.isEmpty() ? "none of them" : String.join(" and ", given),
            "one of " + String.join(", ", keys));
    return null;
  }

  /**
   * Reads the one of several keys that is given.
   *
   * @param readers what reads each of them
   * @return null (and a problem) if there is none or more than one
   */
  <T> T choose(Map<String, Function<Field, T>> readers) {
    String key = oneOf(readers.keySet().toArray(new String[0]));
    if (schema != null) {
      readers.forEach((each, reader) -> Field.describe(reader, field(each)));
      return null;
    }
    return key == null ? null : readers.get(key).apply(field(key));
  }

  /** Says nothing about the keys that nobody asked for. */
  void ignoreRest() {
    unread.clear();
  }

  /** Refuses every key that nobody asked for, and says which are known. */
  void end() {
    unread.forEach(
        (name, key) ->
            new Field(key, map, Field.join(path, name), false, problems)
                .refuse(
                    "an unknown key",
                    "one of " + String.join(", ", asked) + Suggestion.of(name, asked)));
    ignoreRest();
  }

  private Field ask(String key, boolean required) {
    unread.remove(key);
    asked.add(key);
    if (schema != null) {
      return Field.described(schema.property(key, required));
    }
    return new Field(values.get(key), map, Field.join(path, key), required, problems);
  }
}
