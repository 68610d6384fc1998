package dev.nudge.detect;

import dev.nudge.event.LifecycleStage;

/**
 * One customer's lifecycle: the stage, and how many paid orders this life has.
 *
 * <p>Rules propose stages; which steps are legal, {@link LifecycleStage} knows. Example: Anna pays
 * and a rule proposes NEW; she pays again and another proposes GROWING. Thirty days later a timer
 * proposes DORMANT, ninety days after the order another LOST. An order in June starts her second
 * life, and the first rule proposes NEW again.
 *
 * @param stage where the customer stands, null before the first stage
 * @param life which life, from 1; 0 before the first paid order
 * @param orderCount paid orders of this life, of every currency
 */
public record Lifecycle(LifecycleStage stage, int life, int orderCount) {
  /** Before the first event. */
  static Lifecycle unknown() {
    return new Lifecycle(null, 0, 0);
  }

  /** The customer paid an order; whoever was lost, or never paid, begins a life with it. */
  Lifecycle paid() {
    boolean newLife = stage == null || !stage.isAlive();
    return newLife ? new Lifecycle(stage, life + 1, 1) : new Lifecycle(stage, life, orderCount + 1);
  }

  /** Whether a rule may propose that stage: it is where the customer stands, or a step from it. */
  boolean admits(LifecycleStage proposed) {
    return proposed == stage || LifecycleStage.isLegal(stage, proposed);
  }

  /**
   * The customer enters a stage.
   *
   * @throws IllegalStateException if no step leads there
   */
  Lifecycle entered(LifecycleStage to) {
    if (!admits(to)) {
      throw new IllegalStateException("no step leads from " + stage + " to " + to);
    }
    return new Lifecycle(to, life, orderCount);
  }
}
