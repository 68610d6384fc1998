package dev.nudge.local;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/**
 * What local mode's directory was started with and can't go on without: its checkpoints hold a
 * position in one broker's topics, sums of what stands in one ClickHouse, and a time that never
 * goes back.
 *
 * <p>Example: a directory that was started with the embedded broker is refused with {@code --kafka
 * broker:9092}, for the position in the one says nothing of the other, whose first records would be
 * passed over without a word. It stands next to the checkpoints and goes with them.
 *
 * @param clock whose time it is
 * @param kafka {@code embedded}, or the broker's {@code host:port}
 * @param clickHouse {@code embedded}, or the server's {@code host:port}
 */
record DirectoryMarker(String clock, String kafka, String clickHouse) {

  private static final String EMBEDDED = "embedded";
  private static final String FILE = "started-with.properties";

  /** What this configuration would write. */
  static DirectoryMarker of(LocalConfig config) {
    return new DirectoryMarker(
        config.shop().replay().isEmpty() ? "the wall clock" : "a replay",
        config.externalKafka() == null ? EMBEDDED : config.externalKafka(),
        config.externalClickHouse() == null ? EMBEDDED : server(config.externalClickHouse()));
  }

  /** The same server has one spelling here; what may be a secret is no part of it. */
  private static String server(String url) {
    return url.replaceFirst("^(jdbc:clickhouse:)?(https?:)?//", "")
        .replaceFirst("[?#].*$", "")
        .replaceFirst("^[^/]*@", "")
        .replaceFirst("/+$", "");
  }

  /**
   * Refuses to go on with something else. Time never goes back: after the wall clock's every event
   * of the past would be late, and a shop of the past that meets the wall clock has lost all its
   * customers.
   *
   * @throws LocalModeException if the directory was started with something else
   * @throws IOException if the directory can't be read
   */
  void check(Path directory) throws IOException {
    Path file = file(directory);
    if (!Files.exists(file)) {
      return;
    }
    Properties was = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      was.load(in);
    }
    String clockWas = was.getProperty("clock", clock);
    if (!clockWas.equals(clock)) {
      throw LocalModeException.otherClock(directory, clockWas, clock);
    }
    checkServer(directory, "Kafka", was.getProperty("kafka", kafka), kafka);
    checkServer(directory, "ClickHouse", was.getProperty("clickhouse", clickHouse), clickHouse);
  }

  private static void checkServer(Path directory, String part, String was, String is) {
    if (!was.equals(is)) {
      throw new LocalModeException(
          "%s was started with another %s (found %s, expected %s): what it remembers is not true of this one, and data would be lost without a word. Start as before, start over with --fresh, or choose another directory: --dir DIR."
              .formatted(directory.toAbsolutePath(), part, is, was));
    }
  }

  /** Whether nothing was ever started with the directory. */
  static boolean isFirst(Path directory) {
    return !Files.exists(file(directory));
  }

  /** Writes it down, whole or not at all. */
  void remember(Path directory) throws IOException {
    Properties is = new Properties();
    is.setProperty("clock", clock);
    is.setProperty("kafka", kafka);
    is.setProperty("clickhouse", clickHouse);
    Path file = file(directory);
    Files.createDirectories(file.getParent());
    Path written = file.resolveSibling(FILE + ".new");
    try (Writer out = Files.newBufferedWriter(written)) {
      is.store(out, "What this directory was started with.");
    }
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path file(Path directory) {
    return directory.resolve("flink").resolve(FILE);
  }
}
