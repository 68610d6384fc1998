package dev.nudge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What happens follows from the seed. */
class FaultTest {
  @Test
  void theSameSeedMakesTheSameFaults() {
    assertThat(Fault.of(7, 5, 3)).isEqualTo(Fault.of(7, 5, 3)).isNotEqualTo(Fault.of(8, 5, 3));
  }

  @Test
  void asManyAreKilledAndHeldStillAsWasAskedFor() {
    List<Fault> faults = Fault.of(1, 12, 4);

    assertThat(faults).filteredOn(each -> each.kind() == Fault.Kind.KILL).hasSize(12);
    assertThat(faults).filteredOn(each -> each.kind() == Fault.Kind.PAUSE).hasSize(4);
  }

  @Test
  void everybodyIsKilledBeforeAnybodyIsTwice() {
    for (long seed = 0; seed < 100; seed++) {
      Set<Fault.Target> targets = new HashSet<>();
      Fault.of(seed, Fault.Target.values().length, 0).forEach(each -> targets.add(each.target()));

      assertThat(targets).containsExactlyInAnyOrder(Fault.Target.values());
    }
  }

  @Test
  void faultsHappenInTheOrderOfTimeWhileRecordsCome() {
    for (long seed = 0; seed < 100; seed++) {
      List<Double> times = Fault.of(seed, 9, 9).stream().map(Fault::at).toList();

      assertThat(times).isSorted();
      assertThat(times).allSatisfy(at -> assertThat(at).isBetween(0.05, 0.95));
    }
  }

  @Test
  void theFirstPauseIsSoLongThatFlinkGivesUpWhomItBefalls() {
    for (long seed = 0; seed < 100; seed++) {
      List<Fault> pauses =
          Fault.of(seed, 3, 4).stream().filter(each -> each.kind() == Fault.Kind.PAUSE).toList();

      assertThat(pauses)
          .anySatisfy(
              each -> {
                assertThat(each.lasts()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(25));
                assertThat(each.target()).isNotIn(Fault.Target.BROKER, Fault.Target.CLICKHOUSE);
              });
      assertThat(pauses).anyMatch(each -> each.lasts().compareTo(Duration.ofSeconds(10)) < 0);
    }
  }

  @Test
  void threeKillsAndTwoPausesBefallEverybodyOnce() {
    for (long seed = 0; seed < 100; seed++) {
      assertThat(Fault.of(seed, 3, 2))
          .extracting(Fault::target)
          .containsExactlyInAnyOrder(Fault.Target.values());
    }
  }
}
