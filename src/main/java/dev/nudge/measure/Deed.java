package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CodePoints;
import java.io.IOException;
import java.util.Comparator;

/** What {@link CustomerTallies} keeps of something that happened, to put late events before it. */
sealed interface Deed permits Ordered, Clicked, Entered {
  /**
   * As {@link dev.nudge.event.CustomerEvent#TOTAL_ORDER}; raw bytes tell only copies apart, of
   * which one alone is kept. Stage changes come after the events of their instant.
   */
  Comparator<Deed> ORDER =
      Comparator.comparingLong(Deed::atMillis)
          .thenComparingInt(Deed::kind)
          .thenComparing(Deed::compareOrders)
          .thenComparing(Deed::messageId, CodePoints.ORDER)
          .thenComparingLong(Deed::version);

  /** Event time, epoch milliseconds. */
  long atMillis();

  /** The rank among kinds, and its number in bytes. */
  int kind();

  /** The message it came by; '' for none. */
  String messageId();

  /** Which of two stage changes is the later. */
  default long version() {
    return 0;
  }

  /** Writes what {@link #read} reads. */
  void write(CodedOutputStream out) throws IOException;

  static Deed read(CodedInputStream in) throws IOException {
    int kind = in.readUInt32();
    return switch (kind) {
      case Ordered.KIND -> Ordered.read(in);
      case Clicked.KIND -> Clicked.read(in);
      case Entered.KIND -> Entered.read(in);
      default -> throw new IOException("no deed is of kind " + kind);
    };
  }

  private static int compareOrders(Deed a, Deed b) {
    if (a instanceof Ordered x && b instanceof Ordered y) {
      int byId = CodePoints.ORDER.compare(x.orderId(), y.orderId());
      return byId != 0 ? byId : x.status().compareTo(y.status());
    }
    return 0;
  }
}
