package dev.nudge.local;

import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.zip.CRC32;
import org.apache.flink.configuration.Configuration;

/**
 * Several files as one sequence in order of event time; at equal times in the order of topics, then
 * of files. The same files give the same sequence each time, and that is what a resumed replay
 * relies on. Holds one line a file.
 */
final class ReplayLines implements AutoCloseable {

  /**
   * What a first reading of all lines found.
   *
   * @param total how many lines there are
   * @param lastMillis the last line's time, epoch milliseconds
   * @param fingerprint tells these lines from others, eight hex digits and the count
   */
  record Summary(long total, long lastMillis, String fingerprint) {}

  private final List<Cursor> cursors = new ArrayList<>();
  private final PriorityQueue<Cursor> heads =
      new PriorityQueue<>(
          Comparator.comparingLong((Cursor cursor) -> cursor.head.atMillis())
              .thenComparing(cursor -> cursor.topic)
              .thenComparingInt(cursor -> cursor.index));
  private long taken;

  private ReplayLines() {}

  /**
   * Opens the files at their first line.
   *
   * @throws IOException naming the file that can't be read
   */
  static ReplayLines open(List<ReplaySource> sources) throws IOException {
    ReplayLines lines = new ReplayLines();
    try {
      for (ReplaySource source : sources) {
        Cursor cursor = new Cursor(source, lines.cursors.size());
        lines.cursors.add(cursor);
        if (cursor.advance()) {
          lines.heads.add(cursor);
        }
      }
      return lines;
    } catch (IOException e) {
      lines.close();
      throw e;
    }
  }

  /** Reads all lines once. */
  static Summary summarise(List<ReplaySource> sources) throws IOException {
    CRC32 crc = new CRC32();
    long total = 0;
    long last = 0;
    try (ReplayLines lines = open(sources)) {
      for (ReplayLine line = lines.next(); line != null; line = lines.next()) {
        crc.update(line.topic().plainName().getBytes(StandardCharsets.UTF_8));
        crc.update(line.value());
        total++;
        last = line.atMillis();
      }
    }
    return new Summary(total, last, "%08x-%d".formatted(crc.getValue(), total));
  }

  /** The next line, null behind the last. */
  ReplayLine next() throws IOException {
    Cursor cursor = heads.poll();
    if (cursor == null) {
      return null;
    }
    ReplayLine head = cursor.head;
    if (cursor.advance()) {
      heads.add(cursor);
    }
    taken++;
    return new ReplayLine(taken, head.topic(), head.key(), head.value(), head.atMillis());
  }

  @Override
  public void close() {
    for (Cursor cursor : cursors) {
      try {
        cursor.in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Cursor {
    private final Topic topic;
    private final int index;
    private final String name;
    private final BufferedReader in;
    // By the defaults, as local mode ingests; one a file, for it is not thread-safe.
    private final RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    private ReplayLine head;
    private long lineOfFile;
    private long atMillis;

    Cursor(ReplaySource source, int index) throws IOException {
      this.topic = source.topic();
      this.index = index;
      this.name = source.name();
      // In this charset a char is a byte: what is no UTF-8 arrives unchanged too.
      this.in =
          new BufferedReader(
              new InputStreamReader(source.open(), StandardCharsets.ISO_8859_1), 1 << 16);
    }

    boolean advance() throws IOException {
      try {
        String line;
        do {
          line = in.readLine();
          lineOfFile++;
        } while (line != null && line.isBlank());
        if (line == null) {
          return false;
        }
        byte[] value = line.getBytes(StandardCharsets.ISO_8859_1);
        Ingested ingested = decoder.decode(topic, value, RecordPosition.line(name, lineOfFile));
        head = ReplayLine.of(0, topic, value, ingested, atMillis);
        atMillis = head.atMillis();
        return true;
      } catch (IOException e) {
        throw new IOException(name + " can't be read: " + e.getMessage(), e);
      }
    }
  }
}
