package dev.nudge.definition;

import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads definition files, YAML or JSON, one or more documents each, and tells everything that is
 * wrong with them at once.
 *
 * <pre>{@code
 * DefinitionReader reader = DefinitionReader.forRehearsal();
 * reader.read(Path.of("policy.yaml"));
 * List<Policy> policies = reader.policies();
 * // or a DefinitionException: policy.yaml:4:16: lifecycle.dormantDays: found "abc", expected …
 * }</pre>
 *
 * <p>An instance serves one set of files, which must not define the same thing twice.
 */
public final class DefinitionReader {
  private static final List<String> KINDS =
      List.of(PolicyCodec.KIND, RuleCodec.kind(Rule.Kind.ANOMALY), RuleCodec.kind(Rule.Kind.STAGE));

  /** A rule's document; it is compiled when all policies are known, whose schemas it needs. */
  private record Pending(int file, Node document) {}

  private final boolean tenantRequired;
  private final Problems problems = new Problems();
  private final List<Policy> policies = new ArrayList<>();
  private final List<Policy> published = new ArrayList<>();
  private final Map<RuleSource, Rule> rules = new LinkedHashMap<>();
  private final Map<String, Field> places = new HashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private int files;

  private DefinitionReader(boolean tenantRequired) {
    this.tenantRequired = tenantRequired;
  }

  /** For files of which one without {@code tenant} holds for every tenant. */
  public static DefinitionReader forRehearsal() {
    return new DefinitionReader(false);
  }

  /** For files that are to be published, so each must name its {@code tenant}. */
  public static DefinitionReader forPublishing() {
    return new DefinitionReader(true);
  }

  /**
   * Reads a file. What is wrong with its content is told by {@link #policies} and {@link #rules}.
   *
   * @throws IOException if it can't be read
   */
  public void read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      read(file.toString(), in.readNBytes(NodeReader.MAX_BYTES + 1));
    }
  }

  /**
   * Reads a file's content, UTF-8 and at most 1 MiB.
   *
   * @param name what messages call the file
   */
  public void read(String name, byte[] content) {
    int file = files++;
    problems.inFile(file);
    for (Node document : NodeReader.read(name, content, problems)) {
      if (isRule(document)) {
        pending.add(new Pending(file, document));
      } else {
        Fields.document(document, problems, this::readPolicy);
      }
    }
  }

  /**
   * Tells which policies are in force elsewhere: rules of a tenant without a policy among the files
   * are compiled with the schema of that one.
   */
  public void know(List<Policy> inForce) {
    published.addAll(inForce);
  }

  /**
   * All policies of the files, in their order.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public List<Policy> policies() throws DefinitionException {
    compilePending();
    problems.throwIfAny();
    return List.copyOf(policies);
  }

  /**
   * All rules of the files, in their order, each compiled with the schema of its tenant's policy
   * among the files, else of the one that is {@link #know known}.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public List<RuleSource> rules() throws DefinitionException {
    return List.copyOf(compiled().keySet());
  }

  /**
   * All rules of the files, in their order, and what each compiles to.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public Map<RuleSource, Rule> compiled() throws DefinitionException {
    compilePending();
    problems.throwIfAny();
    return new LinkedHashMap<>(rules);
  }

  /** Whether a document is a rule, and not a policy or nothing known. */
  private static boolean isRule(Node document) {
    if (document.kind() != Node.Kind.MAP) {
      return false;
    }
    Fields fields = new Fields(document, "", new Problems());
    String kind = fields.field("kind").word(KINDS, null);
    return RuleReader.isFlip(fields) || (kind != null && !kind.equals(PolicyCodec.KIND));
  }

  private void compilePending() {
    for (Pending rule : pending) {
      problems.inFile(rule.file());
      Fields.document(rule.document(), problems, fields -> readRule(fields, rule.document()));
    }
    pending.clear();
  }

  private Void readRule(Fields fields, Node document) {
    boolean isFlip = RuleReader.isFlip(fields);
    Rule.Kind kind = Rule.Kind.ANOMALY;
    if (!isFlip) {
      String name = fields.required("kind").word(KINDS, null);
      kind = Rule.Kind.valueOf(name.toUpperCase(Locale.ROOT));
    }
    Field tenantField =
        tenantRequired && !isFlip ? fields.required("tenant") : fields.field("tenant");
    if (isFlip && tenantRequired) {
      fields
          .self()
          .refuse("a pattern alone", "a definition with kind, tenant, id and this pattern");
    }
    String tenant = tenantField.id(null);
    OnChange onChange = isFlip ? OnChange.DROP : RuleCodec.onChange(fields);
    Rule rule = new RuleReader(schemaOf(tenant)).read(fields, kind, tenant);
    if (rule == null || rule.id() == null) {
      return null;
    }
    String what = "%s %s".formatted(RuleCodec.kind(kind), rule.id());
    if (isFirst(what + "|" + tenant, fields.field(isFlip ? "name" : "id"), what, tenant)) {
      rules.put(RuleCodec.source(rule, onChange, document), rule);
    }
    return null;
  }

  private Map<String, PropertyType> schemaOf(String tenant) {
    Map<String, PropertyType> ofAll = Map.of();
    for (Policy policy : policies) {
      if (policy.tenant() == null) {
        ofAll = policy.schema();
      } else if (policy.tenant().equals(tenant)) {
        return policy.schema();
      }
    }
    for (Policy policy : published) {
      if (policy.tenant().equals(tenant)) {
        return policy.schema();
      }
    }
    return ofAll;
  }

  private Void readPolicy(Fields fields) {
    // Without a known kind no other key can be judged.
    if (fields.required("kind").word(KINDS, null) == null) {
      fields.ignoreRest();
      return null;
    }
    Field tenant = tenantRequired ? fields.required("tenant") : fields.field("tenant");
    Policy policy = PolicyCodec.readPolicy(tenant, fields);
    policies.add(policy);
    if (policy.tenant() == null && (tenantRequired || tenant.isPresent())) {
      return null; // Refused already: it names no tenant that could have two policies.
    }
    isFirst("policy|" + policy.tenant(), tenant, "policy", policy.tenant());
    return null;
  }

  /** Whether nothing was defined under that key before; else notes it. */
  private boolean isFirst(String key, Field place, String what, String tenant) {
    Field first = places.putIfAbsent(key, place);
    if (first != null) {
      place.refuse(
          "a second %s of %s, after %s"
              .formatted(what, tenant == null ? "every tenant" : tenant, first.place()),
          "one");
    }
    return first == null;
  }
}
