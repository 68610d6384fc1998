package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What must hold of the funnel's tables, whoever wrote them: that numbers are those of the list of
 * who stands behind them, and that the list is what ClickHouse itself finds in the log.
 */
final class FunnelChecks {
  private static final Path SQL = Path.of("src/test/resources/measure");
  private static final int ROWS_AN_INSERT = 5_000;

  /**
   * What was compared.
   *
   * @param grants how many grants, each as often as it has windows
   * @param byDepth how many came 1, 2, 3 and 4 steps far, by shopping and by answering
   * @param repurchased how many paid twice
   * @param further how many came further than first times tell, since they did something again
   */
  record Compared(int grants, List<Integer> byDepth, int repurchased, int further) {}

  private FunnelChecks() {}

  /** Where the funnel and its list differ; none if they agree. */
  static List<String> differences(Connection connection) throws SQLException, IOException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(Files.readString(SQL.resolve("funnel-adds-up.sql")))) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          cells.add(row.getString(i));
        }
        rows.add(cells.toString());
      }
    }
    return rows;
  }

  /** Writes the list of steps as the oracle finds it, each row once. */
  static void insertSteps(Connection connection, MeasureOracle oracle) throws SQLException {
    List<String> rows = new ArrayList<>();
    oracle.tenants.forEach(
        (tenant, customers) ->
            customers.forEach(
                (id, customer) -> {
                  for (Grant grant : customer.grants) {
                    for (long window : grant.definition.windows()) {
                      for (String touch : MeasureOracle.TOUCHES) {
                        customer
                            .steps(grant, window, touch)
                            .forEach(
                                (step, reached) ->
                                    addSteps(rows, grant, window, touch, step, reached));
                      }
                    }
                  }
                }));
    insert(connection, "nudge.funnel_steps", rows);
  }

  /** As a row, as one that was corrected before, and some that were taken back. */
  private static void addSteps(
      List<String> rows,
      Grant grant,
      long window,
      String touch,
      String step,
      Customer.Reached reached) {
    rows.add(
        step(grant, window, touch, step, reached.at(), reached.currency(), reached.amount(), 1, 7));
    if (rows.size() % 3 == 0) {
      rows.add(
          step(grant, window, touch, step, reached.at() + 3_600_000, "CHF", BigDecimal.TEN, 1, 2));
    }
    if (rows.size() % 5 == 0) {
      String other = "NOT_" + step;
      rows.add(step(grant, window, touch, other, reached.at(), "", BigDecimal.ZERO, 1, 3));
      rows.add(step(grant, window, touch, other, reached.at(), "", BigDecimal.ZERO, 0, 4));
    }
  }

  private static String step(
      Grant grant,
      long window,
      String touch,
      String step,
      long at,
      String currency,
      BigDecimal amount,
      int reached,
      int version) {
    return "('%s','%s',%d,'%s',%d,'%s','%s','%s','%s',%s,'%s','%s',%d,%d)"
        .formatted(
            grant.tenant,
            grant.campaign,
            grant.version,
            grant.variant,
            window,
            touch,
            step,
            grant.customer,
            grant.id,
            TableRun.instant(at),
            currency,
            amount.toPlainString(),
            reached,
            version);
  }

  /** Writes the log itself: grants, and what customers and gateways did. */
  static void insertLog(Connection connection, MeasureOracle oracle) throws SQLException {
    List<String> grants = new ArrayList<>();
    List<String> events = new ArrayList<>();
    for (Map.Entry<String, Map<String, Customer>> tenant : oracle.tenants.entrySet()) {
      for (Map.Entry<String, Customer> one : tenant.getValue().entrySet()) {
        String whose = "('%s','%s'".formatted(tenant.getKey(), one.getKey());
        for (Grant grant : one.getValue().grants) {
          for (long window : grant.definition.windows()) {
            grants.add("%s,'%s',%d,%d)".formatted(whose, grant.id, window, grant.at));
          }
          events.add("%s,%d,'TARGETED','%s')".formatted(whose, grant.at, grant.id));
        }
        for (Event event : one.getValue().events) {
          boolean names = event.topic == Event.Topic.DELIVERIES;
          if (event.name() != null && (!names || event.grant != null)) {
            String named = names ? event.grant.id : "";
            events.add("%s,%d,'%s','%s')".formatted(whose, event.at, event.name(), named));
          }
        }
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE check");
      statement.execute(
          "CREATE TABLE check.grants (tenant String, customer_id String, grant_id String,"
              + " window UInt64, at_millis UInt64) ENGINE = Memory");
      statement.execute(
          "CREATE TABLE check.events (tenant String, customer_id String, at_millis UInt64,"
              + " name String, grant_id String) ENGINE = Memory");
    }
    insert(connection, "check.grants", grants);
    insert(connection, "check.events", events);
  }

  /**
   * Compares the list of steps with ClickHouse's windowFunnel over the log.
   *
   * @param differences takes what is not the same
   */
  static Compared compareWithWindowFunnel(
      Connection connection, MeasureOracle oracle, List<String> differences)
      throws SQLException, IOException {
    TreeSet<Long> windows = new TreeSet<>();
    oracle.tenants.values().stream()
        .flatMap(customers -> customers.values().stream())
        .flatMap(customer -> customer.grants.stream())
        .forEach(grant -> windows.addAll(grant.definition.windows()));
    String sql = Files.readString(SQL.resolve("window-funnel.sql"), UTF_8);
    List<Integer> depths = new ArrayList<>(List.of(0, 0, 0, 0, 0, 0, 0, 0));
    int repurchased = 0;
    int further = 0;
    int grants = 0;
    try (Statement statement = connection.createStatement()) {
      for (long window : windows) {
        try (ResultSet row =
            statement.executeQuery(sql.replace("$window", Long.toString(window)))) {
          while (row.next()) {
            if (!row.getBoolean("same_steps")
                || !row.getBoolean("same_shopping")
                || !row.getBoolean("same_answering")) {
              differences.add(window + " " + row.getString("found"));
            }
            grants++;
            int shopping = row.getInt("shopping") - 1;
            int answering = row.getInt("answering") + 3;
            depths.set(shopping, depths.get(shopping) + 1);
            depths.set(answering, depths.get(answering) + 1);
            repurchased += row.getInt("paying") == 3 ? 1 : 0;
            further += row.getBoolean("further") ? 1 : 0;
          }
        }
      }
    }
    return new Compared(grants, depths, repurchased, further);
  }

  private static void insert(Connection connection, String table, List<String> rows)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (int from = 0; from < rows.size(); from += ROWS_AN_INSERT) {
        List<String> some = rows.subList(from, Math.min(rows.size(), from + ROWS_AN_INSERT));
        statement.execute("INSERT INTO " + table + " VALUES " + String.join(",", some));
      }
    }
  }
}
