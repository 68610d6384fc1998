package dev.nudge.cli;

import dev.nudge.console.ClockReport;
import dev.nudge.console.ConsoleConfig;
import dev.nudge.console.ConsoleServer;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code console}: the console of a deployment, for a proxy that signs people on. */
@Command(
    name = "console",
    description = "Serve the console of a deployment. It has no log-in: put a proxy before it.",
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
            ConsoleConfig.DEFAULT_MAX_VIEWERS);
    try (ConsoleServer server = ConsoleServer.start(config)) {
      spec.commandLine().getOut().println("Console: " + server.uri());
      spec.commandLine().getOut().flush();
      // Until the process is told to end.
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
