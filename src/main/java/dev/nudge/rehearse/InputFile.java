package dev.nudge.rehearse;

import dev.nudge.event.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file of records.
 *
 * @param topic what kind of records it holds
 * @param path where it is; {@code .gz} is read through gzip
 */
public record InputFile(Topic topic, String path) implements Serializable {
  private static final int BUFFER_BYTES = 1 << 16;

  InputStream open() throws IOException {
    InputStream file = Files.newInputStream(Path.of(path));
    return path.endsWith(".gz") ? new GZIPInputStream(file, BUFFER_BYTES) : file;
  }
}
