package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What most often comes together with each of many things: with a product the products of one order
 * with it, with a group of people the products that they buy.
 *
 * <p>Things stand on shelves by their hash, and each shelf holds so many: of what came it keeps the
 * most frequent, as {@link TopCounts} does. So one shelf is read and written where one thing comes,
 * however many there are.
 */
final class Together {
  private static final int FORMAT = 1;

  /** How much is remembered. */
  record Bounds(int shelves, int thingsOnShelf, int companions) {}

  private static final class Thing {
    final TopCounts companions;
    String label = "";

    Thing(int companions) {
      this.companions = new TopCounts(companions);
    }
  }

  private static final class Shelf {
    final TopCounts counts;
    final Map<String, Thing> things = new HashMap<>();
    boolean changed;

    Shelf(int capacity) {
      counts = new TopCounts(capacity);
    }
  }

  private final Notes notes;
  private final String prefix;
  private final Bounds bounds;
  private final Map<String, Shelf> read = new TreeMap<>();

  Together(Notes notes, String prefix, Bounds bounds) {
    this.notes = notes;
    this.prefix = prefix;
    this.bounds = bounds;
  }

  /**
   * A thing came, with others.
   *
   * @param label what else is known of the thing; null for nothing new
   */
  void add(String thing, String label, Collection<String> companions) throws IOException {
    Shelf shelf = shelf(thing);
    shelf.changed = true;
    String gone = shelf.counts.add(thing);
    if (gone != null) {
      shelf.things.remove(gone);
    }
    Thing known = shelf.things.computeIfAbsent(thing, t -> new Thing(bounds.companions()));
    known.label = label == null ? known.label : label;
    companions.forEach(known.companions::add);
  }

  /** How often others came with it, at most; empty if it is not known. */
  Map<String, Long> with(String thing) throws IOException {
    Thing known = shelf(thing).things.get(thing);
    return known == null ? Map.of() : known.companions.counts();
  }

  /** What else is known of a thing; empty for nothing. */
  String label(String thing) throws IOException {
    Thing known = shelf(thing).things.get(thing);
    return known == null ? "" : known.label;
  }

  /** How many shelves are in memory. */
  int inMemory() {
    return read.size();
  }

  /** Writes what has changed, and forgets what was read. */
  void write() throws IOException {
    for (Map.Entry<String, Shelf> each : read.entrySet()) {
      if (each.getValue().changed) {
        notes.write(each.getKey(), encode(each.getValue()));
      }
    }
    read.clear();
  }

  private Shelf shelf(String thing) throws IOException {
    // A string's hash is the same on every machine.
    int hash = thing.hashCode();
    String key = prefix + Math.floorMod(hash ^ (hash >>> 16), bounds.shelves());
    Shelf shelf = read.get(key);
    if (shelf == null) {
      shelf = decode(notes.read(key));
      read.put(key, shelf);
    }
    return shelf;
  }

  private static byte[] encode(Shelf shelf) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(FORMAT);
    out.writeUInt32NoTag(shelf.counts.counts().size());
    for (Map.Entry<String, Long> each : shelf.counts.counts().entrySet()) {
      Thing thing = shelf.things.get(each.getKey());
      MomentCodec.writeText(out, each.getKey());
      out.writeUInt64NoTag(each.getValue());
      MomentCodec.writeText(out, thing.label);
      thing.companions.write(out);
    }
    out.flush();
    return bytes.toByteArray();
  }

  private Shelf decode(byte[] bytes) throws IOException {
    Shelf shelf = new Shelf(bounds.thingsOnShelf());
    if (bytes == null) {
      return shelf;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IOException("what comes together: found format " + format + ", expected " + FORMAT);
    }
    int size = in.readUInt32();
    for (int i = 0; i < size; i++) {
      String name = in.readString();
      shelf.counts.put(name, in.readUInt64());
      Thing known = new Thing(bounds.companions());
      known.label = in.readString();
      known.companions.read(in);
      shelf.things.put(name, known);
    }
    return shelf;
  }
}
