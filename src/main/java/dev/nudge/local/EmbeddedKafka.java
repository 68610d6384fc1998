package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker in this JVM: one node, KRaft, no encryption, reachable from this machine
 * only.
 *
 * <p>Topics and records stand in its data directory and are there again after a restart, after a
 * kill too. Should the broker die while the process lives, {@link #failure()} says so.
 *
 * <pre>{@code
 * try (EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(".nudge/kafka"), 9092)) {
 *   new KafkaProducer<>(kafka.config("nudge.").toProperties(), …);
 * }
 * }</pre>
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final long SECONDS_TO_DIE = 10;

  /** What its listener is called in settings. */
  static final String CLIENTS = "CLIENTS";

  private final FileChannel lockFile;
  private final FileLock lock;
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final Consumer<Throwable> onExit = failure::completeExceptionally;
  private int port;
  private KafkaRaftServer server;

  private EmbeddedKafka(FileChannel lockFile, FileLock lock) {
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Starts a broker and returns when it takes records.
   *
   * @param directory its data directory, made if need be
   * @param port where it listens on 127.0.0.1; 0 takes any free port
   * @throws BrokerException.PortInUse if the port is taken
   * @throws BrokerException.DirectoryInUse if another broker works in the directory
   * @throws BrokerException if it can't start for another reason
   */
  public static EmbeddedKafka start(Path directory, int port) {
    return start(directory, port, Map.of());
  }

  /**
   * As {@link #start(Path, int)}, for a broker that differs from local mode's.
   *
   * @param settings Kafka's own, before those that stand here; its listener for clients is called
   *     {@value #CLIENTS}
   */
  static EmbeddedKafka start(Path directory, int port, Map<String, String> settings) {
    EmbeddedKafka kafka = lock(directory);
    try {
      kafka.startIn(directory, port, settings);
      return kafka;
    } catch (BrokerException e) {
      kafka.close();
      throw e;
    } catch (Exception | Error e) {
      // Kafka is written in Scala and throws what it likes, checked exceptions too.
      kafka.close();
      if (causedBy(e, BindException.class)) {
        throw new BrokerException.PortInUse(kafka.port, e);
      }
      throw new BrokerException(
          "Kafka did not start in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** What a client needs: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The connection to this broker, for topics with this prefix. */
  public KafkaConfig config(String topicPrefix) {
    return new KafkaConfig(bootstrapServers(), topicPrefix, Map.of());
  }

  /**
   * Completes, always exceptionally, when the broker dies by itself. The broker is of no more use
   * then; end the process or close it and start another.
   */
  public CompletableFuture<Void> failure() {
    return failure.copy();
  }

  /** Stops the broker; everything acknowledged is on disk. Does nothing the second time. */
  @Override
  public void close() {
    boolean ended = true;
    try {
      if (server != null) {
        ended = stop(server);
        server = null;
      }
    } finally {
      if (ended) {
        BrokerExit.forget(onExit);
      }
      try {
        if (lock.isValid()) {
          lock.release();
        }
        lockFile.close();
      } catch (IOException e) {
        LOG.warn("The lock of Kafka's data directory could not be released", e);
      }
    }
  }

  /** Whether all of it has ended: a part that is left might still want to end the JVM. */
  private boolean stop(KafkaRaftServer running) {
    if (!failure.isDone()) {
      running.shutdown();
      running.awaitShutdown();
      return true;
    }
    // A broker that died may wait for ever for a part of itself that is gone.
    Thread stopping = new Thread(running::shutdown, "kafka-last-rites");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(TimeUnit.SECONDS.toMillis(SECONDS_TO_DIE));
      return !stopping.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void startIn(Path directory, int wantedPort, Map<String, String> settings)
      throws IOException {
    port = freePort(wantedPort);
    int controllerPort = freePort(0);
    while (controllerPort == port) {
      controllerPort = freePort(0);
    }
    Path log = directory.resolve("log");
    Properties properties = properties(port, controllerPort, log);
    properties.putAll(settings);
    if (!Files.exists(log.resolve("meta.properties"))) {
      format(properties, directory);
    }
    BrokerExit.listen(onExit);
    server = new KafkaRaftServer(new kafka.server.KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
  }

  /**
   * Kafka locks its directory as well, but only after its controller has begun to write there.
   * Hence a lock of our own, around all.
   */
  private static EmbeddedKafka lock(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel file =
          FileChannel.open(
              directory.resolve("in-use"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = file.tryLock();
        if (lock != null) {
          return new EmbeddedKafka(file, lock);
        }
        file.close();
        throw new BrokerException.DirectoryInUse(directory, null);
      } catch (OverlappingFileLockException e) {
        file.close();
        throw new BrokerException.DirectoryInUse(directory, e);
      }
    } catch (IOException e) {
      throw new BrokerException(
          "Kafka's data directory %s can't be used: %s. Choose one that may be written."
              .formatted(directory, e),
          e);
    }
  }

  /**
   * Kafka accepts port 0, but a controller must know its own port beforehand, so both are chosen
   * here. The way Kafka binds, a port in TIME_WAIT is free.
   */
  private static int freePort(int wanted) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(LOOPBACK, wanted));
      return probe.getLocalPort();
    } catch (BindException e) {
      throw new BrokerException.PortInUse(wanted, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void format(Properties properties, Path directory) throws IOException {
    Path file = directory.resolve("format.properties");
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(out, "What the storage was formatted with; read once.");
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status;
    try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      status =
          StorageTool.execute(
              new String[] {
                "format", "-t", Uuid.randomUuid().toString(), "-c", file.toString(),
              },
              out);
    }
    if (status != 0) {
      throw new BrokerException(
          "Kafka's storage in %s can't be formatted: %s"
              .formatted(directory, said.toString(StandardCharsets.UTF_8).strip()),
          null);
    }
  }

  private static Properties properties(int port, int controllerPort, Path log) {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", "1");
    p.put(
        "listeners",
        "%s://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(CLIENTS, port, controllerPort));
    p.put("advertised.listeners", CLIENTS + "://127.0.0.1:" + port);
    p.put("listener.security.protocol.map", CLIENTS + ":PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put("inter.broker.listener.name", CLIENTS);
    p.put("controller.listener.names", "CONTROLLER");
    p.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.put("log.dirs", log.toAbsolutePath().toString());

    // After a kill the controller takes the broker back only once its former session has ended.
    p.put("broker.session.timeout.ms", "2000");
    p.put("broker.heartbeat.interval.ms", "500");

    p.put("auto.create.topics.enable", "false");
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("transaction.state.log.num.partitions", "4");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("share.coordinator.state.topic.num.partitions", "1");
    p.put("group.initial.rebalance.delay.ms", "0");
    p.put("message.max.bytes", Integer.toString(TopicName.MAX_MESSAGE_BYTES));

    // One machine's share: the defaults are made for hundreds of topics.
    p.put("num.network.threads", "2");
    p.put("num.io.threads", "4");
    p.put("background.threads", "2");
    p.put("log.segment.bytes", Integer.toString(64 << 20));
    p.put("log.index.size.max.bytes", Integer.toString(1 << 20));
    p.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    p.put("metadata.log.segment.bytes", Integer.toString(16 << 20));
    return p;
  }

  private static boolean causedBy(Throwable thrown, Class<? extends Throwable> kind) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (kind.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
