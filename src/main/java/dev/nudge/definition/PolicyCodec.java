package dev.nudge.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.event.Value;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Suggestion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A policy's written form: the keys of its file, and its record on the {@code policies} topic.
 *
 * <p>The record's key is {@code acme|policy|default}; its value is the file's content as JSON with
 * every default written out, so that a version keeps its meaning whatever later defaults are, and
 * with {@code id}, {@code version} and {@code effectiveAt}. A record without value deletes.
 */
public final class PolicyCodec {
  /** The key of records that only move time. */
  private static final String TIME_KEY = "$time";

  static final String KIND = "policy";

  /** A tenant has one policy, so its name is fixed. */
  static final String ID = "default";

  private static final int MAX_ANOMALIES = 100;

  /** The most properties that a tenant's schema types. */
  static final int MAX_SCHEMA = 1_000;

  private static final JsonFactory JSON = new JsonFactory();

  private PolicyCodec() {}

  /**
   * Reads a record of the topic.
   *
   * @param key the record's key, or null
   * @param value the record's value; null deletes
   * @return the version, or nothing if the record only moves time
   * @throws DefinitionException if it is no valid policy; the record is to be put aside, and what
   *     was in force stays
   */
  public static Optional<PolicyVersion> read(byte[] key, byte[] value) throws DefinitionException {
    String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    if (name.equals(TIME_KEY)) {
      return Optional.empty();
    }
    Problems problems = new Problems();
    DefinitionKey parsed = DefinitionKey.parse(name);
    if (parsed == null || !parsed.equals(DefinitionKey.policy(parsed.tenant()))) {
      String found = "the record key \"" + Node.clipped(name) + '"';
      problems.add(new Problem(name, 1, 1, "", found, "TENANT|policy|default"));
    }
    problems.throwIfAny();
    if (value == null) {
      return Optional.of(PolicyVersion.deletion(parsed.tenant()));
    }
    List<Node> documents = NodeReader.read(name, value, problems);
    if (documents.size() > 1) {
      String found = documents.size() + " documents";
      problems.add(new Problem(name, 1, 1, "", found, "one policy"));
    }
    problems.throwIfAny();
    PolicyVersion version =
        Fields.document(documents.get(0), problems, fields -> readVersion(parsed, fields));
    problems.throwIfAny();
    return Optional.of(version);
  }

