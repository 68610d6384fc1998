package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge is judged: by what a third program found in a year of real orders. */
class AnomalyOracleTest {
  @Test
  void oracleYieldsExactlyTheExpectedAnomaliesOfAYear() {
    AnomalyOracle oracle = new AnomalyOracle(new BigDecimal("1.5"), OnlineRetail.UNTIL);
    List<AnomalyOracle.Row> rows = oracle.rows(OnlineRetail.amounts());
    assertThat(rows).hasSize(20_553);
    assertThat(OnlineRetail.sorted(rows))
        .isEqualTo(OnlineRetail.sorted(OnlineRetail.anomalies(OnlineRetail.expectedAnomalies())));
  }

  @Test
  void otherFactorGivesFewerSpikesAndNoneWithoutOne() {
    List<AnomalyOracle.Row> twice =
        new AnomalyOracle(new BigDecimal("2.0"), OnlineRetail.UNTIL).rows(OnlineRetail.amounts());
    List<AnomalyOracle.Row> off =
        new AnomalyOracle(null, OnlineRetail.UNTIL).rows(OnlineRetail.amounts());
    assertThat(off).noneMatch(row -> row.kind().equals("SPEND_SPIKE")).hasSize(20_553 - 1_743);
    assertThat(twice).hasSizeBetween(off.size() + 100, 20_552);
  }
}
