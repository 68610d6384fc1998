package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a console is not started with. */
class ConsoleCommandTest {
  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @Test
  void consoleThatCanChangeCampaignsIsNotOpenToANetworkWithoutTokens() {
    assertThat(run("--host", "0.0.0.0", "--kafka", "127.0.0.1:1")).isEqualTo(2);
    assertThat(err.toString()).contains("console.tokens: found none");
  }

  @Test
  void nothingIsRehearsedWithoutTheDefinitionsInForce() {
    assertThat(run("--rehearse-orders", folder.resolve("orders.jsonl").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--kafka");
  }

  @Test
  void recordedEventsMustBeThere() {
    Path missing = folder.resolve("orders.jsonl");
    assertThat(run("--kafka", "127.0.0.1:1", "--rehearse-orders", missing.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--rehearse-orders: found no readable file " + missing);
  }

  private int run(String... options) {
    CommandLine command = new CommandLine(new ConsoleCommand());
    command.setErr(new PrintWriter(err, true));
    String[] args = new String[2 + options.length];
    args[0] = "--clickhouse";
    args[1] = "jdbc:clickhouse://127.0.0.1:1";
    System.arraycopy(options, 0, args, 2, options.length);
    return command.execute(args);
  }
}
