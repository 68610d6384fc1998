package dev.nudge.definition;

import dev.nudge.event.Units;

/**
 * What a channel or a campaign costs.
 *
 * @param model what is paid for
 * @param priceUnits the price of it, in ten-thousandths, 0 to {@link #MAX_PRICE_UNITS}; of {@link
 *     CostModel#CPS} the share of the revenue, 10,000 for all of it
 */
public record Cost(CostModel model, long priceUnits) {
  /** Nothing. */
  public static final Cost FREE = new Cost(CostModel.PER_SEND, 0);

  /** The greatest price, so that thousandths of it fit a {@code long}: 10<sup>11</sup>. */
  static final long MAX_PRICE_UNITS = 100_000_000_000L * Units.ONE;

  private static final long THOUSAND = 1_000;

  /**
   * What one touch is expected to cost, which a budget reserves: the price, of a CPM its
   * thousandth.
   *
   * @return in thousandths of a ten-thousandth, so that a CPM's is exact
   */
  public long expectedMilliUnits() {
    return switch (model) {
      case PER_SEND, CPC, CPA -> Math.multiplyExact(priceUnits, THOUSAND);
      case CPM -> priceUnits;
      case CPS, FLAT -> 0;
    };
  }
}
