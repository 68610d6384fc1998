package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.clickhouse.Migrations.Migration;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsIT {

  private static final Path LIBRARY = ChdbLibrary.locate(Path.of("unused"));
  private static final Migration FIRST =
      new Migration(
          "V001__first.sql",
          """
          -- One; and two.
          CREATE TABLE IF NOT EXISTS nudge.one (s String DEFAULT 'a;b') ENGINE = Memory;
          CREATE TABLE IF NOT EXISTS nudge.two (n UInt8) ENGINE = Memory
          """);

  @TempDir Path directory;
  private EmbeddedClickHouse clickHouse;

  @BeforeEach
  void start() {
    clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0);
  }

  @AfterEach
  void stop() {
    clickHouse.close();
  }

  @Test
  void schemaIsAppliedOnce() throws Exception {
    assertThat(Migrations.apply(clickHouse.config(), Duration.ZERO))
        .startsWith("V001__lifecycle.sql")
        .isSorted();
    assertThat(Migrations.apply(clickHouse.config(), Duration.ZERO)).isEmpty();
    assertThat(tables())
        .contains("anomalies", "dead_letters", "schema_migrations", "stage_changes");
  }

  @Test
  void databaseOfTheFirstVersionGetsTheTablesSinceAndKeepsItsRows() throws Exception {
    Migration first =
        Migrations.files().stream().filter(file -> file.number() == 1).findFirst().orElseThrow();
    assertThat(apply(first)).containsExactly("V001__lifecycle.sql");
    assertThat(tables()).doesNotContain("anomalies");
    try (Connection connection = Migrations.connect(clickHouse.config(), Duration.ZERO);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO nudge.stage_changes VALUES"
              + " ('acme', 'anna', NULL, 'NEW', '2026-01-05 09:00:00.000', 1, 1, 1)");
      assertThat(Migrations.apply(clickHouse.config(), Duration.ZERO))
          .startsWith("V002__anomalies.sql");
      assertThat(tables()).contains("anomalies");
      try (ResultSet rows = statement.executeQuery("SELECT count() FROM nudge.stage_changes")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
    }
  }

  @Test
  void changedFileIsNamed() throws Exception {
    apply(FIRST);
    assertThatThrownBy(() -> apply(new Migration(FIRST.file(), FIRST.sql() + ";SELECT 1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("V001__first.sql has changed");
    assertThat(apply(new Migration(FIRST.file(), FIRST.sql().replace("\n", "\r\n")))).isEmpty();
  }

  @Test
  void brokenFileIsNamedAndTriedAgain() throws Exception {
    Migration broken = new Migration("V002__broken.sql", "CREATE TABLE nudge.three (n What)");
    assertThatThrownBy(() -> apply(broken, FIRST))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("V002__broken.sql")
        .hasMessageContaining("CREATE TABLE nudge.three");
    assertThat(tables()).contains("one", "two").doesNotContain("three");
    Migration mended =
        new Migration(broken.file(), "CREATE TABLE nudge.three (n Int8) ENGINE = Memory");
    assertThat(apply(FIRST, mended)).containsExactly("V002__broken.sql");
  }

  @Test
  void numbersAreUnique() {
    assertThatThrownBy(() -> apply(FIRST, new Migration("V001__other.sql", "SELECT 1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("V001__other.sql");
  }

  @Test
  void manyAtOnceAgree() throws Exception {
    ExecutorService processes = Executors.newFixedThreadPool(4);
    List<Future<List<String>>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(
          processes.submit(() -> Migrations.apply(clickHouse.config(), Duration.ofSeconds(10))));
    }
    for (Future<List<String>> one : all) {
      one.get();
    }
    processes.shutdown();
    assertThat(Migrations.apply(clickHouse.config(), Duration.ZERO)).isEmpty();
  }

  @Test
  void clickHouseThatStartsLaterIsWaitedFor() throws Exception {
    ClickHouseConfig config = clickHouse.config();
    int port = clickHouse.port();
    clickHouse.close();
    assertThatThrownBy(() -> Migrations.apply(config, Duration.ZERO))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(config.url());
    CompletableFuture<List<String>> applied =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Migrations.apply(config, Duration.ofSeconds(60));
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, port);
    assertThat(applied.join()).isNotEmpty();
  }

  private List<String> apply(Migration... migrations) throws SQLException {
    return Migrations.apply(clickHouse.config(), Duration.ZERO, List.of(migrations));
  }

  private List<String> tables() throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Connection connection = Migrations.connect(clickHouse.config(), Duration.ZERO);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW TABLES FROM nudge")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }
}
