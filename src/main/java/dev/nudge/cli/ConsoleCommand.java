package dev.nudge.cli;

import dev.nudge.console.ClockReport;
import dev.nudge.console.ConsoleConfig;
import dev.nudge.console.ConsoleControls;
import dev.nudge.console.ConsoleServer;
import dev.nudge.console.ConsoleTokens;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @ArgGroup(
      exclusive = false,
      heading = "To apply, pause and rehearse campaigns and to send dead letters again:%n")
  private Controls controls;

  /** What it takes to change anything. */
  private static final class Controls {
    @ArgGroup(exclusive = false, multiplicity = "1")
    private KafkaOptions kafka;

    @Option(
        names = "--rehearse-orders",
        arity = "1..*",
        paramLabel = "FILE",
        description = "Order records, against which campaigns are rehearsed.")
    private List<Path> orders = List.of();

    @Option(
        names = "--rehearse-clickstream",
        arity = "1..*",
        paramLabel = "FILE",
        description = "Shop events to go with them.")
    private List<Path> clickstream = List.of();

    @Option(
        names = "--rehearse-profiles",
        arity = "1..*",
        paramLabel = "FILE",
        description = "Profiles to go with them.")
    private List<Path> profiles = List.of();
  }

  private ConsoleControls controls() {
    if (controls == null) {
      return null;
    }
    List<ConsoleControls.Recorded> recorded = new ArrayList<>();
    add(recorded, Topic.PROFILES, controls.profiles);
    add(recorded, Topic.ORDERS, controls.orders);
    add(recorded, Topic.CLICKSTREAM, controls.clickstream);
    return new ConsoleControls(
        controls.kafka.config(), recorded, Path.of(System.getProperty("java.io.tmpdir")));
  }

  private void add(List<ConsoleControls.Recorded> recorded, Topic topic, List<Path> files) {
    for (Path file : files) {
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        throw new ParameterException(
            spec.commandLine(),
            "--rehearse-%s: found no readable file %s".formatted(topic.plainName(), file));
      }
      recorded.add(ConsoleControls.Recorded.file(topic, file));
    }
  }

  private ConsoleTokens tokens() throws IOException {
    if (tokens != null) {
      return ConsoleTokens.parse(Files.readString(tokens));
    }
    String json = System.getenv("NUDGE_CONSOLE_TOKENS");
    return json == null || json.isBlank() ? ConsoleTokens.NONE : ConsoleTokens.parse(json);
  }

  private ConsoleConfig config() throws IOException {
    try {
      return new ConsoleConfig(
          host,
          port,
          clickHouse.config(),
          flink,
          () -> ClockReport.wall(Instant.now()),
          names,
          ConsoleConfig.DEFAULT_MAX_VIEWERS,
          tokens(),
          controls());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ConsoleConfig config = config();
    try (ConsoleServer server = ConsoleServer.start(config)) {
      // What was rehearsed goes with the process that shows it.
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close-console"));
      spec.commandLine().getOut().println("Console: " + server.uri());
      spec.commandLine().getOut().flush();
      // Until the process is told to end.
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
