package dev.nudge.console;

import static dev.nudge.console.ClickHouseReader.SETTINGS;
import static dev.nudge.console.ClickHouseReader.instant;
import static dev.nudge.console.ClickHouseReader.number;
import static dev.nudge.console.ClickHouseReader.plain;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of ClickHouse about a shop as a whole: its decisions a minute, traffic, products,
 * orders and lifecycle. Every question names its tenant by a bound parameter.
 */
final class ShopQueries {
  private final ClickHouseReader clickHouse;

  ShopQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** Decisions of a stretch of time; all of them, and those that sent or held back. */
  record Rate(Instant at, long decisions, long sent, long control) {}

  /** By stretches of so many milliseconds, both ends of the period inclusive. */
  List<Rate> rates(String tenant, long startMillis, long endMillis, long bucketMillis)
      throws SQLException {
    return clickHouse.query(
        "SELECT intDiv(toUnixTimestamp64Milli(at), ?) * ? AS bucket, count(),"
            + " countIf(code = 'SENT'), countIf(code = 'CONTROL')"
            + " FROM nudge.campaign_decisions FINAL WHERE tenant = ?"
            + " AND at >= fromUnixTimestamp64Milli(?, 'UTC')"
            + " AND at <= fromUnixTimestamp64Milli(?, 'UTC') GROUP BY bucket ORDER BY bucket"
            + " LIMIT 1000"
            + SETTINGS,
        row -> new Rate(instant(row, 1), row.getLong(2), row.getLong(3), row.getLong(4)),
        bucketMillis,
        bucketMillis,
        tenant,
        startMillis,
        endMillis);
  }

  /** Visits that began in a stretch of time, by where they came from. */
  record Source(String source, long visits) {}

  /**
   * The tenant's visits of a stretch of time; events and time on site are those of these visits.
   */
  record Traffic(long visits, long events, long timeOnSiteMillis, List<Source> sources) {}

  /** From a minute to another one, that exclusive. */
  Traffic traffic(String tenant, long startMillis, long endMillis) throws SQLException {
    long[] sums = new long[3];
    List<Source> sources =
        clickHouse.query(
            "SELECT source, sum(visits) AS began, sum(events), sum(time_on_site_millis)"
                + " FROM nudge.traffic WHERE tenant = ? AND minute >= toDateTime(?, 'UTC')"
                + " AND minute < toDateTime(?, 'UTC') GROUP BY source"
                + " ORDER BY began DESC, source LIMIT 1000"
                + SETTINGS,
            row -> {
              sums[0] += row.getLong(2);
              sums[1] += row.getLong(3);
              sums[2] += row.getLong(4);
              return new Source(row.getString(1), row.getLong(2));
            },
            tenant,
            Math.floorDiv(startMillis, 1_000L),
            Math.floorDiv(endMillis, 1_000L));
    return new Traffic(
        sums[0], sums[1], sums[2], List.copyOf(sources.subList(0, Math.min(5, sources.size()))));
  }

  /**
   * A product.
   *
   * @param orders paid orders that hold it
   * @param beside those of them that hold another product too
   * @param ratingMean null without ratings
   */
  record Product(
      String productId,
      long orders,
      long beside,
      String units,
      List<CampaignQueries.Amount> amounts,
      long carts,
      long wishlists,
      long reviews,
      long ratings,
      Double ratingMean) {}

  /** The first products by something. */
  List<Product> products(String tenant, Question.ProductSort sort, long startMillis, int limit)
      throws SQLException {
    // Amounts of several currencies can't be compared: the greatest counts, and all are shown.
    return clickHouse.query(
        "SELECT product_id, sum(o) AS orders, sum(b), sum(u) AS units,"
            + " groupArrayIf(currency, a != 0) AS currencies, groupArrayIf(a, a != 0) AS amounts,"
            + " sum(c) AS carts, sum(w) AS wishlists, sum(r), sum(n) AS ratings,"
            + " if(ratings = 0, NULL, toFloat64(sum(s)) / ratings) AS rating_mean,"
            + " arrayMap(x -> toString(x), amounts) FROM (SELECT product_id, currency,"
            + " sum(orders) AS o, sum(orders_beside) AS b, sum(units) AS u, sum(amount) AS a,"
            + " sum(carts) AS c, sum(wishlists) AS w, sum(reviews) AS r, sum(ratings) AS n,"
            + " sum(rating_sum) AS s FROM nudge.products WHERE tenant = ?"
            + " AND with_product_id = '' AND hour >= toDateTime(?, 'UTC')"
            + " GROUP BY product_id, currency) GROUP BY product_id ORDER BY "
            + sort.column()
            + " DESC NULLS LAST, orders DESC, product_id LIMIT ?"
            + SETTINGS,
        ShopQueries::product,
        tenant,
        Math.floorDiv(startMillis, 1_000L),
        limit);
  }

