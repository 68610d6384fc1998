package dev.nudge.clickhouse;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every query of every dashboard, on the schema that the migrations make. */
class DashboardQueriesIT {
  private static final Path DASHBOARDS = Path.of("dashboards");

  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-03-01T00:00:00Z");

  private static final String TENANTS = "Tenants";

  /** What each panel is drawn from. */
  private static final Map<String, List<String>> COLUMNS =
      Map.ofEntries(
          entry(TENANTS, List.of("tenant")),
          entry(
              "Customers per stage over time",
              List.of(
                  "time", "PROSPECT", "NEW", "GROWING", "STABLE", "DECLINING", "DORMANT", "LOST")),
          entry("Customers per stage", List.of("stage", "customers")),
          entry("Stage changes by day", List.of("time", "stage", "changes")),
          entry("Flow between stages", List.of("stage_before", "stage_after", "changes")),
          entry(
              "Won, woken, lost",
              List.of(
                  "tenant",
                  "first_time_buyers",
                  "came_back_from_lost",
                  "woken_from_dormant",
                  "fell_dormant",
                  "were_lost")),
          entry("Anomalies by day", List.of("time", "kind", "anomalies")),
          entry(
              "Newest anomalies",
              List.of("at", "tenant", "customer_id", "kind", "order_id", "value", "baseline")),
          entry("Dead letters by reason", List.of("time", "reason", "letters")),
          entry(
              "Newest dead letters",
              List.of(
                  "appended_at",
                  "topic",
                  "partition",
                  "offset",
                  "reason",
                  "message",
                  "raw",
                  "raw_bytes")));

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static Connection connection;

  /** A query and the panel it fills. */
  record Query(String panel, String sql) {
    @Override
    public String toString() {
      return panel;
    }
  }

  /**
   * Anna of acme becomes NEW on 5 January, DORMANT on 4 February, and GROWING on 10 February; Bert
   * of acme was a prospect before the range began. A row sent twice stands twice until it is
   * merged.
   */
  @BeforeAll
  static void fillTables() throws SQLException {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection =
        DriverManager.getConnection(clickHouse.config().url(), clickHouse.config().properties());
    for (int sent = 0; sent < 2; sent++) {
      insert(
          """
          INSERT INTO nudge.stage_changes VALUES
          ('acme', 'anna', NULL, 'NEW', '2026-01-05 09:00:00.000', 1, 1, 1),
          ('acme', 'anna', 'NEW', 'DORMANT', '2026-02-04 09:00:00.000', 1, 1, 1),
          ('acme', 'anna', 'DORMANT', 'GROWING', '2026-02-10 09:00:00.000', 1, 2, 2),
          ('acme', 'bert', NULL, 'PROSPECT', '2025-12-24 18:00:00.000', 0, 0, 1),
          ('other', 'carla', NULL, 'NEW', '2026-01-07 12:00:00.000', 1, 1, 1)
          """);
      insert(
          """
          INSERT INTO nudge.anomalies VALUES
          ('acme', 'anna', 'SPEND_SPIKE', '2026-02-10 09:00:00.000', 'o2', 30, 10, '{}', 'i1', 2),
          ('acme', 'bert', 'SPEND_SPIKE', '2026-02-10 23:59:59.999', 'o3', 60, 20, '{}', 'i2', 2),
          ('other', 'carla', 'RETURNED', '2026-02-10 09:00:00.000', '', NULL, NULL, '{}', 'i3', 2)
          """);
      insert(
          """
          INSERT INTO nudge.dead_letters VALUES
          ('nudge.orders', 0, 7, '2026-01-05 09:00:00.000', 'NOT_JSON', 'not JSON', '{', 1),
          ('nudge.orders', 1, 7, '2026-01-05 09:10:00.000', 'NOT_JSON', 'not JSON', '[', 1)
          """);
    }
  }

  private static void insert(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Without merges in between: what FINAL is for.
      statement.execute("SYSTEM STOP MERGES");
      statement.execute(sql);
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    connection.close();
    clickHouse.close();
  }

  static List<Query> queries() throws IOException {
    List<Query> queries = new ArrayList<>();
    try (Stream<Path> files = Files.list(DASHBOARDS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
        for (JsonNode variable : dashboard.at("/templating/list")) {
          if (variable.path("type").asText().equals("query")) {
            queries.add(new Query(TENANTS, variable.path("query").asText()));
          }
        }
        for (JsonNode panel : dashboard.path("panels")) {
          for (JsonNode target : panel.path("targets")) {
            queries.add(new Query(panel.path("title").asText(), target.path("rawSql").asText()));
          }
        }
      }
    }
    return queries;
  }

