package dev.nudge.definition;

import java.util.Map;

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
}
