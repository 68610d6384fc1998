package dev.nudge.bench;

import dev.nudge.event.Click;
import dev.nudge.event.Occurrence;

/**
 * What the patterns' steps are about. A shop's own names, those of family 0, stand here; every
 * further family has the same steps under names of its own, as custom events: {@code Family 7
 * PAID}.
 */
enum Step {
  VIEWED(Click.PRODUCT_VIEWED),
  SEARCHED("Products Searched"),
  ADDED("Product Added"),
  REMOVED("Product Removed"),
  CHECKOUT("Checkout Started"),
  PLACED(Occurrence.ORDER_PLACED),
  PAID(Occurrence.ORDER_PAID);

  private final String name;

  Step(String name) {
    this.name = name;
  }

  /** The event's name in a family. */
  String in(int family) {
    return family == 0 ? name : "Family " + family + " " + name();
  }
}
