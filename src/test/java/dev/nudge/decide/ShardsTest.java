package dev.nudge.decide;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tenant in two parts: what it limits is split exactly, never exceeded and used up. */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class ShardsTest {
  private static final int SHARDS = 2;
  private static final int TOTAL = 7;
  private static final int CUSTOMERS = 40;
  private static final DecideConfig TWO =
      new DecideConfig(2_000, SHARDS, 3_600_000, DecideConfig.Receipts.DELIVERIES, Long.MAX_VALUE);

  private static DefinitionVersion campaign(String id, String... keys) {
    String text = "kind: campaign\nid: " + id + "\n" + String.join("\n", keys) + "\n";
    return DefinitionVersion.of(
        new RuleVersion(null, Rule.Kind.CAMPAIGN, id, 1, 0, OnChange.DROP, text, false));
  }

  private static void define(DecideHarness harness) throws Exception {
    harness.define(
        DefinitionVersion.of(
            new PolicyVersion(
                "acme",
                1,
                0,
                Brand.readPolicy("channels: {SMS: {cost: {model: PER_SEND, price: 0.5}}}"),
                false)));
    harness.define(
        campaign(
            "gifts",
            "trigger: {anomaly: SPEND_SPIKE}",
            "channels: [PUSH]",
            "resource: {kind: GIFT, type: cup, amount: 1, total: " + TOTAL + "}"));
    harness.define(
        campaign(
            "texts", "trigger: {anomaly: SPEND_DROP}", "channels: [SMS]", "budget: {total: 4}"));
    harness.definitionsRead();
  }

  private static void moments(DecideHarness harness, String kind, long from) throws Exception {
    for (int i = 0; i < CUSTOMERS; i++) {
      CustomerKey who = new CustomerKey("acme", "c" + i);
      harness.receive(
          DecideInput.of(Brand.momentOf(who, kind, from + i * MINUTE, Brand.features())));
    }
  }

  private static Map<Integer, Long> byShard(List<Trigger> triggers, String campaign) {
    return triggers.stream()
        .filter(trigger -> trigger.campaign().equals(campaign))
        .collect(Collectors.groupingBy(ShardsTest::shard, Collectors.counting()));
  }

  private static int shard(Trigger trigger) {
    CustomerKey who = new CustomerKey("acme", trigger.customerId());
    return TenantShard.of(
            DecideInput.of(Brand.momentOf(who, "SPEND_SPIKE", START, Brand.features())), SHARDS)
        .shard();
  }

  private static DecideInput failed(Trigger trigger, long at) {
    Delivery failed =
        new Delivery(DeliveryStatus.FAILED, trigger.id(), null, null, null, null, null);
    return DecideInput.of(
        new CustomerEvent(
            "acme", trigger.customerId(), "d1", at, null, null, failed, null, new byte[0]));
  }

  private static void receipts(DecideHarness harness, long at) throws Exception {
    for (Trigger trigger : harness.triggers()) {
      Delivery sent = new Delivery(DeliveryStatus.SENT, trigger.id(), null, null, null, null, null);
      harness.receive(
          DecideInput.of(
              new CustomerEvent(
                  "acme",
                  trigger.customerId(),
                  "s" + trigger.id(),
                  at,
                  null,
                  null,
                  sent,
                  null,
                  new byte[0])));
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void totalsAndBudgetsAreSplitExactlyAndUsedUp(Backend backend) throws Exception {
    OperatorSubtaskState snapshot;
    Trigger first;
    try (DecideHarness harness = DecideHarness.start(TWO, backend)) {
      define(harness);
      moments(harness, "SPEND_SPIKE", START);
      moments(harness, "SPEND_DROP", START + 30 * SECOND);
      harness.watermark(START + CUSTOMERS * MINUTE);
      // Seven gifts make four and three; four of money at 0.5 make four texts each.
      assertThat(byShard(harness.triggers(), "gifts")).isEqualTo(Map.of(0, 4L, 1, 3L));
      assertThat(byShard(harness.triggers(), "texts")).isEqualTo(Map.of(0, 4L, 1, 4L));
      assertThat(harness.rows())
          .extracting(Decision::code)
          .filteredOn(code -> code == DecisionCode.BUDGET_EXHAUSTED)
          .hasSize(2 * CUSTOMERS - TOTAL - 8);
      receipts(harness, START + CUSTOMERS * MINUTE + 1);
      harness.watermark(START + CUSTOMERS * MINUTE + 2);
      first = harness.triggers().get(0);
      snapshot = harness.snapshot(1, 1);
    }
    // Each part at its own place, what is given back is that part's again.
    long given = 0;
    for (int subtask = 0; subtask < 2; subtask++) {
      try (DecideHarness harness = DecideHarness.restore(snapshot, TWO, backend, 1, 2, subtask)) {
        long later = START + DAY;
        boolean isHere = isOf(harness, failed(first, later));
        if (isHere) {
          harness.receive(failed(first, later));
        }
        for (int i = 0; i < CUSTOMERS; i++) {
          CustomerKey who = new CustomerKey("acme", "c" + i);
          DecideInput input =
              DecideInput.of(
                  Brand.momentOf(who, "SPEND_SPIKE", later + i * MINUTE, Brand.features()));
          if (isOf(harness, input)) {
            harness.receive(input);
          }
        }
        harness.watermark(later + DAY);
        assertThat(harness.triggers())
            .extracting(ShardsTest::shard)
            .isEqualTo(isHere ? List.of(shard(first)) : List.of());
        given += harness.triggers().size();
      }
    }
    assertThat(given).isEqualTo(1);
  }

  private static boolean isOf(DecideHarness harness, DecideInput input) {
    int keyGroup =
        org.apache.flink.runtime.state.KeyGroupRangeAssignment.assignToKeyGroup(
            TenantShard.of(input, SHARDS), 16);
    return ((org.apache.flink.runtime.state.AbstractKeyedStateBackend<?>)
            harness.getOperator().getKeyedStateBackend())
        .getKeyGroupRange()
        .contains(keyGroup);
  }
}
