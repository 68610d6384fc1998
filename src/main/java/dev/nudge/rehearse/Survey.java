package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nudge.event.Topic;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.OwnRecordDecoder;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a first reading of a file tells: how many records, from when to when, and whether they are
 * in order.
 *
 * @param records lines that are not blank
 * @param unusable those of them that can't be used
 * @param firstMillis the least time of a usable record; {@link Long#MAX_VALUE} without any
 * @param lastMillis the greatest time of a usable record; {@link Long#MIN_VALUE} without any
 * @param inOrder whether usable records stand by time
 */
record Survey(long records, long unusable, long firstMillis, long lastMillis, boolean inOrder) {

  static Survey of(InputFile file, RecordDecoder decoder, Currencies currencies)
      throws IOException {
    long records = 0;
    long unusable = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    boolean inOrder = true;
    try (Lines lines = new Lines(file.open(), Lines.MAX_RECORD_LINE_BYTES)) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        records++;
        Ingested ingested = decode(file, decoder, line, lines.number());
        if (ingested.deadLetter() == null) {
          currencies.count(ingested.event());
          inOrder &= ingested.atMillis() >= last;
          first = Math.min(first, ingested.atMillis());
          last = Math.max(last, ingested.atMillis());
        } else {
          unusable++;
        }
      }
    } catch (IOException e) {
      throw new IOException(file.path() + ", line " + (records + 1) + ": " + e.getMessage(), e);
    }
    return new Survey(records, unusable, first, last, inOrder);
  }

  /** Writes the file anew by time; each line keeps its number in front, by which it is reported. */
  static void sortByTime(InputFile file, RecordDecoder decoder, Path target, Path temporary)
      throws IOException {
    Path keyed = Files.createTempFile(temporary, "keyed", ".lines");
    try (Lines lines = new Lines(file.open(), Lines.MAX_RECORD_LINE_BYTES);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(keyed))) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        Ingested ingested = decode(file, decoder, line, lines.number());
        String keys =
            SortedLines.key(ingested.atMillis()) + " " + SortedLines.key(lines.number()) + " ";
        out.write(keys.getBytes(ISO_8859_1));
        for (byte b : line) {
          // The sort would end a line there; between JSON's tokens a blank is the same.
          out.write(b == '\r' ? ' ' : b);
        }
        out.write('\n');
      }
    }
    SortedLines.sort(List.of(keyed), target, temporary);
    Files.delete(keyed);
  }

  static Ingested decode(InputFile file, RecordDecoder decoder, byte[] line, long number) {
    RecordPosition position = RecordPosition.line(file.path(), number);
    return file.topic() == Topic.DECISIONS
        ? OwnRecordDecoder.decode(file.topic(), line, position)
        : decoder.decode(file.topic(), line, position);
  }
}
