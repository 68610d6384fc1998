package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.code.externalsorting.ExternalSort;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Lines with a key in front, sorted outside of memory.
 *
 * <p>A keyed line is {@code key payload}: the key has no space, and keys compare byte by byte as
 * what they stand for. Bytes are read as ISO 8859-1, in which every byte is one character of the
 * same value, so that nothing of the payload is changed.
 */
final class SortedLines {
  private static final char SEPARATOR = ' ';

  private SortedLines() {}

  /** Length of the key of a number. */
  static final int TIME_KEY_LENGTH = 20;

  /** A number as 20 digits that compare as it does. */
  static String key(long number) {
    String digits = Long.toUnsignedString(number ^ Long.MIN_VALUE);
    return "0".repeat(TIME_KEY_LENGTH - digits.length()) + digits;
  }

  /** The number that a key stands for. */
  static long number(String key) {
    return Long.parseUnsignedLong(key) ^ Long.MIN_VALUE;
  }

  /** A string as hex of its UTF-8, which compares by code point. */
  static String key(String text) {
    return HexFormat.of().formatHex(text.getBytes(UTF_8));
  }

  /** Sorts files of keyed lines into one. The sources are left as they are. */
  static void sort(List<Path> sources, Path target, Path temporary) throws IOException {
    List<File> sorted = new ArrayList<>();
    for (Path source : sources) {
      sorted.addAll(
          ExternalSort.sortInBatch(
              source.toFile(),
              Comparator.naturalOrder(),
              ExternalSort.DEFAULTMAXTEMPFILES,
              ISO_8859_1,
              temporary.toFile(),
              false));
    }
    ExternalSort.mergeSortedFiles(
        sorted, target.toFile(), Comparator.naturalOrder(), ISO_8859_1, false);
  }

  /** Copies the payloads behind the given number of keys, line by line. */
  static void copyPayloads(Path keyed, int keys, Path target) throws IOException {
    try (Lines lines = new Lines(Files.newInputStream(keyed), Integer.MAX_VALUE);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        int start = 0;
        for (int left = keys; left > 0; start++) {
          left -= line[start] == SEPARATOR ? 1 : 0;
        }
        out.write(line, start, line.length - start);
        out.write('\n');
      }
    }
  }
}