  private static Product product(ResultSet row) throws SQLException {
    List<String> currencies = texts(row.getArray(5));
    List<String> sums = texts(row.getArray(12));
    List<CampaignQueries.Amount> amounts = new ArrayList<>();
    for (int i = 0; i < currencies.size(); i++) {
      amounts.add(new CampaignQueries.Amount(currencies.get(i), sums.get(i)));
    }
    return new Product(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        plain(row.getBigDecimal(4)),
        amounts,
        row.getLong(7),
        row.getLong(8),
        row.getLong(9),
        row.getLong(10),
        number(row, 11));
  }

  private static List<String> texts(Array array) throws SQLException {
    List<String> texts = new ArrayList<>();
    for (Object one : (Object[]) array.getArray()) {
      texts.add(String.valueOf(one));
    }
    return texts;
  }

  /** A product that stands in the same orders, and in how many. */
  record Together(String productId, long orders) {}

  /** What a product is sold together with, the most often first. */
  List<Together> together(String tenant, String product, long startMillis, int limit)
      throws SQLException {
    return clickHouse.query(
        // A pair is one row, in order of their names.
        "SELECT if(product_id = ?, with_product_id, product_id) AS other, sum(orders) AS times"
            + " FROM nudge.products WHERE tenant = ? AND with_product_id != ''"
            + " AND (with_product_id = ? OR product_id = ?) AND hour >= toDateTime(?, 'UTC')"
            + " GROUP BY other ORDER BY times DESC, other LIMIT ?"
            + SETTINGS,
        row -> new Together(row.getString(1), row.getLong(2)),
        product,
        tenant,
        product,
        product,
        Math.floorDiv(startMillis, 1_000L),
        limit);
  }

  /** Orders of a stretch of time; segment is TOTAL, NEW or OLD. */
  record Orders(
      Instant at, String currency, String segment, long placed, long paid, String amountPaid) {}

  /** By stretches of so many days. */
  List<Orders> orders(String tenant, long startMillis, int bucketDays) throws SQLException {
    return clickHouse.query(
        "SELECT intDiv(toUnixTimestamp(hour), ?) * ? * 1000 AS bucket, currency, segment,"
            + " sum(orders_placed), sum(orders_paid), sum(amount_paid) FROM nudge.orders"
            + " WHERE tenant = ? AND hour >= toDateTime(?, 'UTC')"
            + " GROUP BY bucket, currency, segment ORDER BY bucket, currency, segment LIMIT 10000"
            + SETTINGS,
        row ->
            new Orders(
                instant(row, 1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getLong(5),
                plain(row.getBigDecimal(6))),
        bucketDays * 86_400L,
        bucketDays * 86_400L,
        tenant,
        Math.floorDiv(startMillis, 1_000L));
  }

  /** A sum of {@code lifecycle} over a stretch of days. */
  record Metric(
      Instant at, String metric, String segment, String detail, long customers, String amount) {}

  /** By stretches of so many days. */
  List<Metric> lifecycle(String tenant, long startMillis, int bucketDays) throws SQLException {
    return clickHouse.query(
        "SELECT intDiv(toUInt32(day), ?) * ? * 86400000 AS bucket, metric, segment, detail,"
            + " sum(customers), sum(amount) FROM nudge.lifecycle WHERE tenant = ?"
            + " AND day >= toDate(toDateTime(?, 'UTC')) GROUP BY bucket, metric, segment, detail"
            + " ORDER BY bucket, metric, segment, detail LIMIT 50000",
        row ->
            new Metric(
                instant(row, 1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                plain(row.getBigDecimal(6))),
        bucketDays,
        bucketDays,
        tenant,
        Math.floorDiv(startMillis, 1_000L));
  }

  /** How many bought again after so many days, by what had touched them last. */
  record Repurchase(String bucket, String touch, long intervals) {}

  /** Of the whole period. */
  List<Repurchase> repurchases(String tenant, long startMillis) throws SQLException {
    return clickHouse.query(
        "SELECT bucket, touch, sum(intervals) FROM nudge.repurchases WHERE tenant = ?"
            + " AND day >= toDate(toDateTime(?, 'UTC')) GROUP BY bucket, touch"
            + " ORDER BY bucket, touch LIMIT 1000",
        row -> new Repurchase(row.getString(1), row.getString(2), row.getLong(3)),
        tenant,
        Math.floorDiv(startMillis, 1_000L));
  }
}