  @Test
  void everyPanelHasItsQueryAndEveryQueryItsColumns() throws IOException {
    assertThat(queries())
        .extracting(Query::panel)
        .containsExactlyInAnyOrderElementsOf(COLUMNS.keySet());
  }

  @ParameterizedTest
  @MethodSource("queries")
  void itRunsAndHasTheColumnsOfItsPanel(Query query) throws SQLException {
    List<List<Object>> rows = run(query);

    assertThat(rows.get(0)).isEqualTo(COLUMNS.get(query.panel()));
    assertThat(rows).hasSizeGreaterThan(1);
  }

  /** Rows are replaced some time after they were sent again; until then only FINAL is right. */
  @ParameterizedTest
  @MethodSource("queries")
  void itReadsTablesFinal(Query query) {
    assertThat(query.sql()).containsPattern("FROM nudge\\.\\w+ FINAL\\b");
    assertThat(query.sql().split("nudge\\.\\w+ FINAL\\b", -1))
        .hasSameSizeAs(query.sql().split("nudge\\.\\w+", -1));
  }

  /** Dead letters have no tenant: what can't be read does not say whose it is. */
  @ParameterizedTest
  @MethodSource("queries")
  void itShowsNoOtherTenant(Query query) {
    if (!query.sql().contains("dead_letters") && !query.panel().equals(TENANTS)) {
      assertThat(query.sql()).contains("WHERE tenant IN (${tenant:sqlstring})");
    } else {
      assertThat(query.sql()).doesNotContain("customer_id");
    }
  }

  @Test
  void customersStandInOneStageAtATime() throws Exception {
    assertThat(run(query("Customers per stage over time")).stream().skip(1).map(r -> numbers(r, 1)))
        .containsExactly(
            // Bert came before the range; Anna is NEW, DORMANT, GROWING.
            List.of(1L, 0L, 0L, 0L, 0L, 0L, 0L),
            List.of(1L, 1L, 0L, 0L, 0L, 0L, 0L),
            List.of(1L, 0L, 0L, 0L, 0L, 1L, 0L),
            List.of(1L, 0L, 1L, 0L, 0L, 0L, 0L));
  }

  @Test
  void customersAreCountedWhereTheyStandLast() throws Exception {
    assertThat(run(query("Customers per stage")).stream().skip(1).map(Object::toString))
        .containsExactly("[PROSPECT, 1]", "[NEW, 0]", "[GROWING, 1]", "[DORMANT, 0]");
  }

  @Test
  void aRowSentTwiceCountsOnce() throws Exception {
    assertThat(run(query("Flow between stages")).stream().skip(1).map(Object::toString))
        .containsExactly("[(first seen), NEW, 1]", "[DORMANT, GROWING, 1]", "[NEW, DORMANT, 1]");
    assertThat(run(query("Anomalies by day")).stream().skip(1).map(r -> r.subList(1, 3).toString()))
        .containsExactly("[SPEND_SPIKE, 2]");
    assertThat(run(query("Newest anomalies")).stream().skip(1).map(r -> r.get(2).toString()))
        .containsExactly("bert", "anna");
    assertThat(run(query("Dead letters by reason")).stream().skip(1).map(r -> r.get(2).toString()))
        .containsExactly("2");
  }

  private static Query query(String panel) throws IOException {
    return queries().stream().filter(q -> q.panel().equals(panel)).findFirst().orElseThrow();
  }

  private static List<Long> numbers(List<Object> row, int from) {
    return row.stream().skip(from).map(cell -> ((Number) cell).longValue()).toList();
  }

  /** The names of the columns, then the rows. */
  private static List<List<Object>> run(Query query) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(asGrafanaWouldSend(query.sql()))) {
      ResultSetMetaData columns = result.getMetaData();
      List<Object> names = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        names.add(columns.getColumnLabel(i));
      }
      rows.add(names);
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          row.add(result.getObject(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** The macros of Grafana's ClickHouse data source, for a range of two months. */
  private static String asGrafanaWouldSend(String sql) {
    String from = "toDateTime(%d)".formatted(FROM.getEpochSecond());
    String to = "toDateTime(%d)".formatted(TO.getEpochSecond());
    String sent =
        sql.replaceAll("\\$__timeFilter\\((\\w+)\\)", "($1 >= " + from + " AND $1 <= " + to + ")")
            .replaceAll(
                "\\$__timeInterval\\((\\w+)\\)",
                "toStartOfInterval(toDateTime($1), INTERVAL 3600 second)")
            .replace("$__fromTime", from)
            .replace("$__toTime", to)
            .replace("${tenant:sqlstring}", "'acme'");
    assertThat(sent).as("a macro this test does not know").doesNotContain("$");
    return sent;
  }
}
