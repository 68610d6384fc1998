package dev.nudge.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a benchmark writes: gone when it is closed, and by Ctrl-C too. */
final class BenchDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BenchDirectory.class);

  private final Path path;
  private final Thread onExit;

  private BenchDirectory(Path path) {
    this.path = path;
    // A long stream is a gigabyte, which nobody should have to look for.
    this.onExit = new Thread(() -> deleteWhileInUse(path), "delete-" + path);
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** Makes one. */
  static BenchDirectory create() throws IOException {
    return new BenchDirectory(Files.createTempDirectory("nudge-bench"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    deleteTree(path);
    // While Java ends, hooks can't be taken back; then this one is doing its work.
    if (onExit.getState() == Thread.State.NEW) {
      Runtime.getRuntime().removeShutdownHook(onExit);
    }
  }

  /** Kafka and RocksDB may still write: what they add meanwhile goes at the next attempt. */
  private static void deleteWhileInUse(Path root) {
    for (int attempt = 0; attempt < 5 && Files.exists(root); attempt++) {
      try {
        deleteTree(root);
      } catch (IOException | UncheckedIOException e) {
        LOG.debug("{} is still written to", root, e);
      }
    }
  }

  /** Deletes a folder and whatever is in it. */
  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
