package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The policies of one tenant that are in force or will be.
 *
 * <p>A version governs from its {@code effectiveAt}, or from the watermark at its arrival if that
 * is later. Example: version 1 from January and version 2 from March, applied in February: an order
 * of February is judged by 1, one of April by 2, and in April version 1 goes.
 *
 * @param versions by start, the earliest first; at most {@value #MAX}
 */
public record PolicyHistory(List<InForce> versions) {
  /** Versions kept at once; beyond it the one that would be next goes. */
  static final int MAX = 64;

  /**
   * A version and from when it governs.
   *
   * @param fromMillis the instant, epoch milliseconds
   * @param version which version
   * @param policy what it says; null where the policy was deleted
   */
  public record InForce(long fromMillis, int version, Policy policy) {}

  static PolicyHistory none() {
    return new PolicyHistory(List.of());
  }

  /** A version arrived at that watermark. */
  PolicyHistory with(PolicyVersion arrived, long watermarkMillis) {
    long from = Math.max(arrived.effectiveAtMillis(), watermarkMillis);
    List<InForce> next = new ArrayList<>(versions);
    // A newer version overrules what was to start after it.
    next.removeIf(version -> version.fromMillis() >= from);
    next.add(new InForce(from, arrived.version(), arrived.deleted() ? null : arrived.policy()));
    next.sort(Comparator.comparingLong(InForce::fromMillis));
    while (next.size() > 1 && next.get(1).fromMillis() <= watermarkMillis) {
      next.remove(0);
    }
    if (next.size() > MAX) {
      // The first one may be in force; the one behind it would have been the shortest-lived.
      next.remove(1);
    }
    return new PolicyHistory(next);
  }

  /** Whether nothing is left but a deletion: as good as no policy ever. */
  boolean isOver() {
    return versions.stream().allMatch(version -> version.policy() == null);
  }

  /** The policy of the latest start; null if it is deleted. */
  Policy newest() {
    return versions.isEmpty() ? null : versions.get(versions.size() - 1).policy();
  }

  /** The policy that governs an instant; null when there is none. */
  Policy at(long atMillis) {
    Policy governing = null;
    for (InForce version : versions) {
      if (version.fromMillis() <= atMillis) {
        governing = version.policy();
      }
    }
    return governing;
  }
}
