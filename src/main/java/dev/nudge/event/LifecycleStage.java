package dev.nudge.event;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a customer stands, and which step leads where.
 *
 * <pre>
 *   (none) ──► PROSPECT ──► NEW ──► GROWING ◄──► STABLE
 *      └────────────────────▲│         ▲│▲        ▲│
 *                           ││         │▼└─► DECLINING ◄─┘ (and back)
 *                           │└──► DORMANT ◄── from NEW, GROWING, STABLE, DECLINING
 *                           │        │ └────► GROWING or STABLE
 *                           │        ▼
 *                           └────── LOST        the next paid order starts a new life
 * </pre>
 */
public enum LifecycleStage {
  /** Seen, or ordered without paying; never paid. */
  PROSPECT,
  /** First paid order of this life. */
  NEW,
  /** Has paid again. */
  GROWING,
  /** Has paid so often in this life that the tenant's policy calls it regular. */
  STABLE,
  /** Buys, but less and less often. */
  DECLINING,
  /** No paid order for a while. */
  DORMANT,
  /** No paid order for so long that the next one starts a new life. */
  LOST;

  private static final Set<LifecycleStage> FIRST = EnumSet.of(PROSPECT, NEW);

  /** Whether a customer may step from one stage to another; {@code from} is null for the first. */
  public static boolean isLegal(LifecycleStage from, LifecycleStage to) {
    return from == null ? FIRST.contains(to) : from.next().contains(to);
  }

  /** The stages a customer may step to from here. */
  public Set<LifecycleStage> next() {
    return switch (this) {
      case PROSPECT, LOST -> EnumSet.of(NEW);
      case NEW -> EnumSet.of(GROWING, STABLE, DORMANT);
      case GROWING -> EnumSet.of(STABLE, DECLINING, DORMANT);
      case STABLE -> EnumSet.of(GROWING, DECLINING, DORMANT);
      case DECLINING -> EnumSet.of(GROWING, STABLE, DORMANT);
      case DORMANT -> EnumSet.of(GROWING, STABLE, LOST);
    };
  }

  /** Whether the customer has paid in this life and is not given up for lost. */
  public boolean isAlive() {
    return this != PROSPECT && this != LOST;
  }
}
