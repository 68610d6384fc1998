package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A shop's decisions and measures, made up by ClickHouse itself: as many as wanted, the same ones
 * each time, written in the order of time as a job writes them.
 *
 * <p>Of ten candidates four are sent or held back, of four grants one is control. What control does
 * by itself, those who were sent something do a little more often. The first campaign has two of
 * five candidates, the second one of five, the others share the rest.
 */
final class MeasureRows implements AutoCloseable {
  /** Tries to be more than a name. */
  static final String HOSTILE = "<script>window.owned=1</script>";

  private static final long DAY = Duration.ofDays(1).toMillis();

  /** Step, per cent of the sent, per cent of control, millis after the decision, whether money. */
  private static final String STEPS =
      "[('TARGETED', 100, 100, 0, 0), ('SENT', 100, 0, 1000, 0), ('DELIVERED', 95, 0, 5000, 0),"
          + " ('EXPOSED', 60, 0, 600000, 0), ('CLICKED', 15, 0, 900000, 0),"
          + " ('VIEWED', 30, 18, 1000000, 0), ('WANTED', 4, 3, 1200000, 0),"
          + " ('CARTED', 14, 9, 1300000, 0), ('CLAIMED', 20, 0, 1400000, 0),"
          + " ('ORDERED', 9, 6, 3600000, 1), ('PAID', 8, 5, 3700000, 1),"
          + " ('GOAL', 8, 5, 3700000, 1), ('REDEEMED', 5, 0, 3700000, 1),"
          + " ('REVIEWED', 2, 1, 86400000, 0), ('SHARED', 1, 1, 87000000, 0),"
          + " ('REPURCHASED', 1, 1, 90000000, 1), ('FAILED', 4, 0, 3000, 0),"
          + " ('UNSUBSCRIBED', 1, 0, 700000, 0)]";

  private final Connection connection;
  private final String tenant;
  private final List<String> campaigns;

