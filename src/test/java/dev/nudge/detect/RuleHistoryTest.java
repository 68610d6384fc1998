package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which version governs, which drain, and what goes. Times are plain numbers. */
class RuleHistoryTest {
  private static RuleVersion version(int version, long effectiveAt, OnChange onChange) {
    return new RuleVersion(
        "acme", Rule.Kind.ANOMALY, "x", version, effectiveAt, onChange, "{}", false);
  }

  private static RuleVersion drop(int version, long effectiveAt) {
    return version(version, effectiveAt, OnChange.DROP);
  }

  private static RuleVersion drain(int version, long effectiveAt) {
    return version(version, effectiveAt, OnChange.DRAIN);
  }

  private static final RuleVersion DELETION =
      new RuleVersion("acme", Rule.Kind.ANOMALY, "x", 0, 0, null, null, true);

  private static String governing(RuleHistory history, long at) {
    RuleVersion rule = history.at(at);
    return rule == null ? "none" : "v" + rule.version();
  }

  private static List<Integer> draining(RuleHistory history, long at) {
    return history.draining(at).stream().map(RuleVersion::version).toList();
  }

  private static List<Integer> kept(RuleHistory history) {
    return history.versions().stream().map(version -> version.rule().version()).toList();
  }

  @Test
  void nothingGovernsBeforeTheFirstVersion() {
    RuleHistory history = RuleHistory.none().with(drop(1, 10), 0);
    assertThat(governing(RuleHistory.none(), 5)).isEqualTo("none");
    assertThat(governing(history, 9)).isEqualTo("none");
    assertThat(governing(history, 10)).isEqualTo("v1");
    assertThat(governing(history, Long.MAX_VALUE)).isEqualTo("v1");
    assertThat(draining(history, 10)).isEmpty();
  }

  @Test
  void versionGovernsFromItsTimeOrTheWatermarkWhicheverIsLater() {
    RuleHistory history = RuleHistory.none().with(drop(1, 10), 25);
    assertThat(governing(history, 24)).isEqualTo("none");
    assertThat(governing(history, 25)).isEqualTo("v1");
  }

  @Test
  void droppedVersionGoesAtItsEndAndDrainedOneStays() {
    RuleHistory dropped = RuleHistory.none().with(drop(1, 10), 0).with(drop(2, 20), 15);
    assertThat(governing(dropped, 19)).isEqualTo("v1");
    assertThat(governing(dropped, 20)).isEqualTo("v2");
    assertThat(draining(dropped, 20)).isEmpty();
    RuleHistory drained = RuleHistory.none().with(drop(1, 10), 0).with(drain(2, 20), 15);
    assertThat(draining(drained, 19)).isEmpty();
    assertThat(draining(drained, 20)).containsExactly(1);
    assertThat(draining(drained.with(drain(3, 30), 25), 30)).containsExactly(1, 2);
    assertThat(draining(drained.with(drop(3, 30), 25), 29)).containsExactly(1);
    assertThat(draining(drained.with(drop(3, 30), 25), 30)).isEmpty();
  }

  @Test
  void whatIsToComeKeepsWhatGovernsUntilThen() {
    RuleHistory history = RuleHistory.none().with(drop(1, 10), 0).with(drop(2, 100), 50);
    assertThat(kept(history)).containsExactly(1, 2);
    assertThat(kept(history.with(drop(3, 200), 150))).containsExactly(2, 3);
  }

  @Test
  void newerVersionOverrulesWhatWasToStartNoEarlier() {
    RuleHistory history = RuleHistory.none().with(drop(1, 10), 0).with(drop(2, 100), 50);
    assertThat(kept(history.with(drop(3, 100), 60))).containsExactly(1, 3);
    assertThat(kept(history.with(drop(3, 99), 60))).containsExactly(1, 3);
    assertThat(kept(history.with(drop(3, 101), 60))).containsExactly(1, 2, 3);
  }

  @Test
  void deletionHoldsAtOnceAndLeavesNothing() {
    RuleHistory history = RuleHistory.none().with(drop(1, 10), 0).with(drain(2, 20), 15);
    RuleHistory deleted = history.with(DELETION, 30);
    assertThat(history.isOver()).isFalse();
    assertThat(deleted.isOver()).isTrue();
    assertThat(governing(deleted, 30)).isEqualTo("none");
    assertThat(draining(deleted, 30)).isEmpty();
  }

  @Test
  void deletionOfWhatWasNeverKnownLeavesNothingBeforeAnyTimeEither() {
    assertThat(RuleHistory.none().with(DELETION, Long.MIN_VALUE).isOver()).isTrue();
  }

  @Test
  void ruleThatComesBackDrainsNothingOfBeforeItsDeletion() {
    RuleHistory history =
        RuleHistory.none().with(drop(1, 10), 0).with(DELETION, 20).with(drain(1, 30), 25);
    assertThat(governing(history, 29)).isEqualTo("none");
    assertThat(governing(history, 30)).isEqualTo("v1");
    assertThat(draining(history, 30)).isEmpty();
  }

  @Test
  void beyondTheMaximumTheOldestThatDrainsGoes() {
    RuleHistory history = RuleHistory.none();
    for (int i = 1; i <= RuleHistory.MAX + 1; i++) {
      history = history.with(drain(i, i * 10L), i * 10L);
    }
    assertThat(history.versions()).hasSize(RuleHistory.MAX);
    assertThat(governing(history, 1_000)).isEqualTo("v" + (RuleHistory.MAX + 1));
    assertThat(kept(history)).doesNotContain(1).contains(2);
  }

  @Test
  void beyondTheMaximumWhatGovernsStaysAndTheOneBehindItGoes() {
    RuleHistory history = RuleHistory.none();
    for (int i = 1; i <= RuleHistory.MAX + 1; i++) {
      history = history.with(drain(i, i * 10L), 10);
    }
    assertThat(history.versions()).hasSize(RuleHistory.MAX);
    assertThat(kept(history)).startsWith(1, 3).doesNotContain(2);
    assertThat(governing(history, 10)).isEqualTo("v1");
  }

  @Test
  void campaignsVersionIsKeptWhileItsCandidatesMayBeOpenAndDrainsNothing() {
    RuleHistory history =
        RuleHistory.none().with(drop(1, 10), 0, gone -> 100).with(drop(2, 20), 25, gone -> 100);
    assertThat(history.versions()).hasSize(2);
    assertThat(history.draining(30)).isEmpty();
    assertThat(history.at(30).version()).isEqualTo(2);
    // The second governs from 25 on.
    assertThat(history.with(drop(3, 30), 124, gone -> 100).versions()).hasSize(3);
    assertThat(history.with(drop(3, 30), 125, gone -> 100).versions()).hasSize(2);
    assertThat(history.with(DELETION, 26, gone -> 100).isOver()).isTrue();
  }
}
