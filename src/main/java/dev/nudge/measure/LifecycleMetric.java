package dev.nudge.measure;

/** What a row of {@code lifecycle_daily} counts. */
public enum LifecycleMetric {
  /** Stage changes; segment: the stage before or '', detail: the stage entered. */
  FLOW,
  /** New prospects; segment: the source of their visit. */
  ACQUIRED,
  /** Those of them whose first paid order came within seven days; same day and segment. */
  ACTIVATED,
  /** Customers whose first paid order it was. */
  FIRST_PAID,
  /** Those of them who paid again within as many days as detail says; same day. */
  RETAINED,
  /** Customers who clicked, ordered or paid. */
  ACTIVE,
  /** Paid orders; detail: currency; amount: paid less refunded. */
  REVENUE,
  /** Customers who shared a product. */
  SHARERS,
  /** Times that a product was shared. */
  SHARES
}
