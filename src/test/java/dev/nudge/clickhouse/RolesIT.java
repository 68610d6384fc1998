package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine in this process may make no users, but it parses the statements of those that may. */
class RolesIT {
  @TempDir Path directory;

  @Test
  void everyStatementIsClickHousesOwn() throws Exception {
    List<String> script =
        SqlTokens.statements(Files.readString(Path.of("flink-conf/clickhouse-roles.sql")));
    String readme = Files.readString(Path.of("flink-conf/README.md"));
    List<String> statements = new ArrayList<>(script);
    statements.addAll(SqlTokens.statements(readme.replaceAll("(?s).*```sql\n(.*?)```.*", "$1")));

    assertThat(script).hasSizeGreaterThan(10);
    try (EmbeddedClickHouse clickHouse =
            EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
        Connection connection =
            DriverManager.getConnection(
                clickHouse.config().url(), clickHouse.config().properties());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        try (ResultSet tree = statement.executeQuery("EXPLAIN AST " + sql)) {
          assertThat(tree.next()).as(sql).isTrue();
        }
      }
    }
  }
}
