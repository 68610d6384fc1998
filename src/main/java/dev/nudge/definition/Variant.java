package dev.nudge.definition;

import dev.nudge.event.Decision;
import java.util.Map;
import java.util.Set;

/**
 * One of the things that a campaign sends.
 *
 * @param id its name
 * @param weightBasisPoints the share of customers who get it, 0 to 10,000
 * @param content what the gateway is told, by name, in the order of the text
 */
public record Variant(String id, int weightBasisPoints, Map<String, Template> content) {
  /** What a campaign without variants sends. */
  public static final Variant ONLY = new Variant("A", Campaign.ALL_BASIS_POINTS, Map.of());

  /**
   * What no variant is called: the arms of a campaign are its variants, who is held back, and all
   * who are sent anything.
   */
  static final Set<String> RESERVED = Set.of(Decision.CONTROL, "SENT");
}
