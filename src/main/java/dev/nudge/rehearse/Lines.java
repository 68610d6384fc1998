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
  private static final int MAX_LINE_BYTES = 2 << 20;

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
  private long number;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The next line without its end, or null behind the last one. Blank lines are passed over. */
  byte[] next() throws IOException {
    line.reset();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b != '\n') {
        if (line.size() < MAX_LINE_BYTES) {
          line.write(b);
        }
        continue;
      }
      number++;
      byte[] bytes = withoutCarriageReturn();
      if (bytes.length > 0) {
        return bytes;
      }
      line.reset();
    }
    number++;
    byte[] last = withoutCarriageReturn();
    return last.length > 0 ? last : null;
  }

  /** The number of the line just read, from 1. */
  long number() {
    return number;
  }

  private byte[] withoutCarriageReturn() {
    byte[] bytes = line.toByteArray();
    boolean crlf = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return crlf ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
