package dev.nudge.local;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.console.ClockReport;
import dev.nudge.console.ConsoleConfig;
import dev.nudge.console.ConsoleControls;
import dev.nudge.console.ConsoleServer;
import dev.nudge.decide.DecideConfig;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.engage.EngageConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.DeploymentClock;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.Topics;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureJobConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Admin;

/**
 * Everything in one JVM: a real broker, a real mini cluster, a real ClickHouse engine, the console,
 * a replay of real orders or a simulated shop, and simulated gateways that close the loop.
 *
 * <p>It lives and dies as a whole: if one part ends, {@link #end()} says which and why, and whoever
 * started it closes the rest.
 */
public final class LocalMode implements AutoCloseable {
  private static final int PARTITIONS = 3;
  private static final Duration CLICKHOUSE_PATIENCE = Duration.ofSeconds(30);

  /** From an event to the answer of whoever is nudged for it, at most usually. */
  private static final long LOOP_NANOS = 1_000_000_000L;

  /** A receipt that takes longer than so many loops of a replay will not come. */
  private static final int LOOPS_TO_A_RECEIPT = 10;

  /** How long {@link #close()} waits. */
  private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(8);

  private static final String REHEARSALS = "rehearsals";

  /** The folders of local mode's own making; nothing else in its directory is ever deleted. */
  private static final List<String> FOLDERS = List.of("kafka", "clickhouse", "flink", REHEARSALS);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final List<CompletableFuture<Void>> watched = new ArrayList<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean closing;
  private URI console;
  private Replay replay;

  private LocalMode() {}

  /**
   * Starts all parts; returns when the console can be opened.
   *
   * @param out told where things are
   * @throws RuntimeException from the part that could not start, saying what to do
   * @throws IOException if files can't be had
   */
  public static LocalMode start(LocalConfig config, PrintStream out)
      throws IOException, SQLException {
    LocalMode mode = new LocalMode();
    try {
      mode.startParts(config, out);
      return mode;
    } catch (RuntimeException | IOException | SQLException e) {
      mode.close();
      throw e;
    }
  }

  private void startParts(LocalConfig config, PrintStream out) throws IOException, SQLException {
    WantedPort.check(wantedPorts(config));
    own(DirectoryLock.take(config.directory()));
    // Of rehearsals nothing outlives a start; a kill may have left some.
    deleteOwnFolders(config.directory(), config.fresh() ? FOLDERS : List.of(REHEARSALS));
    DirectoryMarker marker = DirectoryMarker.of(config);
    marker.check(config.directory());
    ClickHouseConfig clickHouse = clickHouse(config);
    Migrations.apply(clickHouse, CLICKHOUSE_PATIENCE);
    KafkaConfig kafka = kafka(config);
    TopicLayout topics;
    try (Admin admin = Admin.create(kafka.toProperties())) {
      topics =
          Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
              .orThrow();
    }
    LocalShop shop = config.shop();
    boolean replays = !shop.replay().isEmpty();
    EngageConfig engage = engage(kafka, clickHouse, config.speed(), replays);
    // Before anything runs: they hold from the first event on.
    long applied = applyDefinitions(config, kafka);
    marker.remember(config.directory());
    LocalFlink flink =
        own(
            LocalFlink.start(
                config.directory().resolve("flink"),
                config.flinkPort(),
                config.parallelism(),
                engage,
                measure(engage),
                topics));
    watch(flink.end(), "Flink");
    SimulatedGateways gateways = null;
    if (shop.simulation() != null) {
      gateways =
          own(
              new SimulatedGateways(
                  kafka, topics, shop.simulation().withLag(lagMillis(config.speed(), replays))));
    }
    Answers answers = gateways == null ? Answers.NONE : gateways;
    if (replays) {
      replay =
          own(
              new Replay(
                  kafka,
                  topics,
                  shop.replay(),
                  config.speed(),
                  Duration.ofMillis(engage.ingest().maxOutOfOrdernessMillis()),
                  answers,
                  Replay.terminal(config.showProgress()),
                  Ticker.SYSTEM));
    }
    ShopFeed feed = null;
    if (shop.simulated()) {
      feed =
          own(
              new ShopFeed(
                  kafka,
                  topics,
                  new SimulatedShop(shop.simulation()),
                  answers,
                  InstantSource.system(),
                  Ticker.SYSTEM));
    }
    ConsoleServer server =
        own(
            ConsoleServer.start(
                ConsoleConfig.local(config.consolePort(), clickHouse)
                    .withFlinkRest(flink.rest())
                    .withClock(clock(config.speed(), shop))
                    .withControls(controls(config, kafka))));
    console = server.uri();
    out.printf(
        """
        %s
          Console     %s
          ClickHouse  %s   (curl '%s/?query=SELECT+1')
          Kafka       %s
          Flink       %s
          Data        %s%n""",
        flink.restored()
            ? "Nudge goes on from the newest checkpoint."
            : "Nudge has started afresh.",
        console,
        http(clickHouse),
        http(clickHouse),
        kafka.bootstrapServers(),
        flink.rest(),
        config.directory().toAbsolutePath());
    tell(out, shop, applied);
    if (gateways != null) {
      gateways.start();
      watch(gateways.end(), "The simulated gateways");
    }
    if (feed != null) {
      feed.start();
      watch(feed.end(), "The simulated shop");
    }
    if (replays) {
      replay.start();
      watch(replay.completion(), "The replay");
    }
  }

