package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.viewed;
import static dev.nudge.event.LifecycleStage.DECLINING;
import static dev.nudge.event.LifecycleStage.DORMANT;
import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static dev.nudge.event.LifecycleStage.PROSPECT;
import static dev.nudge.event.LifecycleStage.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the lifecycle at its boundary. Times are days after the start. */
class LifecycleRulesTest {
  private static final double A_MILLISECOND = 1.0 / DAY;

  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.open();
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  private int orders;
  private LifecycleStage before;
  private int count;

  static Stream<Arguments> storiesOfPaidOrders() {
    return Stream.of(
        story("one", List.of(NEW), 0),
        story("at one instant", List.of(NEW, GROWING, GROWING, STABLE, STABLE), 0, 0, 0, 0, 0),
        story("the fourth is stable", List.of(NEW, GROWING, GROWING, STABLE), 0, 1, 2, 3),
        story(
            "three growing gaps, the last one 7 days",
            List.of(NEW, GROWING, GROWING, DECLINING),
            0,
            1,
            3,
            10),
        story(
            "the last gap a millisecond short of 7 days",
            List.of(NEW, GROWING, GROWING, STABLE),
            0,
            1,
            3,
            10 - A_MILLISECOND),
        story("equal gaps", List.of(NEW, GROWING, GROWING, STABLE), 0, 8, 16, 24),
        story("the first two gaps equal", List.of(NEW, GROWING, GROWING, STABLE), 0, 8, 16, 25),
        story("the last two gaps equal", List.of(NEW, GROWING, GROWING, STABLE), 0, 7, 15, 23),
        story("the last gap shorter", List.of(NEW, GROWING, GROWING, STABLE), 0, 8, 17, 25),
        story(
            "the last gap a millisecond longer",
            List.of(NEW, GROWING, GROWING, DECLINING),
            0,
            8,
            16 + A_MILLISECOND,
            24 + 3 * A_MILLISECOND),
        story("a gap of nothing first", List.of(NEW, GROWING, GROWING, DECLINING), 0, 0, 1, 8),
        story("two growing gaps", List.of(NEW, GROWING, GROWING), 0, 7, 20),
        story(
            "a stable customer declines",
            List.of(NEW, GROWING, GROWING, STABLE, STABLE, STABLE, DECLINING),
            0,
            5,
            10,
            15,
            16,
            18,
            25),
        story(
            "only the last three gaps count",
            List.of(NEW, GROWING, GROWING, STABLE, DECLINING),
            0,
            20,
            21,
            23,
            30),
        story(
            "who keeps declining stays declining",
            List.of(NEW, GROWING, GROWING, DECLINING, DECLINING, DECLINING),
            0,
            1,
            3,
            10,
            18,
            27),
        story(
            "a declining customer recovers",
            List.of(NEW, GROWING, GROWING, DECLINING, STABLE),
            0,
            1,
            3,
            10,
            17),
        story(
            "who recovered declines again only after three growing gaps",
            List.of(NEW, GROWING, GROWING, DECLINING, STABLE, STABLE, DECLINING),
            0,
            1,
            3,
            10,
            11,
            13,
            21),
        story("29 days and more", List.of(NEW, GROWING), 0, 30 - A_MILLISECOND),
        story("dormant, back", List.of(NEW, DORMANT, GROWING), 0, 30 + A_MILLISECOND),
        story(
            "dormant, back by count", List.of(NEW, GROWING, GROWING, DORMANT, STABLE), 0, 1, 2, 33),
        story(
            "who returns from dormancy does not decline at once",
            List.of(NEW, GROWING, GROWING, DORMANT, STABLE),
            0,
            1,
            3,
            34),
        story(
            "gaps before dormancy count afterwards",
            List.of(NEW, GROWING, GROWING, DORMANT, STABLE, DORMANT, STABLE),
            0,
            1,
            3,
            34,
            70),
        story("lost, a new life", List.of(NEW, DORMANT, LOST, NEW), 0, 90 + A_MILLISECOND),
        story(
            "gaps of the life before do not count",
            List.of(NEW, GROWING, GROWING, DORMANT, LOST, NEW, GROWING, GROWING, DECLINING),
            0,
            1,
            3,
            100,
            101,
            103,
            110),
        story(
            "the gap between two lives does not count",
            List.of(NEW, GROWING, DORMANT, LOST, NEW, GROWING, GROWING, STABLE),
            0,
            1,
            100,
            108,
            109,
            110));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("storiesOfPaidOrders")
  void stagesFollowFromPaidOrders(String name, List<LifecycleStage> stages, double[] days)
      throws Exception {
    for (int i = 0; i < days.length; i++) {
      shop.receive(order(days[i]));
    }
    assertThat(lines(changes(days[days.length - 1]))).isEqualTo(expected(stages));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("storiesOfPaidOrders")
  void stagesAreTheSameThroughRestarts(String name, List<LifecycleStage> stages, double[] days)
      throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < days.length; i++) {
      shop.receive(order(days[i]));
      boolean isLastOfItsInstant = i + 1 == days.length || at(days[i + 1]) > at(days[i]);
      if (isLastOfItsInstant) {
        lines.addAll(lines(changes(days[i])));
        shop.restart();
      }
    }
    assertThat(lines).isEqualTo(expected(stages));
  }

