package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Two numbers for each minute or hour of the last time. Bounded by that time: what is older goes
 * with {@link #forgetBefore}, and nothing is added that lies ahead.
 */
final class Buckets {
  /** By its begin, epoch milliseconds. */
  final NavigableMap<Long, long[]> byStart = new TreeMap<>();

  void add(long startMillis, long one, long other) {
    long[] numbers = byStart.computeIfAbsent(startMillis, none -> new long[2]);
    numbers[0] += one;
    numbers[1] += other;
  }

  long one(long startMillis) {
    long[] numbers = byStart.get(startMillis);
    return numbers == null ? 0 : numbers[0];
  }

  long sumOfOnes() {
    return byStart.values().stream().mapToLong(numbers -> numbers[0]).sum();
  }

  long sumOfOthers() {
    return byStart.values().stream().mapToLong(numbers -> numbers[1]).sum();
  }

  /** The end of the newest, each of which lasts so long; 0 where there is none. */
  long endMillis(long lengthMillis) {
    return byStart.isEmpty() ? 0 : byStart.lastKey() + lengthMillis;
  }

  void forgetBefore(long startMillis) {
    byStart.headMap(startMillis, false).clear();
  }

  boolean isEmpty() {
    return byStart.isEmpty();
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(byStart.size());
    for (Map.Entry<Long, long[]> each : byStart.entrySet()) {
      out.writeSInt64NoTag(each.getKey());
      out.writeSInt64NoTag(each.getValue()[0]);
      out.writeSInt64NoTag(each.getValue()[1]);
    }
  }

  void read(CodedInputStream in) throws IOException {
    for (int left = in.readUInt32(); left > 0; left--) {
      byStart.put(in.readSInt64(), new long[] {in.readSInt64(), in.readSInt64()});
    }
  }
}