  /** The key of a tenant's records. */
  public static byte[] key(String tenant) {
    return DefinitionKey.policy(tenant).toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The value of a version's record; null for a deletion. */
  public static byte[] value(PolicyVersion version) {
    if (version.deleted()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      Policy policy = version.policy();
      json.writeStartObject();
      json.writeStringField("kind", KIND);
      json.writeStringField("tenant", version.tenant());
      json.writeStringField("id", ID);
      json.writeNumberField("version", version.version());
      json.writeStringField(
          "effectiveAt", Instant.ofEpochMilli(version.effectiveAtMillis()).toString());
      json.writeStringField("zone", policy.zone());
      if (policy.currency() != null) {
        json.writeStringField("currency", policy.currency());
      }
      json.writeObjectFieldStart("lifecycle");
      json.writeNumberField("dormantDays", policy.lifecycle().dormantDays());
      json.writeNumberField("lostDays", policy.lifecycle().lostDays());
      json.writeNumberField("stableOrders", policy.lifecycle().stableOrders());
      json.writeNumberField("declineMinDays", policy.lifecycle().declineMinDays());
      json.writeStringField("recoverTo", policy.lifecycle().recoverTo().name());
      json.writeEndObject();
      writeAnomalies(json, policy.anomalies());
      writeSchema(json, policy.schema());
      SendingCodec.write(json, policy.sending());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Reads a policy's own keys. */
  static Policy readPolicy(Field tenant, Fields fields) {
    return new Policy(
        tenant.id(null),
        fields.field("zone").zone(Policy.DEFAULT.zone()),
        fields
            .field("currency")
            .text(code -> code.matches("[A-Z]{3}"), "three capital letters such as CNY", null),
        fields.field("lifecycle").nested(PolicyCodec::readLifecycle, LifecyclePolicy.DEFAULT),
        present(
            fields
                .field("anomalies")
                .named(MAX_ANOMALIES, BuiltInRules.anomalies().keySet(), PolicyCodec::readAnomaly)),
        present(fields.field("schema").map(MAX_SCHEMA, PolicyCodec::readType)),
        SendingCodec.read(fields));
  }

  /** What a policy's file may say, as JSON Schema, for editors. */
  public static String schema() {
    return Schema.of(
        "Nudge policy",
        fields -> {
          fields.required("kind").word(List.of(KIND), null);
          readPolicy(fields.field("tenant"), fields);
        });
  }

  /** Without the values that were refused. */
  private static <T> Map<String, T> present(Map<String, T> values) {
    values.values().removeIf(Objects::isNull);
    return values;
  }

  private static PropertyType readType(Field field) {
    return field.choice(PropertyType.class, null);
  }

  private static AnomalyPolicy readAnomaly(String kind, Field field) {
    Map<String, Map<String, Value>> known = BuiltInRules.anomalies();
    Map<String, Value> defaults = known.get(kind);
    if (defaults == null) {
      field.refuse(
          "the anomaly " + Node.clipped(kind),
          "one of " + String.join(", ", known.keySet()) + Suggestion.of(kind, known.keySet()));
      return null;
    }
    return field.nested(
        fields -> {
          boolean enabled = fields.field("enabled").bool(true);
          Map<String, Value> params = new TreeMap<>();
          defaults.forEach(
              (name, value) -> {
                Field param = fields.field(name);
                if (param.isPresent()) {
                  params.put(name, param.valueLike(value));
                }
              });
          return new AnomalyPolicy(enabled, present(params));
        },
        null);
  }

  private static void writeAnomalies(JsonGenerator json, Map<String, AnomalyPolicy> anomalies)
      throws IOException {
    if (anomalies.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("anomalies");
    for (Map.Entry<String, AnomalyPolicy> anomaly : new TreeMap<>(anomalies).entrySet()) {
      json.writeObjectFieldStart(anomaly.getKey());
      json.writeBooleanField("enabled", anomaly.getValue().enabled());
      for (Map.Entry<String, Value> param : new TreeMap<>(anomaly.getValue().params()).entrySet()) {
        json.writeFieldName(param.getKey());
        Value value = param.getValue();
        if (value.type() == Value.Type.STRING) {
          json.writeString(value.text());
        } else {
          json.writeRawValue(value.text());
        }
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeSchema(JsonGenerator json, Map<String, PropertyType> schema)
      throws IOException {
    if (schema.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("schema");
    for (Map.Entry<String, PropertyType> property : new TreeMap<>(schema).entrySet()) {
      json.writeStringField(property.getKey(), property.getValue().name());
    }
    json.writeEndObject();
  }

  private static LifecyclePolicy readLifecycle(Fields fields) {
    LifecyclePolicy none = LifecyclePolicy.DEFAULT;
    Field dormant = fields.field("dormantDays");
    Field lost = fields.field("lostDays");
    LifecyclePolicy policy =
        new LifecyclePolicy(
            dormant.integer(1, 3650, none.dormantDays()),
            lost.integer(1, 3650, none.lostDays()),
            fields.field("stableOrders").integer(2, 1000, none.stableOrders()),
            fields.field("declineMinDays").integer(0, 3650, none.declineMinDays()),
            fields.field("recoverTo").choice(RecoverTo.class, none.recoverTo()));
    if (policy.lostDays() < policy.dormantDays()) {
      if (lost.isPresent()) {
        lost.refuse(
            String.valueOf(policy.lostDays()), "at least dormantDays, " + policy.dormantDays());
      } else {
        dormant.refuse(
            String.valueOf(policy.dormantDays()),
            "at most lostDays, which is " + policy.lostDays() + " unless given");
      }
    }
    return policy;
  }

  private static PolicyVersion readVersion(DefinitionKey key, Fields fields) {
    fields.required("kind").word(List.of(key.kind()), null);
    Field tenant = fields.required("tenant");
    fields.required("id").word(List.of(key.id()), null);
    int version = fields.required("version").integer(1, Integer.MAX_VALUE, 0);
    long effectiveAt = fields.required("effectiveAt").instantMillis(0);
    Policy policy = readPolicy(tenant, fields);
    if (policy.tenant() != null && !policy.tenant().equals(key.tenant())) {
      tenant.refuse('"' + Node.clipped(policy.tenant()) + '"', "the key's " + key.tenant());
    }
    return new PolicyVersion(key.tenant(), version, effectiveAt, policy, false);
  }
}