  MeasureRows(ClickHouseConfig config, String tenant, List<String> campaigns) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", config.user());
    properties.setProperty("password", config.password());
    connection = DriverManager.getConnection(config.url(), properties);
    this.tenant = tenant;
    this.campaigns = campaigns;
  }

  /** Stands in for the view while the schema has none. */
  static void standIn(ClickHouseConfig config) throws SQLException {
    try (MeasureRows rows = new MeasureRows(config, "", List.of())) {
      // Rows of a test stay, whatever day it is.
      rows.execute("SYSTEM STOP TTL MERGES");
      rows.execute(
          """
          CREATE VIEW IF NOT EXISTS nudge.roi_hourly AS
          SELECT tenant, campaign, hour, basis, window, touch, currency, grants, revenue,
                 round(cost, 4) AS cost, sum(revenue) OVER up AS cum_revenue,
                 round(sum(m.cost) OVER up, 4) AS cum_cost,
                 if(cum_cost = 0, NULL, toFloat64(cum_revenue) / toFloat64(cum_cost) * 100) AS roi,
                 if(cum_cost = 0, NULL, toFloat64(cum_revenue - cum_cost) / toFloat64(cum_cost))
                     AS net_roi,
                 hour + 3600 AS as_of,
                 toNullable(least(1, greatest(0, dateDiff('hour', hour, max(hour) OVER w)
                     / (window / 3600000)))) AS matured
          FROM nudge.money_hourly AS m FINAL
          WINDOW w AS (PARTITION BY tenant, campaign, basis, window, touch, currency),
                 up AS (PARTITION BY tenant, campaign, basis, window, touch, currency ORDER BY hour
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
          """);
    }
  }

  /**
   * Writes decisions and all that follows from them.
   *
   * @param count how many decisions, evenly over the days
   * @param end the instant of the last one
   */
  void insert(int count, Instant end, int days) throws SQLException {
    long start = end.toEpochMilli() - days * DAY;
    int batches = Math.max(1, days / 5);
    for (int batch = 0; batch < batches; batch++) {
      long from = (long) count * batch / batches;
      long to = (long) count * (batch + 1) / batches;
      decisions(from, to, start, (double) days * DAY / count);
      // The last rows of a batch come again, as after a failure.
      decisions(Math.max(from, to - 50), to, start, (double) days * DAY / count);
      long begins = start + days * DAY * batch / batches;
      long ends = start + days * DAY * (batch + 1) / batches;
      grants(begins, ends, end.toEpochMilli());
    }
    money();
    shop(start, end.toEpochMilli(), days);
  }

  /** One batch of decisions; a number always makes the same one. */
  void decisions(long from, long to, long start, double everyMillis) throws SQLException {
    execute(
        """
        INSERT INTO nudge.decisions
        SELECT %1$s, concat('customer-', toString(cityHash64(number, 1) %% 200000)),
          %2$s[if(share < 2, 1, if(share = 2, 2, 1 + cityHash64(number, 3) %% %3$d))], 1,
          hex(cityHash64(number, 4)), at,
          fromUnixTimestamp64Milli(toInt64(%4$d + (number + 1) * %5$s), 'UTC') AS at,
          ['SENT', 'SENT', 'SENT', 'CONTROL', 'FREQUENCY_CAP', 'FREQUENCY_CAP', 'AUDIENCE',
           'LOWER_PRIORITY', 'QUIET_HOURS', 'DEFERRED'][1 + cityHash64(number, 6) %% 10] AS code,
          if(code = 'DEFERRED', 'QUIET_HOURS', ''), '{}',
          if(code = 'LOWER_PRIORITY', %2$s[1], ''),
          if(code = 'SENT', ['A', 'B'][1 + cityHash64(number, 7) %% 2],
             if(code = 'CONTROL', 'CONTROL', '')),
          if(code = 'SENT', 'SMS', ''), NULL,
          if(code = 'SENT', hex(cityHash64(number, 8)), ''),
          if(code IN ('SENT', 'CONTROL'), hex(cityHash64(number, 9)), ''),
          lower(hex(SHA256(toString(number))))
        FROM (SELECT number, cityHash64(number, 2) %% 5 AS share FROM numbers(%6$d, %7$d))
        """
            .formatted(
                text(tenant),
                campaigns.stream()
                    .map(MeasureRows::text)
                    .collect(Collectors.joining(", ", "[", "]")),
                campaigns.size(),
                start,
                everyMillis,
                from,
                to - from));
  }

  /** What the grants of a stretch of time did until the end, in both windows and touches. */
  private void grants(long from, long to, long end) throws SQLException {
    String reached =
        """
        (SELECT campaign, variant, customer_id, grant_id, wt.1 AS window, wt.2 AS touch,
            s.1 AS step, if(s.5 = 1, 'CNY', '') AS currency,
            if(s.5 = 1, toDecimal128(20 + h %% 200, 4), toDecimal128(0, 4)) AS amount,
            at + toIntervalMillisecond(if(s.4 > 0, s.4 + h %% 43200000, 0)) AS reached_at
         FROM (SELECT campaign, variant, customer_id, grant_id, at, code, cityHash64(id) AS h, s
               FROM nudge.decisions FINAL ARRAY JOIN %s AS s
               WHERE tenant = %s AND code IN ('SENT', 'CONTROL')
                 AND at > fromUnixTimestamp64Milli(%d, 'UTC')
                 AND at <= fromUnixTimestamp64Milli(%d, 'UTC')
                 AND if(code = 'SENT', s.2, s.3) > cityHash64(h, s.1) %% 100)
         ARRAY JOIN [(259200000, 'any'), (259200000, 'last'),
                     (604800000, 'any'), (604800000, 'last')] AS wt
         WHERE reached_at <= fromUnixTimestamp64Milli(%d, 'UTC'))
        """
            .formatted(STEPS, text(tenant), from, to, end);
    execute(
        "INSERT INTO nudge.funnel_minute SELECT %s, toStartOfMinute(reached_at) AS minute, campaign,"
                .formatted(text(tenant))
            + " 1, variant, window, touch, step, currency, count(), sum(amount), 1 FROM "
            + reached
            + " GROUP BY minute, campaign, variant, window, touch, step, currency");
    execute(
        "INSERT INTO nudge.funnel_steps SELECT %s, campaign, 1, variant, window, touch, step,"
                .formatted(text(tenant))
            + " customer_id, grant_id, reached_at, currency, amount, 1, 1 FROM "
            + reached);
    execute(
        """
        INSERT INTO nudge.grant_rows
        SELECT tenant, campaign, 1, variant, customer_id, grant_id, at, 259200000,
          map('city', ['Rome', '北京', %s][1 + cityHash64(customer_id) %% 3],
              'memberLevel', ['GOLD', 'SILVER'][1 + cityHash64(customer_id, 1) %% 2]), 1
        FROM nudge.decisions FINAL
        WHERE tenant = %s AND code IN ('SENT', 'CONTROL')
          AND at > fromUnixTimestamp64Milli(%d, 'UTC') AND at <= fromUnixTimestamp64Milli(%d, 'UTC')
        """
            .formatted(text(HOSTILE), text(tenant), from, to));
  }

  private void money() throws SQLException {
    execute(
        """
        INSERT INTO nudge.money_hourly
        SELECT tenant, toStartOfHour(minute) AS hour, campaign, basis, window, touch, 'CNY',
          toInt64(sumIf(grants, step = 'SENT')), sumIf(amount, step = 'PAID'),
          toDecimal128(sumIf(grants, step = 'SENT') * 0.9 + sumIf(grants, step = 'REDEEMED') * 5, 8),
          1
        FROM nudge.funnel ARRAY JOIN ['EVENT', 'COHORT'] AS basis
        WHERE tenant = %s AND variant != 'CONTROL'
        GROUP BY tenant, hour, campaign, basis, window, touch
        """
            .formatted(text(tenant)));
    execute(
        """
        INSERT INTO nudge.sent_versions
        SELECT tenant, campaign, 1, min(at), [259200000, 604800000], NULL, NULL, NULL, 'CNY', 1
        FROM nudge.campaign_decisions WHERE tenant = %s AND code = 'SENT' GROUP BY tenant, campaign
        """
            .formatted(text(tenant)));
  }

  /** Traffic of twice as long, products, orders, lifecycle. */
  private void shop(long start, long end, int days) throws SQLException {
    String who = text(tenant);
    execute(
        """
        INSERT INTO nudge.traffic_minute
        SELECT %s, toDateTime(%d, 'UTC') + number * 300 AS minute, source,
          1 + cityHash64(minute, source) %% 9 + if(minute > toDateTime(%d, 'UTC'), 2, 0) AS began,
          began, began * (2 + cityHash64(minute) %% 5), began * 61000, 1
        FROM numbers(%d)
        ARRAY JOIN ['DIRECT', 'mail', 'weibo.com', 'google.com'] AS source
        """
            .formatted(who, (start - days * DAY) / 1000, start / 1000, days * 2 * 288));
    int perDay = 40;
    execute(
        """
        INSERT INTO nudge.products_hourly
        SELECT %s, toDateTime(%d, 'UTC') + intDiv(number * 24, %d) * 3600, product, '',
          'CNY', sum(1 + n %% 3), sum(toDecimal128(20 + n %% 90, 8)), sum(toDecimal128(1 + n %% 5, 4)),
          sum(n %% 2), 0, 0, 0, 0, 0, 1
        FROM (SELECT number, cityHash64(number, 1) %% 1000 AS n,
              concat('tee-', toString(toUInt64(sqrt(cityHash64(number, 2) %% 900)))) AS product
              FROM numbers(%d)) GROUP BY 2, product, number
        """
            .formatted(who, start / 1000, perDay, days * perDay));
    execute(
        """
        INSERT INTO nudge.products_hourly
        SELECT tenant, hour, product_id, '', '', 0, 0, 0, 0, toInt64(orders * 3 + 2), toInt64(orders),
          toInt64(orders > 2), toInt64(orders > 2),
          if(orders > 2, toDecimal128(3 + cityHash64(hour) %% 3, 4), 0), 1
        FROM nudge.products WHERE tenant = %s AND with_product_id = '' AND currency != ''
        """
            .formatted(who));
    execute(
        """
        INSERT INTO nudge.products_hourly
        SELECT tenant, hour, product_id,
          concat('tee-', toString(cityHash64(product_id, hour) %% 20)) AS other, '',
          orders_beside, 0, 0, 0, 0, 0, 0, 0, 0, 1
        FROM nudge.products
        WHERE tenant = %s AND with_product_id = '' AND orders_beside > 0 AND other != product_id
        """
            .formatted(who));
    execute(
        """
        INSERT INTO nudge.orders_hourly
        SELECT %s, toDateTime(%d, 'UTC') + number * 3600 AS hour, 'CNY', segment, n, n,
          n * 80, paid, paid, paid * 80, 1
        FROM (SELECT number, segment, toInt64(if(segment = 'NEW', 2, if(segment = 'OLD', 5, 7))
                + if(segment = 'NEW', 0, cityHash64(number) %% 4)) AS n, toInt64(n - 1) AS paid
              FROM numbers(%d) ARRAY JOIN ['TOTAL', 'NEW', 'OLD'] AS segment)
        """
            .formatted(who, start / 1000, days * 24));
    execute(
        """
        INSERT INTO nudge.lifecycle_daily
        SELECT %s, toDate(toDateTime(%d, 'UTC')) + number AS day, m.1, m.2, m.3,
          m.4 + cityHash64(number, m.1, m.2, m.3) %% 1 * m.4 + number %% 5,
          if(m.1 = 'REVENUE', (m.4 + number %% 5) * 85, 0), 1
        FROM numbers(%d)
        ARRAY JOIN [('ACQUIRED', 'DIRECT', '', 30), ('ACQUIRED', 'weibo.com', '', 18),
          ('ACTIVATED', 'DIRECT', '', 9), ('ACTIVATED', 'weibo.com', '', 3),
          ('FIRST_PAID', '', '', 14), ('RETAINED', '', '30', 4), ('RETAINED', '', '60', 6),
          ('RETAINED', '', '90', 7), ('ACTIVE', '', '', 420), ('REVENUE', '', 'CNY', 90),
          ('SHARERS', '', '', 6), ('SHARES', '', '', 11), ('FLOW', 'DORMANT', 'STABLE', 5),
          ('FLOW', 'LOST', 'NEW', 2), ('FLOW', 'STABLE', 'DORMANT', 12),
          ('FLOW', 'DORMANT', 'LOST', 4)] AS m
        """
            .formatted(who, start / 1000, days));
    execute(
        """
        INSERT INTO nudge.repurchase_daily
        SELECT %s, toDate(toDateTime(%d, 'UTC')) + number, b.1, touch,
          toInt64(intDiv(b.2, multiIf(touch = 'NONE', 1, touch = 'EVENT', 2, 4))), 0, 1
        FROM numbers(%d)
        ARRAY JOIN [('0-3', 8), ('3-7', 14), ('7-14', 24), ('14-30', 40), ('30-60', 22),
          ('60-90', 9), ('90+', 5)] AS b
        ARRAY JOIN ['EVENT', 'SCHEDULED', 'NONE'] AS touch
        """
            .formatted(who, start / 1000, days));
    execute(
        "INSERT INTO nudge.measured VALUES ('nudge-measure', fromUnixTimestamp64Milli(%d, 'UTC'), 1)"
            .formatted(end - 2_000));
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String text(String any) {
    return "'" + any.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
