package dev.nudge.measure.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Rows of tables and views, as a rehearsal writes them. */
final class TableLines {
  private TableLines() {}

  /** Rows of {@code roi_hourly} as lines of {@code roi.jsonl}. */
  static List<String> roi(Connection connection, String from) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT *, toUnixTimestamp(hour) AS h, toUnixTimestamp64Milli(as_of) AS a FROM "
                    + from)) {
      while (row.next()) {
        ObjectNode line = Event.JSON.createObjectNode();
        line.put("tenant", row.getString("tenant"));
        line.put("campaign", row.getString("campaign"));
        line.put("hour", Instant.ofEpochSecond(row.getLong("h")).toString());
        line.put("basis", row.getString("basis"));
        line.put("window", row.getLong("window"));
        line.put("touch", row.getString("touch"));
        line.put("currency", row.getString("currency"));
        line.put("grants", row.getLong("grants"));
        line.put("revenue", Lines.money(row.getBigDecimal("revenue")));
        line.put("cost", Lines.money(row.getBigDecimal("cost")));
        line.put("cumRevenue", Lines.money(row.getBigDecimal("cum_revenue")));
        line.put("cumCost", Lines.money(row.getBigDecimal("cum_cost")));
        line.put("roi", plain(row.getBigDecimal("roi")));
        line.put("netRoi", plain(row.getBigDecimal("net_roi")));
        line.put("asOf", Instant.ofEpochMilli(row.getLong("a")).toString());
        line.put("matured", plain(row.getBigDecimal("matured")));
        lines.add(line.toString());
      }
    }
    return lines.stream().sorted().toList();
  }

  /** Rows of {@code participants_hourly} as {@link ParticipantsOracle#lines} has them. */
  static List<String> participants(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT *, toUnixTimestamp(hour) AS h FROM nudge.participants_hourly")) {
      while (row.next()) {
        List<String> of =
            List.of(
                row.getString("tenant"),
                row.getString("campaign"),
                Instant.ofEpochSecond(row.getLong("h")).toString(),
                row.getString("attribute") + "=" + row.getString("value"));
        lines.add(of + " " + row.getLong("targeted") + " " + row.getLong("participants"));
      }
    }
    return lines.stream().sorted().toList();
  }

  private static BigDecimal plain(BigDecimal number) {
    return number == null ? null : Lines.plain(number);
  }

  /** Rows of {@code funnel} as lines of {@code funnel.jsonl}. */
  static List<String> funnel(Connection connection, String from) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT *, toUnixTimestamp(minute) AS m FROM " + from)) {
      while (row.next()) {
        ObjectNode line = Event.JSON.createObjectNode();
        line.put("tenant", row.getString("tenant"));
        line.put("campaign", row.getString("campaign"));
        line.put("campaignVersion", row.getInt("campaign_version"));
        line.put("variant", row.getString("variant"));
        line.put("minute", Instant.ofEpochSecond(row.getLong("m")).toString());
        line.put("window", row.getLong("window"));
        line.put("touch", row.getString("touch"));
        line.put("step", row.getString("step"));
        line.put("currency", row.getString("currency"));
        line.put("grants", row.getLong("grants"));
        line.put("amount", Lines.money(row.getBigDecimal("amount")));
        lines.add(line.toString());
      }
    }
    return lines.stream().sorted().toList();
  }
}
