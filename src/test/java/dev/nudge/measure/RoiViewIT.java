package dev.nudge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.definition.Cost;
import dev.nudge.definition.CostModel;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The view rounds as {@link RoiBook} does, ties and amounts beyond all orders included. */
class RoiViewIT {
  private static final int HOUR_MILLIS = 3_600_000;
  private static final long HOUR = HOUR_MILLIS;
  private static final long START = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();
  private static final long UNTIL = START + 60 * HOUR + 1_234_567;
  private static final long WINDOW = 3 * HOUR;

  @TempDir Path directory;
  private EmbeddedClickHouse clickHouse;
  private Connection connection;

  @BeforeEach
  void start() throws SQLException {
    clickHouse = EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    connection = DriverManager.getConnection(clickHouse.config().url(), "default", "");
    insert("measured", "('measure', " + instant(UNTIL) + ", 1)");
  }

  @AfterEach
  void stop() throws SQLException {
    connection.close();
    clickHouse.close();
  }

  /** What a campaign's hours are, in Java and in the tables. */
  private final class Written {
    private final String campaign;
    private final RoiBook book;
    private final List<String> money = new ArrayList<>();

    Written(String campaign) {
      this.campaign = campaign;
      this.book = new RoiBook("acme", campaign);
    }

    void add(int hour, long grants, BigInteger revenueUnits, BigInteger costE8) {
      MoneyKey key =
          new MoneyKey(
              "acme", campaign, START + hour * HOUR, Basis.EVENT, WINDOW, Touch.ANY, "EUR");
      book.add(new MoneyChange(key, grants, revenueUnits, costE8));
      money.add(
          "('acme', %d, '%s', 'EVENT', %d, 'any', 'EUR', %d, '%s', '%s', 1)"
              .formatted(
                  key.hourMillis() / 1_000,
                  campaign,
                  WINDOW,
                  grants,
                  new BigDecimal(revenueUnits, 4).toPlainString(),
                  new BigDecimal(costE8, 8).toPlainString()));
    }

    void addFlat(long priceUnits, long fromMillis, long toMillis) throws SQLException {
      Cost cost = new Cost(CostModel.FLAT, priceUnits);
      book.add(
          new SentVersion(
              "acme", campaign, 1, fromMillis, List.of(WINDOW), cost, fromMillis, toMillis, "EUR"));
      insert(
          "sent_versions",
          "('acme', '%s', 1, %s, [%d], '%s', %s, %s, 'EUR', 1)"
              .formatted(
                  campaign,
                  instant(fromMillis),
                  WINDOW,
                  BigDecimal.valueOf(priceUnits, 4).toPlainString(),
                  instant(fromMillis),
                  instant(toMillis)));
    }

    /** The rows of the view are those of the book. */
    void check() throws SQLException {
      insert("money_hourly", String.join(",", money));
      List<String> expected = book.rows(UNTIL).stream().map(RoiViewIT::text).sorted().toList();

      assertThat(expected).isNotEmpty();
      assertThat(shown(campaign)).as(campaign).isEqualTo(expected);
    }
  }

  @Test
  void tiesGoAwayFromZero() throws SQLException {
    Written written = new Written("k");
    long[] costsE8 = {25_000, 25_000, -75_000, 35_000, 45_000, -55_000, 5_000, 1};
    for (int i = 0; i < costsE8.length; i++) {
      written.add(i, 1, BigInteger.valueOf(7L * i), BigInteger.valueOf(costsE8[i]));
    }

    written.check();
    assertThat(shown("k").subList(0, 3))
        .satisfiesExactly(
            row -> assertThat(row).contains(" 0.0003 0 0.0003 "),
            row -> assertThat(row).contains(" 0.0007 0.0003 0.0007 0.0005 "),
            row -> assertThat(row).contains(" 0.0014 -0.0008 0.0021 -0.0003 "));
  }

  /** A campaign each, half of them with a cost as a whole that no hour divides. */
  @Test
  void anyAmountIsRoundedAsTheBookDoes() throws SQLException {
    Random random = new Random(3);
    for (int campaign = 0; campaign < 60; campaign++) {
      Written written = new Written("r" + campaign);
      int bits = 1 + random.nextInt(campaign % 3 == 0 ? 80 : 40);
      for (int hour = 0; hour < 40; hour++) {
        if (random.nextInt(3) > 0) {
          written.add(hour, random.nextInt(3), amount(bits, random), cost(bits, random));
        }
      }
      if (campaign % 2 == 0) {
        long priceUnits =
            random.nextBoolean() ? 1 + random.nextInt(20) : 10_000L * random.nextInt(1 << 30);
        long from = START + random.nextInt(20 * HOUR_MILLIS);
        long length = 1L + random.nextInt((campaign % 4 == 0 ? 100 : 3) * HOUR_MILLIS);
        written.addFlat(priceUnits, from, from + length);
      }

      written.check();
    }
  }

  private static BigInteger amount(int bits, Random random) {
    BigInteger units = new BigInteger(bits, random);
    return random.nextInt(4) == 0 ? units.negate() : units;
  }

  /** Every third is a tie. */
  private static BigInteger cost(int bits, Random random) {
    BigInteger e8 = new BigInteger(bits + 10, random);
    BigInteger unit = BigInteger.valueOf(10_000);
    return random.nextInt(3) == 0
        ? e8.divide(unit).multiply(unit).add(BigInteger.valueOf(5_000))
        : e8;
  }

  private static String text(RoiRow row) {
    return "%s %s %s %d %s %s %s %s %s %s %s"
        .formatted(
            Instant.ofEpochMilli(row.key().hourMillis()),
            row.key().basis(),
            row.key().touch().word(),
            row.grants(),
            text(new BigDecimal(row.revenueUnits(), 4)),
            text(new BigDecimal(row.costUnits(), 4)),
            text(new BigDecimal(row.cumRevenueUnits(), 4)),
            text(new BigDecimal(row.cumCostUnits(), 4)),
            text(row.roi()),
            text(row.netRoi()),
            Instant.ofEpochMilli(row.asOfMillis()));
  }

  private static String text(BigDecimal number) {
    return number == null ? "-" : number.stripTrailingZeros().toPlainString();
  }

  private List<String> shown(String campaign) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT *, toUnixTimestamp(hour) AS h, toUnixTimestamp64Milli(as_of) AS a"
                    + " FROM nudge.roi_hourly WHERE tenant = 'acme' AND campaign = '%s'"
                        .formatted(campaign))) {
      while (row.next()) {
        rows.add(
            "%s %s %s %d %s %s %s %s %s %s %s"
                .formatted(
                    Instant.ofEpochSecond(row.getLong("h")),
                    row.getString("basis"),
                    row.getString("touch"),
                    row.getLong("grants"),
                    text(row.getBigDecimal("revenue")),
                    text(row.getBigDecimal("cost")),
                    text(row.getBigDecimal("cum_revenue")),
                    text(row.getBigDecimal("cum_cost")),
                    text(row.getBigDecimal("roi")),
                    text(row.getBigDecimal("net_roi")),
                    Instant.ofEpochMilli(row.getLong("a"))));
      }
    }
    return rows.stream().sorted().toList();
  }

  private void insert(String table, String rows) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO nudge." + table + " VALUES " + rows);
    }
  }

  private static String instant(long millis) {
    return "fromUnixTimestamp64Milli(%d, 'UTC')".formatted(millis);
  }
}
