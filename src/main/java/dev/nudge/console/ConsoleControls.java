package dev.nudge.console;

import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * What the console needs to change anything, and to rehearse: without it, it only reads.
 *
 * @param kafka the deployment's topics: definitions are published there, dead letters sent again
 * @param recorded what campaigns are rehearsed against; empty if there is nothing
 * @param directory where rehearsals work and their reports stand, made if need be; what the console
 *     leaves there it deletes when it is closed
 */
public record ConsoleControls(KafkaConfig kafka, List<Recorded> recorded, Path directory) {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Keeps its own copy. */
  public ConsoleControls {
    Objects.requireNonNull(kafka, "console.kafka");
    Objects.requireNonNull(directory, "console.directory");
    recorded = List.copyOf(recorded);
  }

  /**
   * A file of recorded events, JSON lines. Each brand rehearses on its own records alone.
   *
   * @param topic the input its events belong to
   * @param name the file's name, {@code .gz} if it is packed
   * @param content opens its bytes as they are stored, anew each time
   */
  public record Recorded(Topic topic, String name, Content content) {
    /** A file on disk. */
    public static Recorded file(Topic topic, Path path) {
      return new Recorded(topic, path.toString(), () -> Files.newInputStream(path));
    }

    /** Its lines. */
    InputStream open() throws IOException {
      InputStream in = content.open();
      try {
        return name.endsWith(".gz") ? new GZIPInputStream(in, BUFFER_BYTES) : in;
      } catch (IOException e) {
        in.close();
        throw e;
      }
    }
  }

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
}
