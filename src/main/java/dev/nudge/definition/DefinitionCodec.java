package dev.nudge.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.pattern.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A record of a definitions topic, of whatever kind its key says.
 *
 * <p>A rule's key is {@code acme|anomaly|VIP_CART}; its value says which version it is and from
 * when it holds, and has the definition as it stood in its file:
 *
 * <pre>{@code
 * {"kind": "anomaly", "tenant": "acme", "id": "VIP_CART", "version": 2,
 *  "effectiveAt": "2026-01-05T09:00:03Z", "onChange": "DRAIN", "definition": {…}}
 * }</pre>
 *
 * <p>A result's key is {@code acme|result|cart-rescue}; without a winner it has none:
 *
 * <pre>{@code
 * {"kind": "result", "tenant": "acme", "id": "cart-rescue", "version": 2, "winner": "B",
 *  "decidedAt": "2026-01-05T11:00:00Z", "effectiveAt": "2026-01-05T11:00:10Z"}
 * }</pre>
 */
public final class DefinitionCodec {
  /** The kind of an {@link ExperimentResult}, whose key ends with its campaign. */
  static final String RESULT = "result";

  private static final JsonFactory JSON = new JsonFactory();

  private DefinitionCodec() {}

  /**
   * Reads a record.
   *
   * @param key the record's key, or null
   * @param value the record's value; null deletes
   * @return the version, or nothing if the record only moves time or takes a result off the topic
   * @throws DefinitionException if it is no valid definition; the record is to be put aside, and
   *     what was in force stays
   */
  public static Optional<DefinitionVersion> read(byte[] key, byte[] value)
      throws DefinitionException {
    String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    DefinitionKey parsed = DefinitionKey.parse(name);
    Rule.Kind kind = parsed == null ? null : kindOf(parsed.kind());
    boolean isResult = parsed != null && parsed.kind().equals(RESULT);
    if (kind == null && !isResult) {
      return PolicyCodec.read(key, value).map(DefinitionVersion::of);
    }
    if (!Field.isId(parsed.tenant()) || !Field.isId(parsed.id())) {
      // A rule without a tenant would be one of every tenant.
      Problems problems = new Problems();
      String found = "the record key \"" + Node.clipped(name) + '"';
      problems.add(new Problem(name, 1, 1, "", found, "TENANT|" + parsed.kind() + "|ID"));
      problems.throwIfAny();
    }
    if (isResult) {
      return value == null
          ? Optional.empty()
          : Optional.of(
              record(parsed, value, fields -> DefinitionVersion.of(result(parsed, fields))));
    }
    return Optional.of(
        value == null
            ? DefinitionVersion.of(deletion(parsed.tenant(), kind, parsed.id()))
            : record(parsed, value, fields -> DefinitionVersion.of(rule(parsed, fields))));
  }

  private static Rule.Kind kindOf(String word) {
    for (Rule.Kind kind : Rule.Kind.values()) {
      if (RuleCodec.kind(kind).equals(word)) {
        return kind;
      }
    }
    return null;
  }

  /** A version that says that a rule is no more. */
  static RuleVersion deletion(String tenant, Rule.Kind kind, String id) {
    return new RuleVersion(tenant, kind, id, 0, 0, OnChange.DROP, null, true);
  }

  private static DefinitionVersion record(
      DefinitionKey key, byte[] value, Function<Fields, DefinitionVersion> reader)
      throws DefinitionException {
    Problems problems = new Problems();
    List<Node> documents = NodeReader.read(key.toString(), value, problems);
    if (documents.size() > 1) {
      String found = documents.size() + " documents";
      problems.add(new Problem(key.toString(), 1, 1, "", found, "one " + key.kind()));
    }
    problems.throwIfAny();
    DefinitionVersion record = Fields.document(documents.get(0), problems, reader);
    problems.throwIfAny();
    return record;
  }

  private static RuleVersion rule(DefinitionKey key, Fields fields) {
    String kind = fields.required("kind").word(List.of(key.kind()), key.kind());
    fields.required("tenant").word(List.of(key.tenant()), null);
    fields.required("id").word(List.of(key.id()), null);
    return new RuleVersion(
        key.tenant(),
        Rule.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
        key.id(),
        fields.required("version").integer(1, Integer.MAX_VALUE, 0),
        fields.required("effectiveAt").instantMillis(0),
        fields.field("onChange").choice(OnChange.class, OnChange.DROP),
        fields.required("definition").json("{}"),
        false);
  }

  private static ExperimentResult result(DefinitionKey key, Fields fields) {
    fields.required("kind").word(List.of(RESULT), null);
    fields.required("tenant").word(List.of(key.tenant()), null);
    fields.required("id").word(List.of(key.id()), null);
    return new ExperimentResult(
        key.tenant(),
        key.id(),
        fields.required("version").integer(1, Integer.MAX_VALUE, 0),
        fields.field("winner").id(null),
        fields.required("decidedAt").instantMillis(0),
        fields.required("effectiveAt").instantMillis(0));
  }

  /** The key of a result's record. */
  public static byte[] key(ExperimentResult result) {
    return new DefinitionKey(result.tenant(), RESULT, result.campaign())
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The value of a result's record. */
  public static byte[] value(ExperimentResult result) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("kind", RESULT);
      json.writeStringField("tenant", result.tenant());
      json.writeStringField("id", result.campaign());
      json.writeNumberField("version", result.version());
      if (result.winner() != null) {
        json.writeStringField("winner", result.winner());
      }
      json.writeStringField("decidedAt", Instant.ofEpochMilli(result.decidedAtMillis()).toString());
      json.writeStringField(
          "effectiveAt", Instant.ofEpochMilli(result.effectiveAtMillis()).toString());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The value of a rule's record; null for a deletion. */
  public static byte[] value(RuleVersion version) {
    if (version.deleted()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("kind", RuleCodec.kind(version.kind()));
      json.writeStringField("tenant", version.tenant());
      json.writeStringField("id", version.id());
      json.writeNumberField("version", version.version());
      json.writeStringField(
          "effectiveAt", Instant.ofEpochMilli(version.effectiveAtMillis()).toString());
      json.writeStringField("onChange", version.onChange().name());
      json.writeFieldName("definition");
      json.writeRawValue(version.json());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
