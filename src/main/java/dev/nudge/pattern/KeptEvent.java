package dev.nudge.pattern;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event that partial matches or timers of a customer hold, as bytes until somebody looks at it.
 * All rules of the customer share it, by its number.
 */
final class KeptEvent extends Taken<Occurrence> {
  /** Longest text of a field that is kept; a longer one is cut off from what is kept. */
  static final int MAX_TEXT = 1_024;

  /** Fields that are kept of an event; further ones are not, by the order of their names. */
  static final int MAX_FIELDS = 64;

  /**
   * Words that stand for themselves by a number. A word is never removed and keeps its place: it is
   * in checkpoints.
   */
  private static final List<String> WORDS =
      List.of(
          "Product Viewed",
          "Product Added",
          "Product Removed",
          "Product Added to Wishlist",
          "Checkout Started",
          "Coupon Entered",
          "Product Shared",
          "Product Reviewed",
          "Order Placed",
          "Order Paid",
          "Order Cancelled",
          "Order Refunded",
          "Nudge Sent",
          "Nudge Clicked",
          "productId",
          "name",
          "category",
          "brand",
          "price",
          "quantity",
          "currency",
          "sessionId",
          "orderId",
          "amount",
          "grantId",
          "refundOf",
          "country",
          "triggerId",
          "couponType",
          "channel",
          "discount",
          "value");

  /** By their numbers in bytes: one is never moved. */
  private static final List<Value.Type> TYPES =
      List.of(Value.Type.STRING, Value.Type.NUMBER, Value.Type.BOOLEAN, Value.Type.JSON);

  private static final List<Topic> TOPICS =
      List.of(Topic.PROFILES, Topic.ORDERS, Topic.DELIVERIES, Topic.CLICKSTREAM);

  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    for (int i = 0; i < WORDS.size(); i++) {
      NUMBERS.put(WORDS.get(i), i + 1);
    }
  }

  /** The event's number within the customer's state; -1 while nothing holds it. */
  int number = -1;

  /** By which writing it was kept last. */
  int writing;

  private Occurrence event;

  /** Its body, as it was read, lies in here; null for an event that just happened. */
  private byte[] bytes;

  private int from;
  private int length;

  /** An event that just happened. */
  KeptEvent(Occurrence event, int ordinal) {
    super(event, event.atMillis(), ordinal);
    this.event = event;
  }

  private KeptEvent(int number, long atMillis, int ordinal, byte[] bytes, int from, int length) {
    super(null, atMillis, ordinal);
    this.number = number;
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  @Override
  Occurrence event() {
    if (event == null) {
      event = decode();
    }
    return event;
  }

  void writeTo(CodedOutputStream out, Scratch scratch) throws IOException {
    out.writeUInt32NoTag(number);
    out.writeSInt64NoTag(atMillis());
    out.writeUInt32NoTag(ordinal());
    if (bytes == null) {
      encode(event, scratch.begin());
      scratch.endInto(out);
    } else {
      out.writeUInt32NoTag(length);
      out.write(bytes, from, length);
    }
  }

  /**
   * Reads an event's head; its body stays bytes.
   *
   * @param state what is read, which must not be written to while the event is needed
   * @param start where the stream began in it
   */
  static KeptEvent readFrom(CodedInputStream in, byte[] state, int start) throws IOException {
    int number = in.readUInt32();
    long atMillis = in.readSInt64();
    int ordinal = in.readUInt32();
    int length = in.readUInt32();
    int from = start + in.getTotalBytesRead();
    in.skipRawBytes(length);
    return new KeptEvent(number, atMillis, ordinal, state, from, length);
  }

  private static void encode(Occurrence event, CodedOutputStream out) throws IOException {
    writeWord(out, event.name());
    writeText(out, event.messageId());
    out.writeUInt32NoTag(TOPICS.indexOf(event.topic()));
    Map<String, Value> fields = fewEnough(event.fields());
    int kept = 0;
    for (Value value : fields.values()) {
      kept += isKept(value) ? 1 : 0;
    }
    out.writeUInt32NoTag(kept);
    for (Map.Entry<String, Value> field : fields.entrySet()) {
      Value value = field.getValue();
      if (isKept(value)) {
        writeWord(out, field.getKey());
        out.writeUInt32NoTag(TYPES.indexOf(value.type()));
        writeText(out, value.text());
      }
    }
  }

  private static boolean isKept(Value value) {
    return value.text().length() <= MAX_TEXT;
  }

  /** Of too many the first by name, so that they are the same everywhere. */
  private static Map<String, Value> fewEnough(Map<String, Value> fields) {
    if (fields.size() <= MAX_FIELDS) {
      return fields;
    }
    TreeMap<String, Value> few = new TreeMap<>(fields);
    few.values().removeIf(value -> !isKept(value));
    while (few.size() > MAX_FIELDS) {
      few.pollLastEntry();
    }
    return few;
  }

  private Occurrence decode() {
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
    try {
      String name = readWord(in);
      String messageId = in.readString();
      Topic topic = TOPICS.get(in.readUInt32());
      int count = in.readUInt32();
      Map<String, Value> fields = new HashMap<>();
      for (int i = 0; i < count; i++) {
        String field = readWord(in);
        Value.Type type = TYPES.get(in.readUInt32());
        fields.put(field, new Value(type, in.readString()));
      }
      return new Occurrence(name, atMillis(), messageId, topic, fields);
    } catch (IOException e) {
      throw new UncheckedIOException("an event in state can't be read", e);
    }
  }

  private static void writeWord(CodedOutputStream out, String word) throws IOException {
    Integer number = NUMBERS.get(word);
    out.writeUInt32NoTag(number == null ? 0 : number);
    if (number == null) {
      writeText(out, word);
    }
  }

  private static String readWord(CodedInputStream in) throws IOException {
    int number = in.readUInt32();
    return number == 0 ? in.readString() : WORDS.get(number - 1);
  }

  /** What is no text, half a surrogate pair, becomes a question mark without a word. */
  private static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
