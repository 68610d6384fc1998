package dev.nudge.detect;

import static dev.nudge.event.LifecycleStage.DECLINING;
import static dev.nudge.event.LifecycleStage.DORMANT;
import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static dev.nudge.event.LifecycleStage.PROSPECT;
import static dev.nudge.event.LifecycleStage.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.event.LifecycleStage;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a lifecycle lets its rules propose, and when a life begins. */
class LifecycleTest {
  @Test
  void nobodyKnownHasNoStageAndNoLife() {
    assertThat(Lifecycle.unknown()).isEqualTo(new Lifecycle(null, 0, 0));
  }

  @Test
  void paidOrderOfWhoNeverPaidOrWasLostBeginsALife() {
    assertThat(Lifecycle.unknown().paid()).isEqualTo(new Lifecycle(null, 1, 1));
    assertThat(new Lifecycle(PROSPECT, 0, 0).paid()).isEqualTo(new Lifecycle(PROSPECT, 1, 1));
    assertThat(new Lifecycle(LOST, 3, 17).paid()).isEqualTo(new Lifecycle(LOST, 4, 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"NEW", "GROWING", "STABLE", "DECLINING", "DORMANT"})
  void paidOrderOfAnyOtherStageGoesOnWithTheLife(LifecycleStage stage) {
    assertThat(new Lifecycle(stage, 2, 5).paid()).isEqualTo(new Lifecycle(stage, 2, 6));
  }

  @Test
  void firstStageIsProspectOrNew() {
    for (LifecycleStage stage : LifecycleStage.values()) {
      assertThat(Lifecycle.unknown().admits(stage))
          .as("%s", stage)
          .isEqualTo(Set.of(PROSPECT, NEW).contains(stage));
    }
  }

  @Test
  void rulesMayProposeWhereTheCustomerStandsOrAStepFromThere() {
    for (LifecycleStage from : LifecycleStage.values()) {
      for (LifecycleStage to : LifecycleStage.values()) {
        assertThat(new Lifecycle(from, 1, 1).admits(to))
            .as("%s to %s", from, to)
            .isEqualTo(from == to || from.next().contains(to));
      }
    }
  }

  @Test
  void enteringAStageKeepsLifeAndCount() {
    assertThat(new Lifecycle(GROWING, 2, 4).entered(STABLE)).isEqualTo(new Lifecycle(STABLE, 2, 4));
    assertThat(new Lifecycle(STABLE, 2, 4).entered(STABLE)).isEqualTo(new Lifecycle(STABLE, 2, 4));
    assertThat(new Lifecycle(DECLINING, 2, 4).entered(DORMANT).entered(LOST))
        .isEqualTo(new Lifecycle(LOST, 2, 4));
  }

  @Test
  void stageThatNoStepLeadsToIsABug() {
    Lifecycle fresh = new Lifecycle(NEW, 1, 1);
    assertThatThrownBy(() -> fresh.entered(LOST))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no step leads from NEW to LOST");
  }
}