  /** Where the console is. */
  public URI console() {
    return console;
  }

  /** Completes exceptionally when a part has ended; never otherwise. */
  public CompletableFuture<Void> end() {
    return end.copy();
  }

  private static List<WantedPort> wantedPorts(LocalConfig config) {
    List<WantedPort> wanted = new ArrayList<>();
    wanted.add(new WantedPort(config.consolePort(), "the console", "--console-port"));
    if (config.externalClickHouse() == null) {
      wanted.add(new WantedPort(config.clickHousePort(), "ClickHouse", "--clickhouse-port"));
    }
    if (config.externalKafka() == null) {
      wanted.add(new WantedPort(config.kafkaPort(), "Kafka", "--kafka-port"));
    }
    wanted.add(new WantedPort(config.flinkPort(), "Flink", "--flink-port"));
    return wanted;
  }

  private ClickHouseConfig clickHouse(LocalConfig config) {
    if (config.externalClickHouse() != null) {
      return new ClickHouseConfig(
          config.externalClickHouse(),
          "default",
          System.getenv().getOrDefault("NUDGE_CLICKHOUSE_PASSWORD", ""));
    }
    EmbeddedClickHouse engine =
        own(
            EmbeddedClickHouse.start(
                ChdbLibrary.locate(config.directory().resolve("native")),
                config.directory().resolve("clickhouse"),
                config.clickHousePort()));
    watch(engine.failure(), "ClickHouse");
    return engine.config();
  }

  private KafkaConfig kafka(LocalConfig config) {
    if (config.externalKafka() != null) {
      return KafkaConfig.of(config.externalKafka());
    }
    EmbeddedKafka broker =
        own(EmbeddedKafka.start(config.directory().resolve("kafka"), config.kafkaPort()));
    watch(broker.failure(), "Kafka");
    return broker.config(KafkaConfig.DEFAULT_TOPIC_PREFIX);
  }

  /**
   * A replay's clock is in its records, so that nothing happens by the wall clock behind them; and
   * a receipt is as late in event time as the loop is slow.
   */
  private static EngageConfig engage(
      KafkaConfig kafka, ClickHouseConfig clickHouse, Speed speed, boolean replays) {
    Configuration keys = new Configuration();
    keys.set(
        DecideConfig.RECEIPT_TIMEOUT,
        DecideConfig.RECEIPT_TIMEOUT
            .defaultValue()
            .plusMillis(LOOPS_TO_A_RECEIPT * lagMillis(speed, replays)));
    keys.set(
        IngestConfig.CLOCK, replays ? IngestConfig.IdleClock.RECORDS : IngestConfig.IdleClock.WALL);
    return new EngageConfig(
        kafka,
        clickHouse,
        IngestConfig.from(keys),
        DecideConfig.from(keys),
        DeliveryGuarantee.AT_LEAST_ONCE);
  }

  private static MeasureJobConfig measure(EngageConfig engage) {
    return new MeasureJobConfig(
        engage.kafka(),
        engage.clickHouse(),
        engage.ingest(),
        MeasureConfig.from(new Configuration()));
  }

  /**
   * How much event time the loop itself takes: no answer comes before a trigger has been through
   * it.
   */
  private static long lagMillis(Speed speed, boolean replays) {
    return replays && !speed.unlimited() ? speed.eventMillis(LOOP_NANOS) : 0;
  }

