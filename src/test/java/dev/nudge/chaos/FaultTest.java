package dev.nudge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

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
}
