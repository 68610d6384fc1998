package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.ingest.IngestFunction;
import dev.nudge.pattern.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the job may begin, and what becomes of definitions that nobody can read. */
class DefinitionOperatorTest {
  private static final String POLICIES = "nudge.policies";
  private static final String CAMPAIGNS = "nudge.campaigns";
  private static final Map<String, Long> TWO_AND_FIVE = Map.of(POLICIES, 2L, CAMPAIGNS, 5L);
  private static final Watermark READ = new Watermark(0);
  private static final DefinitionVersion POLICY =
      DefinitionVersion.of(new PolicyVersion("acme", 0, 0, null, true));
  private static final DefinitionVersion RULE =
      DefinitionVersion.of(
          new RuleVersion("acme", Rule.Kind.ANOMALY, "BIG", 1, 7, OnChange.DROP, "{}", false));

  private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();
  private OneInputStreamOperatorTestHarness<DefinitionRecord, DefinitionVersion> harness;

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void topicsWithoutRecordsHoldNobodyUp() throws Exception {
    start(Map.of(POLICIES, -1L, CAMPAIGNS, -1L), null);
    assertThat(said()).isEmpty();
    harness.setProcessingTime(1);
    assertThat(said()).containsExactly(READ);
  }

  @Test
  void watermarkWaitsForTheNewestRecordOfEveryTopicAndComesOnce() throws Exception {
    start(TWO_AND_FIVE, null);
    harness.setProcessingTime(1);
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 5));
    receive(DefinitionRecord.of(POLICY, POLICIES, 1));
    assertThat(said()).containsExactly(RULE, POLICY);
    // A record that is no definition counts too: a replay's clock stands behind the policies.
    receive(DefinitionRecord.none(POLICIES, 2));
    assertThat(said()).containsExactly(READ);
    receive(DefinitionRecord.of(POLICY, POLICIES, 3));
    harness.setProcessingTime(2);
    assertThat(said()).containsExactly(POLICY);
  }

  @Test
  void jobThatDiedBetweenTheTopicsWaitsOnlyForTheRest() throws Exception {
    start(TWO_AND_FIVE, null);
    receive(DefinitionRecord.of(POLICY, POLICIES, 2));
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 4));
    OperatorSubtaskState midway = snapshot();

    start(TWO_AND_FIVE, midway);
    harness.setProcessingTime(1);
    assertThat(said()).isEmpty();
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 5));
    assertThat(said()).containsExactly(RULE, READ);
  }

  @Test
  void jobThatHadReadAllBeginsAtOnceAfterARestore() throws Exception {
    start(TWO_AND_FIVE, null);
    receive(DefinitionRecord.of(POLICY, POLICIES, 2));
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 5));
    OperatorSubtaskState behind = snapshot();

    start(TWO_AND_FIVE, behind);
    harness.setProcessingTime(1);
    assertThat(said()).containsExactly(READ);
  }

  @Test
  void whatWasPublishedWhileTheJobWasDownIsWaitedForAfterARestore() throws Exception {
    start(TWO_AND_FIVE, null);
    receive(DefinitionRecord.of(POLICY, POLICIES, 2));
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 5));
    OperatorSubtaskState behind = snapshot();

    start(Map.of(POLICIES, 2L, CAMPAIGNS, 6L), behind);
    harness.setProcessingTime(1);
    assertThat(said()).isEmpty();
    receive(DefinitionRecord.of(RULE, CAMPAIGNS, 6));
    assertThat(said()).containsExactly(RULE, READ);
  }

  @Test
  void refusedRecordIsADeadLetterIsCountedAndHoldsNobodyUp() throws Exception {
    start(Map.of(POLICIES, -1L, CAMPAIGNS, 0L), null);
    DeadLetter letter =
        new DeadLetter(
            new byte[] {1}, CAMPAIGNS, 0, 0, 7, DeadLetterReason.DEFINITION_REFUSED, "no JSON");
    receive(DefinitionRecord.refused(letter));
    assertThat(said()).containsExactly(READ);
    assertThat(harness.getSideOutput(IngestFunction.DEAD_LETTERS))
        .extracting(StreamRecord::getValue)
        .containsExactly(letter);
    Counter quarantined = (Counter) metrics.get("definitionsQuarantined");
    assertThat(quarantined.getCount()).isEqualTo(1);
  }

  private void start(Map<String, Long> newestOffsets, OperatorSubtaskState state) throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new DefinitionOperator(newestOffsets),
            new MockEnvironmentBuilder().setMetricGroup(taskOf(metrics)).build());
    harness.setup();
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private static InterceptingTaskMetricGroup taskOf(InterceptingOperatorMetricGroup operator) {
    return new InterceptingTaskMetricGroup() {
      @Override
      public InternalOperatorMetricGroup getOrAddOperator(
          OperatorID id, String name, Map<String, String> variables) {
        return operator;
      }
    };
  }

  private OperatorSubtaskState snapshot() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    return state;
  }

  private void receive(DefinitionRecord record) throws Exception {
    harness.processElement(new StreamRecord<>(record));
  }

  /** Versions and watermarks since the last time. */
  private List<Object> said() {
    List<Object> said = new ArrayList<>();
    for (Object each : harness.getOutput()) {
      said.add(each instanceof StreamRecord<?> record ? record.getValue() : each);
    }
    harness.getOutput().clear();
    return said;
  }
}
