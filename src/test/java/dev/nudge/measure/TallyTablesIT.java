package dev.nudge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables are those that sums are written to. */
class TallyTablesIT {
  /** What a column is where it is not text. */
  private static final Map<String, String> DIMENSIONS =
      Map.of("campaign_version", "UInt32", "window", "UInt64");

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static Connection connection;

  @BeforeAll
  static void start() throws SQLException {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection = DriverManager.getConnection(clickHouse.config().url(), "default", "");
  }

  @AfterAll
  static void stop() throws SQLException {
    connection.close();
    clickHouse.close();
  }

  /** What is filled in by itself is no column that anybody writes. */
  @ParameterizedTest
  @EnumSource(TallyTable.class)
  void columnsStandInTheOrderInWhichTheyAreWritten(TallyTable table) throws SQLException {
    List<String> expected = new ArrayList<>();
    expected.add("tenant LowCardinality(String)");
    expected.add(table.start() + (table.start().equals("day") ? " Date" : " DateTime('UTC')"));
    for (String dimension : table.dimensions()) {
      expected.add(dimension + " " + DIMENSIONS.getOrDefault(dimension, "LowCardinality(String)"));
    }
    for (TallySum sum : table.sums()) {
      expected.add(sum.name() + " " + type(sum));
    }
    expected.add("version UInt64");

    assertThat(
            rows(
                "SELECT name || ' ' || type FROM system.columns WHERE database = 'nudge' AND"
                    + " table = '%s' AND default_kind = '' ORDER BY position",
                name(table)))
        .map(column -> column.replaceAll("^(\\w*product_id) String$", "$1 LowCardinality(String)"))
        .isEqualTo(expected);
  }

  private static String type(TallySum sum) {
    if (sum.decimals() > 0) {
      return "Decimal(38, %d)".formatted(sum.decimals());
    }
    // Years of intervals, of all customers.
    return sum.name().equals("interval_millis") ? "Int128" : "Int64";
  }

  /** Of one identity the highest version stands: all that a row is known by, and nothing else. */
  @ParameterizedTest
  @EnumSource(TallyTable.class)
  void aRowIsKnownByItsIdentity(TallyTable table) throws SQLException {
    List<String> identity = new ArrayList<>(table.dimensions());
    identity.add("tenant");
    identity.add(table.start());

    String found =
        rows(
                "SELECT sorting_key || ';' || engine_full FROM system.tables"
                    + " WHERE database = 'nudge' AND name = '%s'",
                name(table))
            .get(0);
    assertThat(found.substring(0, found.indexOf(';')).split(", "))
        .containsExactlyInAnyOrderElementsOf(identity);
    assertThat(found).contains("ReplacingMergeTree(version)");
  }

  /** By the clock a replay of the past is over before it begins. */
  @Test
  void howLongRowsAreKeptIsCountedFromWhenTheyWereWritten() throws SQLException {
    assertThat(
            rows(
                "SELECT name || ': ' || extract(engine_full, 'TTL (.*?) SETTINGS')"
                    + " FROM system.tables WHERE database = '%s' AND engine_full LIKE '%%TTL%%'",
                "nudge"))
        .hasSizeGreaterThan(5)
        .allSatisfy(
            ttl -> assertThat(ttl).matches("\\w+: written \\+ toIntervalDay\\((400|800)\\)"));
  }

  /**
   * What comes again after a correction to nothing is not shown, and what is shown is not twice.
   */
  @Test
  void aYearLongPastIsKept() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (int version = 1; version <= 2; version++) {
        statement.execute(
            "INSERT INTO nudge.funnel_minute VALUES ('acme', '2010-12-01 08:26:00', 'c', 1, 'A',"
                + " 1, 'any', 'SENT', '', %d, 0, %d)".formatted(version, version));
      }
      statement.execute("OPTIMIZE TABLE nudge.funnel_minute FINAL");
    }

    assertThat(rows("SELECT toString(grants) FROM nudge.%s", "funnel_minute")).containsExactly("2");
    assertThat(rows("SELECT toString(grants) FROM nudge.%s", "funnel")).containsExactly("2");
  }

  private static String name(TallyTable table) {
    return table.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> rows(String sql, String of) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql.formatted(of))) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
