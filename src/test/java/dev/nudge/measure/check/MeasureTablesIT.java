package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the views say of the tables is what the oracle finds by going through the whole log. */
class MeasureTablesIT {
  private static final int TENANTS = 75;
  private static final long UNTIL = RandomMeasures.UNTIL.toEpochMilli();

  private static final String REPLACED =
      """
      SELECT count() - uniqExact(tenant, minute, campaign, campaign_version, variant, window, touch, step, currency)
      FROM nudge.funnel_minute""";
  private static final String FLAT =
      "SELECT uniqExact(tenant, campaign) FROM nudge.sent_versions WHERE flat_price > 0";

  @TempDir private Path folder;
  @TempDir private Path directory;
  private EmbeddedClickHouse clickHouse;
  private Connection connection;

  @BeforeEach
  void start() throws SQLException {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection = DriverManager.getConnection(clickHouse.config().url(), "default", "");
  }

  @AfterEach
  void stop() throws SQLException {
    connection.close();
    clickHouse.close();
  }

  private MeasureOracle assertSame() throws Exception {
    MeasureOracle oracle = MeasureOracle.of(folder, UNTIL);
    List<String> funnel = oracle.funnel();
    List<String> roi = oracle.roi();

    assertThat(roi).hasSizeGreaterThan(2_000);
    assertThat(number(REPLACED)).isGreaterThan(1_000);
    assertThat(number(FLAT)).isGreaterThan(10);
    assertThat(Differences.ofRoi(roi, TableLines.roi(connection, "nudge.roi_hourly"))).isEmpty();
    assertThat(TableLines.roi(connection, "nudge.roi_hourly"))
        .isEqualTo(roi.stream().sorted().toList());
    assertThat(Differences.ofFunnel(funnel, TableLines.funnel(connection, "nudge.funnel")))
        .isEmpty();
    assertThat(TableLines.funnel(connection, "nudge.funnel"))
        .isEqualTo(funnel.stream().sorted().toList());
    return oracle;
  }

  @Test
  void theViewsAreTheOraclesRows() throws Exception {
    new RandomMeasures(1, TENANTS).write(folder);
    TableRun run = new TableRun(folder, UNTIL);
    run.inOrder();
    run.insertInto(connection);

    assertSame();
    aFilterChangesNoRow();
  }

  /** What is asked for is looked for in the tables; but hours before it count. */
  private void aFilterChangesNoRow() throws Exception {
    String filter =
        " WHERE tenant = 't0024' AND campaign = 'k0' AND basis = 'EVENT' AND window = %d"
            + " AND touch = 'last' AND hour > '%s'";
    String of =
        "SELECT %s FROM nudge.roi_hourly WHERE tenant = 't0024' AND campaign = 'k0' AND grants > 0";
    String middle = text(of.formatted("toString(toDateTime(avg(toUnixTimestamp(hour)), 'UTC'))"));
    String where = filter.formatted(number(of.formatted("max(window)")), middle);

    assertThat(TableLines.roi(connection, "nudge.roi_hourly" + where))
        .isEqualTo(
            TableLines.roi(
                connection,
                "(SELECT * FROM nudge.roi_hourly SETTINGS enable_optimize_predicate_expression = 0, query_plan_filter_push_down = 0)"
                    + where))
        .hasSizeGreaterThan(5);
    List<String> reads =
        List.of(
            text("EXPLAIN indexes = 1 SELECT * FROM nudge.roi_hourly" + where)
                .split("ReadFromMergeTree"));
    assertThat(reads.stream().skip(1))
        .hasSize(3)
        .allSatisfy(
            read ->
                assertThat(read.replaceAll("(?s).*?PrimaryKey", ""))
                    .contains("(tenant in ['t0024', 't0024'])", "(campaign in ['k0', 'k0'])"));
  }

  @Test
  void soTheyAreAfterCorrectionsAndListsAddUpToThem() throws Exception {
    new RandomMeasures(6, TENANTS).write(folder);
    TableRun run = new TableRun(folder, UNTIL);
    run.asTheyArrive(6);
    run.insertInto(connection);

    assertThat(run.late).isGreaterThan(500);
    MeasureOracle oracle = assertSame();

    FunnelChecks.insertSteps(connection, oracle);
    assertThat(number("SELECT count() FROM nudge.funnel_list")).isGreaterThan(10_000);
    assertThat(FunnelChecks.differences(connection)).isEmpty();

    FunnelChecks.insertLog(connection, oracle);
    List<String> differences = new ArrayList<>();
    FunnelChecks.Compared compared =
        FunnelChecks.compareWithWindowFunnel(connection, oracle, differences);
    assertThat(differences).isEmpty();
    assertThat(compared.grants()).isGreaterThan(1_000);
  }

  /** A log in which nothing stands at one instant, and customers do everything again and again. */
  @Test
  void stepsInTheirOrderAreThoseOfWindowFunnel() throws Exception {
    Random random = new Random(7);
    List<Long> instants =
        new ArrayList<>(LongStream.range(0, 4 * 3_600_000L / 997).boxed().toList());
    HandMadeLog log = new HandMadeLog(folder);
    log.campaign("").withDeliveries();
    for (int i = 0; i < 400; i++) {
      String customer = "{'customerId': 'c%d'}".formatted(i);
      String grant = "g" + i;
      log.row("10T09:00:00Z", grant, i % 5 == 0 ? "CONTROL" : "SENT", customer);
      Collections.shuffle(instants, random);
      int events = random.nextInt(20);
      for (int j = 0; j < events; j++) {
        String at =
            Instant.ofEpochMilli(HandMadeLog.time("10T09:00:00.001Z") + 997 * instants.get(j))
                .toString()
                .substring("2026-03-".length());
        switch (random.nextInt(6)) {
          case 0 -> log.click(at, "Product Viewed", customer);
          case 1 -> log.click(at, "Product Added", customer);
          case 2 -> log.order(at, "PAID", "o" + j, "10", customer);
          case 3 -> log.receipt(at, "SENT", grant, "PUSH", "c" + i);
          case 4 -> log.receipt(at, "EXPOSED", grant, "PUSH", "c" + i);
          default -> log.receipt(at, "CLICKED", grant, "SMS", "c" + i);
        }
      }
    }
    MeasureOracle oracle = log.oracle();
    TableRun run = new TableRun(folder, HandMadeLog.time("31T00:00:00Z"));
    run.inOrder();
    run.insertInto(connection);
    FunnelChecks.insertSteps(connection, oracle);
    FunnelChecks.insertLog(connection, oracle);

    assertThat(FunnelChecks.differences(connection)).isEmpty();
    List<String> differences = new ArrayList<>();
    FunnelChecks.Compared compared =
        FunnelChecks.compareWithWindowFunnel(connection, oracle, differences);
    assertThat(differences).isEmpty();
    assertThat(compared.grants()).isEqualTo(400);
    assertThat(compared.byDepth()).allSatisfy(grants -> assertThat(grants).isGreaterThan(5));
    assertThat(compared.repurchased()).isGreaterThan(20);
    assertThat(compared.further()).isGreaterThan(5);
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private String text(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      StringBuilder text = new StringBuilder();
      while (row.next()) {
        text.append(row.getString(1)).append('\n');
      }
      return text.toString().strip();
    }
  }
}
