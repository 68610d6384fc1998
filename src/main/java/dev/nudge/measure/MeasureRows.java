package dev.nudge.measure;

import dev.nudge.definition.CostModel;
import dev.nudge.event.Units;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How rows are bound to their tables: every column, in the order of the table. */
final class MeasureRows {
  /** Rows of {@code nudge.funnel_steps}. */
  static final String STEPS =
      insert(
          "funnel_steps",
          List.of(
              "tenant",
              "campaign",
              "campaign_version",
              "variant",
              "window",
              "touch",
              "step",
              "customer_id",
              "grant_id",
              "at",
              "currency",
              "amount",
              "reached",
              "version"));

  /** Rows of {@code nudge.grant_rows}. */
  static final String GRANTS =
      insert(
          "grant_rows",
          List.of(
              "tenant",
              "campaign",
              "campaign_version",
              "variant",
              "customer_id",
              "grant_id",
              "at",
              "primary_window",
              "attributes",
              "version"));

  /** Rows of {@code nudge.sent_versions}. */
  static final String SENT_VERSIONS =
      insert(
          "sent_versions",
          List.of(
              "tenant",
              "campaign",
              "campaign_version",
              "first_sent",
              "windows",
              "flat_price",
              "active_from",
              "active_to",
              "currency",
              "version"));

  /** Rows of {@code nudge.experiment_arms}. */
  static final String ARMS =
      insert(
          "experiment_arms",
          List.of(
              "tenant",
              "campaign",
              "arm",
              "as_of",
              "customers",
              "expected",
              "conversions",
              "conversion_rate",
              "conversion_lift",
              "conversion_lift_low",
              "conversion_lift_high",
              "conversion_relative_lift",
              "conversion_relative_lift_low",
              "conversion_relative_lift_high",
              "conversion_p",
              "currency",
              "revenue",
              "cost",
              "revenue_per_customer",
              "revenue_lift",
              "revenue_lift_low",
              "revenue_lift_high",
              "revenue_relative_lift",
              "revenue_relative_lift_low",
              "revenue_relative_lift_high",
              "revenue_p",
              "sample_ratio_p",
              "sample_ratio_mismatch",
              "enough",
              "winner",
              "version"));

  /** Rows of {@code nudge.measured}. */
  static final String MEASURED = insert("measured", List.of("job", "until", "version"));

  private MeasureRows() {}

  /** The statement for rows of a table of sums. */
  static String insert(TallyTable table) {
    List<String> columns = new ArrayList<>(List.of("tenant", table.start()));
    columns.addAll(table.dimensions());
    table.sums().forEach(sum -> columns.add(sum.name()));
    columns.add("version");
    return insert(table.tableName(), columns);
  }

  private static String insert(String table, List<String> columns) {
    return "INSERT INTO nudge.%s (%s) VALUES (%s)"
        .formatted(
            table,
            String.join(", ", columns),
            String.join(", ", Collections.nCopies(columns.size(), "?")));
  }

  static void bind(PreparedStatement statement, Tally tally) throws SQLException {
    TallyRow row = tally.row();
    TallyTable table = row.table();
    statement.setString(1, row.tenant());
    Instant start = Instant.ofEpochMilli(row.startMillis());
    statement.setObject(
        2, table.isDaily() ? LocalDate.ofInstant(start, ZoneOffset.UTC) : (Object) start);
    int column = 3;
    for (int i = 0; i < row.dimensions().size(); i++) {
      String value = row.dimensions().get(i);
      if (table.isNumber(i)) {
        statement.setLong(column++, Long.parseLong(value));
      } else {
        statement.setString(column++, value);
      }
    }
    for (int i = 0; i < tally.sums().size(); i++) {
      BigInteger sum = tally.sums().get(i);
      int decimals = table.sums().get(i).decimals();
      if (decimals == 0) {
        statement.setObject(column++, sum);
      } else {
        statement.setBigDecimal(column++, new BigDecimal(sum, decimals));
      }
    }
    statement.setLong(column, tally.inputs());
  }

