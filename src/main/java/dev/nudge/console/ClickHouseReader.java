package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Asks ClickHouse; every value is a bound parameter, and no question takes longer than {@value
 * #TIMEOUT_SECONDS} seconds.
 *
 * <p>Not for several threads: each user has one of its own. A connection is opened when first
 * needed, kept, and after a fault opened anew.
 */
final class ClickHouseReader implements AutoCloseable {
  /**
   * For tables whose time decides the partition and is part of the key: copies of a row stand in
   * one partition, so FINAL needs no merge across them.
   */
  static final String SETTINGS = " SETTINGS do_not_merge_across_partitions_select_final = 1";

  private static final int TIMEOUT_SECONDS = 20;

  private final String url;
  private final Properties properties;
  private Connection connection;

  ClickHouseReader(ClickHouseConfig config) {
    url = config.url();
    properties = config.properties();
    properties.setProperty("connection_timeout", "3000");
    properties.setProperty("socket_timeout", String.valueOf((TIMEOUT_SECONDS + 5) * 1000));
  }

  /** Makes something of a row, or null to leave it out. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  <T> List<T> query(String sql, RowReader<T> reader, Object... values) throws SQLException {
    try {
      if (connection == null) {
        connection = DriverManager.getConnection(url, properties);
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setQueryTimeout(TIMEOUT_SECONDS);
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, values[i]);
        }
        List<T> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            T one = reader.read(rows);
            if (one != null) {
              found.add(one);
            }
          }
        }
        return found;
      }
    } catch (SQLException | RuntimeException e) {
      close(); // what went wrong may be the connection
      throw e;
    }
  }

  /** Epoch milliseconds as an instant; null if there are none. */
  static Instant instant(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  /** A number; null if there is none, or none that JSON has. */
  static Double number(ResultSet row, int column) throws SQLException {
    double number = row.getDouble(column);
    return row.wasNull() || !Double.isFinite(number) ? null : number;
  }

  /** Counts and money alike, as short as they can be said exactly. */
  static String plain(BigDecimal decimal) {
    return decimal == null ? null : decimal.stripTrailingZeros().toPlainString();
  }

  @Override
  public void close() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException ignored) {
        // It is given up anyway.
      }
      connection = null;
    }
  }
}
