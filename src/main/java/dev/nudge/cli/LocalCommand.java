package dev.nudge.cli;

import dev.nudge.event.Topic;
import dev.nudge.local.BrokerException;
import dev.nudge.local.EngineException;
import dev.nudge.local.LocalConfig;
import dev.nudge.local.LocalMode;
import dev.nudge.local.LocalModeException;
import dev.nudge.local.LocalShop;
import dev.nudge.local.ReplaySource;
import dev.nudge.local.SimulationConfig;
import dev.nudge.local.Speed;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code local}: everything on this machine, in one process that ends with its parent. */
@Command(
    name = "local",
    description =
        "A real Kafka, Flink and ClickHouse in one process, replaying a year of real orders, or with"
            + " a simulated shop; simulated customers answer what campaigns send.",
    mixinStandardHelpOptions = true)
final class LocalCommand implements Callable<Integer> {
  /** A year of the sample's orders runs in 320 MiB, just. */
  private static final long LEAST_HEAP_BYTES = 400L << 20;

  /** A process of that heap grows to 1.2 GiB: RocksDB and ClickHouse take theirs outside of it. */
  private static final long LEAST_MACHINE_BYTES = 1_800L << 20;

  /** After that long local mode ends with whatever is not closed by then. */
  private static final long SECONDS_TO_CLOSE = 10;

  private static final String SAMPLE = "sample/online-retail-orders.jsonl.gz";

  /** What local mode can replay. */
  enum Data {
    /** A year of a British wholesaler's orders. */
    ONLINE_RETAIL,
    /** A shop that nobody has, at the wall clock. */
    SIMULATED,
    /** Nothing: events come from elsewhere, time is the wall clock. */
    NONE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = ".nudge",
      description = "Where data outlives a start (default: ${DEFAULT-VALUE}).")
  private Path directory;

  @Option(names = "--fresh", description = "Start over: delete what earlier starts left.")
  private boolean fresh;

  @Option(
      names = "--data",
      defaultValue = "online-retail",
      description =
          "What happens: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). A year of real orders is"
              + " replayed, or a simulated shop is open, at the wall clock; or nothing.")
  private Data data;

  @Option(
      names = "--campaigns",
      paramLabel = "examples|none|DIR",
      description =
          "What is applied: the example policy and campaigns, at the first start; nothing; or at each"
              + " start all definitions of a folder. Default: examples; none with --orders and with"
              + " --data none.")
  private String campaigns;

  @Option(
      names = "--visits",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Visits a minute in the simulated shop, about eight events each (default:"
              + " ${DEFAULT-VALUE}).")
  private double visits;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Another one gives other simulated customers.")
  private Long seed;

  @Option(
      names = "--orders",
      paramLabel = "FILE",
      description = "Replay these orders (JSON lines by time, .gz too) instead of the sample.")
  private Path orders;

  @Option(
      names = "--currency",
      paramLabel = "CODE",
      defaultValue = "EUR",
      description =
          "With --orders: what simulated customers pay in when they are nudged (default:"
              + " ${DEFAULT-VALUE}).")
  private String currency;

  @Option(
      names = "--speed",
      paramLabel = "N",
      defaultValue = "172800",
      description =
          "Event seconds a second, or 'unlimited' (default: ${DEFAULT-VALUE}, two days a second).")
  private String speed;

  @Option(
      names = "--console-port",
      defaultValue = "8080",
      description = "Default: ${DEFAULT-VALUE}.")
  private int consolePort;

  @Option(
      names = "--clickhouse-port",
      defaultValue = "8123",
      description = "Default: ${DEFAULT-VALUE}.")
  private int clickHousePort;

  @Option(names = "--kafka-port", defaultValue = "9092", description = "Default: ${DEFAULT-VALUE}.")
  private int kafkaPort;

  @Option(names = "--flink-port", defaultValue = "8081", description = "Default: ${DEFAULT-VALUE}.")
  private int flinkPort;

  @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Use this broker instead.")
  private String kafka;

  @Option(names = "--clickhouse", paramLabel = "URL", description = "Use this ClickHouse instead.")
  private String clickHouse;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks of the jobs (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Option(names = "--progress", description = "Show the progress line though this is no terminal.")
  private boolean progress;

  /** What the process ends with, should it have to be ended by force: 1 until all went well. */
  private volatile int exitCode = 1;

  @Override
  public Integer call() throws Exception {
    // First of all: whoever started this may already be gone when the parts are up.
    CompletableFuture<ProcessHandle> parentGone =
        ProcessHandle.current()
            .parent()
            .map(ProcessHandle::onExit)
            .orElseGet(CompletableFuture::new);
    checkMemory();
    LocalConfig config = config();
    AtomicReference<LocalMode> running = new AtomicReference<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(running.get()), "nudge-close"));
    try {
      LocalMode mode = LocalMode.start(config, System.out);
      running.set(mode);
      // Closed here and not in the hook: parts of Flink set up hooks of their own while they close.
      try (mode) {
        CompletableFuture.anyOf(mode.end(), parentGone).get();
        exitCode = 0;
      }
    } catch (LocalModeException | BrokerException | EngineException e) {
      System.err.println(e.getMessage());
    } catch (ExecutionException e) {
      System.err.println(e.getCause().getMessage());
      System.err.println("Local mode ends; start it again to go on from where it was.");
    }
    return exitCode;
  }

