package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;

/**
 * The events of a subtask that wait for the watermark, on the heap; and how many more wait in
 * state.
 *
 * <p>An event that arrives is put down by its slice of time and not looked at again until the
 * watermark {@linkplain #pass passes} it. Then all that it passed is put together by customer, in
 * chains whose links are the events themselves: a map of customers that is kept up as events arrive
 * costs several times as much.
 *
 * <p>A checkpoint holds, for each key group in which something waits:
 *
 * <pre>
 *   version (1 byte) | spilled events (8) | events on the heap (4)
 *   | snapshot of their serializer, deflated (length in 4, bytes) | the events
 * </pre>
 *
 * <p>The snapshot stands in every key group, since each may be restored elsewhere: 14 KiB each as
 * it is, as in version 1, which is still read, and a tenth of that deflated.
 */
final class Reordering {
  private static final byte PLAIN_SNAPSHOT = 1;
  private static final byte VERSION = 2;

  /** So long that there are few slices, so short that most of one has passed. */
  private static final long SLICE_MILLIS = 250;

  /** What is done with a customer whose events the watermark passed. */
  @FunctionalInterface
  interface Flush {
    /**
     * Events are in the total order, and at least one.
     *
     * @param events the caller's, who changes it after the call
     */
    void accept(CustomerKey customer, List<CustomerEvent> events) throws Exception;
  }

  private static final class Waiting {
    final CustomerKey customer;
    final CustomerEvent event;

    /** The next in its chain. */
    Waiting next;

    Waiting(CustomerKey customer, CustomerEvent event) {
      this.customer = customer;
      this.event = event;
    }
  }

  private final int keyGroups;
  private final TypeSerializer<CustomerEvent> serializer;
  private final byte[] snapshot;

  private final NavigableMap<Long, List<Waiting>> slices = new TreeMap<>();

  /** Chains of what the watermark passed; all events of a customer are in one. A power of two. */
  private Waiting[] chains = new Waiting[1 << 4];

  /** How many events are in chains. */
  private int passed;

  private final Map<Integer, Long> spilledByKeyGroup = new HashMap<>();
  private int size;
  private long spilled;

  /** Key groups are as many as the job's maximum parallelism. */
  Reordering(int keyGroups, TypeSerializer<CustomerEvent> serializer) throws IOException {
    this.keyGroups = keyGroups;
    this.serializer = serializer;
    this.snapshot = snapshotOf(serializer);
  }

  /** Events on the heap. */
  int size() {
    return size;
  }

  /** Events in state. */
  long spilled() {
    return spilled;
  }

  /** Takes up an event. */
  void add(CustomerKey customer, CustomerEvent event) {
    slices
        .computeIfAbsent(slice(event.atMillis()), ignored -> new ArrayList<>())
        .add(new Waiting(customer, event));
    size++;
  }

