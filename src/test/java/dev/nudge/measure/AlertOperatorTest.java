package dev.nudge.measure;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When alerts are judged and said as time goes on. */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class AlertOperatorTest {
  private static final MeasureConfig LIVE = MeasureConfig.from(new Configuration());

  private KeyedOneInputStreamOperatorTestHarness<String, AlertInput, AlertRow> harness;
  private long checkpoint;

  @BeforeEach
  void begin() throws Exception {
    start(LIVE, null);
  }

  @AfterEach
  void end() throws Exception {
    harness.close();
  }

  private void start(MeasureConfig config, OperatorSubtaskState state) throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new AlertOperator(config, START + 2 * HOUR), AlertInput::key, Types.STRING);
    harness
        .getExecutionConfig()
        .configure(
            new Configuration().set(PipelineOptions.GENERIC_TYPES, false),
            getClass().getClassLoader());
    harness.setStateBackend(new EmbeddedRocksDBStateBackend(false));
    harness.setup(
        TypeInformation.of(AlertRow.class)
            .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void receive(AlertCount what, long minute, long count) throws Exception {
    harness.processElement(
        new StreamRecord<>(
            AlertInput.of(
                new AlertChange(
                    "acme", "", what, "SMS", START + minute * MINUTE, count, BigInteger.ZERO))));
  }

  private void watermark(long atMillis) throws Exception {
    harness.processWatermark(new Watermark(atMillis));
  }

  /** How many keys each state but timers has, in all. */
  private long stateEntries() {
    long entries = 0;
    for (String state : List.of("book", "changes")) {
      try (Stream<String> keys =
          ((AbstractStreamOperator<?>) harness.getOperator())
              .<String>getKeyedStateBackend()
              .getKeys(state, VoidNamespace.INSTANCE)) {
        entries += keys.count();
      }
    }
    return entries;
  }

  /** Since and until which minute, of each row since the last time. */
  private List<String> said() throws Exception {
    completeCheckpoint(snapshot());
    return told();
  }

  private OperatorSubtaskState snapshot() throws Exception {
    return harness.snapshot(++checkpoint, 0);
  }

  private void completeCheckpoint(OperatorSubtaskState taken) throws Exception {
    assertThat(taken).isNotNull();
    harness.notifyOfCompletedCheckpoint(checkpoint);
  }

  private List<String> told() {
    List<String> said = new ArrayList<>();
    for (Object each : harness.getOutput()) {
      if (each instanceof StreamRecord<?> record) {
        AlertRow row = (AlertRow) record.getValue();
        String until =
            row.untilMillis() == null
                ? "still"
                : Long.toString((row.untilMillis() - START) / MINUTE);
        said.add("%s %d %s".formatted(row.kind(), (row.atMillis() - START) / MINUTE, until));
      }
    }
    harness.getOutput().clear();
    return said;
  }

  @Test
  void anAlertBeginsWhenItsMinuteIsOverAndEndsThoughNothingComes() throws Exception {
    receive(AlertCount.FAILED, 0, 9);
    watermark(START + MINUTE - 2);
    assertThat(said()).isEmpty();

    watermark(START + MINUTE - 1);
    assertThat(said()).containsExactly("FAILURE_RATE 1 still");

    watermark(START + 2 * HOUR);
    assertThat(said()).containsExactly("FAILURE_RATE 1 61");
  }

  @Test
  void whatIsOfALaterMinuteIsNotKnownInAnEarlierOne() throws Exception {
    receive(AlertCount.FAILED, 1, 5);
    receive(AlertCount.FAILED, 0, 4);

    watermark(START + MINUTE - 1);
    assertThat(said()).isEmpty();
    watermark(START + 2 * MINUTE - 1);
    assertThat(said()).containsExactly("FAILURE_RATE 2 still");
  }

  @Test
  void whatIsLateCountsFromTheOpenMinuteOn() throws Exception {
    receive(AlertCount.FAILED, 0, 4);
    watermark(START + 10 * MINUTE);
    receive(AlertCount.FAILED, 0, 5);
    watermark(START + 11 * MINUTE);

    assertThat(said()).containsExactly("FAILURE_RATE 11 still");
  }

  @Test
  void aRestoredOneGoesOnAlike() throws Exception {
    receive(AlertCount.FAILED, 0, 9);
    watermark(START + 30 * MINUTE);
    receive(AlertCount.SENT, 40, 9);
    said();

    OperatorSubtaskState state = snapshot();
    harness.close();
    start(LIVE, state);
    watermark(START + 2 * HOUR);

    assertThat(said()).containsExactly("FAILURE_RATE 1 61");
  }

  @Test
  void whatNoCompleteCheckpointKnowsIsNotTold() throws Exception {
    receive(AlertCount.FAILED, 0, 9);
    watermark(START + MINUTE);
    OperatorSubtaskState before = snapshot();
    watermark(START + 2 * HOUR);
    assertThat(told()).isEmpty();

    completeCheckpoint(before);
    assertThat(told()).containsExactly("FAILURE_RATE 1 still");
    assertThat(said()).containsExactly("FAILURE_RATE 1 61");
    assertThat(said()).isEmpty();

    // It may have failed before it told.
    harness.close();
    start(LIVE, before);
    assertThat(said()).containsExactly("FAILURE_RATE 1 still");
    harness.getOperator().finish();
    assertThat(told()).isEmpty();
  }

  @Test
  void whenNothingIsHeardForAYearNothingIsRemembered() throws Exception {
    receive(AlertCount.FAILED, 0, 9);
    watermark(START + 2 * DAY);
    // The book.
    assertThat(stateEntries()).isEqualTo(1);

    watermark(START + MINUTE + AlertOperator.FORGET_AFTER_MILLIS);

    assertThat(stateEntries()).isZero();
  }

  @Test
  void whatWasHeardWithinTheYearIsRemembered() throws Exception {
    long year = AlertOperator.FORGET_AFTER_MILLIS / MINUTE;
    long later = year - 60 * 24 * 60;
    receive(AlertCount.SENT, 0, 1);
    watermark(START + MINUTE);
    receive(AlertCount.SENT, later, 1);
    watermark(START + (later + 1) * MINUTE);

    watermark(START + (year + 2) * MINUTE);
    assertThat(stateEntries()).isPositive();

    watermark(START + (later + year + 2) * MINUTE);
    assertThat(stateEntries()).isZero();
  }

  @Test
  void whatLastsIsRememberedAndEndsHoweverLateItIsTaken() throws Exception {
    refuse(2, false);
    watermark(START + MINUTE);
    assertThat(said()).containsExactly("DEFINITION_QUARANTINED 0 still");

    watermark(START + 3 * AlertOperator.FORGET_AFTER_MILLIS);
    refuse(3, true);

    assertThat(said()).hasSize(1);
    watermark(START + 6 * AlertOperator.FORGET_AFTER_MILLIS);
    assertThat(stateEntries()).isZero();
  }

  private void refuse(int version, boolean taken) throws Exception {
    harness.processElement(
        new StreamRecord<>(
            AlertInput.of(
                new DefinitionOutcome("acme", "campaign welcome", version, START, taken))));
  }

  @Test
  void aTargetIsMissedThoughNothingIsEverSent() throws Exception {
    long to = START + 40 * HOUR;
    harness.processElement(
        new StreamRecord<>(
            AlertInput.of(
                new AlertTerms(
                    "acme",
                    "welcome",
                    1,
                    START,
                    to,
                    0,
                    0,
                    0,
                    0,
                    0,
                    100,
                    0,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    "Z",
                    DAY,
                    false,
                    false))));
    watermark(START + 2 * DAY);

    // By four hours an even pace has ten orders, which chance does not make none.
    assertThat(said()).containsExactly("BEHIND_TARGET 240 still", "BEHIND_TARGET 240 " + 40 * 60);
    List<TargetRow> targets = new ArrayList<>();
    harness.getSideOutput(AlertOperator.TARGETS).forEach(each -> targets.add(each.getValue()));
    assertThat(targets).hasSize(40);
    assertThat(targets.get(3).pace()).isEqualByComparingTo("10");
    assertThat(targets.get(39).pace()).isEqualByComparingTo("100");
  }

  @Test
  void theEndOfTimeComesToAnEnd() throws Exception {
    receive(AlertCount.FAILED, 0, 9);
    receive(AlertCount.SENT, 5, 1);

    harness.processWatermark(Watermark.MAX_WATERMARK);

    assertThat(said()).containsExactly("FAILURE_RATE 1 still");
  }

  @Test
  void aRehearsalSaysEachAlertOnce() throws Exception {
    harness.close();
    start(LIVE.atEnd(false), null);
    receive(AlertCount.FAILED, 0, 9);
    receive(AlertCount.FAILED, 100, 9);
    watermark(START + 3 * MINUTE);
    assertThat(said()).isEmpty();

    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.getOperator().finish();

    assertThat(said()).containsExactly("FAILURE_RATE 1 61", "FAILURE_RATE 101 still");
  }
}
