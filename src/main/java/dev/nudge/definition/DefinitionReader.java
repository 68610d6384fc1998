package dev.nudge.definition;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
  private final boolean tenantRequired;
  private final Problems problems = new Problems();
  private final List<Policy> policies = new ArrayList<>();
  private final Map<String, Field> policyPlaces = new HashMap<>();

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
   * Reads a file. What is wrong with its content is told by {@link #policies}.
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
    problems.nextFile();
    for (Node document : NodeReader.read(name, content, problems)) {
      Fields.document(document, problems, this::readDefinition);
    }
  }

  /**
   * All policies of the files, in their order.
   *
   * @throws DefinitionException if anything is wrong with any of the files
   */
  public List<Policy> policies() throws DefinitionException {
    problems.throwIfAny();
    return List.copyOf(policies);
  }

  private Void readDefinition(Fields fields) {
    // Without a known kind no other key can be judged.
    if (fields.required("kind").word(List.of(PolicyCodec.KIND), null) == null) {
      fields.ignoreRest();
      return null;
    }
    Field tenant = tenantRequired ? fields.required("tenant") : fields.field("tenant");
    Policy policy = PolicyCodec.readPolicy(tenant, fields);
    policies.add(policy);
    if (policy.tenant() == null && (tenantRequired || tenant.isPresent())) {
      return null; // Refused already: it names no tenant that could have two policies.
    }
    Field first = policyPlaces.putIfAbsent(policy.tenant(), tenant);
    if (first != null) {
      tenant.refuse(
          "a second policy of %s, after %s"
              .formatted(policy.tenant() == null ? "every tenant" : policy.tenant(), first.place()),
          "one");
    }
    return null;
  }
}
