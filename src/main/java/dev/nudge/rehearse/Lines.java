package dev.nudge.rehearse;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a stream as the bytes they are: records may be anything, also no text at all.
 *
 * <p>A line longer than a record may be is cut where it is known to be too long, so that no file
 * can fill the memory.
 */
final class Lines implements Closeable {
  /** Lines of a stranger's file are cut here: twice the largest record. */
  static final int MAX_RECORD_LINE_BYTES = 2 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final int maxLineBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(4096);
  private int start;
  private int limit;
  private boolean ended;
  private long number;

  Lines(InputStream in, int maxLineBytes) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
  }

  /** The next line without its end, or null behind the last one. Blank lines are passed over. */
  byte[] next() throws IOException {
    while (!ended) {
      byte[] bytes = read();
      number++;
      if (bytes.length > 0) {
        return bytes;
      }
    }
    return null;
  }

  /** The number of the line just read, from 1. */
  long number() {
    return number;
  }

  private byte[] read() throws IOException {
    line.reset();
    while (true) {
      if (start == limit) {
        limit = in.read(buffer, 0, buffer.length);
        start = 0;
        if (limit <= 0) {
          limit = 0;
          ended = true;
          return withoutCarriageReturn(line.toByteArray());
        }
      }
      int end = start;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, start, Math.min(end - start, maxLineBytes - line.size()));
      boolean whole = end < limit;
      start = whole ? end + 1 : end;
      if (whole) {
        return withoutCarriageReturn(line.toByteArray());
      }
    }
  }

  private static byte[] withoutCarriageReturn(byte[] bytes) {
    boolean crlf = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return crlf ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
