package dev.nudge.measure.check;

import dev.nudge.definition.CostModel;
import dev.nudge.measure.FunnelChange;
import dev.nudge.measure.FunnelKey;
import dev.nudge.measure.MaturityChange;
import dev.nudge.measure.MaturityKey;
import dev.nudge.measure.MoneyChange;
import dev.nudge.measure.MoneyKey;
import dev.nudge.measure.SentVersion;
import dev.nudge.measure.Tally;
import dev.nudge.measure.TallyColumn;
import dev.nudge.measure.TallyRow;
import dev.nudge.measure.TallySheet;
import dev.nudge.measure.TallySum;
import dev.nudge.measure.TallyTable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * The same as rows of ClickHouse: absolute ones, which come again, come in several versions, and in
 * any order.
 */
final class TableRun extends LedgerRun {
  private static final int ROWS_AN_INSERT = 5_000;
  private static final double OFTEN = 0.3;

  private final Random random = new Random(11);
  private final TallySheet sheet = new TallySheet();
  private final Map<TallyRow, Tally> standing = new HashMap<>();
  private final Map<TallyTable, List<String>> written = new EnumMap<>(TallyTable.class);
  private final List<String> sent = new ArrayList<>();
  private final long until;

  TableRun(Path folder, long until) throws Exception {
    super(folder, until, false);
    this.until = until;
  }

  @Override
  public void add(FunnelChange change) {
    super.add(change);
    FunnelKey key = change.key();
    TallyRow row =
        new TallyRow(
            TallyTable.FUNNEL_MINUTE,
            key.tenant(),
            key.minuteMillis(),
            List.of(
                key.campaign(),
                Integer.toString(key.version()),
                key.variant(),
                Long.toString(key.windowMillis()),
                key.touch().word(),
                key.step().name(),
                key.currency()));
    sheet.add(row, TallyColumn.GRANTS, change.grants(), change.amountUnits());
    keep();
  }

  @Override
  public void add(MoneyChange change) {
    super.add(change);
    MoneyKey key = change.key();
    TallyRow row =
        new TallyRow(
            TallyTable.MONEY_HOURLY,
            key.tenant(),
            key.hourMillis(),
            List.of(
                key.campaign(),
                key.basis().name(),
                Long.toString(key.windowMillis()),
                key.touch().word(),
                key.currency()));
    sheet.add(row, TallyColumn.SENT_GRANTS, change.grants(), BigInteger.ZERO);
    sheet.add(row, TallyColumn.REVENUE, 0, change.revenueUnits());
    sheet.add(row, TallyColumn.COST, 0, change.costE8());
    keep();
  }

  @Override
  public void add(MaturityChange change) {
    super.add(change);
    MaturityKey key = change.key();
    TallyRow row =
        new TallyRow(
            TallyTable.MATURED_HOURLY,
            key.tenant(),
            key.hourMillis(),
            List.of(key.campaign(), Long.toString(key.windowMillis())));
    sheet.add(row, TallyColumn.MADE, change.made(), BigInteger.ZERO);
    sheet.add(row, TallyColumn.MADE_AND_MATURED, change.madeAndMatured(), BigInteger.ZERO);
    sheet.add(row, TallyColumn.MATURED, change.matured(), BigInteger.ZERO);
    keep();
  }

  @Override
  public void add(SentVersion version) {
    super.add(version);
    boolean flat = version.cost().model() == CostModel.FLAT;
    sent.add(
        "('%s','%s',%d,%s,%s,%s,%s,%s,'%s',%d)"
            .formatted(
                version.tenant(),
                version.campaign(),
                version.version(),
                instant(version.firstMillis()),
                version.windowsMillis(),
                flat ? "'" + BigDecimal.valueOf(version.cost().priceUnits(), 4) + "'" : "NULL",
                version.fromMillis() == Long.MIN_VALUE ? "NULL" : instant(version.fromMillis()),
                version.toMillis() == Long.MAX_VALUE ? "NULL" : instant(version.toMillis()),
                version.currency(),
                Long.MAX_VALUE - version.firstMillis()));
  }

  /** Of what stands now, some is written at once, and some of that twice. */
  private void keep() {
    for (Tally added : sheet.drain()) {
      Tally now = standing.merge(added.row(), added, Tally::plus);
      while (random.nextDouble() < OFTEN) {
        write(now);
      }
    }
  }

  private void write(Tally row) {
    written.computeIfAbsent(row.row().table(), none -> new ArrayList<>()).add(values(row));
  }

  /** Writes all, the last of each row too. */
  void insertInto(Connection connection) throws SQLException {
    standing.values().forEach(this::write);
    try (Statement statement = connection.createStatement()) {
      // What FINAL is for: nothing is merged meanwhile.
      statement.execute("SYSTEM STOP MERGES");
      for (Map.Entry<TallyTable, List<String>> table : written.entrySet()) {
        insert(statement, table.getKey().name().toLowerCase(Locale.ROOT), table.getValue());
      }
      insert(statement, "sent_versions", sent);
      insert(
          statement,
          "measured",
          List.of(
              "('measure',%s,2)".formatted(instant(until)),
              "('measure',%s,1)".formatted(instant(until - 1))));
    }
  }

  private void insert(Statement statement, String table, List<String> written) throws SQLException {
    List<String> rows = new ArrayList<>(written);
    Collections.shuffle(rows, random);
    for (int from = 0; from < rows.size(); from += ROWS_AN_INSERT) {
      List<String> some = rows.subList(from, Math.min(rows.size(), from + ROWS_AN_INSERT));
      statement.execute("INSERT INTO nudge." + table + " VALUES " + String.join(",", some));
    }
  }

  /** Tenant, begin, dimensions, sums, version: the order of the table's columns. */
  private static String values(Tally tally) {
    List<String> cells = new ArrayList<>();
    cells.add("'" + tally.row().tenant() + "'");
    cells.add(Long.toString(tally.row().startMillis() / 1_000));
    tally.row().dimensions().forEach(dimension -> cells.add("'" + dimension + "'"));
    List<TallySum> sums = tally.row().table().sums();
    for (int i = 0; i < sums.size(); i++) {
      cells.add("'" + new BigDecimal(tally.sums().get(i), sums.get(i).decimals()) + "'");
    }
    cells.add(Long.toString(tally.inputs()));
    return "(" + String.join(",", cells) + ")";
  }

  static String instant(long millis) {
    return "fromUnixTimestamp64Milli(%d,'UTC')".formatted(millis);
  }
}