  /** How many definitions were applied, and not there before. */
  private static long applyDefinitions(LocalConfig config, KafkaConfig kafka) throws IOException {
    LocalShop shop = config.shop();
    boolean first = DirectoryMarker.isFirst(config.directory());
    try {
      return switch (shop.campaigns()) {
        case NONE -> 0;
        case EXAMPLES ->
            first
                ? LocalDefinitions.examples(shop.tenant(), shop.policy()).apply(kafka, from(shop))
                : 0;
        case DIRECTORY ->
            LocalDefinitions.of(shop.campaignsDirectory(), shop.tenant(), kafka)
                .apply(kafka, first ? from(shop) : soon(kafka));
      };
    } catch (DefinitionException e) {
      throw new LocalModeException(e.getMessage());
    }
  }

  /** At the first start they hold for a replay's whole past; in a simulated shop from now on. */
  private static Instant from(LocalShop shop) {
    return shop.replay().isEmpty() ? Instant.now() : Instant.EPOCH;
  }

  private static Instant soon(KafkaConfig kafka) {
    return new DeploymentClock(kafka, InstantSource.system()).now().plus(DefinitionPublisher.LEAD);
  }

  private static void tell(PrintStream out, LocalShop shop, long applied) {
    if (shop.simulated()) {
      out.printf("  Shop        %s, simulated%n", SimulatedShop.TENANT);
    }
    if (shop.simulation() != null) {
      out.println("  Gateways    simulated: what customers answer is invented, and marked so");
    }
    if (applied > 0) {
      out.printf(
          "  Campaigns   %d definitions applied: nudge campaigns list shows them%n", applied);
    }
  }

  private Supplier<ClockReport> clock(Speed speed, LocalShop shop) {
    if (replay == null) {
      return () -> ClockReport.wall(Instant.now()).simulating(simulated(shop));
    }
    return () -> {
      ReplayProgress progress = replay.progress();
      return new ClockReport(
          progress.clockMillis() == 0 ? null : Instant.ofEpochMilli(progress.clockMillis()),
          ClockReport.Kind.REPLAY,
          speed.unlimited() ? 0 : speed.eventSecondsPerSecond(),
          progress.total() <= 0 ? 0 : (double) progress.lines() / progress.total(),
          progress.done(),
          simulated(shop));
    };
  }

  private static ClockReport.Simulated simulated(LocalShop shop) {
    if (shop.simulated()) {
      return ClockReport.Simulated.SHOP;
    }
    return shop.simulation() == null
        ? ClockReport.Simulated.NOTHING
        : ClockReport.Simulated.ANSWERS;
  }

  /** Campaigns are rehearsed on what is replayed. */
  private static ConsoleControls controls(LocalConfig config, KafkaConfig kafka) {
    return new ConsoleControls(
        kafka,
        config.shop().replay().stream()
            .map(
                source ->
                    new ConsoleControls.Recorded(
                        source.topic(), source.name(), () -> source.content().open()))
            .toList(),
        config.directory().resolve(REHEARSALS));
  }

  private static String http(ClickHouseConfig clickHouse) {
    String address = clickHouse.url().replaceFirst("^jdbc:clickhouse:", "");
    return address.startsWith("http") ? address : "http:" + address;
  }

  private <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    return part;
  }

  private void watch(CompletableFuture<Void> part, String name) {
    watched.add(
        part.whenComplete(
            (nothing, failure) -> {
              // What ends because all is closed has not ended by itself.
              if (failure != null && !closing) {
                end.completeExceptionally(ended(name, failure));
              }
            }));
  }

  private static IllegalStateException ended(String name, Throwable failure) {
    return new IllegalStateException(name + " has ended: " + failure.getMessage(), failure);
  }

  private static void deleteOwnFolders(Path directory, List<String> folders) throws IOException {
    for (String folder : folders) {
      Path root = directory.resolve(folder);
      if (Files.exists(root)) {
        try (Stream<Path> paths = Files.walk(root)) {
          for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }

  /**
   * Closes all parts, the last one first. A part that hangs is left behind after {@link
   * #CLOSING_PATIENCE}: what any of them acknowledged is on disk, closed or not.
   */
  @Override
  public void close() {
    closing = true;
    Thread closer = new Thread(this::closeParts, "nudge-close-parts");
    closer.setDaemon(true);
    closer.start();
    try {
      closer.join(CLOSING_PATIENCE.toMillis());
      if (closer.isAlive()) {
        System.err.println("A part does not close; local mode ends without waiting for it.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void closeParts() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        // The others must be closed all the same.
        System.err.println("while closing: " + e);
      }
    }
  }
}
