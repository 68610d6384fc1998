package dev.nudge.definition;

import java.util.List;

/**
 * What counts as a campaign's success.
 *
 * @param goal the name of the event
 * @param windowsMillis how long after the decision it counts, shown side by side; the first is the
 *     primary one, which also says how long the campaign holds a customer
 */
public record Conversion(String goal, List<Long> windowsMillis) {
  /** What holds where a campaign says nothing. */
  public static final Conversion DEFAULT = new Conversion("Order Paid", List.of(3 * 86_400_000L));

  /** The primary window. */
  public long primaryMillis() {
    return windowsMillis.get(0);
  }
}
