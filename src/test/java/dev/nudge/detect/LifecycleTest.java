package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static dev.nudge.event.LifecycleStage.DECLINING;
import static dev.nudge.event.LifecycleStage.DORMANT;
import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static dev.nudge.event.LifecycleStage.PROSPECT;
import static dev.nudge.event.LifecycleStage.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.RecoverTo;
import dev.nudge.event.LifecycleStage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the lifecycle at its boundary. Times are days after the start. */
class LifecycleTest {
  private static final LifecyclePolicy DEFAULT = LifecyclePolicy.DEFAULT;
  private static final double A_MILLISECOND = 1.0 / DAY;

  @Test
  void whoeverIsSeenFirstIsAProspectAndStaysOne() {
    Lifecycle seen = Lifecycle.unknown().seen();
    assertThat(seen).isEqualTo(new Lifecycle(PROSPECT, 0, 0, List.of(), never(), never()));
    assertThat(seen.seen()).isEqualTo(seen);
    assertThat(seen.dueMillis()).isEqualTo(never());
    assertThat(seen.silentUntil(Long.MAX_VALUE - 1)).isEqualTo(seen);
  }

  @Test
  void beingSeenChangesNoOtherStage() {
    for (LifecycleStage stage : LifecycleStage.values()) {
      Lifecycle lifecycle = new Lifecycle(stage, 1, 2, List.of(START), 5, 6);
      assertThat(lifecycle.seen()).isEqualTo(lifecycle);
    }
  }

  @Test
  void firstPaidOrderIsNewInTheFirstLifeWhetherSeenBeforeOrNot() {
    Lifecycle expected =
        new Lifecycle(NEW, 1, 1, List.of(START), START + 30 * DAY, START + 90 * DAY);
    assertThat(Lifecycle.unknown().paid(START, DEFAULT)).isEqualTo(expected);
    assertThat(Lifecycle.unknown().seen().paid(START, DEFAULT)).isEqualTo(expected);
  }

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
  void stagesFollowFromPaidOrders(String name, List<LifecycleStage> stages, double[] days) {
    assertThat(stages(DEFAULT, days)).isEqualTo(stages);
  }

  @Test
  void whoLeftTheStableOnesByAHigherThresholdGrowsAgain() {
    Lifecycle stable = after(DEFAULT, 0, 1, 2, 3);
    assertThat(stable.paid(START + 4 * DAY, policy(30, 90, 6, 7, RecoverTo.BY_COUNT)).stage())
        .isEqualTo(GROWING);
  }

  @Test
  void secondOrderIsStableWhereTwoAreEnough() {
    assertThat(stages(policy(30, 90, 2, 7, RecoverTo.BY_COUNT), 0, 1, 2))
        .containsExactly(NEW, STABLE, STABLE);
  }

  @Test
  void returnFromDormancyIsGrowingWhateverTheCountWhereThePolicySaysSo() {
    LifecyclePolicy growing = policy(30, 90, 4, 7, RecoverTo.GROWING);
    assertThat(stages(growing, 0, 1, 2, 3, 34))
        .containsExactly(NEW, GROWING, GROWING, STABLE, DORMANT, GROWING);
    assertThat(stages(growing, 0, 1, 2, 3, 34, 35)).endsWith(GROWING, STABLE);
  }

  @Test
  void anyGapCanBeADeclineWhereNoLeastIsSet() {
    LifecyclePolicy anyGap = policy(30, 90, 4, 0, RecoverTo.BY_COUNT);
    assertThat(stages(anyGap, 0, 0, A_MILLISECOND, 3 * A_MILLISECOND)).endsWith(DECLINING);
    assertThat(stages(anyGap, 0, 0, 0, 0)).endsWith(STABLE);
  }

  @Test
  void silenceIsDueToTheMillisecond() {
    Lifecycle paid = Lifecycle.unknown().paid(START, DEFAULT);
    assertThat(paid.dueMillis()).isEqualTo(START + 30 * DAY);
    assertThat(paid.silentUntil(START + 30 * DAY - 1)).isEqualTo(paid);
    Lifecycle dormant = paid.silentUntil(START + 30 * DAY);
    assertThat(dormant)
        .isEqualTo(new Lifecycle(DORMANT, 1, 1, List.of(START), never(), START + 90 * DAY));
    assertThat(dormant.silentUntil(START + 90 * DAY - 1)).isEqualTo(dormant);
    assertThat(dormant.silentUntil(START + 90 * DAY))
        .isEqualTo(new Lifecycle(LOST, 1, 1, List.of(), never(), never()));
  }

