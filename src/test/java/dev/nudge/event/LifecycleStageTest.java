package dev.nudge.event;

import static dev.nudge.event.LifecycleStage.DECLINING;
import static dev.nudge.event.LifecycleStage.DORMANT;
import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static dev.nudge.event.LifecycleStage.PROSPECT;
import static dev.nudge.event.LifecycleStage.STABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which step leads where. */
class LifecycleStageTest {
  private static final Map<LifecycleStage, Set<LifecycleStage>> STEPS = new HashMap<>();

  static {
    STEPS.put(null, EnumSet.of(PROSPECT, NEW));
    STEPS.put(PROSPECT, EnumSet.of(NEW));
    STEPS.put(NEW, EnumSet.of(GROWING, STABLE, DORMANT));
    STEPS.put(GROWING, EnumSet.of(STABLE, DECLINING, DORMANT));
    STEPS.put(STABLE, EnumSet.of(GROWING, DECLINING, DORMANT));
    STEPS.put(DECLINING, EnumSet.of(GROWING, STABLE, DORMANT));
    STEPS.put(DORMANT, EnumSet.of(GROWING, STABLE, LOST));
    STEPS.put(LOST, EnumSet.of(NEW));
  }

  @Test
  void everyPairOfStagesIsLegalOrNotAsTheRulesSay() {
    STEPS.forEach(
        (from, legal) -> {
          for (LifecycleStage to : LifecycleStage.values()) {
            assertThat(LifecycleStage.isLegal(from, to))
                .as("%s to %s", from, to)
                .isEqualTo(legal.contains(to));
          }
        });
    assertThat(STEPS).hasSize(LifecycleStage.values().length + 1);
  }

  @Test
  void prospectsAndLostCustomersAreNotAlive() {
    assertThat(EnumSet.allOf(LifecycleStage.class).stream().filter(LifecycleStage::isAlive))
        .containsExactly(NEW, GROWING, STABLE, DECLINING, DORMANT);
  }
}
