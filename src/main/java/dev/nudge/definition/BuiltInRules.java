package dev.nudge.definition;

import dev.nudge.event.Value;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The definitions that Nudge comes with: files among its resources, which a tenant can read, copy
 * and change.
 */
public final class BuiltInRules {
  private static final String FOLDER = "/definitions/";

  /** The names of the files, one a line; a class path can't be listed. */
  private static final String INDEX = FOLDER + "index.txt";

  /** Read once, when first asked for. */
  private static final class Loaded {
    private static final Map<RuleSource, Rule> RULES = load();
  }

  private BuiltInRules() {}

  /**
   * All of them, in the order of the index, which is the order in which they are evaluated.
   *
   * @throws IllegalStateException if one of them is not right
   */
  public static List<RuleSource> sources() {
    return List.copyOf(Loaded.RULES.keySet());
  }

  /** The files as they stand, comments and all: one text of many documents, to copy from. */
  public static String text() {
    return String.join("\n---\n", documents());
  }

  /** The document of one of them as it stands in its file; empty if there is none of that id. */
  public static Optional<String> text(String id) {
    return documents().stream()
        .filter(document -> document.lines().anyMatch(line -> line.equals("id: " + id)))
        .findFirst();
  }

  private static List<String> documents() {
    List<String> documents = new ArrayList<>();
    for (String file : files()) {
      String text = new String(read(FOLDER + file), StandardCharsets.UTF_8);
      documents.addAll(List.of(text.strip().split("\\R---\\R")));
    }
    return documents;
  }

  private static List<String> files() {
    return new String(read(INDEX), StandardCharsets.UTF_8).lines().toList();
  }

  /** The parameters of the built-in anomalies with their defaults, by the anomalies' kinds. */
  static Map<String, Map<String, Value>> anomalies() {
    Map<String, Map<String, Value>> params = new LinkedHashMap<>();
    for (Rule rule : Loaded.RULES.values()) {
      if (rule.kind() == Rule.Kind.ANOMALY) {
        params.put(rule.id(), rule.params());
      }
    }
    return params;
  }

  private static Map<RuleSource, Rule> load() {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    for (String file : files()) {
      reader.read(file, read(FOLDER + file));
    }
    try {
      return Collections.unmodifiableMap(reader.compiled());
    } catch (DefinitionException refused) {
      throw new IllegalStateException("a built-in definition is refused", refused);
    }
  }

  private static byte[] read(String resource) {
    try (InputStream in = BuiltInRules.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
