package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Anomaly;
import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.StageChange;
import dev.nudge.event.Step;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A moment as bytes, without its tenant and customer, who are known where it lies. */
final class MomentCodec {
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

  private static final List<Topic> TOPICS =
      List.of(Topic.PROFILES, Topic.ORDERS, Topic.DELIVERIES, Topic.CLICKSTREAM);

  private MomentCodec() {}

  /** Something read from bytes. */
  interface Reading<T> {
    T read() throws IOException;
  }

  /** Something written to bytes. */
  interface Writing<T> {
    void write(T value) throws IOException;
  }

  static void write(CodedOutputStream out, Moment moment) throws IOException {
    writeText(out, moment.id());
    writeText(out, moment.kind());
    out.writeSInt64NoTag(moment.atMillis());
    writeIfThere(
        out,
        moment.stageChange(),
        change -> {
          out.writeUInt32NoTag(stage(change.from()));
          out.writeUInt32NoTag(stage(change.to()));
          out.writeUInt32NoTag(change.life());
          out.writeUInt32NoTag(change.orderCount());
          out.writeUInt64NoTag(change.version());
        });
    writeIfThere(
        out,
        moment.anomaly(),
        anomaly -> {
          writeText(out, anomaly.kind());
          writeIfThere(out, anomaly.orderId(), text -> writeText(out, text));
          writeIfThere(out, anomaly.value(), value -> write(out, value));
          writeIfThere(out, anomaly.baseline(), value -> write(out, value));
          write(out, anomaly.evidence());
          out.writeUInt64NoTag(anomaly.version());
        });
    writeIfThere(out, moment.event(), event -> write(out, event));
    writeAll(
        out,
        moment.steps(),
        step -> {
          writeText(out, step.name());
          writeAll(out, step.events(), event -> write(out, event));
        });
    write(out, moment.customer());
  }

  static Moment read(CodedInputStream in, String tenant, String customerId) throws IOException {
    String id = in.readString();
    String kind = in.readString();
    long at = in.readSInt64();
    StageChange change =
        readIfThere(
            in,
            () ->
                new StageChange(
                    tenant,
                    customerId,
                    stage(in.readUInt32()),
                    stage(in.readUInt32()),
                    at,
                    in.readUInt32(),
                    in.readUInt32(),
                    in.readUInt64()));
    Anomaly anomaly =
        readIfThere(
            in,
            () ->
                new Anomaly(
                    tenant,
                    customerId,
                    in.readString(),
                    at,
                    readIfThere(in, in::readString),
                    readIfThere(in, () -> readValue(in)),
                    readIfThere(in, () -> readValue(in)),
                    readValues(in),
                    in.readUInt64()));
    Occurrence event = readIfThere(in, () -> readOccurrence(in));
    List<Step> steps =
        readAll(in, () -> new Step(in.readString(), readAll(in, () -> readOccurrence(in))));
    return new Moment(
        id, tenant, customerId, kind, at, change, anomaly, event, steps, readFeatures(in));
  }

  private static int stage(LifecycleStage stage) {
    return stage == null ? 0 : STAGES.indexOf(stage) + 1;
  }

  private static LifecycleStage stage(int number) {
    return number == 0 ? null : STAGES.get(number - 1);
  }

  private static void write(CodedOutputStream out, Occurrence event) throws IOException {
    writeText(out, event.name());
    out.writeSInt64NoTag(event.atMillis());
    writeText(out, event.messageId());
    out.writeUInt32NoTag(TOPICS.indexOf(event.topic()));
    write(out, event.fields());
  }

  private static Occurrence readOccurrence(CodedInputStream in) throws IOException {
    return new Occurrence(
        in.readString(),
        in.readSInt64(),
        in.readString(),
        TOPICS.get(in.readUInt32()),
        readValues(in));
  }

