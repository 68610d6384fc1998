package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * A brand of whom there is something to see on every page: campaigns that earn and one whose name
 * is an attack, an experiment that is won, one with too little data and one that is split wrongly,
 * alerts that last and one that ended, and records that nobody could read.
 */
final class MeasureCast {
  static final String TENANT = "acme";
  static final Instant NOW = Instant.parse("2026-02-14T09:00:00Z");
  static final List<String> CAMPAIGNS =
      List.of("cart-rescue", "win-back", "birthday", MeasureRows.HOSTILE);

  private static final int DECISIONS = 20_000;
  private static final int DAYS = 20;

  private MeasureCast() {}

  static void insert(ClickHouseConfig config) throws SQLException {
    MeasureRows.standIn(config);
    try (MeasureRows rows = new MeasureRows(config, TENANT, CAMPAIGNS)) {
      rows.insert(DECISIONS, NOW, DAYS);
      experiment(rows, "cart-rescue", "CONTROL", 2000, 100, null, null, false, true, false);
      experiment(rows, "cart-rescue", "SENT", 6000, 480, 0.018, 0.042, false, true, false);
      experiment(rows, "cart-rescue", "A", 3010, 211, 0.007, 0.033, false, true, false);
      experiment(rows, "cart-rescue", "B", 2990, 269, 0.026, 0.054, false, true, true);
      experiment(rows, "win-back", "CONTROL", 700, 60, null, null, true, true, false);
      experiment(rows, "win-back", "SENT", 3600, 300, -0.025, 0.02, true, true, false);
      experiment(rows, "win-back", "A", 3600, 300, -0.025, 0.02, true, true, false);
      experiment(rows, MeasureRows.HOSTILE, "CONTROL", 30, 1, null, null, false, false, false);
      experiment(rows, MeasureRows.HOSTILE, "SENT", 90, 6, -0.05, 0.11, false, false, false);
      rows.execute(
          """
          INSERT INTO nudge.alert_rows VALUES
          ('acme', 'BEHIND_TARGET', 'cart-rescue', 'PAID', '2026-02-13 20:00:00', NULL, 310, 420, 1),
          ('acme', 'BUDGET_80', 'win-back', '', '2026-02-14 06:12:00', NULL, 8120, 8000, 1),
          ('acme', 'FAILURE_RATE', '', 'SMS', '2026-02-14 08:40:00', NULL, 0.12, 0.05, 1),
          ('acme', 'UNUSUAL_HOUR', %s, '2026-02-12T10 GRANTS', '2026-02-12 11:00:00',
           '2026-02-12 13:00:00', 240, 71.5, 1),
          ('', 'SOURCE_SILENT', '', 'clickstream', '2026-02-14 08:58:00', NULL, 122, 60, 1),
          ('zeta', 'BUDGET_100', 'other', '', '2026-02-14 08:58:00', NULL, 2, 1, 1)
          """
              .formatted(MeasureRows.text(MeasureRows.HOSTILE)));
      // From the first of February to the first of March: of 650 orders the warm-up is a quarter.
      rows.execute(
          """
          INSERT INTO nudge.target_hourly
          SELECT 'acme', toDateTime('2026-02-01 00:00:00', 'UTC') + 3600 * number, 'cart-rescue',
                 metric.1, metric.2,
                 round(metric.3 * (number + 1) / 321), metric.4,
                 metric.4 * least(1, (number + 1) / metric.5), 1
          FROM numbers(321)
          ARRAY JOIN [('PAID', 'NONE', 310, 840, 672), ('PAID', 'WARM_UP', 180, 210, 168),
                      ('PAID', 'MAIN', 130, 630, 504),
                      ('REVENUE', 'NONE', 91500, 180000, 672)] AS metric
          WHERE (metric.2 = 'WARM_UP') <= (number < 168) AND (metric.2 = 'MAIN') <= (number >= 168)
          """);
      rows.execute(
          """
          INSERT INTO nudge.dead_letters VALUES
          ('nudge.orders', 0, 4711, '2026-02-14 08:41:00', 'FIELD_MISSING',
           'orderId: expected a text, found nothing', '{"messageId":"m1","tenant":"acme"}', 34),
          ('nudge.clickstream', 1, 18, '2026-02-14 07:00:00', 'NOT_JSON',
           'expected one JSON object in UTF-8', '<script>window.owned=1</script>', 31)
          """);
      rows.execute(
          """
          INSERT INTO nudge.products_hourly VALUES
          ('acme', '2026-02-14 08:00:00', %s, '', 'CNY', 900, 90000, 2000, 10, 0, 0, 0, 0, 0, 1),
          ('acme', '2026-02-14 08:00:00', %1$s, '', 'EUR', 5, 150, 5, 0, 0, 0, 0, 0, 0, 1),
          ('acme', '2026-02-14 08:00:00', 'tee-7', %1$s, '', 40, 0, 0, 0, 0, 0, 0, 0, 0, 1)
          """
              .replace("%s", "%1$s")
              .formatted(MeasureRows.text(MeasureRows.HOSTILE)));
      rows.execute(
          """
          INSERT INTO nudge.stage_changes
          SELECT 'acme', concat('customer-', toString(number)), NULL,
            ['PROSPECT', 'NEW', 'GROWING', 'STABLE', 'DECLINING', 'DORMANT', 'LOST']
              [1 + cityHash64(number) % 7],
            toDateTime64('2026-02-14 08:59:00', 3, 'UTC') - toIntervalSecond(number * 600), 1, 1, 1
          FROM numbers(2500)
          """);
    }
  }

  private static void experiment(
      MeasureRows rows,
      String campaign,
      String arm,
      long customers,
      long conversions,
      Double low,
      Double high,
      boolean mismatch,
      boolean enough,
      boolean winner)
      throws SQLException {
    double rate = (double) conversions / customers;
    boolean control = low == null;
    rows.execute(
        """
        INSERT INTO nudge.experiment_arms VALUES
        ('acme', %s, '%s', '2026-02-14 08:59:00', %d, %d, %d, %s, %s, %s, %s, %s, %s, %s, %s, 'CNY',
         %d, %d, %s, %s, %s, %s, NULL, NULL, NULL, %s, %s, %s, %s, %s, 1)
        """
            .formatted(
                MeasureRows.text(campaign),
                arm,
                customers,
                customers + (mismatch ? 90 : 3),
                conversions,
                rate,
                control ? "NULL" : (low + high) / 2,
                control ? "NULL" : low,
                control ? "NULL" : high,
                control ? "NULL" : (low + high) / 2 / 0.05,
                control ? "NULL" : low / 0.05,
                control ? "NULL" : high / 0.05,
                control ? "NULL" : low > 0 ? "0.0007" : "1",
                conversions * 90,
                control ? 0 : customers / 2,
                rate * 90,
                control ? "NULL" : (low + high) / 2 * 90,
                control ? "NULL" : low * 90,
                control ? "NULL" : high * 90,
                control ? "NULL" : low > 0 ? "0.004" : "1",
                mismatch ? "0.0000021" : "0.62",
                mismatch,
                enough,
                winner));
  }
}