  static void bind(PreparedStatement statement, StepRow row) throws SQLException {
    StepChange change = row.change();
    statement.setString(1, row.tenant());
    statement.setString(2, change.campaign());
    statement.setInt(3, change.version());
    statement.setString(4, change.variant());
    statement.setLong(5, change.windowMillis());
    statement.setString(6, change.touch().word());
    statement.setString(7, change.step().name());
    statement.setString(8, row.customerId());
    statement.setString(9, change.grantId());
    statement.setObject(10, Instant.ofEpochMilli(change.atMillis()));
    statement.setString(11, change.currency());
    statement.setBigDecimal(12, BigDecimal.valueOf(change.amountUnits(), Units.SCALE));
    statement.setInt(13, change.reached() ? 1 : 0);
    statement.setLong(14, row.inputs());
  }

  static void bind(PreparedStatement statement, GrantRow row) throws SQLException {
    statement.setString(1, row.tenant());
    statement.setString(2, row.campaign());
    statement.setInt(3, row.version());
    statement.setString(4, row.variant());
    statement.setString(5, row.customerId());
    statement.setString(6, row.grantId());
    statement.setObject(7, time(row.atMillis()));
    statement.setLong(8, row.primaryMillis());
    statement.setObject(9, row.attributes());
    statement.setLong(10, row.inputs());
  }

  static void bind(PreparedStatement statement, SentVersion sent) throws SQLException {
    boolean flat = sent.cost().model() == CostModel.FLAT;
    statement.setString(1, sent.tenant());
    statement.setString(2, sent.campaign());
    statement.setInt(3, sent.version());
    statement.setObject(4, Instant.ofEpochMilli(sent.firstMillis()));
    statement.setObject(5, sent.windowsMillis().toArray(Long[]::new));
    statement.setBigDecimal(
        6, flat ? BigDecimal.valueOf(sent.cost().priceUnits(), Units.SCALE) : null);
    statement.setObject(7, sent.fromMillis() == Long.MIN_VALUE ? null : time(sent.fromMillis()));
    statement.setObject(8, sent.toMillis() == Long.MAX_VALUE ? null : time(sent.toMillis()));
    statement.setString(9, sent.currency());
    // Of two the earlier one stands.
    statement.setLong(10, Long.MAX_VALUE - sent.firstMillis());
  }

  static void bind(PreparedStatement statement, ArmRow row) throws SQLException {
    statement.setString(1, row.tenant());
    statement.setString(2, row.campaign());
    statement.setString(3, row.arm());
    statement.setObject(4, time(row.asOfMillis()));
    statement.setLong(5, row.customers());
    statement.setObject(6, number(row.expected()));
    statement.setLong(7, row.conversions());
    int column = bind(statement, 8, row.conversion());
    statement.setString(column++, row.currency());
    statement.setBigDecimal(column++, new BigDecimal(row.revenueUnits(), Units.SCALE));
    statement.setBigDecimal(column++, new BigDecimal(row.costUnits(), Units.SCALE));
    column = bind(statement, column, row.revenue());
    statement.setObject(column++, number(row.sampleRatioP()));
    statement.setBoolean(column++, row.sampleRatioMismatch());
    statement.setBoolean(column++, row.enough());
    statement.setBoolean(column++, row.winner());
    statement.setLong(column, row.inputs());
  }

  private static int bind(PreparedStatement statement, int first, ArmMeasure measure)
      throws SQLException {
    int column = first;
    statement.setObject(column++, number(measure.mean()));
    statement.setObject(column++, number(measure.lift()));
    statement.setObject(column++, number(measure.liftLow()));
    statement.setObject(column++, number(measure.liftHigh()));
    statement.setObject(column++, number(measure.relativeLift()));
    statement.setObject(column++, number(measure.relativeLiftLow()));
    statement.setObject(column++, number(measure.relativeLiftHigh()));
    statement.setObject(column++, number(measure.p()));
    return column;
  }

  /** The columns are floating, for ratios have no scale of their own. */
  private static Double number(BigDecimal number) {
    return number == null ? null : (Double) number.doubleValue();
  }

  static void bind(PreparedStatement statement, Long untilMillis) throws SQLException {
    statement.setString(1, "measure");
    statement.setObject(2, time(untilMillis));
    statement.setLong(3, untilMillis);
  }

  private static Instant time(long millis) {
    return Instant.ofEpochMilli(millis);
  }
}
