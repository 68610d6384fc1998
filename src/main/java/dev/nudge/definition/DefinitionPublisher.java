package dev.nudge.definition;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Publishes policies in versions, so that running jobs take them up.
 *
 * <p>Publishing what already stands there writes nothing, so a deployment script may apply the same
 * files again and again.
 */
public final class DefinitionPublisher {
  /** How far behind the deployment's clock a version takes effect: time to reach every task. */
  public static final Duration LEAD = Duration.ofSeconds(3);

  /**
   * What an application did.
   *
   * @param version the version that stands on the topic now
   * @param changed false if it stood there before
   */
  public record Applied(PolicyVersion version, boolean changed) {}

  /**
   * What stands on the topic.
   *
   * @param policies the newest version of each tenant, sorted by tenant, deleted ones left out
   * @param unreadable what is wrong with records that are no valid policies, which jobs put aside
   */
  public record Published(List<PolicyVersion> policies, List<Problem> unreadable) {}

  private final DefinitionLog log;

  /** A publisher on the {@code policies} log. */
  public DefinitionPublisher(DefinitionLog log) {
    this.log = log;
  }

  /**
   * Publishes a policy that takes effect {@link #LEAD} after the given time, unless the same stands
   * there already.
   *
   * @param policy with its tenant
   * @param clock the deployment's present time
   * @throws DefinitionException if the policy, or what the topic holds in its place, is not valid
   */
  public Applied apply(Policy policy, Instant clock) throws DefinitionException {
    return applyFrom(policy, clock.plus(LEAD), false);
  }

  /**
   * Publishes a policy.
   *
   * @param policy with its tenant
   * @param effectiveAt the event time from which it holds
   * @param force writes a new version even if the same stands there, or something unreadable does
   * @throws DefinitionException if the policy is not valid; without force, if what the topic holds
   *     in its place is not
   */
  public Applied applyFrom(Policy policy, Instant effectiveAt, boolean force)
      throws DefinitionException {
    Optional<PolicyVersion> present = present(policy.tenant(), force);
    if (!force && present.isPresent() && present.get().policy().equals(policy)) {
      return new Applied(present.get(), false);
    }
    int version = present.map(PolicyVersion::version).orElse(0) + 1;
    PolicyVersion next =
        new PolicyVersion(policy.tenant(), version, effectiveAt.toEpochMilli(), policy, false);
    byte[] value = PolicyCodec.value(next);
    // Whoever built the policy, nothing goes out that the jobs would refuse.
    PolicyCodec.read(PolicyCodec.key(policy.tenant()), value);
    log.put(DefinitionKey.policy(policy.tenant()).toString(), value);
    return new Applied(next, true);
  }

  /**
   * Deletes a tenant's policy, readable or not; the defaults hold again.
   *
   * @return false if there was none, so nothing was written
   */
  public boolean delete(String tenant) {
    String key = DefinitionKey.policy(tenant).toString();
    if (!log.newest().containsKey(key)) {
      return false;
    }
    log.put(key, null);
    return true;
  }

  /** What stands on the topic, including versions that take effect in a moment. */
  public Published list() {
    List<PolicyVersion> policies = new ArrayList<>();
    List<Problem> unreadable = new ArrayList<>();
    for (Map.Entry<String, byte[]> entry : log.newest().entrySet()) {
      try {
        read(entry.getKey(), entry.getValue()).ifPresent(policies::add);
      } catch (DefinitionException refused) {
        unreadable.addAll(refused.problems());
      }
    }
    return new Published(policies, unreadable);
  }

  private Optional<PolicyVersion> present(String tenant, boolean force) throws DefinitionException {
    String key = DefinitionKey.policy(tenant).toString();
    byte[] value = log.newest().get(key);
    try {
      return value == null ? Optional.empty() : read(key, value);
    } catch (DefinitionException unreadable) {
      if (force) {
        return Optional.empty();
      }
      throw unreadable;
    }
  }

  private static Optional<PolicyVersion> read(String key, byte[] value) throws DefinitionException {
    return PolicyCodec.read(key.getBytes(StandardCharsets.UTF_8), value);
  }
}
