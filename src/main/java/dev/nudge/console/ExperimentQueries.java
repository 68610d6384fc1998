package dev.nudge.console;

import static dev.nudge.console.ClickHouseReader.instant;
import static dev.nudge.console.ClickHouseReader.number;
import static dev.nudge.console.ClickHouseReader.plain;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** What is asked of ClickHouse about experiments. */
final class ExperimentQueries {
  /** The arm of all that were sent something. */
  static final String SENT = "SENT";

  private static final String COLUMNS =
      "campaign, arm, toUnixTimestamp64Milli(as_of), customers, expected, conversions,"
          + " conversion_rate, conversion_lift, conversion_lift_low, conversion_lift_high,"
          + " conversion_relative_lift, conversion_relative_lift_low,"
          + " conversion_relative_lift_high, conversion_p, currency, revenue, cost,"
          + " revenue_per_customer, revenue_lift, revenue_lift_low, revenue_lift_high,"
          + " revenue_relative_lift, revenue_relative_lift_low, revenue_relative_lift_high,"
          + " revenue_p, sample_ratio_p, sample_ratio_mismatch, enough, winner";

  private final ClickHouseReader clickHouse;

  ExperimentQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** A value with its 95 % interval; any may be null. */
  record Estimate(Double value, Double low, Double high) {}

  /**
   * An arm of a campaign's experiment.
   *
   * @param arm a variant, CONTROL, or {@link #SENT}
   * @param expected customers as the shares declare; null if unknown
   * @param conversionLift against control, a difference of rates
   * @param conversionRelativeLift the same relative to control's rate
   * @param conversionP anytime-valid
   * @param revenueLift against control, per customer
   * @param mismatch whether customers are not split as declared
   * @param enough false: not enough data yet
   */
  record Arm(
      String campaign,
      String arm,
      Instant asOf,
      long customers,
      Double expected,
      long conversions,
      Double conversionRate,
      Estimate conversionLift,
      Estimate conversionRelativeLift,
      Double conversionP,
      String currency,
      String revenue,
      String cost,
      Double revenuePerCustomer,
      Estimate revenueLift,
      Estimate revenueRelativeLift,
      Double revenueP,
      Double sampleRatioP,
      boolean mismatch,
      boolean enough,
      boolean winner) {}

  /** All arms of all campaigns: control first, then all that were sent, then variants by name. */
  List<Arm> arms(String tenant) throws SQLException {
    return ask(" WHERE tenant = ?", tenant);
  }

  /** Those of one campaign. */
  List<Arm> arms(String tenant, String campaign) throws SQLException {
    return ask(" WHERE tenant = ? AND campaign = ?", tenant, campaign);
  }

  /** Of each campaign all that were sent something. */
  List<Arm> sent(String tenant) throws SQLException {
    return ask(" WHERE tenant = ? AND arm = '" + SENT + "'", tenant);
  }

  private List<Arm> ask(String where, Object... values) throws SQLException {
    return clickHouse.query(
        "SELECT "
            + COLUMNS
            + " FROM nudge.experiments"
            + where
            + " ORDER BY campaign, arm = 'CONTROL' DESC, arm = '"
            + SENT
            + "' DESC, arm LIMIT 5000",
        ExperimentQueries::arm,
        values);
  }

  private static Arm arm(ResultSet row) throws SQLException {
    return new Arm(
        row.getString(1),
        row.getString(2),
        instant(row, 3),
        row.getLong(4),
        number(row, 5),
        row.getLong(6),
        number(row, 7),
        estimate(row, 8),
        estimate(row, 11),
        number(row, 14),
        row.getString(15),
        plain(row.getBigDecimal(16)),
        plain(row.getBigDecimal(17)),
        number(row, 18),
        estimate(row, 19),
        estimate(row, 22),
        number(row, 25),
        number(row, 26),
        row.getBoolean(27),
        row.getBoolean(28),
        row.getBoolean(29));
  }

  private static Estimate estimate(ResultSet row, int column) throws SQLException {
    return new Estimate(number(row, column), number(row, column + 1), number(row, column + 2));
  }
}
