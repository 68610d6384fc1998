package dev.nudge.measure;

/** What is counted in a row; of some an amount adds up too. */
public enum TallyColumn {
  /** Grants that reached the step; amount: of the event that reached it, ten-thousandths. */
  GRANTS(TallyTable.FUNNEL_MINUTE, "grants", "amount", 4),

  /** Grants that were sent. */
  SENT_GRANTS(TallyTable.MONEY_HOURLY, "grants"),
  /** Amount: revenue less refunds, ten-thousandths. */
  REVENUE(TallyTable.MONEY_HOURLY, null, "revenue", 4),
  /** Amount: cost but for what the campaign costs as a whole, 10<sup>-8</sup>. */
  COST(TallyTable.MONEY_HOURLY, null, "cost", 8),

  /** Windows that began. */
  MADE(TallyTable.MATURED_HOURLY, "made"),
  /** Of those the ones that have ended by now. */
  MADE_AND_MATURED(TallyTable.MATURED_HOURLY, "made_and_matured"),
  /** Windows that ended, whenever they began. */
  MATURED(TallyTable.MATURED_HOURLY, "matured"),

  /** Customers with a placed order. */
  ORDERING_CUSTOMERS(TallyTable.ORDERS_HOURLY, "ordering_customers"),
  /** Placed orders; amount: theirs, ten-thousandths. */
  ORDERS_PLACED(TallyTable.ORDERS_HOURLY, "orders_placed", "amount_placed", 4),
  /** Customers with a paid order. */
  PAYING_CUSTOMERS(TallyTable.ORDERS_HOURLY, "paying_customers"),
  /** Paid orders; amount: theirs, ten-thousandths. */
  ORDERS_PAID(TallyTable.ORDERS_HOURLY, "orders_paid", "amount_paid", 4),

  /** Visits. */
  VISITS(TallyTable.TRAFFIC_MINUTE, "visits"),
  /** Customers with a visit. */
  VISITORS(TallyTable.TRAFFIC_MINUTE, "visitors"),
  /** Events of visits; amount: milliseconds between a visit's first event and its last. */
  VISIT_EVENTS(TallyTable.TRAFFIC_MINUTE, "events", "time_on_site_millis", 0),

  /** Orders with the product; amount: quantity times price, in 10<sup>-8</sup>. */
  ORDERS_WITH(TallyTable.PRODUCTS_HOURLY, "orders", "amount", 8),
  /** Amount: quantity sold, ten-thousandths. */
  UNITS(TallyTable.PRODUCTS_HOURLY, null, "units", 4),
  /** Orders that hold another product too. */
  ORDERS_BESIDE(TallyTable.PRODUCTS_HOURLY, "orders_beside"),
  /** Times that it was put into a cart. */
  CARTS(TallyTable.PRODUCTS_HOURLY, "carts"),
  /** Times that it was put onto a wish list. */
  WISHLISTS(TallyTable.PRODUCTS_HOURLY, "wishlists"),
  /** Reviews. */
  REVIEWS(TallyTable.PRODUCTS_HOURLY, "reviews"),
  /** Reviews with a rating; amount: the ratings' sum, ten-thousandths. */
  RATINGS(TallyTable.PRODUCTS_HOURLY, "ratings", "rating_sum", 4),

  /** Customers, or what the row's metric says; amount: ten-thousandths. */
  CUSTOMERS(TallyTable.LIFECYCLE_DAILY, "customers", "amount", 4),

  /** Intervals between paid orders; amount: their milliseconds. */
  INTERVALS(TallyTable.REPURCHASE_DAILY, "intervals", "interval_millis", 0);

  private final TallyTable table;
  private final String countName;
  private final String amountName;
  private final int decimals;

  TallyColumn(TallyTable table, String countName) {
    this(table, countName, null, 0);
  }

  TallyColumn(TallyTable table, String countName, String amountName, int decimals) {
    this.table = table;
    this.countName = countName;
    this.amountName = amountName;
    this.decimals = decimals;
  }

  /** In which table it stands. */
  public TallyTable table() {
    return table;
  }

  /** What its count is called; null if only the amount matters. */
  String countName() {
    return countName;
  }

  /** What its amount is called; null if it has none. */
  String amountName() {
    return amountName;
  }

  /** How many decimal places the amount's unit has. */
  int decimals() {
    return decimals;
  }

  /** Where its count stands among the row's sums; -1 if only the amount matters. */
  public int countIndex() {
    return countName == null ? -1 : TallySum.indexOf(table, countName);
  }

  /** Where its amount stands among the row's sums; -1 if it has none. */
  public int amountIndex() {
    return amountName == null ? -1 : TallySum.indexOf(table, amountName);
  }
}
