package dev.nudge.measure;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.Experiment;
import dev.nudge.definition.ExperimentResult;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the arms of a campaign are compared, what is said then, and what comes of it. */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class ExperimentOperatorTest {
  private static final MeasureConfig LIVE = MeasureConfig.from(new Configuration());

  private KeyedOneInputStreamOperatorTestHarness<String, ArmInput, ArmRow> harness;

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
            new ExperimentOperator(config, START + DAY), ArmInput::key, Types.STRING);
    harness
        .getExecutionConfig()
        .configure(
            new Configuration().set(PipelineOptions.GENERIC_TYPES, false),
            getClass().getClassLoader());
    harness.setStateBackend(new EmbeddedRocksDBStateBackend(false));
    harness.setup(
        TypeInformation.of(ArmRow.class)
            .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void failAndRestore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    start(LIVE, state);
  }

  private void receive(ArmInput input) throws Exception {
    harness.processElement(new StreamRecord<>(input));
  }

  private void watermark(long atMillis) throws Exception {
    harness.processWatermark(new Watermark(atMillis));
  }

  /** Of an experiment for which customers wait, or not. */
  private void declare(boolean scheduled) throws Exception {
    receive(
        ArmInput.of(
            new DeclaredArms(
                "acme",
                "welcome",
                1,
                List.of(new ArmShare("A", 50_000_000), new ArmShare("B", 50_000_000)),
                new Experiment(100, 2 * HOUR, Experiment.Metric.PAID_RATE, Experiment.Then.BEST),
                scheduled,
                "")));
  }

  private static ArmInput change(String arm, long minute, long customers, long conversions) {
    return ArmInput.of(
        new ArmChange(
            "acme",
            "welcome",
            1,
            arm,
            START + minute * MINUTE,
            customers,
            conversions,
            BigInteger.ZERO,
            BigInteger.ZERO,
            BigInteger.ZERO));
  }

  private static ArmInput awaited(long foundMillis) {
    return ArmInput.of(new AwaitedResult("acme", "welcome", 1, foundMillis));
  }

  /** Arm, customers, minute and version of each row since the last time. */
  private List<String> said() {
    List<String> said = new ArrayList<>();
    for (Object each : harness.getOutput()) {
      if (each instanceof StreamRecord<?> record) {
        ArmRow row = (ArmRow) record.getValue();
        said.add(
            "%s %d as of %d: %d"
                .formatted(
                    row.arm(), row.customers(), (row.asOfMillis() - START) / MINUTE, row.inputs()));
      }
    }
    harness.getOutput().clear();
    return said;
  }

  private List<ExperimentResult> results() {
    List<ExperimentResult> results = new ArrayList<>();
    var side = harness.getSideOutput(ExperimentOperator.RESULTS);
    if (side != null) {
      side.forEach(record -> results.add(record.getValue()));
      side.clear();
    }
    return results;
  }

  @Test
  void armsAreSaidAtTheEndOfEachMinuteInWhichSomethingChanged() throws Exception {
    declare(true);
    receive(change("A", 0, 2, 0));
    receive(change("B", 0, 1, 0));
    receive(change("A", 3, 1, 0));
    watermark(START + MINUTE - 2);
    assertThat(said()).isEmpty();

    watermark(START + MINUTE - 1);
    assertThat(said()).containsExactly("A 2 as of 1: 3", "B 1 as of 1: 3", "SENT 3 as of 1: 3");

    failAndRestore();
    watermark(START + 3 * MINUTE);
    assertThat(said()).isEmpty();
    watermark(START + 10 * MINUTE);
    assertThat(said()).containsExactly("A 3 as of 4: 5", "B 1 as of 4: 5", "SENT 4 as of 4: 5");
  }

  @Test
  void whatIsLateCountsInTheMinuteThatIsOpen() throws Exception {
    declare(true);
    receive(change("A", 0, 2, 0));
    watermark(START + 5 * MINUTE);
    said();

    receive(change("A", 0, 1, 0));
    watermark(START + 6 * MINUTE - 2);
    assertThat(said()).isEmpty();
    watermark(START + 6 * MINUTE - 1);
    assertThat(said()).containsExactly("A 3 as of 6: 4", "B 0 as of 6: 4", "SENT 3 as of 6: 4");
  }

  @Test
  void howChangesWereAddedUpOnTheWayChangesNoRowAndNoVersion() throws Exception {
    declare(true);
    receive(change("A", 0, 2, 0));
    receive(change("A", 0, 3, 1));
    watermark(START + MINUTE);
    List<String> oneByOne = said();

    harness.close();
    begin();
    declare(true);
    receive(change("A", 0, 2, 0).plus(change("A", 0, 3, 1)));
    // Known before its time, as when a checkpoint sends on what has been gathered.
    receive(change("A", 1, 1, 0));
    watermark(START + MINUTE);

    assertThat(said()).isEqualTo(oneByOne).contains("A 5 as of 1: 3");
  }

  @Test
  void whoeverAsksAResultIsFoundOnceForEachInstant() throws Exception {
    declare(true);
    receive(change("A", 0, 2, 0));
    receive(change("B", 0, 2, 1));
    receive(awaited(START + 2 * HOUR));
    receive(awaited(START + 3 * HOUR));
    receive(awaited(START + 2 * HOUR));
    watermark(START + HOUR);
    failAndRestore();
    receive(awaited(START + 2 * HOUR));
    watermark(START + 2 * HOUR - 2);
    assertThat(results()).isEmpty();

    watermark(START + 2 * HOUR - 1);
    assertThat(results())
        .containsExactly(
            new ExperimentResult(
                "acme", "welcome", 1, "B", START + 2 * HOUR, START + 2 * HOUR + 10_000));

    failAndRestore();
    receive(awaited(START + 2 * HOUR));
    receive(change("A", 130, 0, 2));
    watermark(START + 3 * HOUR);
    assertThat(results())
        .containsExactly(ExperimentResult.of("acme", "welcome", 1, "A", START + 3 * HOUR));
    watermark(START + DAY);
    assertThat(results()).isEmpty();
  }

  @Test
  void whereNobodyWaitsOneResultIsFoundThatLongAfterTheFirstGrant() throws Exception {
    declare(false);
    receive(change("A", 0, 2, 1));
    watermark(START + 5 * MINUTE);
    receive(change("B", 6, 2, 0));
    failAndRestore();
    watermark(START + 2 * HOUR + MINUTE - 2);
    assertThat(results()).isEmpty();
    watermark(START + 2 * HOUR + MINUTE - 1);
    assertThat(results())
        .containsExactly(ExperimentResult.of("acme", "welcome", 1, "A", START + 2 * HOUR + MINUTE));

    failAndRestore();
    declare(false);
    receive(change("A", 130, 1, 1));
    watermark(START + DAY);
    assertThat(results()).isEmpty();
  }

  /** Those who wait are to be told, even if nobody was sent anything to compare. */
  @Test
  void aResultWithoutGrantsHasNoWinnerAndNoRows() throws Exception {
    receive(awaited(START + 2 * HOUR));
    watermark(START + DAY);

    assertThat(results())
        .containsExactly(ExperimentResult.of("acme", "welcome", 1, null, START + 2 * HOUR));
    assertThat(said()).isEmpty();
  }

  @Test
  void afterAYearWithoutChangeOnlyTheNumberOfInputsStays() throws Exception {
    declare(true);
    receive(change("A", 0, 2, 0));
    watermark(START + HOUR);
    receive(change("A", 200L * 24 * 60, 2, 0));
    watermark(START + 366 * DAY);
    said();
    receive(change("A", 366L * 24 * 60, 1, 0));
    watermark(START + 367 * DAY);
    assertThat(said()).contains("A 5 as of 527041: 6");

    watermark(START + (366 + 366) * DAY);
    // The book; neither changes nor timers.
    assertThat(
            ((TestableKeyedStateBackend<?>) harness.getOperator().getKeyedStateBackend())
                .numKeyValueStateEntries())
        .isEqualTo(1);

    receive(change("A", 800L * 24 * 60, 1, 0));
    watermark(START + 801 * DAY);
    assertThat(said()).containsExactly("A 1 as of 1152001: 8", "SENT 1 as of 1152001: 8");
  }

  @Test
  void aRehearsalSaysArmsWhenAllIsReadAndFindsNoResults() throws Exception {
    harness.close();
    start(LIVE.atEnd(true), null);
    declare(false);
    receive(change("A", 0, 2, 0));
    receive(change("A", 9, 1, 0));
    receive(awaited(START + HOUR));
    watermark(START + 5 * HOUR);
    assertThat(said()).isEmpty();

    receive(change("B", 360, 1, 0));
    ((ExperimentOperator) harness.getOperator()).finish();

    assertThat(said())
        .containsExactly("A 3 as of 1440: 6", "B 1 as of 1440: 6", "SENT 4 as of 1440: 6");
    assertThat(results()).isEmpty();
  }

  @Test
  void aMinuteTravelsBeforeTheWatermarkThatEndsIt() throws Exception {
    try (OneInputStreamOperatorTestHarness<ArmInput, ArmInput> bundle =
        new OneInputStreamOperatorTestHarness<>(new ArmBundleOperator())) {
      bundle.open();
      bundle.processElement(new StreamRecord<>(change("A", 0, 2, 0)));
      bundle.processElement(new StreamRecord<>(change("A", 1, 1, 0)));
      bundle.processElement(new StreamRecord<>(change("A", 0, 3, 1)));
      bundle.processWatermark(new Watermark(START + MINUTE - 2));
      bundle.processWatermark(new Watermark(START + MINUTE - 1));
      assertThat(bundle.getOutput().toArray())
          .containsExactly(
              new Watermark(START + MINUTE - 2),
              new StreamRecord<>(change("A", 0, 2, 0).plus(change("A", 0, 3, 1))),
              new Watermark(START + MINUTE - 1));

      bundle.prepareSnapshotPreBarrier(1);
      assertThat(bundle.extractOutputValues()).contains(change("A", 1, 1, 0));
    }
  }
}
