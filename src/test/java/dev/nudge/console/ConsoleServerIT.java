package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.rehearse.AnomalyHistory;
import dev.nudge.rehearse.StageHistory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stream of events over a real ClickHouse. */
@Timeout(120)
class ConsoleServerIT {
  private static final Path LIBRARY = ChdbLibrary.locate(Path.of("unused"));
  private static final Instant NOW = Instant.parse("2011-03-04T12:00:00Z");

  @TempDir Path directory;

  @Test
  void streamRecoversByItselfWhenTheDatabaseComesBack() throws Exception {
    EmbeddedClickHouse clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0);
    int port = clickHouse.port();
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    insert(clickHouse, "acme", "Anna");
    ConsoleConfig config =
        ConsoleConfig.local(0, clickHouse.config()).withClock(() -> ClockReport.wall(NOW));
    try (ConsoleServer server = ConsoleServer.start(config);
        EventStream stream = new EventStream(server, "tenant=acme&range=7d")) {
      assertThat(stream.next("stages")).endsWith("\"total\":1}");
      assertThat(stream.next("trouble")).contains("\"code\":null");

      clickHouse.close();
      assertThat(stream.next("trouble")).contains("\"code\":\"CLICKHOUSE_AWAY\"");

      clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, port);
      insert(clickHouse, "acme", "Bert");
      assertThat(stream.next("stages", data -> data.endsWith("\"total\":2}"))).contains("NEW");
      assertThat(stream.next("trouble")).contains("\"code\":null");
    } finally {
      clickHouse.close();
    }
  }

  @Test
  void tenantSeesItsOwnCustomersOnlyWhateverItIsCalled() throws Exception {
    String strange = "o'neil\\' OR 1=1 --";
    try (EmbeddedClickHouse clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0)) {
      Migrations.apply(clickHouse.config(), Duration.ZERO);
      insert(clickHouse, "acme", "Anna");
      insert(clickHouse, "acme", "Bert");
      insert(clickHouse, "o\\'neil\\\\\\' OR 1=1 --", "Cleo");
      insertAnomaly(clickHouse, "acme", "Anna");
      insertAnomaly(clickHouse, "o\\'neil\\\\\\' OR 1=1 --", "Cleo");
      try (LifecycleQueries queries = new LifecycleQueries(clickHouse.config())) {
        assertThat(queries.tenants()).containsExactly("acme", strange);
        assertThat(queries.stageChanges(strange, 0, 10, 10))
            .extracting(NewestMoments.Row::customerId)
            .containsExactly("Cleo");
        assertThat(queries.moves(strange, 0, 60_000))
            .extracting(StageHistory.Move::changes)
            .containsExactly(1L);
        assertThat(queries.links(strange, 0, NOW.toEpochMilli()))
            .containsExactly(new StageFlow.Link("NONE", "NEW", 1));
        long end = NOW.toEpochMilli();
        assertThat(queries.newestAnomalies(strange, 0, 10, 10))
            .extracting(NewestMoments.Row::customerId)
            .containsExactly("Cleo");
        assertThat(queries.anomalies(strange, 0, end, end))
            .containsExactly(new AnomalyHistory.Count("RETURNED", 0, 1));
        assertThat(queries.extent(strange).orElseThrow().last()).isEqualTo(end);
        assertThat(queries.extent("x' OR '1'='1")).isEmpty();
      }
    }
  }

  /** Later than the stage changes. */
  private static void insertAnomaly(EmbeddedClickHouse clickHouse, String tenant, String customer)
      throws Exception {
    try (Connection connection =
            DriverManager.getConnection(clickHouse.config().url(), "default", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          ("INSERT INTO nudge.anomalies VALUES"
                  + " ('%s', '%s', 'RETURNED', '2011-03-04 12:00:00', '', NULL, NULL, '{}', 'i', 1)")
              .formatted(tenant, customer));
    }
  }

  private static void insert(EmbeddedClickHouse clickHouse, String tenant, String customer)
      throws Exception {
    try (Connection connection =
            DriverManager.getConnection(clickHouse.config().url(), "default", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO nudge.stage_changes VALUES ('%s', '%s', NULL, 'NEW', '%s', 1, 1, 1)"
              .formatted(tenant, customer, "2011-03-04 11:00:00"));
    }
  }
}
