package dev.nudge.decide;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.profiled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.Json;
import dev.nudge.event.Trigger;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.pattern.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of a crowd survives, and goes when nobody asks for it. */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class CrowdStateTest {
  private static final String[] REGIONS = {"north", "south", "west"};
  private static final String[] PEOPLE = {
    "trigger: {anomaly: SPEND_SPIKE}",
    "channels: [PUSH]",
    "similar: {by: [ageBand, region], limit: 3}",
    "recommend: {products: 4, by: [SIMILAR_PEOPLE, OWN_VIEWS]}"
  };
  private static final String[] BASKETS = {
    "trigger: {anomaly: CART_ABANDONED}",
    "channels: [SMS]",
    "recommend: {products: 4, by: [BOUGHT_TOGETHER]}"
  };

  private static DefinitionVersion campaign(String id, String... keys) {
    String text = "kind: campaign\nid: " + id + "\n" + String.join("\n", keys) + "\n";
    return DefinitionVersion.of(
        new RuleVersion(null, Rule.Kind.CAMPAIGN, id, 1, 0, OnChange.DROP, text, false));
  }

  private static void delete(DecideHarness harness, String id, long atMillis) throws Exception {
    harness.processElement2(
        new StreamRecord<>(
            DefinitionVersion.of(
                new RuleVersion(
                    null, Rule.Kind.CAMPAIGN, id, 2, atMillis, OnChange.DROP, null, true))));
  }

  private static void define(DecideHarness harness) throws Exception {
    harness.define(campaign("people", PEOPLE));
    harness.define(campaign("baskets", BASKETS));
    harness.definitionsRead();
  }

  private static CustomerEvent event(Random random, CustomerKey who, long at, int number) {
    String born = "19%d0-0%d-01".formatted(6 + random.nextInt(4), 1 + random.nextInt(9));
    CustomerEvent event =
        switch (random.nextInt(8)) {
          case 0, 1, 2 ->
              profiled(who, at, "region", REGIONS[random.nextInt(3)], "birthDate", born);
          case 3 -> random.nextInt(4) == 0 ? erased(who, at) : profiled(who, at, "x", "y");
          default ->
              paid(
                  who,
                  at,
                  "o" + number,
                  "10.00",
                  "p" + random.nextInt(8),
                  "p" + random.nextInt(8),
                  "q" + random.nextInt(30));
        };
    return as("m" + number, event);
  }

  /** Profiles, orders and moments of some customers over two days, many at equal instants. */
  private static List<DecideInput> story(long seed) {
    Random random = new Random(seed);
    List<DecideInput> story = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      CustomerKey who = new CustomerKey(i % 5 == 0 ? "brown" : "acme", "c" + random.nextInt(12));
      long at = START + 5 * MINUTE * random.nextInt(2 * 24 * 12);
      if (random.nextInt(4) > 0) {
        story.add(DecideInput.of(event(random, who, at, i)));
        continue;
      }
      List<String> viewed = List.of("p" + random.nextInt(8), "p" + random.nextInt(8));
      String region = REGIONS[random.nextInt(3)];
      story.add(
          DecideInput.of(
              Brand.momentOf(
                  who,
                  random.nextBoolean() ? "SPEND_SPIKE" : "CART_ABANDONED",
                  at,
                  Brand.features(
                      List.of("p1"), viewed, "region", region, "birthDate", "1985-06-01"))));
    }
    return story;
  }

  private static List<String> lines(List<Decision> rows, List<Trigger> triggers) {
    List<String> lines = new ArrayList<>();
    rows.forEach(row -> lines.add(Json.of(row)));
    triggers.forEach(trigger -> lines.add(Json.of(trigger)));
    lines.sort(null);
    return lines;
  }

  private static List<String> atOnce(List<DecideInput> story) throws Exception {
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, Backend.HEAP)) {
      define(harness);
      for (DecideInput input : story) {
        harness.receive(input);
      }
      harness.watermark(START + 20 * DAY);
      List<Trigger> triggers = harness.triggers();
      assertThat(triggers).anyMatch(trigger -> trigger.recommendations().size() == 4);
      assertThat(harness.rows()).anyMatch(row -> row.values().containsKey("similarTo"));
      return lines(harness.rows(), triggers);
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aRestoreInTheMiddleChangesNothingHoweverTimeComes(Backend backend) throws Exception {
    List<DecideInput> story = story(3);
    List<String> expected = atOnce(story);
    long middle = START + DAY;
    List<Decision> rows = new ArrayList<>();
    List<Trigger> triggers = new ArrayList<>();
    OperatorSubtaskState snapshot;
    List<DecideInput> later = new ArrayList<>();
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, 3, backend)) {
      define(harness);
      for (DecideInput input : story) {
        if (input.atMillis() <= middle + HOUR) {
          harness.receive(input);
        } else {
          later.add(input);
        }
      }
      for (long at = START; at <= middle; at += 7 * MINUTE) {
        harness.watermark(at);
      }
      snapshot = harness.snapshot(1, 1);
      rows.addAll(harness.rows());
      triggers.addAll(harness.triggers());
    }
    try (DecideHarness harness = DecideHarness.restore(snapshot, Brand.ASSUMED, backend, 1, 1, 0)) {
      for (DecideInput input : later) {
        harness.receive(input);
      }
      harness.watermark(START + 20 * DAY);
      rows.addAll(harness.rows());
      triggers.addAll(harness.triggers());
    }

    assertThat(lines(rows, triggers)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void nothingIsLeftWhenNoCampaignAsksAnyMore(Backend backend) throws Exception {
    long gone = START + 10 * DAY;
    OperatorSubtaskState snapshot;
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, backend)) {
      define(harness);
      for (DecideInput input : story(5)) {
        harness.receive(input);
      }
      harness.watermark(START + 9 * DAY);
      delete(harness, "baskets", gone);
      delete(harness, "people", gone);
      harness.watermark(gone - 1);
      assertThat(harness.stateEntries()).isPositive();
      snapshot = harness.snapshot(1, 1);
    }
    try (DecideHarness harness = DecideHarness.restore(snapshot, Brand.ASSUMED, backend, 1, 1, 0)) {
      // Nobody of the tenant has to do anything for it.
      harness.watermark(gone);

      assertThat(harness.stateEntries()).isZero();
    }
  }

  /** The heap counts a map as one entry, whatever is in it. */
  @ParameterizedTest
  @EnumSource(value = Backend.class, names = "ROCKSDB")
  void whatOnlyAPartAskedForGoesWithIt(Backend backend) throws Exception {
    int baskets;
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, backend)) {
      harness.define(campaign("baskets", BASKETS));
      harness.definitionsRead();
      for (DecideInput input : story(7)) {
        harness.receive(input);
      }
      harness.watermark(START + 9 * DAY);
      baskets = harness.stateEntries();
    }
    try (DecideHarness harness = DecideHarness.start(Brand.ASSUMED, backend)) {
      define(harness);
      for (DecideInput input : story(7)) {
        harness.receive(input);
      }
      harness.watermark(START + 9 * DAY);
      assertThat(harness.stateEntries()).isGreaterThan(baskets);
      delete(harness, "people", START + 10 * DAY);
      harness.watermark(START + 10 * DAY);

      assertThat(harness.stateEntries()).isEqualTo(baskets).isPositive();
    }
  }
}
