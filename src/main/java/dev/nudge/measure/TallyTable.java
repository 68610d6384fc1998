package dev.nudge.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The tables that are sums of what single customers contribute: what a row is known by, and for how
 * long it can change.
 */
public enum TallyTable {
  /** How many grants reached a step in a minute. */
  FUNNEL_MINUTE(
      "minute",
      1,
      "campaign",
      "campaign_version",
      "variant",
      "window",
      "touch",
      "step",
      "currency"),

  /** What an hour brought and cost by itself; what it comes to up to then is a view. */
  MONEY_HOURLY("hour", 60, "campaign", "basis", "window", "touch", "currency"),

  /** How many windows have ended. */
  MATURED_HOURLY("hour", 60, "campaign", "window"),

  /** By currency and {@link OrderSegment}. */
  ORDERS_HOURLY("hour", 60, "currency", "segment"),

  /** By source of the visit. */
  TRAFFIC_MINUTE("minute", 1, "source"),

  /** By product, the product sold together with it or '', and currency or ''. */
  PRODUCTS_HOURLY("hour", 60, "product_id", "with_product_id", "currency"),

  /** By {@link LifecycleMetric}, and a segment and a detail which that explains. */
  LIFECYCLE_DAILY("day", 24 * 60, "metric", "segment", "detail"),

  /** By {@link RepurchaseInterval} and {@link RepurchaseTouch}. */
  REPURCHASE_DAILY("day", 24 * 60, "bucket", "touch");

  private static final long DAY_MILLIS = 86_400_000L;

  private final String start;
  private final long spanMillis;

  @SuppressWarnings("ImmutableEnumChecker") // List.of can't be changed.
  private final List<String> dimensions;

  TallyTable(String start, long spanMinutes, String... dimensions) {
    this.start = start;
    this.spanMillis = spanMinutes * 60_000L;
    this.dimensions = List.of(dimensions);
  }

  /** The table's name in the database. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a row is a day. */
  boolean isDaily() {
    return spanMillis == DAY_MILLIS;
  }

  /** Whether a dimension is a whole number. */
  boolean isNumber(int dimension) {
    String name = dimensions.get(dimension);
    return name.equals("window") || name.equals("campaign_version");
  }

  /** The name of the column of when a row begins. */
  public String start() {
    return start;
  }

  /** How long a row is, in milliseconds. */
  public long spanMillis() {
    return spanMillis;
  }

  /** The names of what else a row is known by, in the order of {@link TallyRow#dimensions}. */
  public List<String> dimensions() {
    return dimensions;
  }

  /** The numbers of a row, in the order of {@link Tally#sums}. */
  public List<TallySum> sums() {
    return TallySum.of(this);
  }

  /** The columns that are counted in it. */
  List<TallyColumn> columns() {
    return Arrays.stream(TallyColumn.values()).filter(column -> column.table() == this).toList();
  }

  /**
   * When nothing can change a row any more, epoch milliseconds: its end, the time that something
   * may be late, and where a row is about a cohort the time that a cohort has.
   *
   * @param row a row of this table
   */
  public long finalMillis(TallyRow row, AttributionRules rules) {
    long end = row.startMillis() + spanMillis + rules.allowedLatenessMillis();
    return switch (this) {
      case FUNNEL_MINUTE, ORDERS_HOURLY, PRODUCTS_HOURLY, REPURCHASE_DAILY -> end;
      case MONEY_HOURLY ->
          row.dimensions().get(1).equals(Basis.EVENT.name())
              ? end
              : end + window(row, 2) + rules.refundWindowMillis();
      case MATURED_HOURLY -> end + window(row, 1);
      // As long as a visit is remembered.
      case TRAFFIC_MINUTE -> end + 30 * DAY_MILLIS;
      // As long as a first order waits for the second.
      case LIFECYCLE_DAILY -> end + 90 * DAY_MILLIS;
    };
  }

  private static long window(TallyRow row, int dimension) {
    return Long.parseLong(row.dimensions().get(dimension));
  }
}
