package dev.nudge.measure;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers tallies and adds up those of one column of a row, so that what a correction takes and
 * gives back is never said. Not thread-safe.
 */
public final class TallySheet {
  private final Map<Cell, Sum> sums = new LinkedHashMap<>();

  private record Cell(TallyRow row, TallyColumn column) {}

  private record Sum(long count, BigInteger amount) {
    static final Sum NOTHING = new Sum(0, BigInteger.ZERO);

    boolean isNothing() {
      return count == 0 && amount.signum() == 0;
    }
  }

  /** Adds to a column of a row. */
  public void add(TallyRow row, TallyColumn column, long count, BigInteger amount) {
    Cell cell = new Cell(row, column);
    Sum before = sums.getOrDefault(cell, Sum.NOTHING);
    Sum after = new Sum(Math.addExact(before.count, count), before.amount.add(amount));
    if (after.isNothing()) {
      sums.remove(cell);
    } else {
      sums.put(cell, after);
    }
  }

  /** Counts one. */
  void one(TallyRow row, TallyColumn column) {
    add(row, column, 1, BigInteger.ZERO);
  }

  /** Adds all that stands on another sheet. */
  void addAll(TallySheet other) {
    other.sums.forEach((cell, sum) -> add(cell.row, cell.column, sum.count, sum.amount));
  }

  /** Turns every tally into its opposite. */
  void negate() {
    sums.replaceAll((cell, sum) -> new Sum(-sum.count, sum.amount.negate()));
  }

  /**
   * What has been gathered, each column of a row once, none of nothing; the sheet is empty then.
   */
  public List<Tally> drain() {
    List<Tally> tallies = new ArrayList<>(sums.size());
    sums.forEach(
        (cell, sum) -> tallies.add(new Tally(cell.row, cell.column, sum.count, sum.amount)));
    sums.clear();
    return tallies;
  }
}
