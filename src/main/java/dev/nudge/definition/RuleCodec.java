package dev.nudge.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A rule's written form: the definition as JSON text, whatever notation its author took.
 *
 * <p>It is the tree that stood in the file, key by key, so that it compiles to the same rule, and
 * so that a later version of Nudge can read what an earlier one took.
 */
public final class RuleCodec {
  private static final JsonFactory JSON = new JsonFactory();

  private RuleCodec() {}

  /**
   * Compiles a rule.
   *
   * @param schema the types of the tenant's properties; empty where no policy names any
   * @return null for a campaign that has no pattern or timer of its own
   * @throws DefinitionException if it is not right, for this schema
   */
  public static Rule compile(RuleSource source, Map<String, PropertyType> schema)
      throws DefinitionException {
    if (source.kind() == Rule.Kind.CAMPAIGN) {
      return CampaignCodec.compile(source, schema).rule();
    }
    Problems problems = new Problems();
    String name =
        String.join(
            "|", source.tenant() == null ? "" : source.tenant(), kind(source.kind()), source.id());
    List<Node> documents =
        NodeReader.read(name, source.json().getBytes(StandardCharsets.UTF_8), problems);
    problems.throwIfAny();
    Rule rule =
        Fields.document(
            documents.get(0),
            problems,
            fields -> {
              if (!RuleReader.isFlip(fields)) {
                fields.required("kind").word(List.of(kind(source.kind())), null);
                fields.required("id").word(List.of(source.id()), null);
                Field tenant = fields.field("tenant");
                if (source.tenant() != null) {
                  tenant.word(List.of(source.tenant()), null);
                }
                onChange(fields);
              }
              return new RuleReader(schema).read(fields, source.kind(), source.tenant());
            });
    problems.throwIfAny();
    return rule;
  }

  /** The source of a rule that was read from a document. */
  static RuleSource source(Rule rule, OnChange onChange, Node document) {
    return new RuleSource(rule.tenant(), rule.kind(), rule.id(), onChange, text(document));
  }

  /** A tree as JSON text, key by key as it stood. */
  static String text(Node node) {
    return text(node, false);
  }

  /** A tree as JSON text; a pretty one has a line for each key. */
  static String text(Node node, boolean pretty) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      if (pretty) {
        json.useDefaultPrettyPrinter();
      }
      write(json, node);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** What becomes of what the version before has open. */
  static OnChange onChange(Fields fields) {
    return fields.field("onChange").choice(OnChange.class, OnChange.DROP);
  }

  /** How a definition names its kind, {@code anomaly}. */
  static String kind(Rule.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static void write(JsonGenerator json, Node node) throws IOException {
    switch (node.kind()) {
      case MAP -> {
        json.writeStartObject();
        for (int i = 0; i < node.keys().size(); i++) {
          json.writeFieldName(node.keys().get(i).text());
          write(json, node.items().get(i));
        }
        json.writeEndObject();
      }
      case LIST -> {
        json.writeStartArray();
        for (Node item : node.items()) {
          write(json, item);
        }
        json.writeEndArray();
      }
      case NUMBER -> json.writeNumber(node.text());
      case BOOLEAN -> json.writeBoolean(node.text().equalsIgnoreCase("true"));
      case NULL, REFUSED -> json.writeNull();
      case TEXT -> json.writeString(node.text());
    }
  }
}
