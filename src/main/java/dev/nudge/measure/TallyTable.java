package dev.nudge.measure;

/** The tables that are sums of what single customers contribute; what a row is known by. */
public enum TallyTable {
  /** By currency and {@link OrderSegment}. */
  ORDERS_HOURLY,
  /** By source of the visit. */
  TRAFFIC_MINUTE,
  /** By product, the product sold together with it or '', and currency or ''. */
  PRODUCTS_HOURLY,
  /** By {@link LifecycleMetric}, and a segment and a detail which that explains. */
  LIFECYCLE_DAILY,
  /** By {@link RepurchaseInterval} and {@link RepurchaseTouch}. */
  REPURCHASE_DAILY
}
