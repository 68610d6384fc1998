package dev.nudge.ingest;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.inBytes;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each customer's events once, in one order, and time. */
@ParameterizedClass
@EnumSource(Backend.class)
class CustomerOperatorTest {
  private static final IngestConfig WALL = IngestConfig.from(new Configuration());
  private static final IngestConfig RECORDS =
      IngestConfig.from(
          new Configuration().set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS));

  /** When a customer of the one test that is about it is woken after a restart. */
  private static final long WOKEN = START + DAY + 1;

  private final Backend backend;
  private CustomerHarness<Long, String> harness;

  CustomerOperatorTest(Backend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void start() throws Exception {
    startWith(WALL);
    harness.endOfDefinitions();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  // Order

  @Test
  void eventsWaitForTheWatermarkAndThenGoInOrder() throws Exception {
    harness.receive(as("c", viewed(ANNA, START + 2)), as("b", viewed(ANNA, START + 1)));
    harness.receive(as("a", viewed(ANNA, START + 3)));
    harness.watermark(START);
    assertThat(harness.said()).isEmpty();
    harness.watermark(START + 2);
    assertThat(harness.said()).containsExactly("anna+1 b", "anna+2 c");
    harness.watermark(START + 3);
    assertThat(harness.said()).containsExactly("anna+3 a");
    assertThat(harness.counted("accepted")).isEqualTo(3);
  }

  @Test
  void eventsOfOneInstantGoTogetherInTheTotalOrder() throws Exception {
    List<CustomerEvent> events =
        List.of(
            as("z", profiled(ANNA, START)),
            as("y", placed(ANNA, START, "1")),
            as("x", paid(ANNA, START, "1")),
            as("w", refunded(ANNA, START, "1", "1")),
            as("v", placed(ANNA, START, "2")),
            as("u", delivered(ANNA, START)),
            as("a", viewed(ANNA, START)),
            as("b", viewed(ANNA, START)));
    List<CustomerEvent> arrived = new ArrayList<>(events);
    Collections.shuffle(arrived, new Random(3));
    harness.receive(arrived.toArray(CustomerEvent[]::new));
    harness.watermark(START);
    assertThat(harness.said()).containsExactly("anna+0 z y x[PLACED] w[PLACED, PAID] v u a b");
  }

  @Test
  void customersDoNotMeet() throws Exception {
    CustomerKey other = new CustomerKey("zeta", "anna");
    harness.receive(
        as("m", viewed(ANNA, START)), as("m", viewed(BERT, START)), as("m", viewed(other, START)));
    harness.watermark(START);
    assertThat(harness.said()).containsExactlyInAnyOrder("anna+0 m", "bert+0 m", "anna+0 m");
  }

  // Duplicates

  @Test
  void copyWithin24HoursInclusiveHasNoEffect() throws Exception {
    harness.receive(as("m", viewed(ANNA, START)));
    harness.watermark(START);
    harness.receive(as("m", viewed(ANNA, START + 1)), as("m", viewed(ANNA, START + DAY)));
    harness.watermark(START + DAY);
    assertThat(harness.said()).containsExactly("anna+0 m");
    assertThat(harness.counted("duplicates")).isEqualTo(2);
    assertThat(harness.counted("accepted")).isEqualTo(1);
  }

  @Test
  void messageAMillisecondLaterThan24HoursIsNew() throws Exception {
    harness.receive(as("m", viewed(ANNA, START)), as("m", viewed(ANNA, START + DAY + 1)));
    harness.watermark(START + DAY + 1);
    assertThat(harness.said()).containsExactly("anna+0 m", "anna+86400001 m");
  }

  @Test
  void refusedCopyDoesNotProlongTheWindow() throws Exception {
    harness.receive(
        as("m", viewed(ANNA, START)),
        as("m", viewed(ANNA, START + DAY)),
        as("m", viewed(ANNA, START + DAY + 1)));
    harness.watermark(START + 2 * DAY);
    assertThat(harness.said()).containsExactly("anna+0 m", "anna+86400001 m");
  }

  @Test
  void amongWaitingCopiesTheFirstInTheTotalOrderCounts() throws Exception {
    harness.receive(
        inBytes(as("m", placed(ANNA, START + 1, "1")), (byte) 9),
        inBytes(as("m", placed(ANNA, START, "2")), (byte) 2),
        inBytes(as("m", placed(ANNA, START, "1")), (byte) 1));
    harness.watermark(START + 1);
    assertThat(harness.said()).containsExactly("anna+0 m:1");
    assertThat(harness.counted("duplicates")).isEqualTo(2);
  }

  @Test
  void idOnAnotherTopicIsAnotherMessage() throws Exception {
    harness.receive(as("m", viewed(ANNA, START)), as("m", delivered(ANNA, START)));
    harness.watermark(START);
    assertThat(harness.said()).containsExactly("anna+0 m m");
  }

  @Test
  void secondPaymentOfAnOrderChangesNothing() throws Exception {
    harness.receive(
        as("m1", paid(ANNA, START, "o1")),
        as("m2", paid(ANNA, START, "o1")),
        as("m3", paid(ANNA, START + 400 * DAY, "o1")),
        as("m4", paid(ANNA, START + 400 * DAY, "o2")),
        as("m5", paid(BERT, START + 400 * DAY, "o1")));
    harness.watermark(START);
    assertThat(harness.said()).containsExactly("anna+0 m1");
    harness.watermark(START + 400 * DAY);
    assertThat(harness.said()).containsExactlyInAnyOrder(late("anna", "m4"), late("bert", "m5"));
    assertThat(harness.counted("duplicates")).isEqualTo(2);
  }

  private static String late(String who, String id) {
    return who + "+" + 400 * DAY + " " + id;
  }

  @Test
  void otherStepsOfAPaidOrderCount() throws Exception {
    harness.receive(
        as("m1", paid(ANNA, START, "o1")),
        as("m2", placed(ANNA, START + 1, "o1")),
        as("m3", refunded(ANNA, START + 2, "o1", "1")),
        as("m4", refunded(ANNA, START + 3, "o1", "1")));
    harness.watermark(START + 3);
    assertThat(harness.said())
        .containsExactly(
            "anna+0 m1",
            "anna+1 m2[PAID]",
            "anna+2 m3[PLACED, PAID]",
            "anna+3 m4[PLACED, PAID, REFUNDED]");
  }

  @Test
  void tenThousandPaidOrdersAreRememberedAndThenTheOldestGo() throws Exception {
    int max = Orders.MAX;
    for (int i = 0; i < max; i++) {
      harness.receive(paid(ANNA, START + i, "o" + i));
    }
    harness.watermark(START + max);
    payAgain(START + HOUR, 0);
    assertThat(harness.said()).hasSize(max);
    // One more makes room for a thousand.
    harness.receive(paid(ANNA, START + 2 * HOUR, "one more"));
    payAgain(START + 3 * HOUR, 0, 999, 1_000, max - 1);
    assertThat(harness.said())
        .containsExactly(
            "anna+" + 2 * HOUR + " one more-PAID",
            "anna+"
                + 3 * HOUR
                + " again0@"
                + (START + 3 * HOUR)
                + " again999@"
                + (START + 3 * HOUR));
  }

  private void payAgain(long at, int... orders) throws Exception {
    for (int order : orders) {
      harness.receive(as("again" + order + "@" + at, paid(ANNA, at, "o" + order)));
    }
    harness.watermark(at);
  }

  // Lateness

  @Test
  void lateEventIsCountedAndHasNoEffect() throws Exception {
    harness.receive(as("m1", viewed(ANNA, START)));
    harness.watermark(START + 10);
    harness.receive(
        as("m2", viewed(ANNA, START + 10)),
        as("m3", viewed(ANNA, START - DAY)),
        as("m4", viewed(ANNA, START + 11)),
        // Not even its id is remembered.
        as("m2", viewed(ANNA, START + 12)));
    harness.watermark(START + 20);
    assertThat(harness.said()).containsExactly("anna+0 m1", "anna+11 m4", "anna+12 m2");
    assertThat(harness.counted("late")).isEqualTo(2);
    assertThat(harness.statistics("latenessMillis").getMin()).isZero();
    assertThat(harness.statistics("latenessMillis").getMax()).isEqualTo(DAY + 10);
    assertThat(harness.counted("duplicates")).isZero();
  }

  @Test
  void watermarkNeverGoesBack() throws Exception {
    harness.watermark(START + 10);
    harness.watermark(START);
    harness.receive(viewed(ANNA, START + 5));
    assertThat(harness.counted("late")).isEqualTo(1);
    assertThat(harness.watermarks()).isSorted().endsWith(START + 10);
  }

  @Test
  void latenessIsJudgedByTheRestoredWatermark() throws Exception {
    harness.receive(as("m1", viewed(ANNA, START + 20)), as("m2", viewed(ANNA, START + 15)));
    harness.watermark(START + 10);
    restore();
    harness.receive(as("late", viewed(ANNA, START + 10)), as("m3", viewed(ANNA, START + 11)));
    assertThat(harness.counted("late")).isEqualTo(1);
    // The sources start anew from their first watermark.
    harness.watermark(START - DAY);
    assertThat(harness.said()).isEmpty();
    assertThat(harness.watermarks()).allMatch(at -> at >= START + 10);
    harness.watermark(START + 20);
    assertThat(harness.said()).containsExactly("anna+11 m3", "anna+15 m2", "anna+20 m1");
  }

  @Test
  void restoredJobKnowsItsCopiesAndItsPaidOrders() throws Exception {
    harness.receive(as("m1", viewed(ANNA, START)), as("m2", paid(ANNA, START, "o1")));
    harness.watermark(START);
    restore();
    harness.receive(as("m1", viewed(ANNA, START + HOUR)), as("m3", paid(ANNA, START + HOUR, "o1")));
    harness.watermark(START + HOUR);
    assertThat(harness.said()).isEmpty();
    assertThat(harness.counted("duplicates")).isEqualTo(2);
  }

  @Test
  @SuppressWarnings("try")
  void jobRestoredAtAnotherParallelismGoesOnWhereItWas() throws Exception {
    List<CustomerKey> customers =
        IntStream.range(0, 40).mapToObj(i -> new CustomerKey("acme", "c" + i)).toList();
    for (CustomerKey who : customers) {
      harness.receive(as("m1", viewed(who, START)), as("m2", viewed(who, START + 20)));
    }
    harness.watermark(START + 10);
    assertThat(harness.said()).hasSize(40);
    OperatorSubtaskState one = harness.snapshot(1, 1);
    List<String> said = new ArrayList<>();
    List<OperatorSubtaskState> three = new ArrayList<>();
    for (int subtask = 0; subtask < 3; subtask++) {
      try (var part = CustomerHarness.restore(one, new Diary(), WALL, backend, 1, 3, subtask)) {
        part.watermark(START + 11 + subtask);
        part.watermark(START + 20);
        said.addAll(part.said());
        three.add(part.snapshot(2, 2));
      }
    }
    assertThat(said)
        .containsExactlyInAnyOrderElementsOf(
            customers.stream().map(who -> who.customerId() + "+20 m2").toList());
    harness.close();
    harness =
        CustomerHarness.restore(
            CustomerHarness.repackageState(three.toArray(OperatorSubtaskState[]::new)),
            new Diary(),
            WALL,
            backend,
            3,
            1,
            0);
    for (CustomerKey who : customers) {
      harness.receive(as("m2", viewed(who, START + 21)), as("m3", viewed(who, START + 20)));
    }
    harness.watermark(START + 30);
    assertThat(harness.said()).isEmpty();
    assertThat(harness.counted("duplicates")).isEqualTo(40);
    assertThat(harness.counted("late")).isEqualTo(40);
  }

  // Time

  @Test
  void nothingHappensBeforeTheDefinitionsAreRead() throws Exception {
    for (boolean ended : List.of(true, false)) {
      startWith(WALL);
      harness.definitionsIdle();
      harness.receive(viewed(ANNA, START));
      harness.watermark(START + 10);
      harness.define(START - 1);
      assertThat(harness.said()).isEmpty();
      assertThat(harness.watermarks()).isEmpty();
      if (ended) {
        harness.endOfDefinitions();
      } else {
        harness.definitionsRead();
      }
      assertThat(harness.said()).hasSize(1);
      assertThat(harness.watermarks()).containsExactly(START + 10);
    }
  }

  @Test
  void nothingIsLateBeforeTheDefinitionsAreRead() throws Exception {
    startWith(WALL);
    harness.watermark(START + 10);
    harness.receive(as("m1", viewed(ANNA, START)));
    harness.endOfDefinitions();
    assertThat(harness.said()).containsExactly("anna+0 m1");
    assertThat(harness.counted("late")).isZero();
  }

  @Test
  void clockDoesNotRunBeforeTheDefinitionsAreRead() throws Exception {
    startWith(WALL);
    harness.receive(viewed(ANNA, START));
    harness.setProcessingTime(START + HOUR);
    harness.eventsIdle();
    harness.setProcessingTime(START + 2 * HOUR);
    assertThat(harness.said()).isEmpty();
    harness.definitionsRead();
    harness.setProcessingTime(START + 2 * HOUR + SECOND);
    assertThat(harness.said()).hasSize(1);
  }

  @Test
  void restoredJobDoesNotWaitForDefinitions() throws Exception {
    harness.receive(viewed(ANNA, START));
    restore();
    harness.watermark(START);
    assertThat(harness.said()).hasSize(1);
  }

  @Test
  void jobRestoredFromBeforeTheDefinitionsWereReadWaitsForThem() throws Exception {
    startWith(WALL);
    harness.receive(viewed(ANNA, START));
    harness.watermark(START + 10);
    restore();
    harness.watermark(START + 10);
    assertThat(harness.said()).isEmpty();
    harness.definitionsRead();
    assertThat(harness.said()).hasSize(1);
  }

  @Test
  void watermarkThatOnlySaysThatSomebodyIsThereTellsNoTime() throws Exception {
    harness.watermark(CustomerOperator.BEFORE_TIME_MILLIS);
    assertThat(harness.watermarks()).isEmpty();
  }

  @Test
  void whenAllIsIdleTimeFollowsTheClock() throws Exception {
    harness.setProcessingTime(START + HOUR);
    harness.receive(viewed(ANNA, START + HOUR - 35 * SECOND + 1));
    harness.watermark(START);
    harness.eventsIdle();
    assertThat(harness.watermarks()).endsWith(START + HOUR - 35 * SECOND);
    assertThat(harness.said()).isEmpty();
    harness.setProcessingTime(START + HOUR + SECOND);
    assertThat(harness.watermarks()).endsWith(START + HOUR - 34 * SECOND);
    assertThat(harness.said()).hasSize(1);
    harness.eventsActive();
    harness.setProcessingTime(START + 2 * HOUR);
    assertThat(harness.watermarks()).endsWith(START + HOUR - 34 * SECOND);
    harness.eventsIdle();
    assertThat(harness.watermarks()).endsWith(START + 2 * HOUR - 35 * SECOND);
  }

  @Test
  void oneClockTicksHoweverOftenAllIsIdle() throws Exception {
    harness.setProcessingTime(START);
    for (int i = 0; i < 10; i++) {
      harness.eventsIdle();
      harness.eventsActive();
    }
    harness.eventsIdle();
    assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isEqualTo(1);
    harness.eventsActive();
    harness.setProcessingTime(START + HOUR);
    assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
  }

  @Test
  void clockBehindTheWatermarkTakesNothingBack() throws Exception {
    harness.watermark(START);
    harness.setProcessingTime(START - DAY);
    harness.eventsIdle();
    harness.setProcessingTime(START - DAY + HOUR);
    assertThat(harness.watermarks()).isNotEmpty().allMatch(at -> at == START);
  }

  @Test
  void onlyRecordsMoveTheTimeOfAReplay() throws Exception {
    startWith(RECORDS);
    harness.endOfDefinitions();
    harness.receive(viewed(ANNA, START));
    harness.eventsIdle();
    harness.setProcessingTime(START + DAY);
    assertThat(harness.said()).isEmpty();
    assertThat(harness.watermarks()).isEmpty();
    assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
  }

  @Test
  void drainedJobDoesNotTakeTheEndOfItsInputForTheEndOfTime() throws Exception {
    harness.receive(as("m1", viewed(ANNA, START)), as("m2", viewed(ANNA, START + 10)));
    harness.watermark(START);
    harness.endOfEvents();
    assertThat(harness.said()).containsExactly("anna+0 m1");
    assertThat(harness.watermarks()).containsExactly(START);
  }

  @Test
  void timeEndsWhereItIsToldTo() throws Exception {
    startWith(WALL.endingAt(START + 10));
    harness.endOfDefinitions();
    harness.receive(as("m1", viewed(ANNA, START + 10)), as("m2", viewed(ANNA, START + 11)));
    harness.endOfEvents();
    assertThat(harness.said()).containsExactly("anna+10 m1");
    assertThat(harness.watermarks()).containsExactly(START + 10);
  }

  @Test
  void wakeUpComesAfterTheEventsOfItsInstantAndOnce() throws Exception {
    harness.define(START + 5);
    harness.receive(as("m1", viewed(ANNA, START)), as("m2", viewed(ANNA, START + 5)));
    harness.watermark(START + 5);
    assertThat(harness.said()).containsExactly("anna+0 m1", "anna+5 m2 woken");
  }

  @Test
  void wakeUpNeedsNoFurtherEvent() throws Exception {
    harness.define(WOKEN);
    harness.receive(as("m1", viewed(ANNA, START)));
    harness.watermark(WOKEN - 1);
    assertThat(harness.said()).containsExactly("anna+0 m1");
    restore();
    harness.watermark(WOKEN);
    assertThat(harness.said()).containsExactly("anna+" + (WOKEN - START) + " woken");
  }

  // Turns

  @Test
  void customerIsReadOnceAndWrittenOnceHoweverMuchHappens() throws Exception {
    CountingBackend counting = startCounting(true);
    harness.define(START + 5);
    for (int i = 0; i < 10; i++) {
      harness.receive(viewed(ANNA, START + i), viewed(ANNA, START + i + HOUR));
    }
    assertThat(counting.counts()).isEmpty();
    harness.watermark(START + 10);
    assertThat(harness.said())
        .hasSize(10)
        .contains("anna+5 Product Viewed@" + (START + 5) + " woken");
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1, "customer.update", 1));
    harness.watermark(START + HOUR + 10);
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1, "customer.update", 1));
  }

  @Test
  void orderLooksItselfUpAndIsWrittenWhenItsStatusIsNew() throws Exception {
    CountingBackend counting = startCounting(true);
    harness.receive(placed(ANNA, START, "o1"), as("m", placed(ANNA, START + 1, "o1")));
    harness.watermark(START + 1);
    assertThat(harness.said()).containsExactly("anna+0 o1-PLACED", "anna+1 m:111[PLACED]");
    assertThat(counting.counts())
        .isEqualTo(
            Map.of("customer.value", 1, "customer.update", 1, "orders.get", 2, "orders.put", 1));
  }

  @Test
  void timerAloneReadsAndWritesOnceToo() throws Exception {
    CountingBackend counting = startCounting(false);
    harness.define(START + 5);
    harness.receive(viewed(ANNA, START));
    harness.watermark(START);
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1, "customer.update", 1));
    harness.watermark(START + 10);
    assertThat(harness.said()).endsWith("anna+5 woken");
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1, "customer.clear", 1));
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void timerOfACustomerWhoseTurnIsOverCostsNothing() throws Exception {
    CountingBackend counting = startCounting(true);
    harness.define(START + 5);
    harness.receive(as("a", viewed(ANNA, START)));
    harness.watermark(START);
    counting.counts();
    harness.receive(as("b", viewed(ANNA, START + 7)), as("c", viewed(ANNA, START + 3)));
    harness.watermark(START + 10);
    assertThat(harness.said()).containsExactly("anna+0 a", "anna+3 c", "anna+5 woken", "anna+7 b");
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1, "customer.update", 1));
    // The next timer is not taken for that one.
    harness.watermark(START + 2 * DAY);
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void turnThatChangesNothingIsNotWritten() throws Exception {
    CountingBackend counting = startCounting(false);
    harness.receive(as("a", viewed(ANNA, START)));
    harness.watermark(START);
    assertThat(harness.said()).containsExactly("anna+0 a");
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 1));
  }

  @Test
  void withoutDeduplicationWhatConcernsNobodyTouchesNoState() throws Exception {
    CountingBackend counting = startCounting(false);
    harness.receive(delivered(ANNA, START), delivered(ANNA, START), paid(ANNA, START, "o1"));
    harness.watermark(START);
    assertThat(harness.said()).isEmpty();
    assertThat(counting.counts()).isEmpty();
    assertThat(harness.counted("accepted")).isEqualTo(3);
    harness.receive(as("m", delivered(ANNA, START + 1)), as("a", viewed(ANNA, START + 1)));
    harness.receive(as("a", viewed(ANNA, START + 1)), as("e", erased(BERT, START + 1)));
    harness.watermark(START + 1);
    assertThat(harness.said()).containsExactlyInAnyOrder("anna+1 a a", "bert+1 e");
    assertThat(counting.counts()).isEqualTo(Map.of("customer.value", 2));
    assertThat(harness.counted("accepted")).isEqualTo(7);
  }

  private CountingBackend startCounting(boolean deduplicate) throws Exception {
    harness.close();
    CountingBackend counting = new CountingBackend(backend.create());
    harness =
        CustomerHarness.start(new CustomerOperator<>(new Diary(), WALL, deduplicate), counting);
    harness.endOfDefinitions();
    return counting;
  }

  @Test
  void whatWaitsOnTheHeapIsNotInKeyedState() throws Exception {
    harness.receive(viewed(ANNA, START), viewed(BERT, START + 1));
    assertThat(harness.shown("eventsOnHeap")).isEqualTo(2);
    assertThat(harness.shown("eventsSpilled")).isEqualTo(0L);
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    harness.watermark(START);
    assertThat(harness.shown("eventsOnHeap")).isEqualTo(1);
  }

  @Test
  void oneTimerIsSetAndAnEarlierOneTakesItsPlace() throws Exception {
    List<Long> due = List.of(START + DAY, START + HOUR, START + 2 * HOUR);
    for (int i = 0; i < due.size(); i++) {
      harness.receive(viewed(ANNA, START + i));
      harness.watermark(START + i);
      assertThat(harness.numEventTimeTimers()).isEqualTo(1);
      harness.define(due.get(i));
    }
    harness.receive(viewed(ANNA, START + 10));
    harness.watermark(START + 10);
    harness.said();
    // Nothing is due any more at the instant of the timer that was set.
    harness.watermark(START + 2 * HOUR - 1);
    assertThat(harness.said()).isEmpty();
    assertThat(harness.numEventTimeTimers()).isEqualTo(1);
    harness.watermark(START + 2 * HOUR);
    assertThat(harness.said()).containsExactly("anna+" + 2 * HOUR + " woken");
  }

  @Test
  void whatIsDueBetweenEventsComesBetweenThem() throws Exception {
    harness.define(START + 5);
    harness.receive(as("b", viewed(ANNA, START + 9)), as("a", viewed(ANNA, START)));
    harness.receive(as("c", viewed(BERT, START + 4)), as("d", viewed(BERT, START + 6)));
    harness.watermark(START + 9);
    assertThat(harness.said().stream().sorted())
        .containsExactly(
            "anna+0 a", "anna+5 woken", "anna+9 b", "bert+4 c", "bert+5 woken", "bert+6 d");
  }

  @Test
  void functionThatIsDueAgainAtTheSameInstantIsABug() throws Exception {
    harness.close();
    harness =
        CustomerHarness.start(
            new Reminder() {
              @Override
              public long dueMillis() {
                return START;
              }
            },
            WALL,
            backend);
    harness.endOfDefinitions();
    harness.receive(viewed(ANNA, START));
    assertThatThrownBy(() -> harness.watermark(START))
        .hasMessage("at " + START + " the function says it is due at " + START + " again");
  }

  @Test
  void timersOnTheHeapOfRocksDbAreRefused() throws Exception {
    EmbeddedRocksDBStateBackend rocksDb = new EmbeddedRocksDBStateBackend(true);
    rocksDb.setPriorityQueueStateType(EmbeddedRocksDBStateBackend.PriorityQueueStateType.HEAP);
    assertThatThrownBy(
            () -> CustomerHarness.start(new CustomerOperator<>(new Diary(), WALL), rocksDb))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "state.backend.rocksdb.timer-service.factory: found HEAP, expected ROCKSDB");
  }

  // Orders

  @Test
  void orderComesWithTheStatusesItHadBefore() throws Exception {
    harness.receive(
        as("m1", placed(ANNA, START, "o1")),
        as("m2", placed(ANNA, START + 1, "o2")),
        as("m3", paid(ANNA, START + 2, "o1")),
        as("m4", cancelled(ANNA, START + 400 * DAY, "o1")),
        as("m5", placed(BERT, START + 400 * DAY, "o1")),
        erased(ANNA, START + 401 * DAY),
        as("m6", refunded(ANNA, START + 402 * DAY, "o1", "1")));
    harness.watermark(START + 2);
    restore();
    harness.watermark(START + 402 * DAY);
    assertThat(harness.said())
        .containsExactlyInAnyOrder(
            "anna+" + 400 * DAY + " m4[PLACED, PAID]",
            "bert+" + 400 * DAY + " m5",
            "anna+" + 401 * DAY + " profile@" + (START + 401 * DAY),
            "anna+" + 402 * DAY + " m6");
  }

  @Test
  void restoredJobKnowsWhatWaitedAndWhatIsDue() throws Exception {
    harness.define(WOKEN);
    harness.receive(as("m1", viewed(ANNA, START)), as("m2", viewed(ANNA, START + 20)));
    harness.receive(as("m3", paid(BERT, START + 15, "o1")));
    harness.watermark(START + 10);
    assertThat(harness.said()).containsExactly("anna+0 m1");
    restore();
    assertThat(harness.shown("eventsOnHeap")).isEqualTo(2);
    harness.receive(as("m2", viewed(ANNA, START + 19)));
    harness.watermark(WOKEN);
    assertThat(harness.said())
        .containsExactlyInAnyOrder(
            "anna+19 m2", "bert+15 m3", "anna+" + (WOKEN - START) + " woken");
    assertThat(harness.counted("duplicates")).isEqualTo(1);
  }

  // State

  @Test
  void customerWithDeliveriesOnlyLeavesNothingAfter24HoursAndAStep() throws Exception {
    harness.receive(delivered(ANNA, START), delivered(ANNA, START + 10), delivered(BERT, START));
    harness.watermark(START + DAY + 10);
    assertThat(harness.stateEntries()).isPositive();
    harness.watermark(START + DAY + HOUR + 10);
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void idsGoWithinAnHourAfterTheirWindowHoweverTheEventFalls() throws Exception {
    for (long offset : new long[] {-1, 0, 1}) {
      startWith(WALL);
      harness.endOfDefinitions();
      harness.receive(as("m", viewed(ANNA, START + offset)));
      harness.watermark(START + offset + DAY + HOUR);
      assertThat(harness.stateEntries()).as("at the hour %s", offset).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void erasedCustomersPaidOrdersAreForgotten() throws Exception {
    harness.receive(as("m1", paid(ANNA, START, "o1")), erased(ANNA, START + 1));
    harness.watermark(START + 2 * DAY);
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    harness.receive(as("m2", paid(ANNA, START + 3 * DAY, "o1")));
    harness.watermark(START + 3 * DAY);
    assertThat(harness.said()).contains("anna+" + 3 * DAY + " m2");
  }

  @Test
  void orderPaidAtTheInstantOfTheErasureIsPaidOnce() throws Exception {
    harness.receive(
        erased(ANNA, START),
        as("m1", paid(ANNA, START, "o1")),
        as("m2", paid(ANNA, START + 1, "o1")));
    harness.watermark(START + 1);
    assertThat(harness.said()).containsExactly("anna+0 profile@" + START + " m1");
  }

  @Test
  void lateEventsLeaveNoState() throws Exception {
    harness.watermark(START);
    harness.receive(viewed(ANNA, START), paid(BERT, START - 1, "o1"));
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  private void startWith(IngestConfig ingest) throws Exception {
    if (harness != null) {
      harness.close();
    }
    harness = CustomerHarness.start(new Diary(), ingest, backend);
  }

  private void restore() throws Exception {
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    harness.close();
    harness = CustomerHarness.restore(snapshot, new Diary(), WALL, backend, 1, 1, 0);
  }

  /** Says who did what when; a definition is an instant at which everybody is to be woken. */
  private static final class Diary implements CustomerFunction<Long, String> {
    private transient CustomerContext<String> context;
    private Long wakeAt;

    private transient CustomerKey customer;
    private transient long loadedMillis;
    private transient long dueMillis;

    @Override
    public void open(CustomerContext<String> lent) {
      context = lent;
    }

    @Override
    public void onDefinition(Long definition) {
      wakeAt = definition;
    }

    @Override
    public boolean concerns(CustomerEvent event) {
      return event.click() != null;
    }

    @Override
    public void load(CustomerKey whose, byte[] state, int from, int length) {
      customer = whose;
      loadedMillis = length == 0 ? NEVER : ByteBuffer.wrap(state, from, length).getLong();
      dueMillis = loadedMillis;
    }

    @Override
    public void onInstant(long atMillis, List<Accepted> events) {
      StringBuilder entry = new StringBuilder(customer.customerId() + "+" + (atMillis - START));
      for (Accepted accepted : events) {
        CustomerEvent event = accepted.event();
        entry.append(' ').append(event.messageId());
        if (event.messageId().equals("m") && event.order() != null) {
          entry.append(':').append(event.raw()[0]);
        }
        if (!accepted.before().isEmpty()) {
          entry.append(accepted.before());
        }
        if (wakeAt != null && wakeAt > atMillis) {
          dueMillis = wakeAt;
        }
      }
      if (dueMillis == atMillis) {
        entry.append(" woken");
        dueMillis = NEVER;
      }
      context.emit(entry.toString());
    }

    @Override
    public long dueMillis() {
      return dueMillis;
    }

    @Override
    public boolean isChanged() {
      return dueMillis != loadedMillis;
    }

    @Override
    public void save(CodedOutputStream out) throws IOException {
      if (dueMillis != NEVER) {
        out.write(ByteBuffer.allocate(Long.BYTES).putLong(dueMillis).array(), 0, Long.BYTES);
      }
    }
  }
}
