package dev.nudge.detect;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.detect.Browsing.CategoryDay;
import dev.nudge.detect.Browsing.HourViews;
import dev.nudge.detect.Cart.Item;
import dev.nudge.detect.Refills.Refill;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A customer's features as bytes: a customer who only looked around takes some 60 of them.
 *
 * <p>What a later version adds is written behind the rest; a stream that ends early means that it
 * was not known yet.
 */
public final class CustomerCodec {
  /** By their numbers in bytes: one is never moved. */
  private static final List<LifecycleStage> STAGES =
      List.of(
          LifecycleStage.PROSPECT,
          LifecycleStage.NEW,
          LifecycleStage.GROWING,
          LifecycleStage.STABLE,
          LifecycleStage.DECLINING,
          LifecycleStage.DORMANT,
          LifecycleStage.LOST);

  private static final List<Value.Type> TYPES =
      List.of(Value.Type.STRING, Value.Type.NUMBER, Value.Type.BOOLEAN, Value.Type.JSON);

  private CustomerCodec() {}

  /** Something read from bytes. */
  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Something written to bytes. */
  private interface Writing<T> {
    void write(T value) throws IOException;
  }

  /** Writes a customer. */
  public static void encode(Customer customer, CodedOutputStream out) throws IOException {
    write(out, customer.lifecycle());
    write(out, customer.purchases());
    write(out, customer.browsing());
    write(out, customer.responses());
    writeAll(
        out,
        customer.refills().pending(),
        refill -> {
          writeText(out, refill.productId());
          writeText(out, refill.orderId());
          out.writeSInt64NoTag(refill.dueMillis());
          out.writeUInt32NoTag(refill.days());
        });
    writeAll(
        out,
        new TreeMap<>(customer.attributes()).entrySet(),
        attribute -> {
          writeText(out, attribute.getKey());
          out.writeUInt32NoTag(TYPES.indexOf(attribute.getValue().type()));
          writeText(out, attribute.getValue().text());
        });
    out.writeUInt64NoTag(customer.inputs());
  }

  /**
   * The customer that {@link #encode} wrote.
   *
   * @throws IOException if it is none
   */
  public static Customer decode(CodedInputStream in) throws IOException {
    return new Customer(
        readLifecycle(in),
        readPurchases(in),
        readBrowsing(in),
        readResponses(in),
        new Refills(
            readAll(
                in,
                () ->
                    new Refill(
                        in.readString(), in.readString(), in.readSInt64(), in.readUInt32()))),
        readAttributes(in),
        in.readUInt64());
  }

  private static void write(CodedOutputStream out, Lifecycle lifecycle) throws IOException {
    out.writeUInt32NoTag(lifecycle.stage() == null ? 0 : STAGES.indexOf(lifecycle.stage()) + 1);
    out.writeUInt32NoTag(lifecycle.life());
    out.writeUInt32NoTag(lifecycle.orderCount());
  }

  private static Lifecycle readLifecycle(CodedInputStream in) throws IOException {
    int stage = in.readUInt32();
    return new Lifecycle(
        stage == 0 ? null : STAGES.get(stage - 1), in.readUInt32(), in.readUInt32());
  }

  private static void write(CodedOutputStream out, Purchases purchases) throws IOException {
    out.writeUInt32NoTag(purchases.count());
    out.writeUInt32NoTag(purchases.lifeCount());
    write(out, purchases.sumUnits());
    write(out, purchases.sumOfSquares());
    write(out, purchases.refundUnits());
    out.writeSInt64NoTag(purchases.firstAtMillis());
    out.writeSInt64NoTag(purchases.lastAtMillis());
    writeAll(
        out,
        purchases.days(),
        day -> {
          out.writeSInt64NoTag(day.epochDay());
          out.writeUInt32NoTag(day.orders());
          write(out, day.sumUnits());
        });
    writeAll(out, purchases.lastProducts(), text -> writeText(out, text));
    // Each as its distance to the one before: two or three bytes instead of six.
    long[] before = {purchases.firstAtMillis()};
    writeAll(
        out,
        purchases.paidMillis(),
        paid -> {
          out.writeSInt64NoTag(paid - before[0]);
          before[0] = paid;
        });
  }

