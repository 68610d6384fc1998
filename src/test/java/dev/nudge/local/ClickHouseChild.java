package dev.nudge.local;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/**
 * A process of its own that inserts batch after batch, and says each one that is done, until it is
 * killed.
 */
final class ClickHouseChild {

  static final int ROWS = 5_000;

  private ClickHouseChild() {}

  public static void main(String[] arguments) throws Exception {
    EmbeddedClickHouse clickHouse =
        EmbeddedClickHouse.start(Path.of(arguments[0]), Path.of(arguments[1]), 0);
    try (Connection connection = DriverManager.getConnection(clickHouse.config().url());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE kept (batch UInt32, n UInt32) ENGINE = MergeTree ORDER BY n");
      for (int batch = 0; ; batch++) {
        statement.execute(
            "INSERT INTO kept SELECT %d, number FROM numbers(%d)".formatted(batch, ROWS));
        System.out.println(batch);
      }
    }
  }
}
