package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Versions: what is written, and what is not. */
class DefinitionPublisherTest {
  private static final Instant NOW = Instant.parse("2026-01-05T09:00:00Z");
  private static final Policy FIRST = policy("acme", 30);
  private static final Policy SECOND = policy("acme", 14);
  private static final String KEY = "acme|policy|default";

  private final InMemoryDefinitionLog log = new InMemoryDefinitionLog();
  private final DefinitionPublisher publisher = new DefinitionPublisher(log);

  @Test
  void firstVersionTakesEffectThreeSecondsAfterTheClock() throws DefinitionException {
    PolicyVersion version = new PolicyVersion("acme", 1, NOW.toEpochMilli() + 3_000, FIRST, false);
    assertThat(publisher.apply(FIRST, NOW))
        .isEqualTo(new DefinitionPublisher.Applied(version, true));
    assertThat(publisher.list().policies()).containsExactly(version);
  }

  @Test
  void samePolicyAgainWritesNothing() throws DefinitionException {
    DefinitionPublisher.Applied first = publisher.apply(FIRST, NOW);
    assertThat(publisher.apply(FIRST, NOW.plusSeconds(60)))
        .isEqualTo(new DefinitionPublisher.Applied(first.version(), false));
    assertThat(log.appended()).isEqualTo(1);
  }

  @Test
  void samePolicyForcedIsANewVersion() throws DefinitionException {
    publisher.apply(FIRST, NOW);
    assertThat(publisher.applyFrom(FIRST, NOW, true))
        .isEqualTo(
            new DefinitionPublisher.Applied(
                new PolicyVersion("acme", 2, NOW.toEpochMilli(), FIRST, false), true));
  }

  @Test
  void eachTenantCountsItsOwnVersions() throws DefinitionException {
    publisher.apply(FIRST, NOW);
    publisher.apply(SECOND, NOW);
    publisher.apply(policy("zeta", 30), NOW);
    assertThat(publisher.list().policies())
        .extracting(PolicyVersion::tenant, PolicyVersion::version)
        .containsExactly(tuple("acme", 2), tuple("zeta", 1));
  }

  @Test
  void deletedPolicyIsGoneAndThenUnknown() throws DefinitionException {
    publisher.apply(FIRST, NOW);
    assertThat(publisher.delete("acme")).isTrue();
    assertThat(publisher.list().policies()).isEmpty();
    assertThat(publisher.delete("acme")).isFalse();
    assertThat(log.appended()).isEqualTo(2);
    assertThat(publisher.apply(FIRST, NOW).version().version()).isEqualTo(1);
  }

  @Test
  void policyThatJobsWouldRefuseIsNotWritten() {
    assertThatThrownBy(() -> publisher.apply(policy("a|b", 30), NOW))
        .isInstanceOf(DefinitionException.class);
    assertThatThrownBy(() -> publisher.apply(policy("acme", 91), NOW))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("lostDays");
    assertThat(log.appended()).isZero();
  }

  @Test
  void unreadableRecordIsToldAndOverwrittenOnlyByForce() throws DefinitionException {
    log.put(KEY, "{\"kind\":\"policy\",\"next\":1}".getBytes(StandardCharsets.UTF_8));
    log.put("$time", "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(publisher.list().policies()).isEmpty();
    assertThat(publisher.list().unreadable()).extracting(Problem::path).contains("next");
    assertThatThrownBy(() -> publisher.apply(FIRST, NOW)).isInstanceOf(DefinitionException.class);

    assertThat(publisher.applyFrom(FIRST, NOW, true).version().version()).isEqualTo(1);
    assertThat(publisher.list().unreadable()).isEmpty();
  }

  private static Policy policy(String tenant, int dormantDays) {
    return new Policy(
        tenant, "UTC", null, new LifecyclePolicy(dormantDays, 90, 4, 7, RecoverTo.BY_COUNT));
  }
}