  private static Purchases readPurchases(CodedInputStream in) throws IOException {
    int count = in.readUInt32();
    int lifeCount = in.readUInt32();
    BigInteger sum = readInteger(in);
    BigInteger squares = readInteger(in);
    BigInteger refunds = readInteger(in);
    long first = in.readSInt64();
    long last = in.readSInt64();
    List<Purchases.Day> days =
        readAll(in, () -> new Purchases.Day(in.readSInt64(), in.readUInt32(), readInteger(in)));
    List<String> products = readAll(in, in::readString);
    long[] before = {first};
    List<Long> paid =
        readAll(
            in,
            () -> {
              before[0] += in.readSInt64();
              return before[0];
            });
    return new Purchases(
        count, lifeCount, sum, squares, refunds, first, last, days, products, paid);
  }

  private static void write(CodedOutputStream out, Browsing browsing) throws IOException {
    out.writeSInt64NoTag(browsing.lastSeenAtMillis());
    writeAll(
        out,
        browsing.viewHours(),
        hour -> {
          out.writeSInt64NoTag(hour.epochHour());
          out.writeUInt32NoTag(hour.views());
        });
    writeAll(
        out,
        browsing.categoryDays(),
        day -> {
          out.writeSInt64NoTag(day.epochDay());
          writeText(out, day.category());
          out.writeUInt32NoTag(day.views());
        });
    writeAll(out, browsing.hoursOfDay(), out::writeUInt32NoTag);
    writeAll(out, browsing.lastProducts(), text -> writeText(out, text));
    writeAll(
        out,
        new TreeMap<>(browsing.cart().items()).entrySet(),
        item -> {
          writeText(out, item.getKey());
          out.writeSInt64NoTag(item.getValue().quantityUnits());
          out.writeSInt64NoTag(item.getValue().priceUnits());
        });
    out.writeSInt64NoTag(browsing.cart().changedAtMillis());
    out.writeSInt64NoTag(browsing.cart().openedAtMillis());
  }

  private static Browsing readBrowsing(CodedInputStream in) throws IOException {
    return new Browsing(
        in.readSInt64(),
        readAll(in, () -> new HourViews(in.readSInt64(), in.readUInt32())),
        readAll(in, () -> new CategoryDay(in.readSInt64(), in.readString(), in.readUInt32())),
        readAll(in, in::readUInt32),
        readAll(in, in::readString),
        readCart(in));
  }

  private static Cart readCart(CodedInputStream in) throws IOException {
    int count = in.readUInt32();
    Map<String, Item> items = new HashMap<>();
    for (int i = 0; i < count; i++) {
      items.put(in.readString(), new Item(in.readSInt64(), in.readSInt64()));
    }
    return new Cart(items, in.readSInt64(), in.readSInt64());
  }

  private static void write(CodedOutputStream out, Responses responses) throws IOException {
    writeAll(
        out,
        responses.days(),
        day -> {
          out.writeSInt64NoTag(day.epochDay());
          out.writeUInt32NoTag(day.sent());
          out.writeUInt32NoTag(day.clicked());
          out.writeUInt32NoTag(day.redeemed());
        });
    out.writeSInt64NoTag(responses.lastClickedAtMillis());
    write(out, responses.discountUnits());
  }

  private static Responses readResponses(CodedInputStream in) throws IOException {
    return new Responses(
        readAll(
            in,
            () ->
                new Responses.Day(
                    in.readSInt64(), in.readUInt32(), in.readUInt32(), in.readUInt32())),
        in.readSInt64(),
        readInteger(in));
  }

  private static Map<String, Value> readAttributes(CodedInputStream in) throws IOException {
    int count = in.readUInt32();
    Map<String, Value> attributes = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String name = in.readString();
      Value.Type type = TYPES.get(in.readUInt32());
      attributes.put(name, new Value(type, in.readString()));
    }
    return attributes;
  }

  private static void write(CodedOutputStream out, BigInteger number) throws IOException {
    out.writeByteArrayNoTag(number.signum() == 0 ? new byte[0] : number.toByteArray());
  }

  private static BigInteger readInteger(CodedInputStream in) throws IOException {
    byte[] bytes = in.readByteArray();
    return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
  }

  private static <T> void writeAll(CodedOutputStream out, Collection<T> all, Writing<T> writing)
      throws IOException {
    out.writeUInt32NoTag(all.size());
    for (T one : all) {
      writing.write(one);
    }
  }

  private static <T> List<T> readAll(CodedInputStream in, Reading<T> reading) throws IOException {
    int count = in.readUInt32();
    List<T> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(reading.read());
    }
    return all;
  }

  /** What is no text, half a surrogate pair, becomes a question mark without a word. */
  private static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
