package dev.nudge.ingest;

import dev.nudge.event.OrderStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The statuses that an order has had.
 *
 * @param atMillis event time of the newest of them, epoch milliseconds
 * @param statuses one bit each
 */
public record OrderSteps(long atMillis, int statuses) {
  static final OrderSteps NONE = new OrderSteps(0, 0);

  /** Every set that there can be, at its bits. */
  private static final List<Set<OrderStatus>> SETS = sets();

  boolean has(OrderStatus status) {
    return (statuses & bit(status)) != 0;
  }

  OrderSteps with(OrderStatus status, long nowMillis) {
    return new OrderSteps(nowMillis, statuses | bit(status));
  }

  Set<OrderStatus> toSet() {
    return SETS.get(statuses);
  }

  private static int bit(OrderStatus status) {
    return switch (status) {
      case PLACED -> 1;
      case PAID -> 2;
      case CANCELLED -> 4;
      case REFUNDED -> 8;
    };
  }

  private static List<Set<OrderStatus>> sets() {
    List<Set<OrderStatus>> sets = new ArrayList<>();
    for (int bits = 0; bits < 1 << OrderStatus.values().length; bits++) {
      Set<OrderStatus> set = EnumSet.noneOf(OrderStatus.class);
      for (OrderStatus status : OrderStatus.values()) {
        if ((bits & bit(status)) != 0) {
          set.add(status);
        }
      }
      sets.add(Collections.unmodifiableSet(set));
    }
    return List.copyOf(sets);
  }
}