  @Test
  void dormantComesBeforeLostWhereBothFallOnOneInstant() {
    Lifecycle paid = Lifecycle.unknown().paid(START, policy(45, 45, 4, 7, RecoverTo.BY_COUNT));
    Lifecycle dormant = paid.silentUntil(START + 45 * DAY);
    assertThat(dormant.stage()).isEqualTo(DORMANT);
    assertThat(dormant.dueMillis()).isEqualTo(START + 45 * DAY);
    assertThat(dormant.silentUntil(START + 45 * DAY).stage()).isEqualTo(LOST);
  }

  @Test
  void everyStageOfALifeFallsSilent() {
    for (double[] days :
        List.of(
            new double[] {0},
            new double[] {0, 1},
            new double[] {0, 1, 2, 3},
            new double[] {0, 1, 3, 10})) {
      Lifecycle alive = after(DEFAULT, days);
      Lifecycle dormant = alive.silentUntil(alive.dueMillis());
      assertThat(dormant.stage()).isEqualTo(DORMANT);
      assertThat(dormant.silentUntil(dormant.dueMillis()).stage()).isEqualTo(LOST);
    }
  }

  @Test
  void lostCustomersNextOrderIsTheFirstOfTheNextLife() {
    Lifecycle lost =
        after(DEFAULT, 0, 1, 2).silentUntil(START + 40 * DAY).silentUntil(START + 200 * DAY);
    assertThat(lost.stage()).isEqualTo(LOST);
    long back = START + 200 * DAY;
    assertThat(lost.paid(back, DEFAULT))
        .isEqualTo(new Lifecycle(NEW, 2, 1, List.of(back), back + 30 * DAY, back + 90 * DAY));
  }

  @Test
  void newThresholdsHoldFromTheNextPaidOrder() {
    Lifecycle paid = Lifecycle.unknown().paid(START, DEFAULT);
    Lifecycle again = paid.paid(START + DAY, policy(3650, 3650, 4, 7, RecoverTo.BY_COUNT));
    assertThat(again.dormantAtMillis()).isEqualTo(START + 3651 * DAY);
    assertThat(again.lostAtMillis()).isEqualTo(START + 3651 * DAY);
  }

  @Test
  void fourTimesAreRememberedHoweverManyOrders() {
    Lifecycle lifecycle = Lifecycle.unknown();
    for (int i = 0; i < 100; i++) {
      lifecycle = lifecycle.paid(START + i, DEFAULT);
    }
    assertThat(lifecycle.lastPaidMillis())
        .containsExactly(START + 96, START + 97, START + 98, START + 99);
    assertThat(lifecycle.orderCount()).isEqualTo(100);
  }

  private static Arguments story(String name, List<LifecycleStage> stages, double... days) {
    return arguments(name, stages, days);
  }

  /** The stage after each paid order, and each that silence brought between them. */
  private static List<LifecycleStage> stages(LifecyclePolicy policy, double... days) {
    List<LifecycleStage> stages = new ArrayList<>();
    run(policy, stages, days);
    return stages;
  }

  private static Lifecycle after(LifecyclePolicy policy, double... days) {
    return run(policy, new ArrayList<>(), days);
  }

  private static Lifecycle run(
      LifecyclePolicy policy, List<LifecycleStage> stages, double... days) {
    Lifecycle lifecycle = Lifecycle.unknown();
    for (double day : days) {
      long at = START + Math.round(day * DAY);
      while (lifecycle.dueMillis() < at) {
        lifecycle = lifecycle.silentUntil(lifecycle.dueMillis());
        stages.add(lifecycle.stage());
      }
      lifecycle = lifecycle.paid(at, policy);
      stages.add(lifecycle.stage());
    }
    return lifecycle;
  }

  private static LifecyclePolicy policy(
      int dormantDays, int lostDays, int stableOrders, int declineMinDays, RecoverTo recoverTo) {
    return new LifecyclePolicy(dormantDays, lostDays, stableOrders, declineMinDays, recoverTo);
  }

  private static long never() {
    return Lifecycle.NEVER;
  }
}
