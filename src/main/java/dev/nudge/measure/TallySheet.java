package dev.nudge.measure;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers what is added to rows and adds up what is added to one row, so that what a correction
 * takes and gives back is never said. Not thread-safe.
 */
public final class TallySheet {
  private final Map<TallyRow, BigInteger[]> rows = new LinkedHashMap<>();

  /** Adds to a column of a row. */
  public void add(TallyRow row, TallyColumn column, long count, BigInteger amount) {
    BigInteger[] sums = rows.computeIfAbsent(row, TallySheet::nothing);
    if (column.countIndex() >= 0) {
      add(sums, column.countIndex(), BigInteger.valueOf(count));
    }
    if (column.amountIndex() >= 0) {
      add(sums, column.amountIndex(), amount);
    }
  }

  /** Counts one. */
  void one(TallyRow row, TallyColumn column) {
    add(row, column, 1, BigInteger.ZERO);
  }

  /** Adds all that stands on another sheet. */
  void addAll(TallySheet other) {
    other.rows.forEach(
        (row, added) -> {
          BigInteger[] sums = rows.computeIfAbsent(row, TallySheet::nothing);
          for (int i = 0; i < added.length; i++) {
            add(sums, i, added[i]);
          }
        });
  }

  /** Turns everything into its opposite. */
  void negate() {
    rows.values().forEach(sums -> Arrays.setAll(sums, i -> sums[i].negate()));
  }

  /** What has been gathered, each row once, none of nothing; the sheet is empty then. */
  public List<Tally> drain() {
    List<Tally> tallies = new ArrayList<>(rows.size());
    rows.forEach(
        (row, sums) -> {
          Tally tally = new Tally(row, 1, new ArrayList<>(Arrays.asList(sums)));
          if (!tally.isNothing()) {
            tallies.add(tally);
          }
        });
    rows.clear();
    return tallies;
  }

  private static BigInteger[] nothing(TallyRow row) {
    BigInteger[] sums = new BigInteger[row.table().sums().size()];
    Arrays.fill(sums, BigInteger.ZERO);
    return sums;
  }

  private static void add(BigInteger[] sums, int index, BigInteger added) {
    sums[index] = sums[index].add(added);
  }
}
