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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
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

  private static final Pattern READ = Pattern.compile("\\bnudge\\.(\\w+)( FINAL\\b)?");

  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-03-01T00:00:00Z");

  /** What the variables above the panels are chosen from. */
  private static final List<String> VARIABLES = List.of("tenant", "campaign", "window");

  /** They have no tenant: what can't be read does not say whose it is, and time is everybody's. */
  private static final List<String> OF_NOBODY = List.of("nudge.dead_letters", "nudge.measured");

  /** What each panel is drawn from. */
  private static final Map<String, List<String>> COLUMNS =
      Map.ofEntries(
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
                  "raw_bytes")),
          // Operations.
          entry(
              "Alerts that last",
              List.of("at", "kind", "tenant", "campaign", "subject", "actual", "expected")),
          entry("Measured up to, behind the clock", List.of("behind")),
          entry("Decided up to, behind the clock", List.of("behind")),
          entry("Decisions a minute, by what came of them", List.of("time", "code", "decisions")),
          entry("Sends a minute, by channel", List.of("time", "channel", "sends")),
          entry("From due to decision", List.of("time", "p50", "p95")),
          entry("Share of candidates that were sent", List.of("time", "sent", "held_back")),
          entry("Alerts by kind", List.of("time", "kind", "alerts")),
          entry("Dead letters a minute, by reason", List.of("time", "reason", "letters")),
          entry(
              "Where dead letters stood",
              List.of("topic", "reason", "letters", "newest", "newest_partition", "newest_offset")),
          // Campaigns.
          entry("Funnel", List.of("step", "reached")),
          entry("Steps as they are reached", List.of("time", "step", "reached")),
          entry("Attention to share", List.of("stage", "reached")),
          entry("Reasons for not sending", List.of("reason", "candidates")),
          entry("Reasons for not sending, over time", List.of("time", "reason", "candidates")),
          entry(
              "Variants",
              List.of(
                  "tenant",
                  "campaign",
                  "variant",
                  "targeted",
                  "sent",
                  "clicked",
                  "paid",
                  "goal",
                  "paid_share",
                  "goal_share")),
          entry(
              "Variants against control",
              List.of(
                  "tenant",
                  "campaign",
                  "arm",
                  "customers",
                  "conversions",
                  "conversion_rate",
                  "lift",
                  "lift_low",
                  "lift_high",
                  "p",
                  "enough",
                  "mismatch",
                  "winner")),
          entry(
              "Failed, unsubscribed, expired",
              List.of("time", "failed", "unsubscribed", "coupon_expired")),
          entry(
              "Who reached the goal",
              List.of(
                  "at",
                  "tenant",
                  "campaign",
                  "variant",
                  "customer_id",
                  "amount",
                  "currency",
                  "grant_id")),
          // Returns.
          entry("Revenue so far", List.of("cum_revenue")),
          entry("Cost so far", List.of("cum_cost")),
          entry("ROI so far", List.of("roi")),
          entry("Net ROI so far", List.of("net_roi")),
          entry(
              "Revenue and cost of each hour, when it happened",
              List.of("time", "currency", "revenue", "cost")),
          entry(
              "Revenue and cost of each hour's grants",
              List.of("time", "currency", "revenue", "cost")),
          entry(
              "Revenue and cost added up", List.of("time", "currency", "cum_revenue", "cum_cost")),
          entry("ROI on both bases", List.of("time", "basis", "roi")),
          entry("Matured", List.of("time", "basis", "matured")),
          entry("Refunds of no known payment", List.of("time", "currency", "refunded")),
          entry(
              "Hours",
              List.of(
                  "hour",
                  "basis",
                  "currency",
                  "grants",
                  "revenue",
                  "cost",
                  "cum_revenue",
                  "cum_cost",
                  "roi",
                  "net_roi",
                  "as_of",
                  "matured")));

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;
  private static Connection connection;

  /** A query, its dashboard, and the panel or the variable that it fills. */
  record Query(String dashboard, String panel, String sql) {
    @Override
    public String toString() {
      return dashboard + ": " + panel;
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
      fillMeasures();
    }
  }

  /**
   * Two grants of one hour, sent to Anna and Bert, who buys for 30.00 in the next hour; Dora was
   * held back. What stood there before comes again after it.
   */
  private static void fillMeasures() throws SQLException {
    insert(
        """
        INSERT INTO nudge.decisions VALUES
        ('acme', 'anna', 'cart-rescue', 1, 'm1', '2026-02-10 09:00:00.000', '2026-02-10 09:00:02.000', 'SENT', '', '{}', '', 'A', 'PUSH', NULL, 't1', 'g1', 'd1'),
        ('acme', 'bert', 'cart-rescue', 1, 'm2', '2026-02-10 09:30:00.000', '2026-02-10 09:30:02.000', 'SENT', '', '{}', '', 'B', 'SMS', NULL, 't2', 'g2', 'd2'),
        ('acme', 'dora', 'cart-rescue', 1, 'm3', '2026-02-10 09:30:00.000', '2026-02-10 09:30:02.000', 'CONTROL', '', '{}', '', 'CONTROL', '', NULL, '', 'g3', 'd3'),
        ('acme', 'emil', 'cart-rescue', 1, 'm4', '2026-02-10 09:30:00.000', '2026-02-10 09:30:02.000', 'FREQUENCY_CAP', '', '{}', '', '', '', NULL, '', '', 'd4'),
        ('other', 'carla', 'cart-rescue', 1, 'm5', '2026-02-10 09:30:00.000', '2026-02-10 09:30:02.000', 'SENT', '', '{}', '', 'A', 'SMS', NULL, 't5', 'g5', 'd5')
        """);
    for (String step : List.of("TARGETED", "SENT", "FAILED")) {
      insert(
          """
          INSERT INTO nudge.funnel_minute VALUES
          ('acme', '2026-02-10 09:00:00', 'cart-rescue', 1, 'A', 259200000, 'any', '%1$s', '', 1, 0, 2),
          ('acme', '2026-02-10 09:00:00', 'cart-rescue', 1, 'A', 259200000, 'any', '%1$s', '', 9, 0, 1),
          ('acme', '2026-02-10 09:30:00', 'cart-rescue', 1, 'B', 259200000, 'any', '%1$s', '', 1, 0, 1),
          ('other', '2026-02-10 09:30:00', 'cart-rescue', 1, 'A', 259200000, 'any', '%1$s', '', 7, 0, 1)
          """
              .formatted(step));
    }
    insert(
        """
        INSERT INTO nudge.funnel_minute VALUES
        ('acme', '2026-02-10 09:30:00', 'cart-rescue', 1, 'CONTROL', 259200000, 'any', 'TARGETED', '', 1, 0, 1),
        ('acme', '2026-02-10 09:10:00', 'cart-rescue', 1, 'A', 259200000, 'any', 'CLICKED', '', 1, 0, 1),
        ('acme', '2026-02-10 10:10:00', 'cart-rescue', 1, 'B', 259200000, 'any', 'PAID', 'EUR', 1, 30, 1),
        ('acme', '2026-02-10 10:10:00', 'cart-rescue', 1, 'B', 259200000, 'any', 'GOAL', 'EUR', 1, 30, 1)
        """);
    insert(
        """
        INSERT INTO nudge.funnel_steps VALUES
        ('acme', 'cart-rescue', 1, 'B', 259200000, 'any', 'GOAL', 'bert', 'g2', '2026-02-10 10:10:00.000', 'EUR', 30, 1, 1),
        ('acme', 'cart-rescue', 1, 'A', 259200000, 'any', 'GOAL', 'anna', 'g1', '2026-02-10 10:10:00.000', 'EUR', 30, 1, 1),
        ('acme', 'cart-rescue', 1, 'A', 259200000, 'any', 'GOAL', 'anna', 'g1', '2026-02-10 10:10:00.000', 'EUR', 30, 0, 2)
        """);
    insert(
        """
        INSERT INTO nudge.money_hourly VALUES
        ('acme', '2026-02-10 09:00:00', 'cart-rescue', 'EVENT', 259200000, 'any', 'EUR', 2, 0, 10, 2),
        ('acme', '2026-02-10 09:00:00', 'cart-rescue', 'EVENT', 259200000, 'any', 'EUR', 1, 0, 5, 1),
        ('acme', '2026-02-10 10:00:00', 'cart-rescue', 'EVENT', 259200000, 'any', 'EUR', 0, 30, 0, 1),
        ('acme', '2026-02-10 09:00:00', 'cart-rescue', 'COHORT', 259200000, 'any', 'EUR', 2, 30, 10, 2),
        ('acme', '2026-02-11 09:00:00', 'UNATTRIBUTED', 'EVENT', 0, 'any', 'EUR', 0, -7.5, 0, 1)
        """);
    insert(
        """
        INSERT INTO nudge.matured_hourly VALUES
        ('acme', '2026-02-10 09:00:00', 'cart-rescue', 259200000, 2, 1, 0, 1),
        ('acme', '2026-02-13 08:00:00', 'cart-rescue', 259200000, 0, 0, 1, 1)
        """);
    insert(
        """
        INSERT INTO nudge.sent_versions VALUES
        ('acme', 'cart-rescue', 1, '2026-02-10 09:00:00.000', [259200000], NULL, NULL, NULL, 'EUR', 1)
        """);
    insert("INSERT INTO nudge.measured VALUES ('measure', '2026-02-13 09:15:00.000', 1)");
    insert(
        """
        INSERT INTO nudge.alert_rows VALUES
        ('acme', 'FAILURE_RATE', '', 'SMS', '2026-02-10 09:00:00.000', '2026-02-10 10:00:00.000', 0.2, 0.1, 2),
        ('acme', 'FAILURE_RATE', '', 'SMS', '2026-02-10 09:00:00.000', NULL, 0.2, 0.1, 1),
        ('acme', 'BUDGET_80', 'cart-rescue', '', '2026-02-11 09:00:00.000', NULL, 812, 800, 1),
        ('', 'SOURCE_SILENT', '', 'orders', '2026-02-12 09:00:00.000', NULL, 1200, 600, 1),
        ('other', 'BUDGET_100', 'cart-rescue', '', '2026-02-11 09:00:00.000', NULL, 8, 8, 1)
        """);
    insert(
        """
        INSERT INTO nudge.experiment_arms (tenant, campaign, arm, as_of, customers, conversions, conversion_rate, conversion_lift, version) VALUES
        ('acme', 'cart-rescue', 'A', '2026-02-13 09:15:00.000', 1, 0, 0, 0, 1),
        ('acme', 'cart-rescue', 'CONTROL', '2026-02-13 09:15:00.000', 1, 0, 0, NULL, 1)
        """);
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

  /** Those that ask ClickHouse. */
  static List<Query> queries() throws IOException {
    List<Query> queries = new ArrayList<>();
    for (JsonNode dashboard : dashboards()) {
      String title = dashboard.path("title").asText();
      for (JsonNode variable : dashboard.at("/templating/list")) {
        if (variable.at("/datasource/type").asText().contains("clickhouse")) {
          queries.add(
              new Query(title, variable.path("name").asText(), variable.path("query").asText()));
        }
      }
      for (JsonNode panel : dashboard.path("panels")) {
        for (JsonNode target : panel.path("targets")) {
          if (target.has("rawSql")) {
            queries.add(
                new Query(title, panel.path("title").asText(), target.path("rawSql").asText()));
          }
        }
      }
    }
    return queries;
  }

  private static List<JsonNode> dashboards() throws IOException {
    List<JsonNode> dashboards = new ArrayList<>();
    try (Stream<Path> files = Files.list(DASHBOARDS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        dashboards.add(new ObjectMapper().readTree(file.toFile()));
      }
    }
    return dashboards;
  }

  private static boolean isVariable(Query query) {
    return VARIABLES.contains(query.panel());
  }

  @Test
  void everyPanelHasItsQueryAndEveryQueryItsColumns() throws IOException {
    assertThat(queries().stream().filter(query -> !isVariable(query)).map(Query::panel))
        .containsExactlyInAnyOrderElementsOf(COLUMNS.keySet());
  }

  @Test
  void everyPanelSaysWhatIsSeenAndInWhichUnit() throws IOException {
    assertThat(dashboards()).extracting(each -> each.path("uid").asText()).doesNotHaveDuplicates();
    for (JsonNode dashboard : dashboards()) {
      Set<String> taken = new HashSet<>();
      assertThat(dashboard.path("panels"))
          .isNotEmpty()
          .allSatisfy(
              panel -> {
                assertThat(panel.path("title").asText()).isNotBlank();
                assertThat(panel.path("description").asText()).isNotBlank();
                assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotBlank();
                if (panel.path("type").asText().equals("timeseries")) {
                  assertThat(panel.at("/options/legend/showLegend").asBoolean()).isTrue();
                }
                if (panel.path("type").asText().equals("stat")
                    && !panel.path("title").asText().matches("(Revenue|Cost) so far")) {
                  assertThat(panel.at("/fieldConfig/defaults/thresholds/steps"))
                      .hasSizeBetween(2, 3);
                }
                JsonNode place = panel.path("gridPos");
                for (int x = 0; x < place.path("w").asInt(); x++) {
                  for (int y = 0; y < place.path("h").asInt(); y++) {
                    int column = place.path("x").asInt() + x;
                    assertThat(column).isLessThan(24);
                    assertThat(taken.add(column + "," + (place.path("y").asInt() + y))).isTrue();
                  }
                }
              });
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void itRunsAndHasTheColumnsOfItsPanel(Query query) throws SQLException {
    List<List<Object>> rows = run(query);

    assertThat(rows.get(0))
        .isEqualTo(isVariable(query) ? List.of(query.panel()) : COLUMNS.get(query.panel()));
    assertThat(rows).hasSizeGreaterThan(1);
  }

  /**
   * Rows are replaced some time after they were sent again; until then only FINAL is right. Views
   * have it in themselves.
   */
  @ParameterizedTest
  @MethodSource("queries")
  void itReadsTablesFinalAndViewsAsTheyAre(Query query) throws SQLException {
    Set<String> views = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet view =
            statement.executeQuery(
                "SELECT name FROM system.tables WHERE database = 'nudge' AND engine = 'View'")) {
      while (view.next()) {
        views.add(view.getString(1));
      }
    }
    assertThat(READ.matcher(query.sql()).results())
        .isNotEmpty()
        .allSatisfy(
            read -> assertThat(read.group(2) == null).isEqualTo(views.contains(read.group(1))));
  }

  /** Alerts of the deployment have no tenant either. */
  @ParameterizedTest
  @MethodSource("queries")
  void itShowsNoOtherTenant(Query query) {
    if (query.panel().equals("tenant")) {
      assertThat(query.sql()).startsWith("SELECT DISTINCT tenant FROM");
    } else if (OF_NOBODY.stream().anyMatch(query.sql()::contains)) {
      assertThat(query.sql()).doesNotContain("customer_id");
    } else {
      assertThat(query.sql().split("WHERE tenant IN \\(\\$\\{tenant:sqlstring}(, '')?\\)", -1))
          .hasSameSizeAs(query.sql().split("nudge\\.\\w+", -1));
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

  @Test
  void returnsAreThoseOfTheCampaign() throws Exception {
    assertThat(run(query("Revenue so far")).get(1).toString()).isEqualTo("[30.0000]");
    assertThat(run(query("Cost so far")).get(1).toString()).isEqualTo("[10.0000]");
    assertThat(run(query("ROI so far")).get(1).toString()).isEqualTo("[300.0000]");
    assertThat(run(query("Net ROI so far")).get(1).toString()).isEqualTo("[2.0000]");
    assertThat(run(query("Matured")).stream().skip(1).map(row -> row.get(2).toString()))
        .containsExactly("0.5000", "0.0000", "0.0000");
    assertThat(run(query("Refunds of no known payment")).get(1).get(2).toString())
        .isEqualTo("7.5000");
  }

  @Test
  void aFunnelCountsWhatStandsLast() throws Exception {
    assertThat(run(query("Funnel")).stream().skip(1).map(Object::toString))
        .containsExactly("[TARGETED, 2]", "[SENT, 2]", "[CLICKED, 1]", "[PAID, 1]", "[GOAL, 1]");
    assertThat(run(query("Variants")).stream().skip(1).map(row -> row.subList(2, 10).toString()))
        .containsExactly(
            "[A, 1, 1, 1, 0, 0, 0.0, 0.0]",
            "[B, 1, 1, 0, 1, 1, 1.0, 1.0]",
            "[CONTROL, 1, 0, 0, 0, 0, 0.0, 0.0]");
    assertThat(run(query("Who reached the goal")).stream().skip(1).map(row -> row.get(4)))
        .containsExactly("bert");
    assertThat(run(query("Reasons for not sending")).stream().skip(1).map(Object::toString))
        .containsExactly("[FREQUENCY_CAP, 1]");
  }

  @Test
  void anAlertThatIsOverLastsNoLonger() throws Exception {
    assertThat(run(query("Alerts that last")).stream().skip(1).map(row -> row.get(1)))
        .containsExactly("SOURCE_SILENT", "BUDGET_80");
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
            .replace("$__interval_s", "3600")
            .replace("${tenant:sqlstring}", "'acme'")
            .replace("${campaign:sqlstring}", "'cart-rescue'")
            .replace("${window}", "259200000")
            .replace("${touch}", "any");
    assertThat(sent).as("a macro this test does not know").doesNotContain("$");
    return sent;
  }
}
