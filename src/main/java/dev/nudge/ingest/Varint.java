package dev.nudge.ingest;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Numbers from 0 on in as few bytes as they need: seven bits a byte, the lowest first. */
final class Varint {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private Varint() {}

  static void write(DataOutputView out, long number) throws IOException {
    long rest = number;
    while (rest >= MORE || rest < 0) {
      out.writeByte((int) (rest & (MORE - 1)) | MORE);
      rest >>>= BITS;
    }
    out.writeByte((int) rest);
  }

  static long read(DataInputView in) throws IOException {
    long number = 0;
    int shift = 0;
    int next;
    do {
      next = in.readUnsignedByte();
      number |= (long) (next & (MORE - 1)) << shift;
      shift += BITS;
    } while (next >= MORE);
    return number;
  }
}
