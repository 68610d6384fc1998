package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine in this process may make no users, but it parses the statements of those that may. */
class RolesIT {
  private static final Pattern TABLE = Pattern.compile("\\bnudge\\.(\\w+)");
  private static final Pattern CONDITION = Pattern.compile("USING (.*?) (AS RESTRICTIVE )?TO ");

  @TempDir Path directory;
  private EmbeddedClickHouse clickHouse;
  private Connection connection;
  private List<String> script;

  @BeforeEach
  void start() throws Exception {
    script = SqlTokens.statements(Files.readString(Path.of("flink-conf/clickhouse-roles.sql")));
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection =
        DriverManager.getConnection(clickHouse.config().url(), clickHouse.config().properties());
  }

  @AfterEach
  void stop() throws SQLException {
    connection.close();
    clickHouse.close();
  }

  @Test
  void everyStatementIsClickHousesOwn() throws Exception {
    String readme = Files.readString(Path.of("flink-conf/README.md"));
    List<String> statements = new ArrayList<>(script);
    statements.addAll(SqlTokens.statements(readme.replaceAll("(?s).*```sql\n(.*?)```.*", "$1")));

    assertThat(script).hasSizeGreaterThan(10);
    for (String sql : statements) {
      assertThat(rows("EXPLAIN AST " + sql)).as(sql).isNotEmpty();
    }
  }

  @Test
  void aBrandReadsWhatHasATenantAndNothingElse() throws Exception {
    List<String> tables =
        rows(
            "SELECT table FROM system.columns WHERE database = 'nudge' AND name = 'tenant' AND table"
                + " NOT IN (SELECT name FROM system.tables WHERE engine IN ('View', 'MaterializedView'))");
    List<String> views =
        rows("SELECT name FROM system.tables WHERE database = 'nudge' AND engine = 'View'");

    assertThat(tables).contains("decisions", "funnel_minute").hasSizeGreaterThan(10);
    for (String policy : List.of("nudge_everybody", "nudge_brand")) {
      assertThat(tablesOf("CREATE ROW POLICY IF NOT EXISTS " + policy + " ON"))
          .as(policy)
          .containsExactlyInAnyOrderElementsOf(tables);
    }
    List<String> readable = new ArrayList<>(tables);
    readable.addAll(views);
    // Whose time it is says nothing of anybody; returns are computed with it.
    readable.add("measured");
    assertThat(tablesOf("GRANT\n  SELECT ON"))
        .containsExactlyInAnyOrderElementsOf(readable)
        .doesNotContain("dead_letters", "schema_migrations");
  }

  @Test
  void aBrandSeesItsRowsAndNobodyElses() throws Exception {
    String policy = statement("CREATE ROW POLICY IF NOT EXISTS nudge_brand ON");
    Matcher condition = CONDITION.matcher(policy);
    assertThat(condition.find()).isTrue();
    assertThat(policy).contains("AS RESTRICTIVE TO nudge_brand_role");
    for (String table : tablesOf("CREATE ROW POLICY IF NOT EXISTS nudge_brand ON")) {
      try (Statement insert = connection.createStatement()) {
        insert.execute("INSERT INTO nudge." + table + " (tenant) VALUES ('acme'), ('acme2'), ('')");
      }
      String read =
          "SELECT DISTINCT tenant FROM nudge."
              + table
              + " FINAL WHERE "
              + condition.group(1)
              + " ORDER BY 1";

      assertThat(rows(as("brand:acme", read))).containsExactly("acme");
      assertThat(rows(as("brand:acme2", read))).containsExactly("acme2");
      // Somebody who got the role and is no brand, even of a name that would fit.
      assertThat(rows(as("nudge_acme", read))).isEmpty();
      assertThat(rows(as("nudge_", read))).isEmpty();
    }
  }

  private static String as(String user, String sql) {
    return sql.replace("currentUser()", "'" + user + "'");
  }

  private String statement(String beginning) {
    return script.stream().filter(sql -> sql.contains(beginning)).findFirst().orElseThrow();
  }

  private List<String> tablesOf(String beginning) {
    String sql = statement(beginning);
    return TABLE
        .matcher(sql.substring(sql.indexOf(beginning)))
        .results()
        .map(table -> table.group(1))
        .toList();
  }

  private List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