  @Test
  void beingSeenChangesNoStageButTheFirst() throws Exception {
    shop.receive(viewed(ANNA, START - 2), placed(ANNA, START - 1, "o"));
    for (double day : new double[] {0, 1, 3, 10, 11, 42}) {
      shop.receive(order(day), viewed(ANNA, at(day) + 1), placed(ANNA, at(day) + 2, "x" + day));
    }
    assertThat(changes(200).stream().map(StageChange::to))
        .containsExactly(PROSPECT, NEW, GROWING, DECLINING, STABLE, DORMANT, STABLE, DORMANT, LOST);
    shop.receive(viewed(ANNA, START + 300 * DAY));
    assertThat(changes(300)).isEmpty();
  }

  @Test
  void whoLeftTheStableOnesByAHigherThresholdGrowsAgain() throws Exception {
    assertThat(stages(0, 1, 2, 3)).endsWith(STABLE);
    shop.policy("acme", 1, at(3.5), "lifecycle: {stableOrders: 6}");
    assertThat(stages(4)).containsExactly(GROWING);
  }

  @Test
  void secondOrderIsStableWhereTwoAreEnough() throws Exception {
    shop.policy("lifecycle: {stableOrders: 2}");
    assertThat(stages(0, 1, 2)).containsExactly(NEW, STABLE);
  }

  @Test
  void returnFromDormancyIsGrowingWhateverTheCountWhereThePolicySaysSo() throws Exception {
    shop.policy("lifecycle: {recoverTo: GROWING}");
    assertThat(stages(0, 1, 2, 3, 34)).containsExactly(NEW, GROWING, STABLE, DORMANT, GROWING);
    assertThat(stages(35)).containsExactly(STABLE);
  }

  @Test
  void anyGapCanBeADeclineWhereNoLeastIsSet() throws Exception {
    shop.policy("lifecycle: {declineMinDays: 0}");
    assertThat(stages(0, 0, A_MILLISECOND, 3 * A_MILLISECOND)).endsWith(DECLINING);
  }

  @Test
  void noGapsAreNoDeclineEvenThere() throws Exception {
    shop.policy("lifecycle: {declineMinDays: 0}");
    assertThat(stages(0, 0, 0, 0)).endsWith(STABLE);
  }

  @ParameterizedTest
  @MethodSource("livesOfEveryStage")
  void everyStageOfALifeFallsSilent(double[] days) throws Exception {
    stages(days);
    double last = days[days.length - 1];
    assertThat(changes(last + 30 - A_MILLISECOND)).isEmpty();
    assertThat(changes(last + 30).stream().map(StageChange::to)).containsExactly(DORMANT);
    assertThat(changes(last + 90 - A_MILLISECOND)).isEmpty();
    assertThat(changes(last + 90).stream().map(StageChange::to)).containsExactly(LOST);
    assertThat(changes(last + 4_000)).isEmpty();
  }

  static List<double[]> livesOfEveryStage() {
    return List.of(
        new double[] {0},
        new double[] {0, 1},
        new double[] {0, 1, 2, 3},
        new double[] {0, 1, 3, 10});
  }

  @Test
  void lostCustomersNextOrderIsTheFirstOfTheNextLife() throws Exception {
    stages(0, 1, 2);
    changes(200);
    shop.receive(order(200 + A_MILLISECOND));
    assertThat(changes(201))
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.from()).isEqualTo(LOST);
              assertThat(change.to()).isEqualTo(NEW);
              assertThat(change.life()).isEqualTo(2);
              assertThat(change.orderCount()).isEqualTo(1);
            });
  }

  @Test
  void longestThresholdsHoldFromTheNextPaidOrder() throws Exception {
    stages(0);
    shop.policy("acme", 1, at(0.5), "lifecycle: {dormantDays: 3650, lostDays: 3650}");
    stages(1);
    assertThat(changes(3651 - A_MILLISECOND)).isEmpty();
    assertThat(changes(3651).stream().map(StageChange::to)).containsExactly(DORMANT, LOST);
  }

  private static Arguments story(String name, List<LifecycleStage> stages, double... days) {
    return arguments(name, stages, days);
  }

  private static long at(double day) {
    return START + Math.round(day * DAY);
  }

  private CustomerEvent order(double day) {
    return paid(ANNA, at(day), "o%03d".formatted(orders++));
  }

  private List<StageChange> changes(double untilDay) throws Exception {
    return shop.moments(at(untilDay)).stream()
        .map(Moment::stageChange)
        .filter(Objects::nonNull)
        .toList();
  }

  private static List<String> lines(List<StageChange> changes) {
    return changes.stream()
        .map(change -> "%s>%s %d".formatted(change.from(), change.to(), change.orderCount()))
        .toList();
  }

  /** Of the stages after each order, and those of silence between, the changes. */
  private List<String> expected(List<LifecycleStage> stages) {
    List<String> lines = new ArrayList<>();
    for (LifecycleStage stage : stages) {
      boolean silence = stage == DORMANT || stage == LOST;
      count = stage == NEW ? 1 : silence ? count : count + 1;
      if (stage != before) {
        lines.add("%s>%s %d".formatted(before, stage, count));
      }
      before = stage;
    }
    return lines;
  }

  /** Pays at these days; the changes up to the last of them. */
  private List<LifecycleStage> stages(double... days) throws Exception {
    for (double day : days) {
      shop.receive(order(day));
    }
    return changes(days[days.length - 1]).stream().map(StageChange::to).toList();
  }
}