  private static void write(CodedOutputStream out, Features customer) throws IOException {
    out.writeUInt32NoTag(stage(customer.stage()));
    out.writeUInt32NoTag(customer.life());
    out.writeUInt32NoTag(customer.orderCount());
    out.writeUInt32NoTag(customer.lifeOrderCount());
    write(out, customer.orderSumUnits());
    out.writeDoubleNoTag(customer.orderMean());
    out.writeDoubleNoTag(customer.orderStdDev());
    write(out, customer.refundSumUnits());
    write(out, customer.netSumUnits());
    writeNumber(out, customer.firstOrderAt());
    writeNumber(out, customer.lastOrderAt());
    writeNumber(out, customer.daysSinceOrder());
    out.writeDoubleNoTag(customer.meanGapMillis());
    out.writeUInt32NoTag(customer.orders30d());
    out.writeUInt32NoTag(customer.orders90d());
    out.writeUInt32NoTag(customer.orders180d());
    out.writeUInt32NoTag(customer.orders365d());
    write(out, customer.sum30dUnits());
    write(out, customer.sum90dUnits());
    write(out, customer.sum180dUnits());
    write(out, customer.sum365dUnits());
    writeAll(out, customer.lastBoughtProducts(), text -> writeText(out, text));
    writeNumber(out, customer.lastSeenAt());
    writeNumber(out, customer.daysSinceSeen());
    out.writeUInt32NoTag(customer.viewCount7d());
    write(out, customer.cartValueUnits());
    writeAll(out, customer.favouriteCategories(), text -> writeText(out, text));
    writeAll(out, customer.lastViewedProducts(), text -> writeText(out, text));
    writeIfThere(out, customer.bestHour(), out::writeSInt32NoTag);
    out.writeUInt32NoTag(customer.sent30d());
    out.writeUInt32NoTag(customer.clicked30d());
    out.writeUInt32NoTag(customer.redeemed30d());
    writeNumber(out, customer.lastClickedAt());
    write(out, customer.discountSumUnits());
    writeIfThere(out, customer.age(), out::writeSInt32NoTag);
    writeIfThere(out, customer.daysToBirthday(), out::writeSInt32NoTag);
    write(out, customer.attributes());
  }

  private static Features readFeatures(CodedInputStream in) throws IOException {
    return new Features(
        stage(in.readUInt32()),
        in.readUInt32(),
        in.readUInt32(),
        in.readUInt32(),
        readInteger(in),
        in.readDouble(),
        in.readDouble(),
        readInteger(in),
        readInteger(in),
        readNumber(in),
        readNumber(in),
        readNumber(in),
        in.readDouble(),
        in.readUInt32(),
        in.readUInt32(),
        in.readUInt32(),
        in.readUInt32(),
        readInteger(in),
        readInteger(in),
        readInteger(in),
        readInteger(in),
        readAll(in, in::readString),
        readNumber(in),
        readNumber(in),
        in.readUInt32(),
        readInteger(in),
        readAll(in, in::readString),
        readAll(in, in::readString),
        readIfThere(in, in::readSInt32),
        in.readUInt32(),
        in.readUInt32(),
        in.readUInt32(),
        readNumber(in),
        readInteger(in),
        readIfThere(in, in::readSInt32),
        readIfThere(in, in::readSInt32),
        readValues(in));
  }

  static void write(CodedOutputStream out, Map<String, Value> values) throws IOException {
    writeAll(
        out,
        new ArrayList<>(new TreeMap<>(values).entrySet()),
        value -> {
          writeText(out, value.getKey());
          write(out, value.getValue());
        });
  }

  static Map<String, Value> readValues(CodedInputStream in) throws IOException {
    int count = in.readUInt32();
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < count; i++) {
      values.put(in.readString(), readValue(in));
    }
    return values;
  }

  private static void write(CodedOutputStream out, Value value) throws IOException {
    out.writeUInt32NoTag(TYPES.indexOf(value.type()));
    writeText(out, value.text());
  }

  private static Value readValue(CodedInputStream in) throws IOException {
    return new Value(TYPES.get(in.readUInt32()), in.readString());
  }

  private static void write(CodedOutputStream out, BigInteger number) throws IOException {
    out.writeByteArrayNoTag(number.signum() == 0 ? new byte[0] : number.toByteArray());
  }

  private static BigInteger readInteger(CodedInputStream in) throws IOException {
    byte[] bytes = in.readByteArray();
    return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
  }

  private static void writeNumber(CodedOutputStream out, Long number) throws IOException {
    writeIfThere(out, number, out::writeSInt64NoTag);
  }

  private static Long readNumber(CodedInputStream in) throws IOException {
    return readIfThere(in, in::readSInt64);
  }

  static <T> void writeIfThere(CodedOutputStream out, T value, Writing<T> writing)
      throws IOException {
    out.writeBoolNoTag(value != null);
    if (value != null) {
      writing.write(value);
    }
  }

  static <T> T readIfThere(CodedInputStream in, Reading<T> reading) throws IOException {
    return in.readBool() ? reading.read() : null;
  }

  static <T> void writeAll(CodedOutputStream out, List<T> all, Writing<T> writing)
      throws IOException {
    out.writeUInt32NoTag(all.size());
    for (T one : all) {
      writing.write(one);
    }
  }

  static <T> List<T> readAll(CodedInputStream in, Reading<T> reading) throws IOException {
    int count = in.readUInt32();
    List<T> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(reading.read());
    }
    return all;
  }

  /** What is no text, half a surrogate pair, becomes a question mark without a word. */
  static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
