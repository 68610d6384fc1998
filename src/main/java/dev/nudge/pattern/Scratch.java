package dev.nudge.pattern;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Where something is written whose length stands before it: one buffer serves all that is written,
 * one after the other.
 */
public final class Scratch {
  private static final class Buffer extends ByteArrayOutputStream {
    Buffer() {
      super(1 << 10);
    }

    void copyTo(CodedOutputStream out) throws IOException {
      out.writeUInt32NoTag(count);
      out.write(buf, 0, count);
    }
  }

  private final Buffer buffer = new Buffer();
  private final CodedOutputStream out = CodedOutputStream.newInstance(buffer, 1 << 10);

  /** Begins anew. */
  public CodedOutputStream begin() {
    buffer.reset();
    return out;
  }

  /** Writes how many bytes were written since {@link #begin}, and these. */
  public void endInto(CodedOutputStream target) throws IOException {
    out.flush();
    buffer.copyTo(target);
  }
}
