package dev.nudge.cli;

import dev.nudge.console.ClockReport;
import dev.nudge.console.ConsoleConfig;
import dev.nudge.console.ConsoleServer;
import dev.nudge.console.ConsoleTokens;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code console}: the console of a deployment. */
@Command(
    name = "console",
    description =
        "Serve the console of a deployment. Without tokens it is open: listen on loopback then.",
    mixinStandardHelpOptions = true)
final class ConsoleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClickHouseOptions clickHouse;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Flink's REST; without it the health of ingest is not shown.")
  private URI flink;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = ConsoleConfig.DEFAULT_HOST,
      description = "The address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(names = "--port", defaultValue = "8080", description = "Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "A name by which browsers may call it; any other than loopback is refused.")
  private Set<String> names = Set.of();

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Who may see what: {\"acme\": \"a token\", \"*\": \"the platform's\"}; else the"
              + " environment's NUDGE_CONSOLE_TOKENS; without either everybody sees everything.")
  private Path tokens;

  private ConsoleTokens tokens() throws IOException {
    if (tokens != null) {
      return ConsoleTokens.parse(Files.readString(tokens));
    }
    String json = System.getenv("NUDGE_CONSOLE_TOKENS");
    return json == null || json.isBlank() ? ConsoleTokens.NONE : ConsoleTokens.parse(json);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ConsoleConfig config =
        new ConsoleConfig(
            host,
            port,
            clickHouse.config(),
            flink,
            () -> ClockReport.wall(Instant.now()),
            names,
            ConsoleConfig.DEFAULT_MAX_VIEWERS,
            tokens());
    try (ConsoleServer server = ConsoleServer.start(config)) {
      spec.commandLine().getOut().println("Console: " + server.uri());
      spec.commandLine().getOut().flush();
      // Until the process is told to end.
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
