package dev.nudge.definition;

/**
 * What a channel or a campaign costs.
 *
 * @param model what is paid for
 * @param priceUnits the price of it, in ten-thousandths; of {@link CostModel#CPS} the share of the
 *     revenue, 10,000 for all of it
 */
public record Cost(CostModel model, long priceUnits) {
  /** Nothing. */
  public static final Cost FREE = new Cost(CostModel.PER_SEND, 0);

  private static final long THOUSAND = 1_000;

  /**
   * What one touch is expected to cost, which a budget reserves: the price, of a CPM its
   * thousandth.
   *
   * @return in thousandths of a ten-thousandth, so that a CPM's is exact
   */
  public long expectedMilliUnits() {
    return switch (model) {
      case PER_SEND, CPC, CPA -> priceUnits * THOUSAND;
      case CPM -> priceUnits;
      case CPS, FLAT -> 0;
    };
  }
}
