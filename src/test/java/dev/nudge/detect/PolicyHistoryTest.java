package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RecoverTo;
import org.junit.jupiter.api.Test;

/** Which version of a policy governs an instant. */
class PolicyHistoryTest {
  @Test
  void noPolicyGovernsBeforeTheFirst() {
    assertThat(PolicyHistory.none().at(START)).isNull();
    PolicyHistory history = PolicyHistory.none().with(version(1, START), START - DAY);
    assertThat(history.at(START - 1)).isNull();
    assertThat(history.at(START)).isEqualTo(policy(1));
  }

  @Test
  void versionGovernsFromItsTimeAndTheOneBeforeUntilThen() {
    PolicyHistory history =
        PolicyHistory.none()
            .with(version(1, START), START)
            .with(version(2, START + 60 * DAY), START + 30 * DAY);
    assertThat(history.at(START + 60 * DAY - 1)).isEqualTo(policy(1));
    assertThat(history.at(START + 60 * DAY)).isEqualTo(policy(2));
  }

  @Test
  void versionThatArrivesAfterItsTimeGovernsFromTheWatermark() {
    PolicyHistory history =
        PolicyHistory.none()
            .with(version(1, START), START)
            .with(version(2, START), START + 30 * DAY);
    assertThat(history.at(START + 30 * DAY - 1)).isNull();
    assertThat(history.at(START + 30 * DAY)).isEqualTo(policy(2));
    assertThat(history.at(START + 30 * DAY + 1)).isEqualTo(policy(2));
  }

  @Test
  void newerVersionOverrulesWhatWasToStartAfterIt() {
    PolicyHistory history =
        PolicyHistory.none()
            .with(version(1, START), START)
            .with(version(2, START + 60 * DAY), START)
            .with(version(3, START + 30 * DAY), START);
    assertThat(history.at(START + 90 * DAY)).isEqualTo(policy(3));
    assertThat(history.at(START + 30 * DAY - 1)).isEqualTo(policy(1));
    assertThat(history.versions()).hasSize(2);
  }

  @Test
  void sameTimeAgainIsTheNewerVersion() {
    PolicyHistory history =
        PolicyHistory.none().with(version(1, START), 0).with(version(2, START), 0);
    assertThat(history.at(START)).isEqualTo(policy(2));
    assertThat(history.versions()).hasSize(1);
  }

  @Test
  void versionGoesWhenTheNextOneIsInForce() {
    PolicyHistory history =
        PolicyHistory.none()
            .with(version(1, START), START)
            .with(version(2, START + 10 * DAY), START)
            .with(version(3, START + 40 * DAY), START + 20 * DAY);
    assertThat(history.versions()).extracting(PolicyHistory.InForce::version).containsExactly(2, 3);
  }

  @Test
  void deletionLeavesNoPolicyFromTheWatermark() {
    PolicyHistory history =
        PolicyHistory.none()
            .with(version(1, START), START)
            .with(new PolicyVersion("acme", 0, 0, null, true), START + DAY);
    assertThat(history.at(START + DAY)).isNull();
    assertThat(history.at(START + 2 * DAY)).isNull();
  }

  @Test
  void sixtyFourVersionsAreKept() {
    PolicyHistory history = PolicyHistory.none();
    for (int i = 1; i <= PolicyHistory.MAX + 6; i++) {
      history = history.with(version(i, START + i * DAY), START);
    }
    assertThat(history.versions()).hasSize(64);
    assertThat(history.at(START + 500 * DAY)).isEqualTo(policy(70));
    assertThat(history.at(START + 8 * DAY)).isEqualTo(policy(8));
  }

  @Test
  void deletionInForceLeavesNothing() {
    PolicyHistory history = PolicyHistory.none().with(version(1, START), START);
    assertThat(history.isOver()).isFalse();
    PolicyVersion deletion = new PolicyVersion("acme", 0, 0, null, true);
    assertThat(history.with(deletion, START + DAY).isOver()).isTrue();
    assertThat(history.with(deletion, START + DAY).with(version(1, START), START + DAY).isOver())
        .isFalse();
  }

  private static PolicyVersion version(int version, long effectiveAt) {
    return new PolicyVersion("acme", version, effectiveAt, policy(version), false);
  }

  private static Policy policy(int dormantDays) {
    return new Policy(
        "acme", "UTC", null, new LifecyclePolicy(dormantDays, 90, 4, 7, RecoverTo.BY_COUNT));
  }
}
