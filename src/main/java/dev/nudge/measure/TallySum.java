package dev.nudge.measure;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A number of a row.
 *
 * @param name what it is called
 * @param decimals how many decimal places its unit has: 4 for ten-thousandths; 0 for a count
 */
public record TallySum(String name, int decimals) {
  private static final Map<TallyTable, List<TallySum>> ALL = new EnumMap<>(TallyTable.class);

  static {
    for (TallyTable table : TallyTable.values()) {
      List<TallySum> sums = new ArrayList<>();
      for (TallyColumn column : table.columns()) {
        if (column.countName() != null) {
          sums.add(new TallySum(column.countName(), 0));
        }
        if (column.amountName() != null) {
          sums.add(new TallySum(column.amountName(), column.decimals()));
        }
      }
      ALL.put(table, List.copyOf(sums));
    }
  }

  static List<TallySum> of(TallyTable table) {
    return ALL.get(table);
  }

  static int indexOf(TallyTable table, String name) {
    List<TallySum> sums = ALL.get(table);
    for (int i = 0; i < sums.size(); i++) {
      if (sums.get(i).name.equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(table + " has no column " + name);
  }
}
