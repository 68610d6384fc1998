package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nudge.event.Decision;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a moment makes candidates of. */
class PlaybookTest {
  private static final String PUSH = "channels: [PUSH]";

  private static Moment own(String campaign) {
    return Moment.ofTime(campaign, ANNA, START, START, Brand.features());
  }

  @Test
  void aCampaignCalledLikeAnAnomalyIsNotMeantByIt() throws Exception {
    Moment spike = Brand.momentOf(ANNA, "SPEND_SPIKE", START, Brand.features());
    for (Moment moment : List.of(own("SPEND_SPIKE"), spike)) {
      Brand brand =
          Brand.open()
              .campaign("SPEND_SPIKE", "trigger: {every: \"0 10 * * *\"}", PUSH)
              .campaign("spikes", "trigger: {anomaly: SPEND_SPIKE}", PUSH);
      brand.take(moment).until(START + MINUTE);

      assertThat(brand.rows)
          .extracting(Decision::campaign, Decision::moment)
          .containsExactly(tuple(moment.anomaly() != null ? "spikes" : "SPEND_SPIKE", moment.id()));
    }
  }

  @Test
  void aCampaignCalledLikeAStageIsNotMeantByIt() throws Exception {
    for (Moment moment :
        List.of(own("STAGE NEW"), Brand.stageOf(ANNA, LifecycleStage.NEW, START))) {
      Brand brand =
          Brand.open()
              .campaign("STAGE NEW", "trigger: {every: \"0 10 * * *\"}", PUSH)
              .campaign("newcomers", "trigger: {stage: NEW}", PUSH);
      brand.take(moment).until(START + MINUTE);

      assertThat(brand.rows)
          .extracting(Decision::campaign, Decision::moment)
          .containsExactly(
              tuple(moment.stageChange() == null ? "STAGE NEW" : "newcomers", moment.id()));
    }
  }
}
