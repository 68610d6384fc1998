package dev.nudge.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.detect.DetectFunction;
import dev.nudge.event.Anomaly;
import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import dev.nudge.event.Topic;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * The worked examples of the README: each is a heading that names its file, then the file, the
 * events and what is found.
 */
class PatternExamplesTest {
  private static final Path FOLDER = Path.of("src/main/resources/examples/patterns");

  /** The end of the world in the README's rehearsal. */
  private static final Instant UNTIL = Instant.parse("2026-05-01T00:00:00Z");

  private static final Pattern HEADING =
      Pattern.compile("\n#### [0-9]\\. [^\n]*`([a-z-]+\\.(?:yaml|json))`\n");
  private static final Pattern FENCED = Pattern.compile("\n```[a-z]+\n(.*?)```\n", Pattern.DOTALL);

  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());

  /** A worked example. */
  private record Example(String file, String definition, List<String> events, List<String> found) {
    Path path() {
      return FOLDER.resolve(file);
    }

    @Override
    public String toString() {
      return file;
    }
  }

  static List<Example> examples() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    List<Example> examples = new ArrayList<>();
    Matcher heading = HEADING.matcher(readme);
    while (heading.find()) {
      Matcher fenced = FENCED.matcher(readme).region(heading.end() - 1, readme.length());
      examples.add(
          new Example(
              heading.group(1), next(fenced), next(fenced).lines().toList(), found(fenced)));
    }
    return examples;
  }

  private static String next(Matcher fenced) {
    assertThat(fenced.find()).isTrue();
    return fenced.group(1);
  }

  private static List<String> found(Matcher fenced) {
    return next(fenced).lines().toList();
  }

  @Test
  void everyFileIsAnExampleOfTheReadme() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> !name.endsWith(".jsonl")))
          .containsExactlyInAnyOrderElementsOf(examples().stream().map(Example::file).toList())
          .hasSize(6);
    }
  }

  @Test
  void theEventsOfTheReadmeAreThoseOfTheFiles() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(FOLDER.resolve("clickstream.jsonl")));
    lines.addAll(Files.readAllLines(FOLDER.resolve("orders.jsonl")));
    assertThat(examples().stream().flatMap(example -> example.events().stream()))
        .containsExactlyInAnyOrderElementsOf(lines);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theReadmeQuotesTheFileAndItIsRight(Example example) throws IOException {
    assertThat(Files.readString(example.path())).isEqualTo(example.definition());
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new PatternsCommand())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute("check", example.path().toString());
    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
  }

  @ParameterizedTest
  @MethodSource("examples")
  @SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
  void theEventsGiveWhatTheReadmeSays(Example example) throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read(example.path());
    List<RuleSource> rules = reader.rules();
    Set<String> kinds = new HashSet<>();
    try (CustomerHarness<DefinitionVersion, Moment> harness =
        CustomerHarness.start(new DetectFunction(), INGEST, Backend.HEAP)) {
      for (Policy policy : reader.policies()) {
        harness.define(
            DefinitionVersion.of(
                new PolicyVersion(policy.tenant(), 1, Long.MIN_VALUE, policy, false)));
      }
      for (RuleSource rule : rules) {
        kinds.add(rule.id());
        harness.define(DefinitionVersion.of(fromTheBeginning(rule)));
      }
      harness.endOfDefinitions();
      for (String line : example.events()) {
        harness.receive(decoded(line).event());
      }
      harness.watermark(UNTIL.toEpochMilli());
      assertThat(
              harness.said().stream()
                  .map(Moment::anomaly)
                  .filter(Objects::nonNull)
                  .filter(anomaly -> kinds.contains(anomaly.kind()))
                  .sorted(Comparator.comparingLong(Anomaly::atMillis))
                  .map(Json::of))
          .isNotEmpty()
          .containsExactlyElementsOf(example.found());
    }
  }

  private static Ingested decoded(String line) {
    Topic topic = line.contains("\"orderId\"") ? Topic.ORDERS : Topic.CLICKSTREAM;
    Ingested record =
        new RecordDecoder(INGEST)
            .decode(topic, line.getBytes(UTF_8), RecordPosition.line("README.md", 1));
    assertThat(record.deadLetter()).isNull();
    return record;
  }

  private static RuleVersion fromTheBeginning(RuleSource rule) {
    return new RuleVersion(
        rule.tenant(),
        rule.kind(),
        rule.id(),
        1,
        Long.MIN_VALUE,
        rule.onChange(),
        rule.json(),
        false);
  }
}
