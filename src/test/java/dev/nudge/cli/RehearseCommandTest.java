package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RehearseCommandTest {
  @TempDir Path folder;
  private final StringWriter said = new StringWriter();

  @Test
  void instantWithoutOffsetIsRefusedByName() throws Exception {
    assertThat(run("--orders", orders(), "--until", "yesterday", "--out", out())).isEqualTo(2);
    assertThat(said.toString())
        .startsWith("Invalid value for option '--until': found 'yesterday', expected an instant");
  }

  @Test
  void folderIsNoFile() {
    assertThat(run("--orders", folder.toString(), "--out", out())).isEqualTo(2);
    assertThat(said.toString()).startsWith("--orders: found no readable file " + folder);
  }

  @Test
  void placeWhereNoFolderCanBeMadeIsRefusedByName() throws Exception {
    String file = orders();
    assertThat(run("--orders", file, "--out", file + "/below")).isEqualTo(2);
    assertThat(said.toString()).startsWith("--out: found " + file + "/below, expected a folder");
  }

  @Test
  void refusedPolicyIsToldByLineAndNothingElse() throws Exception {
    Path policy = Files.writeString(folder.resolve("p.yaml"), "kind: policy\ncurency: GBP\n");
    assertThat(run("--orders", orders(), "--policy", policy.toString(), "--out", out()))
        .isEqualTo(2);
    assertThat(said.toString().strip().lines())
        .singleElement()
        .asString()
        .startsWith(policy + ":2:1: curency: found an unknown key");
  }

  @Test
  void refusedDefinitionOfTheFolderIsToldByFileAndLineAndNothingElse() throws Exception {
    Path definitions = Files.createDirectory(folder.resolve("campaigns"));
    Files.writeString(definitions.resolve("notes.txt"), "no definition");
    Path wrong =
        Files.writeString(
            definitions.resolve("big.yaml"),
            """
            kind: anomaly
            id: BIG
            pattern: {steps: [{big: {event: Order Paid, where: "event.amount > 'x'"}}]}
            """);
    assertThat(run("--orders", orders(), "--campaigns", definitions.toString(), "--out", out()))
        .isEqualTo(2);
    assertThat(said.toString().strip().lines())
        .singleElement()
        .asString()
        .startsWith(wrong + ":3:66: pattern.steps[0].big.where: found ");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void fileIsNoFolderOfDefinitions() throws Exception {
    String file = orders();
    assertThat(run("--orders", file, "--campaigns", file, "--out", out())).isEqualTo(2);
    assertThat(said.toString()).startsWith("--campaigns: found " + file + ", expected a folder");
  }

  private String orders() throws Exception {
    return Files.writeString(folder.resolve("orders.jsonl"), "").toString();
  }

  private String out() {
    return folder.resolve("out").toString();
  }

  private int run(String... arguments) {
    return new CommandLine(new RehearseCommand())
        .setErr(new PrintWriter(said, true))
        .setOut(new PrintWriter(said, true))
        .execute(arguments);
  }
}
