package dev.nudge.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Topic;
import java.io.IOException;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The messages of one customer that were accepted within the last 24 hours of event time, by which
 * a copy is recognised.
 *
 * <p>Example: {@code m1} accepted at 09:00 makes a copy dated 09:00 the next day a duplicate, and
 * one dated a millisecond later a new message.
 *
 * <p>A message is known by 64 bits of MurmurHash3 over its id, seeded by its topic. Against the 512
 * that are remembered at most, a new message is taken for a copy with probability 512 / 2^64: with
 * a billion messages a day, once in a hundred thousand years.
 *
 * <p>Messages come in the order of their time, so the oldest is always the first. One instance
 * serves one customer after the other.
 */
final class SeenMessages {
  /** A copy this much later is still a copy. */
  static final long WINDOW_MILLIS = 24 * 3_600_000L;

  /** The newest messages that are remembered, however busy the customer. A power of two. */
  static final int MAX = 512;

  /** Messages are expired an hour apart: one wake-up an hour of activity at most. */
  private static final long EXPIRY_STEP_MILLIS = 3_600_000L;

  private final long keptMillis;

  // A ring, by time: the i-th oldest stands at (first + i) % MAX.
  private final long[] ids = new long[MAX];
  private final long[] acceptedAtMillis = new long[MAX];
  private int first;
  private int size;
  private boolean changed;
  private byte[] name = new byte[256];

  /** Nothing yet; for whoever takes nothing that is late. */
  SeenMessages() {
    this(0);
  }

  /**
   * Nothing yet.
   *
   * @param latenessMillis how late a message may come and still be recognised as a copy
   */
  SeenMessages(long latenessMillis) {
    this.keptMillis = WINDOW_MILLIS + latenessMillis;
  }

  /** How many are remembered. */
  int size() {
    return size;
  }

  /** Whether anything was accepted or expired since the customer was read. */
  boolean isChanged() {
    return changed;
  }

  /**
   * Remembers a message unless it is a copy; beyond the maximum it forgets the oldest.
   *
   * @param atMillis its event time
   * @return whether it was new
   */
  boolean accept(Topic topic, String messageId, long atMillis) {
    expire(atMillis);
    long id = hash(topic, messageId);
    for (int i = 0; i < size; i++) {
      int slot = (first + i) & (MAX - 1);
      if (ids[slot] == id && Math.abs(atMillis - acceptedAtMillis[slot]) <= WINDOW_MILLIS) {
        return false;
      }
    }
    if (size == MAX) {
      forgetOldest();
    }
    append(id, atMillis);
    sink();
    changed = true;
    return true;
  }

  /** Forgets what no event from then on can be a copy of. */
  void expire(long nowMillis) {
    while (size > 0 && nowMillis - acceptedAtMillis[first] > keptMillis) {
      forgetOldest();
    }
  }

  /**
   * The first of the customer's own instants by which all have expired, an hour later at most;
   * {@link CustomerFunction#NEVER} for none.
   */
  long allExpiredMillis(CustomerKey customer) {
    if (size == 0) {
      return CustomerFunction.NEVER;
    }
    long newest = acceptedAtMillis[(first + size - 1) & (MAX - 1)];
    return customer.nextInstant(newest + keptMillis, EXPIRY_STEP_MILLIS);
  }

  /** Begins with a customer of whom nothing is remembered. */
  void reset() {
    first = 0;
    size = 0;
    changed = false;
  }

  /** Reads what {@link #write} wrote, in place of what was there. */
  void read(CodedInputStream in) throws IOException {
    reset();
    int count = in.readUInt32();
    long at = 0;
    for (int i = 0; i < count; i++) {
      at = i == 0 ? in.readFixed64() : at + in.readUInt64();
      append(in.readFixed64(), at);
    }
  }

  /** Eight bytes a message, and its time after that of the one before. */
  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(size);
    long before = 0;
    for (int i = 0; i < size; i++) {
      int slot = (first + i) & (MAX - 1);
      if (i == 0) {
        out.writeFixed64NoTag(acceptedAtMillis[slot]);
      } else {
        out.writeUInt64NoTag(acceptedAtMillis[slot] - before);
      }
      before = acceptedAtMillis[slot];
      out.writeFixed64NoTag(ids[slot]);
    }
  }

  private void append(long id, long atMillis) {
    int slot = (first + size) & (MAX - 1);
    ids[slot] = id;
    acceptedAtMillis[slot] = atMillis;
    size++;
  }

  /** The last one goes where its time belongs; only what is late moves. */
  private void sink() {
    for (int i = size - 1; i > 0; i--) {
      int slot = (first + i) & (MAX - 1);
      int before = (first + i - 1) & (MAX - 1);
      if (acceptedAtMillis[before] <= acceptedAtMillis[slot]) {
        return;
      }
      swap(ids, before, slot);
      swap(acceptedAtMillis, before, slot);
    }
  }

  private static void swap(long[] numbers, int one, int other) {
    long kept = numbers[one];
    numbers[one] = numbers[other];
    numbers[other] = kept;
  }

  private void forgetOldest() {
    first = (first + 1) & (MAX - 1);
    size--;
    changed = true;
  }

  private long hash(Topic topic, String messageId) {
    int length = 2 * messageId.length();
    if (name.length < length) {
      name = new byte[length];
    }
    for (int i = 0; i < messageId.length(); i++) {
      char c = messageId.charAt(i);
      name[2 * i] = (byte) c;
      name[2 * i + 1] = (byte) (c >>> 8);
    }
    return MurmurHash3.hash128x64(name, 0, length, topic.name().hashCode())[0];
  }
}
