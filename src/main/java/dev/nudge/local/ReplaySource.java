package dev.nudge.local;

import dev.nudge.event.Topic;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file of recorded events, one JSON object a line, sorted by time.
 *
 * @param topic the input its events belong to
 * @param name the file's name, {@code .gz} if it is packed
 * @param content opens it anew each time
 */
public record ReplaySource(Topic topic, String name, Content content) {

  /** Opens a file's bytes as they are stored. */
  @FunctionalInterface
  public interface Content {
    /**
     * A stream for the caller to close.
     *
     * @throws IOException if it can't be read
     */
    InputStream open() throws IOException;
  }

  /** A file on disk. */
  public static ReplaySource file(Topic topic, Path path) {
    return new ReplaySource(topic, path.toString(), () -> Files.newInputStream(path));
  }

  /** A file that comes with Nudge, {@code sample/online-retail-orders.jsonl.gz}. */
  public static ReplaySource resource(Topic topic, String name) {
    return new ReplaySource(
        topic,
        name,
        () -> {
          InputStream in = ReplaySource.class.getClassLoader().getResourceAsStream(name);
          if (in == null) {
            throw new FileNotFoundException("resource " + name);
          }
          return in;
        });
  }

  InputStream open() throws IOException {
    InputStream in = content.open();
    try {
      return name.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }
}
