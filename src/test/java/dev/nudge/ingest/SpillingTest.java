package dev.nudge.ingest;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What does not fit on the heap waits in state, and nobody can tell from what is said.
 *
 * <p>The story: three hours of clicks of twelve customers, while orders and deliveries lag an hour
 * behind them and hold the watermark back.
 */
@ParameterizedClass
@EnumSource(Backend.class)
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class SpillingTest {
  private static final int CUSTOMERS = 12;
  private static final int STEPS = 540;
  private static final IngestConfig ROOMY = IngestConfig.from(new Configuration());
  private static final IngestConfig TIGHT = bounded(20);
  private static final IngestConfig NONE = bounded(0);

  private final Backend backend;

  SpillingTest(Backend backend) {
    this.backend = backend;
  }

  private static IngestConfig bounded(int events) {
    return IngestConfig.from(new Configuration().set(IngestConfig.MAX_EVENTS_ON_HEAP, events));
  }

  @Test
  void nobodyCanTellWhetherEventsWaitedOnTheHeapOrInState() throws Exception {
    Map<String, List<String>> expected = new TreeMap<>();
    try (var roomy = CustomerHarness.start(new Reminder(), ROOMY, backend)) {
      roomy.endOfDefinitions();
      live(0, STEPS, roomy);
      end(roomy);
      assertThat(roomy.counted("spilled")).isZero();
      collect(roomy, expected);
    }
    assertThat(expected).hasSize(CUSTOMERS);
    assertThat(expected.toString()).contains("reminder", "[PLACED]", "[PLACED, PAID]");
    for (IngestConfig config : List.of(TIGHT, NONE)) {
      Map<String, List<String>> said = new TreeMap<>();
      try (var tight = CustomerHarness.start(new Reminder(), config, backend)) {
        tight.endOfDefinitions();
        live(0, STEPS, tight);
        assertThat((Long) tight.shown("eventsSpilled")).isPositive();
        assertThat((Integer) tight.shown("eventsOnHeap"))
            .isLessThanOrEqualTo(config.maxEventsOnHeap());
        assertThat(tight.counted("spilled")).isGreaterThan(STEPS / 2);
        end(tight);
        assertNothingIsLeft(tight);
        collect(tight, said);
      }
      assertThat(said).isEqualTo(expected);
    }
  }

  @Test
  void whatWaitsAndWhatIsDueGoesWithItsCustomerToAnyParallelism() throws Exception {
    Map<String, List<String>> expected = new TreeMap<>();
    try (var roomy = CustomerHarness.start(new Reminder(), ROOMY, backend)) {
      roomy.endOfDefinitions();
      live(0, STEPS, roomy);
      end(roomy);
      collect(roomy, expected);
    }
    for (IngestConfig config : List.of(ROOMY, TIGHT, NONE)) {
      assertThat(saidWhenRescaled(config)).isEqualTo(expected);
    }
  }

  private Map<String, List<String>> saidWhenRescaled(IngestConfig config) throws Exception {
    Map<String, List<String>> said = new TreeMap<>();
    OperatorSubtaskState one;
    long waiting;
    try (var alone = CustomerHarness.start(new Reminder(), config, backend)) {
      alone.endOfDefinitions();
      live(0, STEPS / 3, alone);
      collect(alone, said);
      one = alone.snapshot(1, 1);
      waiting = waiting(alone);
      assertThat(waiting).isGreaterThan(100);
      assertThat(alone.numEventTimeTimers()).isPositive();
    }
    OperatorSubtaskState two;
    try (var left = CustomerHarness.restore(one, new Reminder(), config, backend, 1, 2, 0);
        var right = CustomerHarness.restore(one, new Reminder(), config, backend, 1, 2, 1)) {
      assertThat(waiting(left)).isPositive().isLessThan(waiting);
      assertThat(waiting(left) + waiting(right)).isEqualTo(waiting);
      live(STEPS / 3, 2 * STEPS / 3, left, right);
      collect(left, said);
      collect(right, said);
      waiting = waiting(left) + waiting(right);
      two = CustomerHarness.repackageState(left.snapshot(2, 2), right.snapshot(2, 2));
    }
    try (var again = CustomerHarness.restore(two, new Reminder(), config, backend, 2, 1, 0)) {
      assertThat(waiting(again)).isEqualTo(waiting);
      live(2 * STEPS / 3, STEPS, again);
      end(again);
      assertNothingIsLeft(again);
      collect(again, said);
    }
    return said;
  }

  private static long waiting(CustomerHarness<Long, String> harness) {
    return (Integer) harness.shown("eventsOnHeap") + (Long) harness.shown("eventsSpilled");
  }

  @Test
  void eventsOfOneInstantMeetWhereverTheyWaited() throws Exception {
    try (var harness = CustomerHarness.start(new Reminder(), bounded(1), backend)) {
      harness.endOfDefinitions();
      harness.receive(
          as("b", viewed(ANNA, START)), as("a", viewed(ANNA, START)), as("c", viewed(ANNA, START)));
      harness.receive(as("b", viewed(ANNA, START)));
      harness.watermark(START + 7 * MINUTE);
      assertThat(harness.said()).containsExactly("anna+0 a b c", "anna+420000 reminder 2");
      assertThat(harness.counted("duplicates")).isEqualTo(1);
    }
  }

  @Test
  void dueInstantsFallBetweenSpilledEventsAndAfterThoseOfTheirOwn() throws Exception {
    try (var harness = CustomerHarness.start(new Reminder(), bounded(1), backend)) {
      harness.endOfDefinitions();
      harness.receive(
          as("d", delivered(ANNA, START + 14 * MINUTE)),
          as("c", delivered(ANNA, START + 8 * MINUTE)),
          as("b", delivered(ANNA, START + 7 * MINUTE)),
          as("a", viewed(ANNA, START)));
      harness.watermark(START + 15 * MINUTE);
      assertThat(harness.said())
          .containsExactly(
              "anna+0 a", "anna+420000 b reminder 2", "anna+480000 c", "anna+840000 d reminder 1");
    }
  }

  @Test
  void eventsThatWaitForDefinitionsAreBoundedToo() throws Exception {
    try (var harness = CustomerHarness.start(new Reminder(), bounded(2), backend)) {
      for (int i = 0; i < 5; i++) {
        harness.receive(delivered(ANNA, START + i));
      }
      harness.watermark(START + 10);
      assertThat(harness.said()).isEmpty();
      assertThat(harness.shown("eventsOnHeap")).isEqualTo(2);
      assertThat(harness.shown("eventsSpilled")).isEqualTo(3L);
      harness.definitionsRead();
      assertThat(harness.said()).hasSize(5);
      assertThat(harness.watermarks()).containsExactly(START + 10);
    }
  }

  /** Lets some of the story's steps happen, each customer's where its key group is. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  private static void live(int from, int to, CustomerHarness<Long, String>... subtasks)
      throws Exception {
    // The story is the same wherever it is taken up.
    Random random = new Random(5);
    for (int step = 0; step < to; step++) {
      long now = START + step * (20 * SECOND);
      List<CustomerEvent> events = new ArrayList<>();
      events.add(as("c" + step, viewed(who(random), now - random.nextInt(5) * SECOND)));
      if (step % 7 == 0) {
        events.add(as("c" + random.nextInt(step + 1), viewed(who(random), now)));
      }
      CustomerKey buyer = who(random);
      String order = "o" + random.nextInt(40);
      events.add(as("p" + step, placed(buyer, now - HOUR, order)));
      events.add(as("q" + step, paid(buyer, now - HOUR + random.nextInt(2), order)));
      events.add(as("d" + step, delivered(who(random), now - HOUR)));
      if (step < from) {
        continue;
      }
      for (CustomerEvent event : events) {
        int subtask =
            KeyGroupRangeAssignment.assignKeyToParallelOperator(
                event.key(), CustomerHarness.KEY_GROUPS, subtasks.length);
        subtasks[subtask].receive(event);
      }
      if (step % 4 == 0) {
        for (CustomerHarness<Long, String> subtask : subtasks) {
          subtask.watermark(now - HOUR - 5 * SECOND);
        }
      }
    }
  }

  private static CustomerKey who(Random random) {
    return new CustomerKey("acme", "c" + random.nextInt(CUSTOMERS));
  }

  private static void end(CustomerHarness<Long, String> harness) throws Exception {
    for (int i = 0; i < CUSTOMERS; i++) {
      harness.receive(erased(new CustomerKey("acme", "c" + i), START + DAY));
    }
    harness.watermark(START + 3 * DAY);
  }

  private static void assertNothingIsLeft(CustomerHarness<Long, String> harness) throws Exception {
    // RocksDB's timers are removed in batches, of which a snapshot ends the last.
    harness.snapshot(3, 3);
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(waiting(harness)).isZero();
  }

  /** Customer by customer, in the order it was said. */
  private static void collect(
      CustomerHarness<Long, String> harness, Map<String, List<String>> said) {
    for (String entry : harness.said()) {
      said.computeIfAbsent(entry.substring(0, entry.indexOf('+')), ignored -> new ArrayList<>())
          .add(entry);
    }
  }
}
