package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a marketer sees without a deployment at hand. */
class PolicyCommandTest {
  @TempDir private Path folder;
  private final InMemoryDeployment deployment = new InMemoryDeployment("2026-01-05T09:00:00Z");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void goodFilesAreCheckedQuietly() throws IOException {
    Path acme = file("acme.yaml", "kind: policy\ntenant: acme\n");
    Path all = file("all.json", "{\"kind\": \"policy\"}");
    assertThat(run("check", acme.toString(), all.toString())).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            "acme: good\nevery tenant: good for a rehearsal; to apply it, name a tenant\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void everyProblemOfEveryFileIsToldAndNothingElse() throws IOException {
    Path one = file("one.yaml", "kind: policy\nzone: Mars\ncurrency: x\n");
    Path two = file("two.yaml", "kind: policy\nlifecycle: {lostDays: 1}\ntenant: acme\n");
    Path missing = folder.resolve("three.yaml");
    assertThat(run("check", one.toString(), two.toString(), missing.toString())).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            missing
                + ": no such file\n"
                + one
                + ":2:7: zone: found \"Mars\", expected an IANA time zone such as Asia/Shanghai\n"
                + one
                + ":3:11: currency: found \"x\", expected three capital letters such as CNY\n"
                + two
                + ":2:23: lifecycle.lostDays: found 1, expected at least dormantDays, 30\n");
  }

  @Test
  void missingFileAloneIsRefusedToo() {
    assertThat(run("check", folder.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.yaml: no such file");
  }

  @Test
  void fileWithoutTenantIsNotApplied() throws IOException {
    Path file = file("all.yaml", "kind: policy\n");
    assertThat(run("apply", file.toString(), "--kafka", "localhost:1")).isEqualTo(2);
    assertThat(err.toString()).startsWith(file + ":1:1: tenant: found nothing, expected");
  }

  @Test
  void policyIsAppliedListedAndDeletedAndOtherKindsAreLeftAlone() throws IOException {
    Path file =
        file(
            "acme.yaml",
            """
            kind: policy
            tenant: acme
            ---
            kind: anomaly
            tenant: acme
            id: BIG
            pattern: {steps: [{big: {event: Order Paid}}]}
            """);
    String line = "acme: version 1, holds from 2026-01-05T09:00:03Z";
    assertThat(run("apply", file.toString(), "--kafka", "localhost:1")).isZero();
    assertThat(run("list", "--kafka", "localhost:1")).isZero();
    assertThat(run("delete", "--tenant", "acme", "--kafka", "localhost:1")).isZero();
    assertThat(run("delete", "--tenant", "acme", "--kafka", "localhost:1")).isZero();
    assertThat(out.toString().lines())
        .containsExactly(line, line, "acme: deleted", "acme: has no policy");
    assertThat(err.toString().lines())
        .containsExactly(
            "acme: anomaly BIG is not published by this command; definitions apply publishes every"
                + " kind");
    assertThat(deployment.rules().appended()).isZero();
  }

  @Test
  void sendsOfATenantAreStoppedAndGoOnWithAPolicyOrWithout() throws IOException {
    String from = ", holds from 2026-01-05T09:00:03Z";
    assertThat(kafka("resume")).isEqualTo(1);
    assertThat(err.toString()).isEqualToNormalizingNewlines("acme: has no readable policy\n");
    assertThat(kafka("pause")).isZero();
    assertThat(kafka("pause")).isZero();
    assertThat(kafka("show")).isZero();
    assertThat(out.toString().lines())
        .contains(
            "acme: version 1" + from + ", paused",
            "acme: version 1" + from + ", paused, unchanged",
            "# acme: version 1" + from + ", paused",
            "  \"paused\" : true");
    out.getBuffer().setLength(0);
    assertThat(kafka("resume")).isZero();
    Path file = file("acme.yaml", "kind: policy\ntenant: acme\nzone: Asia/Shanghai\n");
    assertThat(run("apply", file.toString(), "--kafka", "localhost:1")).isZero();
    assertThat(kafka("pause")).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "acme: version 2" + from,
            "acme: version 3" + from,
            "acme: version 4" + from + ", paused");
    assertThat(deployment.definitions().list().policies().get(0).zone()).isEqualTo("Asia/Shanghai");
  }

  @Test
  void schemaIsPrinted() {
    assertThat(run("schema")).isZero();
    assertThat(out.toString()).contains("\"title\" : \"Nudge policy\"", "\"quietHours\"");
  }

  @Test
  void argumentsAreRefusedWithWhatIsExpected() throws IOException {
    String file = file("acme.yaml", "kind: policy\ntenant: acme\n").toString();
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("Say what to do: check, apply, show, pause, resume, delete, list or schema.");
    assertThat(run("check")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required parameter: 'FILE'");
    assertThat(run("apply", file)).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option: '--kafka=HOST:PORT'");
    assertThat(run("apply", file, "--kafka", "localhost:1", "--at", "tomorrow")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "Invalid value for option '--at': found 'tomorrow', expected an instant with its"
                + " offset such as 2026-11-01T00:00:00+08:00");
    assertThat(run("delete", "--kafka", "localhost:1")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option: '--tenant=TENANT'");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private int kafka(String verb) {
    return run(verb, "--tenant", "acme", "--kafka", "localhost:1");
  }

  private int run(String... arguments) {
    return new CommandLine(new PolicyCommand(kafka -> deployment))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
