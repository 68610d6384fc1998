package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CodePoints;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often the most frequent of many things came, in bounded space: Space-Saving, after Metwally,
 * Agrawal and El Abbadi, Efficient Computation of Frequent and Top-k Elements in Data Streams,
 * 2005.
 *
 * <p>When it is full, a thing that it does not know takes the place of the one that came least, and
 * its count and one more: what is frequent stays, and no count is too low.
 */
final class TopCounts {
  private final int capacity;
  private final Map<String, Long> counts = new TreeMap<>(CodePoints.ORDER);

  TopCounts(int capacity) {
    this.capacity = capacity;
  }

  /**
   * One more came.
   *
   * @return the one that had to go for it; null if none had to
   */
  String add(String thing) {
    Long count = counts.get(thing);
    if (count != null || counts.size() < capacity) {
      counts.put(thing, count == null ? 1 : count + 1);
      return null;
    }
    String least = least();
    counts.put(thing, counts.remove(least) + 1);
    return least;
  }

  /** A thing came so often. */
  void put(String thing, long count) {
    counts.put(thing, count);
  }

  /** The one that came least; of equals the last by code point. */
  private String least() {
    String least = null;
    long fewest = Long.MAX_VALUE;
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      if (each.getValue() <= fewest) {
        fewest = each.getValue();
        least = each.getKey();
      }
    }
    return least;
  }

  /** How often each came, at most; by code point. */
  Map<String, Long> counts() {
    return counts;
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(counts.size());
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      MomentCodec.writeText(out, each.getKey());
      out.writeUInt64NoTag(each.getValue());
    }
  }

  void read(CodedInputStream in) throws IOException {
    int size = in.readUInt32();
    for (int i = 0; i < size; i++) {
      counts.put(in.readString(), in.readUInt64());
    }
  }
}
