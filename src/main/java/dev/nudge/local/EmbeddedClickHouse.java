package dev.nudge.local;

import dev.nudge.clickhouse.ClickHouseConfig;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real ClickHouse in this JVM, reachable from this machine only, over HTTP like a server.
 *
 * <p>Tables stand in its data directory and are there again after a restart, after a kill too: an
 * insert that returned stays, one that did not is there as a whole or not at all (up to a million
 * rows). A failure of power may cost the last seconds, as with any ClickHouse of default settings.
 * Should the engine fail while the process lives, {@link #failure()} says so.
 *
 * <pre>{@code
 * Path library = ChdbLibrary.locate(Path.of(".nudge/cache"));
 * try (EmbeddedClickHouse clickHouse =
 *     EmbeddedClickHouse.start(library, Path.of(".nudge/clickhouse"), 8123)) {
 *   Migrations.apply(clickHouse.config(), Duration.ZERO);
 * }
 * }</pre>
 */
public final class EmbeddedClickHouse implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedClickHouse.class);
  private static final String LOOPBACK = "127.0.0.1";

  /** Statements that run at once; the engine uses all cores for each. */
  private static final int CONCURRENT_STATEMENTS = 8;

  /** Requests that are read, wait or run at once; more wait for a connection to be taken. */
  private static final int THREADS = 64;

  /** A connection without traffic ends after this many milliseconds; the longest query fits. */
  private static final long IDLE_MILLIS = 660_000;

  /** Statements may be long in an address; 1 MiB, as in ClickHouse. */
  private static final int MAX_HEADER_BYTES = 1 << 20;

  /** How long {@link #close()} waits for running statements before it cancels them, in seconds. */
  private static final long SECONDS_TO_FINISH = 2;

  /** How long it then waits for them to notice, in seconds. */
  private static final long SECONDS_TO_CANCEL = 10;

  /** How long the endpoint's threads get to end, in milliseconds; none has work by then. */
  private static final int STOP_MILLIS = 1_000;

  private final FileChannel lock;
  private final Chdb engine;
  private final Semaphore permits = new Semaphore(CONCURRENT_STATEMENTS, true);
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final Javalin http;
  private ServerConnector connector;
  private boolean closed;

  private EmbeddedClickHouse(FileChannel lock, Chdb engine, int port) {
    this.lock = lock;
    this.engine = engine;
    ClickHouseEndpoint endpoint =
        new ClickHouseEndpoint(engine, permits, failure::completeExceptionally);
    this.http =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.startup.showOldJavalinVersionWarning = false;
              config.startup.startupWatcherEnabled = false;
              config.http.compressionStrategy = CompressionStrategy.NONE;
              QueuedThreadPool threads = new QueuedThreadPool(THREADS);
              threads.setStopTimeout(STOP_MILLIS);
              config.jetty.threadPool = threads;
              config.jetty.addConnector((server, ignored) -> connector(server, port));
              config.routes.before(
                  request -> {
                    if (!ClickHouseEndpoint.isLocal(request)) {
                      request.status(403).result("Only programs of this machine are answered.\n");
                      request.skipRemainingHandlers();
                    }
                  });
              config.routes.get("/ping", ClickHouseEndpoint::ok);
              config.routes.get("/", endpoint::run);
              config.routes.post("/", endpoint::run);
            });
  }

  /**
   * Starts the engine and its endpoint; takes about a second.
   *
   * @param library the library, from {@link ChdbLibrary#locate}
   * @param directory where tables stand; made if absent
   * @param port the port on 127.0.0.1, or 0 for any free one
   * @throws EngineException.PortInUse if another program listens there
   * @throws EngineException.DirectoryInUse if another process or engine uses the directory
   * @throws EngineException if the engine does not start
   */
  public static EmbeddedClickHouse start(Path library, Path directory, int port) {
    FileChannel lock = lock(directory);
    Chdb engine = null;
    try {
      engine = Chdb.open(library, directory.toAbsolutePath());
      EmbeddedClickHouse clickHouse = new EmbeddedClickHouse(lock, engine, port);
      clickHouse.http.start();
      LOG.info("ClickHouse serves {} at {}", directory, clickHouse.url());
      return clickHouse;
    } catch (RuntimeException e) {
      if (engine != null) {
        engine.close();
      }
      unlock(lock);
      throw e instanceof JavalinBindException ? new EngineException.PortInUse(port, e) : e;
    }
  }

  /** The port it listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Its address for curl and dashboards. */
  public String url() {
    return "http://%s:%d".formatted(LOOPBACK, port());
  }

  /** How the rest of Nudge reaches it. */
  public ClickHouseConfig config() {
    return new ClickHouseConfig(
        "jdbc:clickhouse://%s:%d".formatted(LOOPBACK, port()), "default", "");
  }

  /**
   * Completes exceptionally, with an {@link EngineException}, when the engine is beyond use; never
   * completes otherwise.
   */
  public CompletableFuture<Void> failure() {
    return failure.copy();
  }

  /**
   * Lets running statements finish, cancels those that take longer than {@value #SECONDS_TO_FINISH}
   * s, and ends the endpoint and the engine. Requests that wait their turn are not run any more.
   * Harmless when called again.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean idle = false;
    try {
      idle = isIdleWithin(SECONDS_TO_FINISH);
      if (!idle) {
        engine.cancelAll();
        idle = isIdleWithin(SECONDS_TO_CANCEL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.stop();
    if (idle) {
      engine.close();
      unlock(lock);
    } else {
      // An engine at work keeps its directory, so the lock stays until the process ends.
      LOG.warn("ClickHouse is closed while statements still run");
    }
  }

  /** Takes every permit, so that no statement starts any more. */
  private boolean isIdleWithin(long seconds) throws InterruptedException {
    return permits.tryAcquire(CONCURRENT_STATEMENTS, seconds, TimeUnit.SECONDS);
  }

  private ServerConnector connector(Server server, int port) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
    configuration.setSendServerVersion(false);
    connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
    connector.setHost(LOOPBACK);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_MILLIS);
    return connector;
  }

  private static FileChannel lock(Path directory) {
    FileChannel channel = null;
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              directory.resolve("nudge.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another engine of this process; told below.
    } catch (IOException e) {
      throw new EngineException(
          "The data directory %s can't be used: %s".formatted(directory, e.getMessage()), e);
    }
    unlock(channel);
    throw new EngineException.DirectoryInUse(directory);
  }

  private static void unlock(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("A lock file can't be closed", e);
    }
  }
}
