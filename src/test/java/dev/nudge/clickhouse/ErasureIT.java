package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Erased;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureIT {
  private static final long NINE = Instant.parse("2026-01-05T09:00:00Z").toEpochMilli();
  private static final String NAMED_TO_HURT = "x' OR '1'='1";

  @TempDir Path directory;
  private EmbeddedClickHouse clickHouse;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection = Migrations.connect(clickHouse.config(), Duration.ZERO);
  }

  @AfterEach
  void stop() throws Exception {
    connection.close();
    clickHouse.close();
  }

  @Test
  void everyTableThatNamesCustomersIsKnown() throws Exception {
    assertThat(
            select(
                "SELECT c.table FROM system.columns c JOIN system.tables t"
                    + " ON c.database = t.database AND c.table = t.name"
                    + " WHERE c.database = 'nudge' AND c.name = 'customer_id'"
                    + " AND t.engine LIKE '%MergeTree'"))
        .containsExactlyInAnyOrderElementsOf(Erasure.TABLES);
  }

  @Test
  void rowsOfACustomerUpToTheErasureGoFromEveryTableAndNobodyElses() throws Exception {
    for (String table : Erasure.TABLES) {
      insert(table, "acme", "anna", "2026-01-05 08:00:00");
      insert(table, "acme", "anna", "2026-01-05 09:00:00");
      insert(table, "acme", "anna", "2026-01-05 09:00:01");
      insert(table, "zeta", "anna", "2026-01-05 08:00:00");
      insert(table, "acme", "bert", "2026-01-05 08:00:00");
      insert(table, "acme", NAMED_TO_HURT, "2026-01-05 08:00:00");
    }
    List<Erased> erased =
        List.of(new Erased("acme", "anna", NINE), new Erased("acme", NAMED_TO_HURT, NINE));

    Map<String, Long> deleted = Erasure.delete(clickHouse.config(), erased);

    assertThat(deleted)
        .containsOnlyKeys(Erasure.TABLES)
        .allSatisfy((t, n) -> assertThat(n).isEqualTo(3));
    for (String table : Erasure.TABLES) {
      assertThat(
              select(
                  "SELECT concat(tenant, ' ', customer_id, ' ', toString(at)) FROM nudge." + table))
          .as(table)
          .containsExactlyInAnyOrder(
              "acme anna 2026-01-05 09:00:01.000",
              "zeta anna 2026-01-05 08:00:00.000",
              "acme bert 2026-01-05 08:00:00.000");
    }
    assertThat(Erasure.delete(clickHouse.config(), erased)).isEmpty();
  }

  @Test
  void deadLettersThatNameTheCustomerGoEvenWhereTheyAreNoJson() throws Exception {
    letter(1, "{\"tenant\":\"acme\",\"customerId\":\"anna\",\"amount\":-1}");
    letter(2, "{\"tenant\" : \"acme\", \"customerId\" : \"anna\", \"am");
    letter(3, "{\"customerId\":\"anna\"}");
    letter(4, "{\"tenant\":\"zeta\",\"customerId\":\"anna\"}");
    letter(5, "{\"tenant\":\"acme\",\"customerId\":\"annabel\"}");
    letter(6, "no record");

    Map<String, Long> deleted =
        Erasure.delete(clickHouse.config(), List.of(new Erased("acme", "anna", NINE)));

    assertThat(deleted).isEqualTo(Map.of("dead_letters", 3L));
    assertThat(select("SELECT toString(`offset`) FROM nudge.dead_letters"))
        .containsExactlyInAnyOrder("4", "5", "6");
  }

  @Test
  void moreThanOneStatementsCustomersAreErased() throws Exception {
    List<Erased> erased = new ArrayList<>();
    for (int i : IntStream.range(0, 250).toArray()) {
      erased.add(new Erased("acme", "c" + i, NINE));
    }
    insert("stage_changes", "acme", "c0", "2026-01-05 08:00:00");
    insert("stage_changes", "acme", "c249", "2026-01-05 08:00:00");

    assertThat(Erasure.delete(clickHouse.config(), erased)).isEqualTo(Map.of("stage_changes", 2L));
    assertThat(select("SELECT customer_id FROM nudge.stage_changes")).isEmpty();
  }

  private void insert(String table, String tenant, String customer, String at) throws Exception {
    String identity =
        switch (table) {
          case "funnel_steps", "grant_rows" -> ", grant_id";
          default -> "";
        };
    execute(
        "INSERT INTO nudge.%s (tenant, customer_id, at%s) VALUES ('%s', '%s', '%s'%s)"
            .formatted(
                table,
                identity,
                tenant,
                customer.replace("'", "''"),
                at,
                identity.isEmpty() ? "" : ", 'g" + at + "'"));
  }

  private void letter(int offset, String raw) throws Exception {
    execute(
        "INSERT INTO nudge.dead_letters (topic, `partition`, `offset`, raw) VALUES ('orders', 0, %d, '%s')"
            .formatted(offset, raw));
  }

  private void execute(String sql) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> select(String sql) throws Exception {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
