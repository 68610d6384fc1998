package dev.nudge.clickhouse;

import dev.nudge.event.Erased;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Deletes the rows that name customers who are to be forgotten.
 *
 * <p>Rows of an instant up to the erasure go; what such a customer did afterwards is a stranger's,
 * and stays. Sums that they are part of stay too. Repeating it is harmless, and needed: after a
 * failure a job may send rows of before once more.
 */
public final class Erasure {
  /** How many customers one statement names; ClickHouse takes 256 KiB. */
  private static final int BATCH = 100;

  /** The tables that name a customer, besides dead letters. */
  static final List<String> TABLES =
      List.of("stage_changes", "anomalies", "decisions", "funnel_steps", "grant_rows");

  private static final String LETTERS = "dead_letters";

  private static final String OF_CUSTOMER =
      "(tenant = ? AND customer_id = ? AND at <= fromUnixTimestamp64Milli(toInt64(?)))";

  /**
   * What could not be used may yet say whose it is; where no tenant can be read, any may be meant.
   */
  private static final String OF_LETTER =
      "(%s IN ('', ?) AND %s = ?)".formatted(field("tenant"), field("customerId"));

  private Erasure() {}

  /** A field of a record that is perhaps no JSON at all, empty if there is none. */
  private static String field(String name) {
    return "extract(raw, '\"%s\"\\\\s*:\\\\s*\"([^\"]*)\"')".formatted(name);
  }

  /**
   * Deletes them.
   *
   * @return how many rows went, by table; those of no table are left out
   * @throws SQLException if ClickHouse refuses or does not answer
   */
  public static Map<String, Long> delete(ClickHouseConfig config, List<Erased> erased)
      throws SQLException {
    Map<String, Long> deleted = new LinkedHashMap<>();
    try (Connection connection = Migrations.connect(config, Duration.ZERO)) {
      for (int from = 0; from < erased.size(); from += BATCH) {
        List<Erased> batch = erased.subList(from, Math.min(from + BATCH, erased.size()));
        for (String table : TABLES) {
          delete(connection, table, OF_CUSTOMER, batch, deleted);
        }
        delete(connection, LETTERS, OF_LETTER, batch, deleted);
      }
    }
    return deleted;
  }

  private static void delete(
      Connection connection,
      String table,
      String condition,
      List<Erased> batch,
      Map<String, Long> deleted)
      throws SQLException {
    StringJoiner any = new StringJoiner(" OR ");
    batch.forEach(one -> any.add(condition));
    // A deletion rewrites parts even where nothing is to be deleted.
    try (PreparedStatement count =
        connection.prepareStatement(
            "SELECT count() FROM nudge.%s WHERE %s".formatted(table, any))) {
      bind(count, batch, !table.equals(LETTERS));
      try (ResultSet rows = count.executeQuery()) {
        rows.next();
        if (rows.getLong(1) == 0) {
          return;
        }
        deleted.merge(table, rows.getLong(1), Long::sum);
      }
    }
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM nudge.%s WHERE %s".formatted(table, any))) {
      bind(delete, batch, !table.equals(LETTERS));
      delete.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, List<Erased> batch, boolean timed)
      throws SQLException {
    int place = 0;
    for (Erased one : batch) {
      statement.setString(++place, one.tenant());
      statement.setString(++place, one.customerId());
      if (timed) {
        statement.setLong(++place, one.atMillis());
      }
    }
  }
}
