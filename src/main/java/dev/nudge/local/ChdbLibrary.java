package dev.nudge.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Properties;
import java.util.zip.GZIPInputStream;

/**
 * Finds the ClickHouse library of this machine.
 *
 * <p>{@code nudge.jar} carries the library compressed; a library has to be a file, so it is
 * unpacked once (566 MB) into a cache. While Nudge is built there is no jar yet, and the system
 * property {@value #PROPERTY} names the file that npm installed.
 */
public final class ChdbLibrary {

  /** System property with the path of a library to use instead of the jar's. */
  public static final String PROPERTY = "nudge.chdb";

  private static final String FOLDER = "/native/";

  private ChdbLibrary() {}

  /**
   * The library as a file.
   *
   * @param cache folder to unpack into; made if absent. What a killed process left half unpacked
   *     there is never taken for the library: it gets its name only when it is whole
   * @throws EngineException.NoLibrary if this jar holds none, or one for another kind of machine
   * @throws EngineException if it can't be unpacked
   */
  public static Path locate(Path cache) {
    String path = System.getProperty(PROPERTY);
    if (path != null) {
      return Path.of(path);
    }
    try {
      return unpacked(cache, properties());
    } catch (IOException e) {
      throw new EngineException(
          "The ClickHouse library can't be unpacked into %s; it needs 600 MB there: %s"
              .formatted(cache, e.getMessage()),
          e);
    }
  }

  private static Properties properties() {
    Properties properties = new Properties();
    try (InputStream in = ChdbLibrary.class.getResourceAsStream(FOLDER + "libchdb.properties")) {
      if (in == null) {
        throw new EngineException.NoLibrary(
            "This jar carries no ClickHouse: use nudge.jar, or name a libchdb.so with -D%s=PATH"
                .formatted(PROPERTY));
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("libchdb.properties can't be read", e);
    }
    String platform = properties.getProperty("platform");
    if (!platform.equals(platform())) {
      throw new EngineException.NoLibrary(
          ("This nudge.jar carries ClickHouse for %s, and this machine is %s: build it on a machine"
                  + " of this kind.")
              .formatted(platform, platform()));
    }
    return properties;
  }

  private static Path unpacked(Path cache, Properties properties) throws IOException {
    try (InputStream packed = ChdbLibrary.class.getResourceAsStream(FOLDER + "libchdb.so.gz")) {
      return unpacked(
          packed,
          cache.resolve("libchdb-%s.so".formatted(properties.getProperty("version"))),
          Long.parseLong(properties.getProperty("bytes")));
    }
  }

  /** Unpacks unless a file of that name and size is there. */
  static Path unpacked(InputStream packed, Path library, long bytes) throws IOException {
    if (Files.exists(library) && Files.size(library) == bytes) {
      return library;
    }
    Path cache = library.toAbsolutePath().getParent();
    Files.createDirectories(cache);
    Path part = Files.createTempFile(cache, "libchdb-", ".part");
    try (InputStream in = new GZIPInputStream(packed, 1 << 16)) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    return library;
  }

  /** This machine in the words of Node.js, whose packages the libraries are. */
  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String os = system.startsWith("mac") ? "darwin" : system;
    String cpu =
        switch (processor) {
          case "amd64", "x86_64" -> "x64";
          case "aarch64" -> "arm64";
          default -> processor;
        };
    return os + "-" + cpu;
  }
}
