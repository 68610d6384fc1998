package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.definition.BuiltInRules;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What a marketer types and sees, on a deployment whose clock says 09:00. */
class DefinitionsCommandTest {
  private static final String BIG =
      """
      kind: anomaly
      tenant: acme
      id: BIG
      onChange: DRAIN
      pattern:
        steps:
          - big: {event: Order Paid, where: "event.amount > 100.0"}
      """;
  private static final String POLICY =
      """
      kind: policy
      tenant: acme
      schema: {size: STRING}
      """;
  private static final String FROM = ", holds from 2026-01-05T09:00:03Z";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Deployment deployment = new InMemoryDeployment("2026-01-05T09:00:00Z");

  @Test
  void everyKindIsAppliedFromOneFileThreeSecondsAfterTheClock() throws IOException {
    String file = file(BIG + "---\n" + POLICY);
    assertThat(kafka("apply", file)).isZero();
    assertThat(said())
        .containsExactly("acme policy: version 1" + FROM, "acme anomaly BIG: version 1" + FROM);
    assertThat(kafka("apply", file)).isZero();
    assertThat(said())
        .containsExactly(
            "acme policy: version 1" + FROM + ", unchanged",
            "acme anomaly BIG: version 1" + FROM + ", unchanged");
    assertThat(kafka("apply", file, "--force", "--at", "2026-02-01T00:00:00+01:00")).isZero();
    assertThat(said())
        .containsExactly(
            "acme policy: version 2, holds from 2026-01-31T23:00:00Z",
            "acme anomaly BIG: version 2, holds from 2026-01-31T23:00:00Z");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void publishedDefinitionsAreListedByTenantKindAndIdAndShownToCopyFrom() throws IOException {
    kafka("apply", file(BIG.replace("acme", "zeta") + "---\n" + POLICY + "---\n" + BIG));
    said();
    assertThat(kafka("list")).isZero();
    assertThat(said())
        .containsExactly(
            "acme anomaly BIG: version 1" + FROM,
            "acme policy: version 1" + FROM,
            "zeta anomaly BIG: version 1" + FROM);
    assertThat(kafka("list", "--tenant", "zeta")).isZero();
    assertThat(said()).containsExactly("zeta anomaly BIG: version 1" + FROM);

    assertThat(kafka("show", "--tenant", "acme", "--kind", "anomaly", "--id", "BIG")).isZero();
    List<String> shown = said();
    assertThat(shown)
        .startsWith("# acme anomaly BIG: version 1" + FROM)
        .contains("  \"onChange\" : \"DRAIN\",");
    String copy = Files.writeString(folder.resolve("copy"), String.join("\n", shown)).toString();
    assertThat(kafka("apply", copy)).isZero();
    assertThat(said()).containsExactly("acme anomaly BIG: version 1" + FROM + ", unchanged");
    assertThat(kafka("show", "--tenant", "acme", "--kind", "policy")).isZero();
    assertThat(said()).contains("  \"schema\" : {", "    \"size\" : \"STRING\"");
    assertThat(err.toString()).isEmpty();
    assertThat(kafka("show", "--tenant", "acme", "--kind", "stage", "--id", "BIG")).isEqualTo(1);
    assertThat(err.toString()).isEqualToNormalizingNewlines("acme: has no readable stage BIG\n");
  }

  @Test
  void deletedDefinitionIsGoneAndThenUnknown() throws IOException {
    kafka("apply", file(BIG + "---\n" + POLICY));
    said();
    assertThat(kafka("delete", "--tenant", "acme", "--kind", "anomaly", "--id", "BIG")).isZero();
    assertThat(kafka("delete", "--tenant", "acme", "--kind", "anomaly", "--id", "BIG")).isZero();
    assertThat(kafka("delete", "--tenant", "acme", "--kind", "policy")).isZero();
    assertThat(said())
        .containsExactly(
            "acme anomaly BIG: deleted", "acme: has no anomaly BIG", "acme policy: deleted");
    assertThat(kafka("list")).isZero();
    assertThat(said()).isEmpty();
  }

  static Stream<Arguments> wrongFiles() {
    return Stream.of(
        arguments(
            "kind: anomaly\nid: BIG\npattern: {steps: [{a: {event: X}}]}\n",
            ":1:1: tenant: found nothing, expected 1 to 256 characters"),
        arguments(
            BIG.replace("DRAIN", "KEEP"), ":4:11: onChange: found \"KEEP\", expected one of DROP,"),
        arguments(
            BIG.replace("event.amount > 100.0", "event.amount > 'x'"),
            ":7:53: pattern.steps[0].big.where: found "),
        arguments(BIG.replace("kind: anomaly", "kind: anomoly"), ":1:7: kind: found \"anomoly\""),
        arguments(BIG + "---\n" + BIG, ":11:5: id: found a second anomaly BIG of acme, after "),
        arguments(BIG.replace("    - big: ", "\t- big: "), ":7:1: found a tab, expected spaces"),
        arguments(
            "{\"type\": \"COMPOSITE\", \"name\": \"x\", \"nodes\": [], \"edges\": []}",
            ":1:1: found a pattern alone, expected a definition with kind, tenant, id"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void wrongFileIsRefusedByLineAndColumnAndNothingIsWritten(String content, String message)
      throws IOException {
    String good = Files.writeString(folder.resolve("good.yaml"), POLICY).toString();
    String wrong = file(content);
    assertThat(kafka("apply", good, wrong)).isEqualTo(2);
    assertThat(err.toString()).startsWith(wrong + message);
    assertThat(kafka("list")).isZero();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void conditionIsTypedByThePolicyThatIsPublished() throws IOException {
    String bySize = BIG.replace("event.amount > 100.0", "event.size > 4");
    assertThat(run("check", file(bySize))).isZero();
    assertThat(said()).containsExactly("acme anomaly BIG: good");
    kafka("apply", file(POLICY));
    assertThat(kafka("apply", file(bySize))).isEqualTo(2);
    assertThat(err.toString()).startsWith(folder.resolve("file.yaml") + ":7:");
    assertThat(kafka("apply", file(bySize + "---\n" + POLICY.replace("STRING", "INTEGER"))))
        .isZero();
  }

  @Test
  void schemaThatAPublishedRuleDoesNotFitIsRefusedWithTheWayOut() throws IOException {
    kafka("apply", file(BIG.replace("event.amount > 100.0", "event.size > 4")));
    assertThat(kafka("apply", file(POLICY))).isEqualTo(2);
    assertThat(err.toString()).startsWith("acme|anomaly|BIG:1:").contains("--force");
    assertThat(kafka("apply", file(POLICY), "--force")).isZero();
    assertThat(kafka("list")).isEqualTo(1);
  }

  @Test
  void checkTellsWhatIsGoodOnlyForARehearsal() throws IOException {
    assertThat(run("check", file(BIG.replace("tenant: acme\n", "") + "---\nkind: policy\n")))
        .isZero();
    assertThat(said())
        .containsExactly(
            "every tenant's policy: good for a rehearsal; to apply it, name a tenant",
            "every tenant's anomaly BIG: good for a rehearsal; to apply it, name a tenant");
    assertThat(run("check", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none: no such file");
  }

  @Test
  void builtInDefinitionsAreReadableCopies() throws DefinitionException {
    assertThat(run("builtin")).isZero();
    DefinitionReader all = DefinitionReader.forRehearsal();
    all.read("all", out.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(all.rules()).isEqualTo(BuiltInRules.sources());
    List<Object> each = new ArrayList<>();
    for (String id : BuiltInRules.sources().stream().map(source -> source.id()).toList()) {
      out.getBuffer().setLength(0);
      assertThat(run("builtin", id)).isZero();
      DefinitionReader one = DefinitionReader.forRehearsal();
      one.read(id, out.toString().getBytes(StandardCharsets.UTF_8));
      each.addAll(one.rules());
    }
    assertThat(each).isEqualTo(BuiltInRules.sources());
    assertThat(run("builtin", "declining")).isZero();
    assertThat(out.toString()).contains("# Four paid orders of this life");
    assertThat(run("builtin", "SPEND")).isEqualTo(2);
    assertThat(err.toString()).startsWith("found \"SPEND\", expected one of prospect, new,");
  }

  static Stream<Arguments> wrongArguments() {
    return Stream.of(
        arguments("", "Say what to do: check, apply, delete, list, show or builtin."),
        arguments("apply f", "Missing required option: '--kafka=HOST:PORT'"),
        arguments("delete --kafka k:1 --tenant t", "Missing required option: '--kind=KIND'"),
        arguments(
            "delete --kafka k:1 --tenant t --kind anomoly --id X",
            "--kind: found 'anomoly', expected one of policy, anomaly, stage"),
        arguments("show --kafka k:1 --tenant t --kind stage", "--id: found nothing, expected"));
  }

  @ParameterizedTest
  @MethodSource("wrongArguments")
  void argumentsAreRefusedWithWhatIsExpected(String line, String message) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void deploymentThatDoesNotAnswerIsTold() throws IOException {
    deployment =
        new Deployment() {
          @Override
          public Instant now() {
            throw new KafkaException("no answer");
          }

          @Override
          public DefinitionPublisher definitions() {
            throw new KafkaException("no answer", new KafkaException("gone"));
          }
        };
    assertThat(kafka("list")).isEqualTo(1);
    assertThat(kafka("apply", file(BIG))).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly("Kafka: no answer: gone", "Kafka: no answer: gone");
  }

  private String file(String content) throws IOException {
    return Files.writeString(folder.resolve("file.yaml"), content).toString();
  }

  /** What was printed since the last time. */
  private List<String> said() {
    List<String> lines = out.toString().lines().toList();
    out.getBuffer().setLength(0);
    return lines;
  }

  private int kafka(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--kafka", "localhost:1"));
    return run(all.toArray(new String[0]));
  }

  private int run(String... arguments) {
    return new CommandLine(new DefinitionsCommand(kafka -> deployment))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
