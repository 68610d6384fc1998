package dev.nudge.local;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.KafkaConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The policy and the campaigns that local mode applies for its shop, so that nobody has to write
 * one before there is something to see: the examples that come with Nudge, or those of a folder.
 */
final class LocalDefinitions {
  /** The example campaigns of {@code examples/campaigns} that are not bound to a date. */
  static final List<String> EXAMPLES =
      List.of(
          "birthday",
          "browse-no-buy",
          "cart-rescue",
          "first-order-gift",
          "member-exclusive",
          "not-clicked-then-sms",
          "order-unpaid",
          "replenishment",
          "second-order",
          "sleep-line",
          "sms-three-months",
          "spend-spike-vip",
          "store-a-queue",
          "win-back-loyal",
          "win-back-occasional");

  private final List<Policy> policies;
  private final List<RuleSource> rules;
  private final boolean overwrite;

  private LocalDefinitions(DefinitionReader reader, boolean overwrite) throws DefinitionException {
    this.policies = reader.policies();
    this.rules = reader.rules();
    this.overwrite = overwrite;
  }

  /**
   * The examples, which never take the place of a definition that is published already.
   *
   * @param tenant whose they are
   * @param policy the policy's resource, or null for none
   */
  static LocalDefinitions examples(String tenant, String policy)
      throws IOException, DefinitionException {
    DefinitionReader reader = DefinitionReader.forPublishing(tenant);
    if (policy != null) {
      readResource(reader, policy);
    }
    for (String example : EXAMPLES) {
      readResource(reader, "examples/campaigns/" + example + ".yaml");
    }
    return new LocalDefinitions(reader, false);
  }

  /**
   * All definitions of a folder, every {@code .yaml}, {@code .yml} and {@code .json}.
   *
   * @param tenant whose those without a tenant are
   * @param kafka where they are to be published: what stands there types their conditions
   * @throws IOException if the folder can't be read
   */
  static LocalDefinitions of(Path directory, String tenant, KafkaConfig kafka)
      throws IOException, DefinitionException {
    DefinitionReader reader = DefinitionReader.forPublishing(tenant);
    DefinitionPublisher.Published published = publisher(kafka).list();
    reader.know(published.policies());
    reader.knowRules(published.rules());
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(ya?ml|json)")) {
          reader.read(file);
        }
      }
    }
    return new LocalDefinitions(reader, true);
  }

  /**
   * Publishes them.
   *
   * @param effectiveAt the event time from which they hold
   * @return how many of them were not published yet as they are
   */
  long apply(KafkaConfig kafka, Instant effectiveAt) throws DefinitionException {
    DefinitionPublisher publisher = publisher(kafka);
    Set<String> published =
        overwrite
            ? Set.of()
            : publisher.list().definitions().stream()
                .map(LocalDefinitions::name)
                .collect(Collectors.toSet());
    return publisher
        .apply(
            policies.stream()
                .filter(policy -> !published.contains(name(policy.tenant(), "policy", "default")))
                .toList(),
            rules.stream()
                .filter(
                    rule ->
                        !published.contains(
                            name(
                                rule.tenant(),
                                rule.kind().name().toLowerCase(Locale.ROOT),
                                rule.id())))
                .toList(),
            effectiveAt,
            false)
        .stream()
        .filter(DefinitionPublisher.Applied::changed)
        .count();
  }

  /** What publishes to the topics of that deployment. */
  static DefinitionPublisher publisher(KafkaConfig kafka) {
    return DefinitionTopics.publisher(kafka);
  }

  private static String name(DefinitionVersion version) {
    return name(version.tenant(), version.kind(), version.id());
  }

  private static String name(String tenant, String kind, String id) {
    return tenant + "|" + kind + "|" + id;
  }

  private static void readResource(DefinitionReader reader, String name) throws IOException {
    try (InputStream in = LocalDefinitions.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException("resource " + name);
      }
      reader.read(name, in.readAllBytes());
    }
  }
}