  /** Counts events of a customer that went into state; fewer than 0 when they came out. */
  void spilled(CustomerKey customer, int events) {
    spilledByKeyGroup.merge(
        keyGroupOf(customer), (long) events, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
    spilled += events;
  }

  /**
   * The watermark comes to an instant: everybody's events up to it can be {@linkplain #take taken},
   * and are to be taken {@linkplain #takeAll all} before it goes on.
   */
  void pass(long upToMillis) {
    if (passed > 0) {
      throw new IllegalStateException(passed + " events that the watermark passed were not taken");
    }
    List<List<Waiting>> due = new ArrayList<>();
    long last = slice(upToMillis);
    while (!slices.isEmpty() && slices.firstKey() < last) {
      due.add(slices.pollFirstEntry().getValue());
    }
    List<Waiting> split = slices.remove(last);
    if (split != null) {
      List<Waiting> later = new ArrayList<>();
      List<Waiting> now = new ArrayList<>();
      for (Waiting waiting : split) {
        (waiting.event.atMillis() <= upToMillis ? now : later).add(waiting);
      }
      due.add(now);
      if (!later.isEmpty()) {
        slices.put(last, later);
      }
    }
    for (List<Waiting> slice : due) {
      passed += slice.size();
    }
    makeRoom();
    for (List<Waiting> slice : due) {
      for (Waiting waiting : slice) {
        int chain = chain(waiting.customer);
        waiting.next = chains[chain];
        chains[chain] = waiting;
      }
    }
  }

  /** As many chains as events, or some more; after a burst fewer again. */
  private void makeRoom() {
    int wanted = Math.max(1 << 4, Integer.highestOneBit(Math.max(1, passed)) << 1);
    if (wanted > chains.length || wanted < chains.length >> 3) {
      chains = new Waiting[wanted];
    }
  }

  private int chain(CustomerKey customer) {
    int hash = customer.hashCode() * 0x9E3779B9;
    return (hash ^ hash >>> 16) & (chains.length - 1);
  }

  /**
   * Takes a customer's events up to an instant that the watermark passed, in the total order; none
   * is an empty list.
   */
  List<CustomerEvent> take(CustomerKey customer, long upToMillis) {
    List<CustomerEvent> events = new ArrayList<>();
    take(chain(customer), customer, upToMillis, events);
    return events;
  }

  /** Takes everything that the watermark passed. */
  void takeAll(Flush flush) throws Exception {
    List<CustomerEvent> events = new ArrayList<>();
    for (int chain = 0; chain < chains.length && passed > 0; chain++) {
      while (chains[chain] != null) {
        CustomerKey customer = chains[chain].customer;
        events.clear();
        take(chain, customer, Long.MAX_VALUE, events);
        flush.accept(customer, events);
      }
    }
  }

  private void take(int chain, CustomerKey customer, long upToMillis, List<CustomerEvent> events) {
    Waiting before = null;
    for (Waiting waiting = chains[chain]; waiting != null; waiting = waiting.next) {
      if (waiting.event.atMillis() > upToMillis || !waiting.customer.equals(customer)) {
        before = waiting;
        continue;
      }
      events.add(waiting.event);
      if (before == null) {
        chains[chain] = waiting.next;
      } else {
        before.next = waiting.next;
      }
    }
    passed -= events.size();
    size -= events.size();
    if (events.size() > 1) {
      events.sort(CustomerEvent.TOTAL_ORDER);
    }
  }

  private static long slice(long atMillis) {
    return Math.floorDiv(atMillis, SLICE_MILLIS);
  }

  /** Writes what waits, key group by key group. */
  void write(KeyedStateCheckpointOutputStream out) throws IOException {
    Map<Integer, List<CustomerEvent>> byKeyGroup = new HashMap<>();
    for (List<Waiting> slice : slices.values()) {
      for (Waiting waiting : slice) {
        byKeyGroup
            .computeIfAbsent(keyGroupOf(waiting.customer), ignored -> new ArrayList<>())
            .add(waiting.event);
      }
    }
    DataOutputSerializer buffer = new DataOutputSerializer(1 << 12);
    for (int keyGroup : out.getKeyGroupList()) {
      List<CustomerEvent> events = byKeyGroup.getOrDefault(keyGroup, List.of());
      long inState = spilledByKeyGroup.getOrDefault(keyGroup, 0L);
      if (events.isEmpty() && inState == 0) {
        continue;
      }
      buffer.clear();
      buffer.writeByte(VERSION);
      buffer.writeLong(inState);
      buffer.writeInt(events.size());
      buffer.writeInt(snapshot.length);
      buffer.write(snapshot);
      for (CustomerEvent event : events) {
        serializer.serialize(event, buffer);
      }
      out.startNewKeyGroup(keyGroup);
      out.write(buffer.getSharedBuffer(), 0, buffer.length());
    }
  }

  /** Reads what {@link #write} wrote for the key groups that are this subtask's now. */
  void read(Iterable<KeyGroupStatePartitionStreamProvider> inputs, ClassLoader classes)
      throws IOException {
    byte[] last = snapshot;
    TypeSerializer<CustomerEvent> writtenBy = serializer;
    for (KeyGroupStatePartitionStreamProvider input : inputs) {
      DataInputView in = new DataInputViewStreamWrapper(input.getStream());
      byte version = in.readByte();
      if (version != VERSION && version != PLAIN_SNAPSHOT) {
        throw new IOException(
            "events that wait: found format " + version + ", expected " + VERSION + " at most");
      }
      long inState = in.readLong();
      if (inState > 0) {
        spilledByKeyGroup.put(input.getKeyGroupId(), inState);
        spilled += inState;
      }
      int count = in.readInt();
      byte[] itsSnapshot = new byte[in.readInt()];
      in.readFully(itsSnapshot);
      if (!Arrays.equals(itsSnapshot, last)) {
        last = itsSnapshot;
        writtenBy = serializerOf(version == PLAIN_SNAPSHOT ? last : inflated(last), classes);
      }
      for (int i = 0; i < count; i++) {
        CustomerEvent event = writtenBy.deserialize(in);
        add(event.key(), event);
      }
    }
  }

  private int keyGroupOf(CustomerKey customer) {
    return KeyGroupRangeAssignment.assignToKeyGroup(customer, keyGroups);
  }

  private static byte[] snapshotOf(TypeSerializer<CustomerEvent> serializer) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(1 << 10);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
      deflater.write(out.getSharedBuffer(), 0, out.length());
    }
    return deflated.toByteArray();
  }

  private static byte[] inflated(byte[] snapshot) throws IOException {
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(snapshot))) {
      return in.readAllBytes();
    }
  }

  /** The serializer that reads what an earlier version of an event's record left. */
  private static TypeSerializer<CustomerEvent> serializerOf(byte[] snapshot, ClassLoader classes)
      throws IOException {
    return TypeSerializerSnapshot.<CustomerEvent>readVersionedSnapshot(
            new DataInputDeserializer(snapshot), classes)
        .restoreSerializer();
  }
}
