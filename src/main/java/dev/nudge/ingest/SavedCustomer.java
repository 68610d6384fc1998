package dev.nudge.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Everything hot of one customer in one array of bytes, so that it is read once and written once:
 *
 * <pre>
 *   version (1 byte) | pending timer (8) | number of orders | seen messages | function's
 * </pre>
 *
 * <p>One instance serves one customer after the other.
 */
final class SavedCustomer {
  private static final byte VERSION = 1;

  private static final byte[] NOTHING = {};

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes, 1 << 10);

  private final SeenMessages seen;
  private byte[] stored;
  private int functionsFrom;
  private long timerMillis;
  private int orders;
  private boolean changed;

  SavedCustomer() {
    this(0);
  }

  /**
   * Nobody yet.
   *
   * @param latenessMillis how late an event may come and still be taken
   */
  SavedCustomer(long latenessMillis) {
    this.seen = new SeenMessages(latenessMillis);
  }

  /** Begins with a customer; null for one of whom nothing is stored. */
  void read(byte[] state) throws IOException {
    stored = state;
    changed = false;
    if (state == null) {
      timerMillis = CustomerFunction.NEVER;
      orders = 0;
      functionsFrom = 0;
      seen.reset();
      return;
    }
    CodedInputStream in = CodedInputStream.newInstance(state);
    byte version = in.readRawByte();
    if (version != VERSION) {
      throw new IOException(
          "a customer's state: found format " + version + ", expected " + VERSION);
    }
    timerMillis = in.readFixed64();
    orders = in.readUInt32();
    seen.read(in);
    functionsFrom = in.getTotalBytesRead();
  }

  /**
   * What is to be stored now; null when there is nothing left.
   *
   * @param function who adds its own
   */
  byte[] write(CustomerFunction<?, ?> function) throws IOException {
    bytes.reset();
    out.writeRawByte(VERSION);
    out.writeFixed64NoTag(timerMillis);
    out.writeUInt32NoTag(orders);
    seen.write(out);
    int before = out.getTotalBytesWritten();
    if (function.isChanged()) {
      function.save(out);
    } else {
      out.write(stored(), functionsFrom, functionsLength());
    }
    boolean isEmpty = out.getTotalBytesWritten() == before;
    out.flush();
    return timerMillis == CustomerFunction.NEVER && orders == 0 && seen.size() == 0 && isEmpty
        ? null
        : bytes.toByteArray();
  }

  /** Whether anything was stored. */
  boolean wasStored() {
    return stored != null;
  }

  /** Whether something else is to be stored than was read, beside what is the function's. */
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

  /** What was read; not to be written to. */
  byte[] stored() {
    return stored == null ? NOTHING : stored;
  }

  /** Where in {@link #stored} the function's state begins. */
  int functionsFrom() {
    return functionsFrom;
  }

  /** How many bytes the function's state had. */
  int functionsLength() {
    return stored().length - functionsFrom;
  }
}