  /** Java waits for every hook; this one sees to it that none keeps the process for long. */
  private void close(LocalMode mode) {
    Thread halt =
        new Thread(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(SECONDS_TO_CLOSE);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(exitCode);
            },
            "nudge-halt");
    halt.setDaemon(true);
    halt.start();
    if (mode != null) {
      mode.close();
    }
  }

  private LocalConfig config() {
    try {
      return new LocalConfig(
          directory,
          fresh,
          consolePort,
          clickHousePort,
          kafkaPort,
          flinkPort,
          kafka,
          clickHouse,
          shop(),
          Speed.parse(speed),
          parallelism,
          progress);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  private LocalShop shop() {
    LocalShop shop;
    if (orders != null) {
      if (!Files.isReadable(orders)) {
        throw new ParameterException(
            spec.commandLine(), "--orders: found no readable file " + orders);
      }
      shop = LocalShop.replaying(List.of(ReplaySource.file(Topic.ORDERS, orders)), currency);
    } else {
      shop =
          switch (data) {
            case ONLINE_RETAIL ->
                LocalShop.onlineRetail(ReplaySource.resource(Topic.ORDERS, SAMPLE));
            case SIMULATED -> LocalShop.simulatedShop();
            case NONE -> LocalShop.none();
          };
    }
    if (shop.simulation() != null) {
      SimulationConfig simulation = shop.simulation().withVisitsPerMinute(visits);
      shop = shop.withSimulation(seed == null ? simulation : simulation.withSeed(seed));
    }
    if (campaigns == null) {
      return shop;
    }
    return switch (campaigns) {
      case "none" -> shop.withoutCampaigns();
      case "examples" -> {
        if (shop.tenant() == null) {
          throw new ParameterException(
              spec.commandLine(),
              "--campaigns: found examples, expected none or a folder, where it is not known whose"
                  + " data it is; the examples go with --data online-retail and simulated");
        }
        yield shop;
      }
      default -> {
        Path folder = Path.of(campaigns);
        if (!Files.isDirectory(folder)) {
          throw new ParameterException(
              spec.commandLine(),
              "--campaigns: found %s, expected examples, none or a folder".formatted(campaigns));
        }
        yield shop.withCampaigns(folder);
      }
    };
  }

  private void checkMemory() {
    long heap = Runtime.getRuntime().maxMemory();
    if (heap < LEAST_HEAP_BYTES) {
      throw new ParameterException(
          spec.commandLine(),
          "Too little memory: this JVM may use %,d MiB of heap, local mode needs %,d MiB. Give it more: java -Xmx2g -jar nudge.jar local"
              .formatted(heap >> 20, LEAST_HEAP_BYTES >> 20));
    }
    if (ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean machine
        && machine.getTotalMemorySize() < LEAST_MACHINE_BYTES) {
      throw new ParameterException(
          spec.commandLine(),
          "Too little memory: this machine has %,d MiB, local mode needs about %,d MiB in all. Use a larger one, or servers elsewhere: --kafka, --clickhouse"
              .formatted(machine.getTotalMemorySize() >> 20, LEAST_MACHINE_BYTES >> 20));
    }
  }
}
