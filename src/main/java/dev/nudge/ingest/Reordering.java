package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
 * The events of a subtask that wait for the watermark, on the heap, customer by customer; and how
 * many more wait in state.
 *
 * <p>So that a watermark looks at the customers it passes only, each customer is listed under the
 * slice of time of its earliest event. Whose earliest event changes is listed anew; the old listing
 * is recognised by its slice and passed over.
 *
 * <p>A checkpoint holds, for each key group in which something waits:
 *
 * <pre>
 *   version (1 byte) | spilled events (8) | events on the heap (4)
 *   | snapshot of their serializer (length in 4, bytes) | the events
 * </pre>
 */
final class Reordering {
  private static final byte VERSION = 1;

  /** Short enough for few customers to be looked at in vain, long enough for few slices. */
  private static final long SLICE_MILLIS = 100;

  /** The slice of a customer with nothing left. */
  private static final long NO_SLICE = Long.MAX_VALUE;

  /** What is done with a customer whose events the watermark passes. */
  @FunctionalInterface
  interface Flush {
    /** Events are in the total order, and at least one. */
    void accept(CustomerKey customer, List<CustomerEvent> events) throws Exception;
  }

  private static final class Waiting {
    final CustomerKey customer;
    List<CustomerEvent> events = new ArrayList<>(4);
    long slice = NO_SLICE;

    Waiting(CustomerKey customer) {
      this.customer = customer;
    }
  }

  private final int keyGroups;
  private final TypeSerializer<CustomerEvent> serializer;

  private final Map<CustomerKey, Waiting> customers = new HashMap<>();
  private final NavigableMap<Long, List<Waiting>> slices = new TreeMap<>();
  private final Map<Integer, Long> spilledByKeyGroup = new HashMap<>();
  private int size;
  private long spilled;

  /** Key groups are as many as the job's maximum parallelism. */
  Reordering(int keyGroups, TypeSerializer<CustomerEvent> serializer) {
    this.keyGroups = keyGroups;
    this.serializer = serializer;
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
    Waiting waiting = customers.get(customer);
    if (waiting == null) {
      waiting = new Waiting(customer);
      customers.put(customer, waiting);
    }
    waiting.events.add(event);
    size++;
    long slice = slice(event.atMillis());
    if (slice < waiting.slice) {
      list(waiting, slice);
    }
  }

  /** Counts events of a customer that went into state; fewer than 0 when they came out. */
  void spilled(CustomerKey customer, int events) {
    spilledByKeyGroup.merge(
        keyGroupOf(customer), (long) events, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
    spilled += events;
  }

  /** Takes a customer's events up to an instant, in the total order; none is an empty list. */
  List<CustomerEvent> take(CustomerKey customer, long upToMillis) {
    Waiting waiting = customers.get(customer);
    return waiting == null ? new ArrayList<>() : take(waiting, upToMillis);
  }

  /** Takes everybody's events up to an instant. */
  void takeAll(long upToMillis, Flush flush) throws Exception {
    long last = slice(upToMillis);
    while (!slices.isEmpty() && slices.firstKey() <= last) {
      Map.Entry<Long, List<Waiting>> listed = slices.pollFirstEntry();
      List<Waiting> later = new ArrayList<>();
      for (Waiting waiting : listed.getValue()) {
        if (waiting.slice != listed.getKey()) {
          continue;
        }
        List<CustomerEvent> due = take(waiting, upToMillis);
        if (!due.isEmpty()) {
          flush.accept(waiting.customer, due);
        }
        if (waiting.slice == listed.getKey()) {
          later.add(waiting);
        }
      }
      if (!later.isEmpty()) {
        // Only the last slice can hold what is behind the instant.
        slices.merge(listed.getKey(), later, Reordering::joined);
        return;
      }
    }
  }

  private List<CustomerEvent> take(Waiting waiting, long upToMillis) {
    List<CustomerEvent> events = waiting.events;
    if (events.size() > 1) {
      events.sort(CustomerEvent.TOTAL_ORDER);
    }
    int due = 0;
    while (due < events.size() && events.get(due).atMillis() <= upToMillis) {
      due++;
    }
    size -= due;
    if (due == events.size()) {
      customers.remove(waiting.customer);
      waiting.slice = NO_SLICE;
      return events;
    }
    if (due == 0) {
      return new ArrayList<>();
    }
    waiting.events = new ArrayList<>(events.subList(due, events.size()));
    long slice = slice(waiting.events.get(0).atMillis());
    if (slice != waiting.slice) {
      list(waiting, slice);
    }
    events.subList(due, events.size()).clear();
    return events;
  }

  private void list(Waiting waiting, long slice) {
    waiting.slice = slice;
    slices.computeIfAbsent(slice, ignored -> new ArrayList<>()).add(waiting);
  }

  private static List<Waiting> joined(List<Waiting> some, List<Waiting> more) {
    some.addAll(more);
    return some;
  }

  private static long slice(long atMillis) {
    return Math.floorDiv(atMillis, SLICE_MILLIS);
  }

  /** Writes what waits, key group by key group. */
  void write(KeyedStateCheckpointOutputStream out) throws IOException {
    Map<Integer, List<CustomerEvent>> byKeyGroup = new HashMap<>();
    for (Waiting waiting : customers.values()) {
      byKeyGroup
          .computeIfAbsent(keyGroupOf(waiting.customer), ignored -> new ArrayList<>())
          .addAll(waiting.events);
    }
    byte[] snapshot = snapshotOf(serializer);
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
    byte[] snapshot = new byte[0];
    TypeSerializer<CustomerEvent> writtenBy = serializer;
    for (KeyGroupStatePartitionStreamProvider input : inputs) {
      DataInputView in = new DataInputViewStreamWrapper(input.getStream());
      byte version = in.readByte();
      if (version != VERSION) {
        throw new IOException(
            "events that wait: found format " + version + ", expected " + VERSION);
      }
      long inState = in.readLong();
      if (inState > 0) {
        spilledByKeyGroup.put(input.getKeyGroupId(), inState);
        spilled += inState;
      }
      int count = in.readInt();
      byte[] itsSnapshot = new byte[in.readInt()];
      in.readFully(itsSnapshot);
      if (!Arrays.equals(itsSnapshot, snapshot)) {
        snapshot = itsSnapshot;
        writtenBy = serializerOf(snapshot, classes);
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
    return out.getCopyOfBuffer();
  }

  /** The serializer that reads what an earlier version of an event's record left. */
  private static TypeSerializer<CustomerEvent> serializerOf(byte[] snapshot, ClassLoader classes)
      throws IOException {
    return TypeSerializerSnapshot.<CustomerEvent>readVersionedSnapshot(
            new DataInputDeserializer(snapshot), classes)
        .restoreSerializer();
  }
}
