package dev.nudge.definition;

import java.util.Arrays;

/**
 * How the best variant is found.
 *
 * @param exploreBasisPoints the share of customers among whom it is sought, 1 to 10,000
 * @param decideAfterMillis how long after the moment it is found
 * @param metric what is compared
 * @param then what follows for the others
 */
public record Experiment(int exploreBasisPoints, long decideAfterMillis, Metric metric, Then then) {

  /** What can be compared. */
  public enum Metric {
    /** Customers who paid, of those who got it. */
    PAID_RATE("paidRate"),
    /** Revenue for each customer who got it. */
    REVENUE_PER_CUSTOMER("revenuePerCustomer"),
    /** Revenue for what it cost. */
    ROI("roi");

    private final String word;

    Metric(String word) {
      this.word = word;
    }

    /** The one of that name, which there is. */
    static Metric of(String word) {
      return Arrays.stream(values())
          .filter(each -> each.word.equals(word))
          .findFirst()
          .orElseThrow();
    }

    /** How a definition names it. */
    public String word() {
      return word;
    }
  }

  /** What can follow. */
  public enum Then {
    /** The best one if it is significantly so, else the declared weights. */
    WINNER,
    /** The one with the highest estimate. */
    BEST,
    /** Nothing more is sent. */
    STOP
  }
}
