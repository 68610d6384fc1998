package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What one customer adds to a column of a row, or takes from it: a correction is a tally below zero
 * and one above.
 *
 * @param row the row
 * @param column what is counted
 * @param count how many more
 * @param amount how much more, in the column's unit
 */
public record Tally(TallyRow row, TallyColumn column, long count, BigInteger amount) {}
