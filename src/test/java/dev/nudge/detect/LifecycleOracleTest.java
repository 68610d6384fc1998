package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import org.junit.jupiter.api.Test;

/** The judge is judged: by what a third program found in a year of real orders. */
class LifecycleOracleTest {
  @Test
  void oracleYieldsExactlyTheExpectedStageChangesOfAYear() {
    LifecycleOracle oracle = new LifecycleOracle(30, 90, 4, 7, OnlineRetail.UNTIL);
    assertThat(oracle.changes(OnlineRetail.payments()).stream().map(OnlineRetail::row))
        .hasSize(24_658)
        .containsExactlyElementsOf(OnlineRetail.expectedStageChanges());
  }
}
