package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/**
 * All files as one sequence by time: the k-way merge.
 *
 * <p>Records of one instant come file by file; each customer's are put into the total order behind
 * it. What is later than the end of the rehearsal is passed over. A record that can't be used has
 * no time and comes when its file reaches it.
 */
final class MergedFiles implements GeneratorFunction<Long, Ingested> {
  /**
   * A file in order.
   *
   * @param file what it is
   * @param sortedPath its sorted copy with keys in front of each line, or null if it was in order
   */
  record Source(InputFile file, String sortedPath) implements Serializable {}

  private static final int KEYS = 2;

  private final List<Source> sources;
  private final IngestConfig config;
  private transient PriorityQueue<Head> heads;

  MergedFiles(List<Source> sources, IngestConfig config) {
    this.sources = List.copyOf(sources);
    this.config = config;
  }

  @Override
  public void open(SourceReaderContext context) throws IOException {
    RecordDecoder decoder = new RecordDecoder(config);
    heads =
        new PriorityQueue<>(
            Comparator.comparingLong(Head::atMillis).thenComparingInt(head -> head.index));
    for (int i = 0; i < sources.size(); i++) {
      Head head = new Head(i, sources.get(i), decoder);
      if (head.advance()) {
        heads.add(head);
      }
    }
  }

  /** The next record; behind the last one, the end of time. */
  @Override
  public Ingested map(Long index) throws IOException {
    while (!heads.isEmpty()) {
      Head head = heads.remove();
      Ingested record = head.record;
      if (head.advance()) {
        heads.add(head);
      }
      if (record.atMillis() <= config.endOfTimeMillis()) {
        return record;
      }
    }
    return new Ingested(null, null, config.endOfTimeMillis());
  }

  @Override
  public void close() {
    if (heads != null) {
      heads.forEach(Head::close);
    }
  }

  /** The foremost record of one file. */
  private static final class Head {
    private final int index;
    private final Source source;
    private final RecordDecoder decoder;
    private final Lines lines;
    private Ingested record;

    Head(int index, Source source, RecordDecoder decoder) throws IOException {
      this.index = index;
      this.source = source;
      this.decoder = decoder;
      InputStream in =
          source.sortedPath() == null
              ? source.file().open()
              : Files.newInputStream(Path.of(source.sortedPath()));
      this.lines = new Lines(in, Lines.MAX_RECORD_LINE_BYTES);
    }

    long atMillis() {
      return record.atMillis();
    }

    boolean advance() throws IOException {
      byte[] line = lines.next();
      if (line == null) {
        close();
        return false;
      }
      if (source.sortedPath() == null) {
        record = Survey.decode(source.file(), decoder, line, lines.number());
      } else {
        int keysLength = KEYS * (SortedLines.TIME_KEY_LENGTH + 1);
        String lineKey =
            new String(
                line, SortedLines.TIME_KEY_LENGTH + 1, SortedLines.TIME_KEY_LENGTH, ISO_8859_1);
        byte[] payload = Arrays.copyOfRange(line, keysLength, line.length);
        record = Survey.decode(source.file(), decoder, payload, SortedLines.number(lineKey));
      }
      return true;
    }

    void close() {
      try {
        lines.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
