package dev.nudge.decide;

import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private final Arrivals arrivals = new Arrivals();

  @Test
  void whatTheCampaignWantedIsNotInIt() {
    arrivals.add("m", START, START + SECOND);

    assertThat(arrivals.tookMillis("m", START + 2 * SECOND, START + 8 * SECOND)).hasValue(5_000);
  }

  @Test
  void aRecordOfThePastTookNoLonger() {
    arrivals.add("m", START, START + 1_000_000 * SECOND);

    assertThat(arrivals.tookMillis("m", START + 2 * SECOND, START + 1_000_008 * SECOND))
        .hasValue(6_000);
  }

  @Test
  void clocksThatDifferMakeNothingNegative() {
    arrivals.add("m", START, START);

    assertThat(arrivals.tookMillis("m", START, START - 1)).hasValue(0);
  }

  @Test
  void severalTriggersOfAMomentAreMeasuredAndOthersAreNot() {
    arrivals.add("m", START, START);

    assertThat(arrivals.tookMillis("m", START, START + 1)).hasValue(1);
    assertThat(arrivals.tookMillis("m", START, START + 2)).hasValue(2);
    assertThat(arrivals.tookMillis("n", START, START + 2)).isEmpty();
  }

  @Test
  void whatIsAMinuteOldIsForgotten() {
    arrivals.add("old", START, START);
    arrivals.add("new", START + 1, START);

    arrivals.pass(START + Arrivals.KEPT_MILLIS);
    assertThat(arrivals.size()).isEqualTo(2);
    arrivals.pass(START + Arrivals.KEPT_MILLIS + 1);

    assertThat(arrivals.tookMillis("old", START, START)).isEmpty();
    assertThat(arrivals.tookMillis("new", START, START)).isPresent();
    assertThat(arrivals.size()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitIsNotMeasured() {
    for (int i = 0; i <= Arrivals.MAX; i++) {
      arrivals.add("m" + i, START, START);
    }

    assertThat(arrivals.size()).isEqualTo(Arrivals.MAX);
    assertThat(arrivals.tookMillis("m0", START, START)).isPresent();
    assertThat(arrivals.tookMillis("m" + Arrivals.MAX, START, START)).isEmpty();
    arrivals.pass(START + Arrivals.KEPT_MILLIS + 1);
    assertThat(arrivals.size()).isZero();
  }
}
