package dev.nudge.decide;

import dev.nudge.definition.DefinitionVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The versions of one campaign or policy that are in force, will be, or still have candidates; or
 * what came of a campaign's experiments.
 *
 * <p>A version governs from its {@code effectiveAt}, or from the watermark at its arrival if that
 * is later. One that governs no more is kept while a candidate of it may be open: a candidate
 * belongs to the version in force at its moment.
 *
 * @param versions by start, the earliest first; at most {@value #MAX}
 */
public record DefinitionHistory(List<InForce> versions) {
  /** Versions kept at once; beyond it the oldest goes, and its candidates find it inactive. */
  static final int MAX = 64;

  /**
   * A version and from when it governs.
   *
   * @param fromMillis the instant, epoch milliseconds
   * @param lifeMillis when the first version since the last deletion began to govern: what was
   *     spent before a deletion is not counted after it
   * @param version what it says; a deletion where it was deleted
   */
  public record InForce(long fromMillis, long lifeMillis, DefinitionVersion version) {
    boolean deleted() {
      if (version.result() != null) {
        return false;
      }
      return version.policy() != null ? version.policy().deleted() : version.rule().deleted();
    }
  }

  static DefinitionHistory none() {
    return new DefinitionHistory(List.of());
  }

  /** A version arrived at that watermark. */
  DefinitionHistory with(DefinitionVersion arrived, long watermarkMillis) {
    long from = Math.max(arrived.effectiveAtMillis(), watermarkMillis);
    List<InForce> next = new ArrayList<>(versions);
    // A newer version overrules what was to start after it.
    next.removeIf(version -> version.fromMillis() >= from);
    InForce before = next.isEmpty() ? null : next.get(next.size() - 1);
    long life = before == null || before.deleted() ? from : before.lifeMillis();
    next.add(new InForce(from, life, arrived));
    next.sort(Comparator.comparingLong(InForce::fromMillis));
    if (next.size() > MAX) {
      next.remove(0);
    }
    return new DefinitionHistory(next);
  }

  /**
   * A result arrived at that watermark, which begins to hold behind it. All stand side by side, for
   * each is of its own version and instant; one that comes again is none.
   */
  DefinitionHistory withResult(DefinitionVersion arrived, long watermarkMillis) {
    for (InForce known : versions) {
      if (known.version().equals(arrived)) {
        return this;
      }
    }
    long from = Math.max(arrived.effectiveAtMillis(), watermarkMillis + 1);
    List<InForce> next = new ArrayList<>(versions);
    next.add(new InForce(from, from, arrived));
    next.sort(Comparator.comparingLong(InForce::fromMillis));
    if (next.size() > MAX) {
      next.remove(0);
    }
    return new DefinitionHistory(next);
  }

  /** One more, known from before: nothing is judged anew. */
  DefinitionHistory and(InForce version) {
    List<InForce> more = new ArrayList<>(versions);
    more.add(version);
    return new DefinitionHistory(more);
  }

  /** Without those that govern no more and that nothing can refer to by then. */
  DefinitionHistory without(long watermarkMillis, ToLongFunction<InForce> keptForMillis) {
    List<InForce> next = new ArrayList<>(versions);
    while (next.size() > 1
        && next.get(1).fromMillis() + keptForMillis.applyAsLong(next.get(0)) <= watermarkMillis) {
      next.remove(0);
    }
    return next.size() == versions.size() ? this : new DefinitionHistory(next);
  }

  /** Whether nothing is left but a deletion: as good as no definition ever. */
  boolean isOver() {
    return versions.stream().allMatch(InForce::deleted);
  }

  /** The version that governs an instant; null when there is none, or it was deleted. */
  InForce at(long atMillis) {
    InForce governing = null;
    for (InForce version : versions) {
      if (version.fromMillis() <= atMillis) {
        governing = version;
      }
    }
    return governing == null || governing.deleted() ? null : governing;
  }

  /** The next start after an instant; {@link Long#MAX_VALUE} if there is none. */
  long nextChangeMillis(long atMillis) {
    for (InForce version : versions) {
      if (version.fromMillis() > atMillis) {
        return version.fromMillis();
      }
    }
    return Long.MAX_VALUE;
  }
}
