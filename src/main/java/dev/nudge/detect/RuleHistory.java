package dev.nudge.detect;

import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The versions of one rule or campaign that are in force, will be, or still end what they have
 * begun.
 *
 * <p>A version governs from its {@code effectiveAt}, or from the watermark at its arrival if that
 * is later. Example: version 2 says DRAIN and takes effect at noon: a cart of 11:55 is still judged
 * by version 1 at 12:25, one of 12:01 by version 2. Had it said DROP, the cart of 11:55 would have
 * been forgotten at noon.
 *
 * @param versions by start, the earliest first; at most {@value #MAX}
 */
public record RuleHistory(List<InForce> versions) {
  /** Versions kept at once; beyond it the oldest goes, with what it still had open. */
  static final int MAX = 16;

  /**
   * A version and from when it governs.
   *
   * @param fromMillis the instant, epoch milliseconds
   * @param rule what it says; a deletion where the rule was deleted
   */
  public record InForce(long fromMillis, RuleVersion rule) {}

  static RuleHistory none() {
    return new RuleHistory(List.of());
  }

  /** A version arrived at that watermark; of one that governs no more nothing is wanted. */
  RuleHistory with(RuleVersion arrived, long watermarkMillis) {
    return with(arrived, watermarkMillis, gone -> 0);
  }

  /**
   * A version arrived at that watermark.
   *
   * @param keptMillis how long a version is kept when it governs no more: a campaign's candidates
   *     stay with it. A deleted one leaves nothing all the same
   */
  RuleHistory with(
      RuleVersion arrived, long watermarkMillis, ToLongFunction<RuleVersion> keptMillis) {
    long start = Math.max(arrived.effectiveAtMillis(), watermarkMillis);
    List<InForce> next = new ArrayList<>(versions);
    // A newer version overrules what was to start after it.
    next.removeIf(version -> version.fromMillis() >= start);
    next.add(new InForce(start, arrived));
    next.sort(Comparator.comparingLong(InForce::fromMillis));
    // What governs no more, and drains no more, goes.
    for (int i = next.size() - 1; i > 0; i--) {
      boolean ends = !drains(next.get(i).rule());
      long kept = next.get(i).rule().deleted() ? 0 : keptMillis(next.subList(0, i), keptMillis);
      long from = next.get(i).fromMillis();
      if (ends && from <= watermarkMillis && from + kept <= watermarkMillis) {
        next = new ArrayList<>(next.subList(i, next.size()));
        break;
      }
    }
    if (next.size() > MAX) {
      // The oldest ends what it has open; where even that one governs, the one behind it goes.
      next.remove(next.get(1).fromMillis() <= watermarkMillis ? 0 : 1);
    }
    return new RuleHistory(next);
  }

  private static long keptMillis(List<InForce> versions, ToLongFunction<RuleVersion> each) {
    return versions.stream().map(InForce::rule).mapToLong(each).max().orElse(0);
  }

  /** One more, known from before: nothing is judged anew. */
  RuleHistory and(InForce version) {
    List<InForce> more = new ArrayList<>(versions);
    more.add(version);
    return new RuleHistory(more);
  }

  private static boolean drains(RuleVersion next) {
    return !next.deleted() && next.onChange() == OnChange.DRAIN;
  }

  /** Whether nothing is left but a deletion: as good as no rule ever. */
  boolean isOver() {
    return versions.stream().allMatch(version -> version.rule().deleted());
  }

  /** The version that governs an instant; null when there is none, or it was deleted. */
  RuleVersion at(long atMillis) {
    RuleVersion governing = null;
    for (InForce version : versions) {
      if (version.fromMillis() <= atMillis) {
        governing = version.rule();
      }
    }
    return governing == null || governing.deleted() ? null : governing;
  }

  /** The versions that still end what they had begun before that instant. */
  List<RuleVersion> draining(long atMillis) {
    List<RuleVersion> draining = new ArrayList<>();
    for (InForce version : versions) {
      if (version.fromMillis() > atMillis) {
        break;
      }
      if (!drains(version.rule())) {
        draining.clear();
      }
      draining.add(version.rule());
    }
    if (!draining.isEmpty()) {
      draining.remove(draining.size() - 1);
    }
    draining.removeIf(RuleVersion::deleted);
    return draining;
  }
}
