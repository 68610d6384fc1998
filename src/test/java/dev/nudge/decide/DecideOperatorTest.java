package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Trigger;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.pattern.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class DecideOperatorTest {
  private static final String COUPON =
      "resource: {kind: COUPON, type: C50, amount: 50, total: 5, validFor: 1 day}";

  private static DefinitionVersion campaign(String id, String... keys) {
    String text = "kind: campaign\nid: " + id + "\n" + String.join("\n", keys) + "\n";
    return DefinitionVersion.of(
        new RuleVersion(null, Rule.Kind.CAMPAIGN, id, 1, 0, OnChange.DROP, text, false));
  }

  private static DefinitionVersion policy(String... keys) throws Exception {
    return DefinitionVersion.of(new PolicyVersion("acme", 1, 0, Brand.readPolicy(keys), false));
  }

  private static void define(DecideHarness harness) throws Exception {
    harness.define(
        policy(
            "caps: [{scope: ANY, max: 2, window: {rolling: 1 day}}]",
            "quietHours: {from: \"22:00\", to: \"08:00\"}"));
    harness.define(
        campaign(
            "a",
            "trigger: {anomaly: SPEND_SPIKE}",
            "channels: [PUSH, SMS]",
            "delay: 10 min",
            "cancelOn: [Order Paid]",
            "exclusive: x",
            "conversion: {windows: [1 h]}",
            COUPON));
    harness.define(
        campaign("b", "trigger: {anomaly: CART_ABANDONED}", "channels: [SMS]", "priority: 70"));
    harness.definitionsRead();
  }

  /** Moments, payments and failed deliveries of some customers over two days. */
  private static List<DecideInput> story(long seed) {
    Random random = new Random(seed);
    List<DecideInput> story = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      CustomerKey who = new CustomerKey(i % 3 == 0 ? "brown" : "acme", "c" + random.nextInt(8));
      // Many at equal instants.
      long at = START + random.nextInt(2 * 24 * 60) * MINUTE;
      switch (random.nextInt(4)) {
        case 0 -> story.add(DecideInput.of(paid(who, at, "o" + i)));
        case 1 ->
            story.add(DecideInput.of(Brand.momentOf(who, "CART_ABANDONED", at, Brand.features())));
        default ->
            story.add(DecideInput.of(Brand.momentOf(who, "SPEND_SPIKE", at, Brand.features())));
      }
    }
    return story;
  }

  private static List<String> lines(List<Decision> rows, List<Trigger> triggers) {
    List<String> lines = new ArrayList<>();
    rows.forEach(row -> lines.add(dev.nudge.event.Json.of(row)));
    triggers.forEach(trigger -> lines.add(dev.nudge.event.Json.of(trigger)));
    lines.sort(null);
    return lines;
  }

  /** What is decided if all is known at once. */
  private static List<String> atOnce(List<DecideInput> story) throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.DELIVERED, Backend.HEAP)) {
      define(harness);
      for (DecideInput input : story) {
        harness.receive(input);
      }
      harness.watermark(START + 20 * DAY);
      return lines(harness.rows(), harness.triggers());
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void howTimeComesChangesNothing(Backend backend) throws Exception {
    List<DecideInput> story = story(7);
    List<String> expected = atOnce(story);
    try (DecideHarness harness = DecideHarness.start(Brand.DELIVERED, 3, backend)) {
      define(harness);
      List<DecideInput> left = new ArrayList<>(story);
      for (long at = START; at < START + 3 * DAY; at += 7 * MINUTE) {
        long upTo = at;
        // What is a little ahead comes too, and waits.
        for (DecideInput input : List.copyOf(left)) {
          if (input.atMillis() <= upTo + 10 * MINUTE) {
            harness.receive(input);
            left.remove(input);
          }
        }
        harness.watermark(upTo);
      }
      harness.watermark(START + 20 * DAY);

      assertThat(lines(harness.rows(), harness.triggers())).isEqualTo(expected);
      assertThat(harness.rows())
          .extracting(Decision::code)
          .contains(
              DecisionCode.SENT,
              DecisionCode.CANCELLED,
              DecisionCode.GROUP_BUSY,
              DecisionCode.FREQUENCY_CAP,
              DecisionCode.DEFERRED);
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aRestoreInTheMiddleAtAnotherParallelismChangesNothing(Backend backend) throws Exception {
    List<DecideInput> story = story(11);
    List<String> expected = atOnce(story);
    long middle = START + DAY;
    List<Decision> rows = new ArrayList<>();
    List<Trigger> triggers = new ArrayList<>();
    OperatorSubtaskState snapshot;
    List<DecideInput> later = new ArrayList<>();
    try (DecideHarness harness = DecideHarness.start(Brand.DELIVERED, backend)) {
      define(harness);
      for (DecideInput input : story) {
        if (input.atMillis() <= middle + HOUR) {
          harness.receive(input);
        } else {
          later.add(input);
        }
      }
      harness.watermark(middle);
      snapshot = harness.snapshot(1, 1);
      rows.addAll(harness.rows());
      triggers.addAll(harness.triggers());
    }
    for (int subtask = 0; subtask < 2; subtask++) {
      try (DecideHarness harness =
          DecideHarness.restore(snapshot, Brand.DELIVERED, backend, 1, 2, subtask)) {
        for (DecideInput input : later) {
          if (isOf(harness, input)) {
            harness.receive(input);
          }
        }
        harness.watermark(START + 20 * DAY);
        rows.addAll(harness.rows());
        triggers.addAll(harness.triggers());
      }
    }

    assertThat(lines(rows, triggers)).isEqualTo(expected);
  }

  private static boolean isOf(DecideHarness harness, DecideInput input) {
    int keyGroup =
        org.apache.flink.runtime.state.KeyGroupRangeAssignment.assignToKeyGroup(
            TenantShard.of(input, 1), 16);
    return ((org.apache.flink.runtime.state.AbstractKeyedStateBackend<?>)
            harness.getOperator().getKeyedStateBackend())
        .getKeyGroupRange()
        .contains(keyGroup);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void nothingIsLeftWhenEverythingIsOver(Backend backend) throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.DELIVERED, backend)) {
      define(harness);
      for (DecideInput input : story(13)) {
        harness.receive(input);
      }
      harness.watermark(START + 20 * DAY);
      harness.snapshot(1, 1);

      // What was never claimed or received was given back, so nothing is spent either.
      assertThat(harness.stateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void lateInputIsCountedAndChangesNothing() throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, Backend.HEAP)) {
      define(harness);
      harness.watermark(START);
      harness.receive(
          DecideInput.of(Brand.momentOf(ANNA, "CART_ABANDONED", START, Brand.features())));
      harness.watermark(START + DAY);

      assertThat(harness.rows()).isEmpty();
      assertThat(harness.stateEntries()).isZero();
    }
  }

  @Test
  void theSameMomentTwiceIsOneCandidate() throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, Backend.HEAP)) {
      define(harness);
      for (int i = 0; i < 2; i++) {
        harness.receive(
            DecideInput.of(Brand.momentOf(ANNA, "CART_ABANDONED", START, Brand.features())));
      }
      harness.watermark(START + DAY);

      assertThat(harness.rows()).extracting(Decision::code).containsExactly(DecisionCode.SENT);
    }
  }

  @Test
  void atOneInstantAFailureComesBeforeADecision() throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.DELIVERED, Backend.HEAP)) {
      harness.define(
          campaign(
              "a",
              "trigger: {anomaly: SPEND_SPIKE}",
              "channels: [PUSH]",
              "resource: {kind: GIFT, type: cup, amount: 1, total: 1}"));
      harness.definitionsRead();
      harness.receive(DecideInput.of(Brand.momentOf(ANNA, "SPEND_SPIKE", START, Brand.features())));
      harness.watermark(START + MINUTE);
      CustomerKey bert = new CustomerKey("acme", "bert");
      long at = START + 10 * MINUTE;
      harness.receive(
          DecideInput.of(Brand.momentOf(bert, "SPEND_SPIKE", at - 2 * SECOND, Brand.features())));
      Delivery failed =
          new Delivery(
              DeliveryStatus.FAILED, harness.triggers().get(0).id(), null, null, null, null, null);
      harness.receive(
          DecideInput.of(
              new CustomerEvent("acme", "anna", "d1", at, null, null, failed, null, new byte[0])));
      harness.watermark(at);

      assertThat(harness.rows())
          .extracting(Decision::code)
          .containsExactly(DecisionCode.SENT, DecisionCode.SENT);
    }
  }

  @Test
  void whatIsOpenWhenTheWorldEndsSaysSo() throws Exception {
    DecideConfig ending = Brand.ASSUMED.endingAt(START + MINUTE);
    try (DecideHarness harness = DecideHarness.start(ending, Backend.HEAP)) {
      define(harness);
      harness.receive(DecideInput.of(Brand.momentOf(ANNA, "SPEND_SPIKE", START, Brand.features())));
      harness.processWatermark1(org.apache.flink.streaming.api.watermark.Watermark.MAX_WATERMARK);

      assertThat(harness.rows())
          .extracting(Decision::code)
          .containsExactly(DecisionCode.OPEN_AT_END);
      assertThat(harness.rows().get(0).atMillis()).isEqualTo(START + MINUTE);
      assertThat(harness.rows().get(0).dueMillis()).isEqualTo(START + 10 * MINUTE);
    }
  }

  @Test
  void nothingIsDecidedBeforeDefinitionsWereRead() throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, Backend.HEAP)) {
      harness.receive(
          DecideInput.of(Brand.momentOf(ANNA, "CART_ABANDONED", START, Brand.features())));
      harness.watermark(START + DAY);
      assertThat(harness.rows()).isEmpty();
      define(harness);

      assertThat(harness.rows()).extracting(Decision::code).containsExactly(DecisionCode.SENT);
    }
  }
}
