package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.OrderStatus;
import java.io.IOException;
import java.util.List;

/**
 * A step of an order.
 *
 * @param lostMillis how long after an order the next one is no more an old customer's; kept, for a
 *     policy may change before something comes late
 * @param touch what its last touch was; of paid orders
 */
record Ordered(
    long atMillis,
    String messageId,
    String orderId,
    OrderStatus status,
    String currency,
    long amountUnits,
    long lostMillis,
    RepurchaseTouch touch)
    implements Deed {

  static final int KIND = 1;

  /** By their numbers in bytes: one is never moved. */
  private static final List<OrderStatus> STATUSES =
      List.of(OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.CANCELLED, OrderStatus.REFUNDED);

  private static final List<RepurchaseTouch> TOUCHES =
      List.of(RepurchaseTouch.EVENT, RepurchaseTouch.SCHEDULED, RepurchaseTouch.NONE);

  @Override
  public int kind() {
    return KIND;
  }

  Ordered touchedBy(RepurchaseTouch by) {
    return new Ordered(atMillis, messageId, orderId, status, currency, amountUnits, lostMillis, by);
  }

  @Override
  public void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(KIND);
    out.writeSInt64NoTag(atMillis);
    Texts.write(out, messageId);
    Texts.write(out, orderId);
    out.writeUInt32NoTag(STATUSES.indexOf(status));
    Texts.write(out, currency);
    out.writeSInt64NoTag(amountUnits);
    out.writeSInt64NoTag(lostMillis);
    out.writeUInt32NoTag(TOUCHES.indexOf(touch));
  }

  static Ordered read(CodedInputStream in) throws IOException {
    return new Ordered(
        in.readSInt64(),
        in.readString(),
        in.readString(),
        STATUSES.get(in.readUInt32()),
        in.readString(),
        in.readSInt64(),
        in.readSInt64(),
        TOUCHES.get(in.readUInt32()));
  }
}
