package dev.nudge.ingest;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Everything hot of one customer in one array of bytes, so that it is read once and written once:
 *
 * <pre>
 *   version (1 byte) | pending timer (8) | number of orders (varint) | seen messages | function's
 * </pre>
 *
 * <p>One instance serves one customer after the other.
 */
final class SavedCustomer {
  private static final byte VERSION = 1;

  private final DataInputDeserializer in = new DataInputDeserializer();
  private final DataOutputSerializer out = new DataOutputSerializer(1 << 10);

  private final SeenMessages seen = new SeenMessages();
  private byte[] stored;
  private long timerMillis;
  private int orders;
  private byte[] functions;
  private boolean changed;

  /** Begins with a customer; null for one of whom nothing is stored. */
  void read(byte[] bytes) throws IOException {
    stored = bytes;
    changed = false;
    if (bytes == null) {
      timerMillis = CustomerFunction.NEVER;
      orders = 0;
      functions = null;
      seen.reset();
      return;
    }
    if (bytes[0] != VERSION) {
      throw new IOException(
          "a customer's state: found format " + bytes[0] + ", expected " + VERSION);
    }
    in.setBuffer(bytes, 1, bytes.length - 1);
    timerMillis = in.readLong();
    orders = (int) Varint.read(in);
    seen.read(in);
    functions =
        in.available() == 0
            ? null
            : Arrays.copyOfRange(bytes, bytes.length - in.available(), bytes.length);
  }

  /** What is to be stored now; null when there is nothing left. */
  byte[] write() throws IOException {
    if (timerMillis == CustomerFunction.NEVER
        && orders == 0
        && seen.size() == 0
        && functions == null) {
      return null;
    }
    out.clear();
    out.writeByte(VERSION);
    out.writeLong(timerMillis);
    Varint.write(out, orders);
    seen.write(out);
    if (functions != null) {
      out.write(functions);
    }
    return out.getCopyOfBuffer();
  }

  /** Whether anything was stored. */
  boolean wasStored() {
    return stored != null;
  }

  /** Whether something else is to be stored than was read. */
  boolean isChanged() {
    return changed || seen.isChanged();
  }

  SeenMessages seen() {
    return seen;
  }

  /** The instant of the one timer that is set, or {@link CustomerFunction#NEVER}. */
  long timerMillis() {
    return timerMillis;
  }

  void timerMillis(long atMillis) {
    changed |= timerMillis != atMillis;
    timerMillis = atMillis;
  }

  /** How many orders are remembered beside this, by {@link Orders}. */
  int orders() {
    return orders;
  }

  void orders(int count) {
    changed |= orders != count;
    orders = count;
  }

  /** The function's state, or null. */
  byte[] functions() {
    return functions;
  }

  /** An array that is empty is as good as none. */
  void functions(byte[] state) {
    byte[] next = state != null && state.length == 0 ? null : state;
    changed |= functions != next;
    functions = next;
  }
}
