package dev.nudge.event;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.inBytes;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The total order of a customer's events. */
class CustomerEventTest {
  private static final List<CustomerEvent> ASCENDING =
      List.of(
          as("zzz", viewed(ANNA, START - 1)),
          as("m1", profiled(ANNA, START)),
          as("m2", profiled(ANNA, START)),
          // Orders by order id, then status; the message id comes last.
          as("z", placed(ANNA, START, "10")),
          as("y", paid(ANNA, START, "10")),
          as("x", cancelled(ANNA, START, "10")),
          as("w", refunded(ANNA, START, "10", "1")),
          as("d", placed(ANNA, START, "9")),
          as("a", paid(ANNA, START, "9")),
          as("b", paid(ANNA, START, "9")),
          as("a", placed(ANNA, START, "\uf8ff")),
          as("a", placed(ANNA, START, "\ud83d\ude00")),
          as("a", delivered(ANNA, START)),
          as("a", viewed(ANNA, START)),
          as("\uf8ff", viewed(ANNA, START)),
          as("\ud83d\ude00", viewed(ANNA, START)),
          inBytes(as("\ud83d\ude01", viewed(ANNA, START)), (byte) 1),
          inBytes(as("\ud83d\ude01", viewed(ANNA, START)), (byte) 1, (byte) 0),
          inBytes(as("\ud83d\ude01", viewed(ANNA, START)), (byte) 127),
          inBytes(as("\ud83d\ude01", viewed(ANNA, START)), (byte) -128),
          inBytes(as("\ud83d\ude01", viewed(ANNA, START)), (byte) -1),
          profiled(ANNA, START + 1));

  @Test
  void everyPairOfTheTableComparesByPosition() {
    for (int i = 0; i < ASCENDING.size(); i++) {
      for (int j = 0; j < ASCENDING.size(); j++) {
        int compared = CustomerEvent.TOTAL_ORDER.compare(ASCENDING.get(i), ASCENDING.get(j));
        assertThat(Integer.signum(compared))
            .as("%s against %s", i, j)
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void anyArrivalIsSortedIntoTheSameOrder() {
    List<CustomerEvent> arrived = new ArrayList<>(ASCENDING);
    Collections.shuffle(arrived, new Random(7));
    arrived.sort(CustomerEvent.TOTAL_ORDER);
    assertThat(arrived).containsExactlyElementsOf(ASCENDING);
  }

  @Test
  void equalEventsAreOfOneCustomerInTheSameBytes() {
    CustomerEvent annas = viewed(ANNA, START);
    assertThat(annas).isEqualTo(viewed(ANNA, START)).hasSameHashCodeAs(viewed(ANNA, START));
    assertThat(annas).isNotEqualTo(viewed(BERT, START));
    assertThat(annas).isNotEqualTo(inBytes(viewed(ANNA, START), (byte) 1));
  }

  @Test
  void topicFollowsFromWhatIsThere() {
    assertThat(profiled(ANNA, START).topic()).isEqualTo(Topic.PROFILES);
    assertThat(paid(ANNA, START, "1").topic()).isEqualTo(Topic.ORDERS);
    assertThat(delivered(ANNA, START).topic()).isEqualTo(Topic.DELIVERIES);
    assertThat(viewed(ANNA, START).topic()).isEqualTo(Topic.CLICKSTREAM);
  }
}
