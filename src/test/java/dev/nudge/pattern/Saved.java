package dev.nudge.pattern;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** An engine's state as an array of its own; null for none. */
final class Saved {
  private static final CustomerKey ANNA = new CustomerKey("acme", "Anna");

  private Saved() {}

  static void load(PatternEngine engine, byte[] state) throws IOException {
    engine.load(ANNA, state, 0, state == null ? 0 : state.length);
  }

  /** What is stored after a turn: what was loaded, if it did not change. */
  static byte[] save(PatternEngine engine, byte[] loaded) throws IOException {
    if (!engine.isChanged()) {
      return loaded;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    engine.save(out);
    out.flush();
    return bytes.size() == 0 ? null : bytes.toByteArray();
  }
}
