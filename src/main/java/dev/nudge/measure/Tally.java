package dev.nudge.measure;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What is added to a row, or, added up, the row itself. A correction adds below zero to one row and
 * above to another.
 *
 * @param row the row
 * @param inputs of how many additions it is the sum: the version of an absolute row, the same
 *     whatever was added up with what on the way
 * @param sums the numbers, in the order of {@link TallyTable#sums}
 */
public record Tally(TallyRow row, long inputs, List<BigInteger> sums) {

  /** Both together. */
  public Tally plus(Tally other) {
    List<BigInteger> both = new ArrayList<>(sums.size());
    for (int i = 0; i < sums.size(); i++) {
      both.add(sums.get(i).add(other.sums.get(i)));
    }
    return new Tally(row, Math.addExact(inputs, other.inputs), both);
  }

  /** Whether all its numbers are 0. */
  public boolean isNothing() {
    for (BigInteger sum : sums) {
      if (sum.signum() != 0) {
        return false;
      }
    }
    return true;
  }
}
