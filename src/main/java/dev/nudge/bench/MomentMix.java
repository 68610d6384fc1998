package dev.nudge.bench;

import dev.nudge.event.LifecycleStage;
import java.util.Arrays;

/** Which moments the stream holds, and how many of a thousand; the others are campaigns' own. */
enum MomentMix {
  NEW(60),
  GROWING(50),
  STABLE(20),
  DECLINING(15),
  DORMANT(55),
  CART_ABANDONED(170),
  ORDER_UNPAID(60),
  SLEEP_LINE(50),
  REFILL_DUE(60),
  SPEND_SPIKE(50),
  SPEND_DROP(8),
  ORDER_BURST(2);

  private static final double THOUSAND = 1_000;

  private final int perMille;

  MomentMix(int perMille) {
    this.perMille = perMille;
  }

  /** The stage that is reached; null for an anomaly. */
  LifecycleStage stage() {
    for (LifecycleStage stage : LifecycleStage.values()) {
      if (stage.name().equals(name())) {
        return stage;
      }
    }
    return null;
  }

  /** The share of the moments that are of a stage or an anomaly. */
  static double share(String name) {
    return valueOf(name).perMille / THOUSAND;
  }

  /** The share of the moments that are some campaign's own. */
  static double ownShare() {
    return 1 - Arrays.stream(values()).mapToInt(each -> each.perMille).sum() / THOUSAND;
  }

  /**
   * Deals a moment.
   *
   * @param h 0 to 999
   * @return null for a campaign's own
   */
  static MomentMix of(int h) {
    int upTo = 0;
    for (MomentMix each : values()) {
      upTo += each.perMille;
      if (h < upTo) {
        return each;
      }
    }
    return null;
  }
}
