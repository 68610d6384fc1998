package dev.nudge.ingest;

import dev.nudge.event.CustomerKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;

/**
 * Goes through all customers of a subtask, some at each watermark.
 *
 * <p>When a visit is pending is checkpointed, how far it has come is not: after a restart it begins
 * anew, which does no harm.
 */
final class Visits {
  /** No visit is wanted. */
  static final long NONE = Long.MAX_VALUE;

  /** Customers at a watermark: few enough to be no pause. */
  static final int AT_ONCE = 1_000;

  private final String state;
  private long fromMillis = NONE;
  private long nextFromMillis = NONE;
  private Stream<CustomerKey> keys;
  private Iterator<CustomerKey> rest;

  /** Visits to the customers who have something in the state of that name. */
  Visits(String state) {
    this.state = state;
  }

  /** From when on everyone is to be visited; a visit that is under way is then followed by one. */
  void want(long atMillis) {
    if (rest == null) {
      fromMillis = Math.min(fromMillis, atMillis);
    }
    nextFromMillis = nextFromMillis == NONE ? atMillis : Math.max(nextFromMillis, atMillis);
  }

  /** From when on a visit is due that is not over; {@link #NONE} for none. */
  long pendingMillis() {
    return Math.min(fromMillis, nextFromMillis);
  }

  /** The customers of this watermark; none when nothing is wanted. */
  List<CustomerKey> next(long watermarkMillis, KeyedStateBackend<CustomerKey> backend) {
    if (rest == null) {
      if (fromMillis > watermarkMillis) {
        return List.of();
      }
      begin(watermarkMillis, backend);
    }
    List<CustomerKey> some = new ArrayList<>(AT_ONCE);
    while (some.size() < AT_ONCE && rest.hasNext()) {
      some.add(rest.next());
    }
    if (!rest.hasNext()) {
      close();
      fromMillis = nextFromMillis;
    }
    return some;
  }

  private void begin(long watermarkMillis, KeyedStateBackend<CustomerKey> backend) {
    if (nextFromMillis <= watermarkMillis) {
      nextFromMillis = NONE;
    }
    keys = backend.getKeys(state, VoidNamespace.INSTANCE);
    // RocksDB goes through a snapshot; a map on the heap may not change meanwhile.
    rest = backend instanceof HeapKeyedStateBackend ? keys.toList().iterator() : keys.iterator();
  }

  /** Lets go of RocksDB's snapshot. */
  void close() {
    if (keys != null) {
      keys.close();
      keys = null;
      rest = null;
    }
  }
}
