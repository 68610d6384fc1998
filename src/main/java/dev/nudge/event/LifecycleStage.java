package dev.nudge.event;

/** Where a customer stands. The transitions are the detect room's; the names are everybody's. */
public enum LifecycleStage {
  /** Seen, or ordered without paying; never paid. */
  PROSPECT,
  /** First paid order of this life. */
  NEW,
  /** Has paid again. */
  GROWING,
  /** Pays regularly. */
  STABLE,
  /** Buys, but less and less often. */
  DECLINING,
  /** No paid order for a while. */
  DORMANT,
  /** No paid order for so long that the next one starts a new life. */
  LOST
}
