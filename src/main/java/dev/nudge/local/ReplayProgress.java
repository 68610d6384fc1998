package dev.nudge.local;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * How far a replay has come.
 *
 * @param lines lines that were sent, by this run or an earlier one
 * @param total lines there are; -1 until they are counted
 * @param clockMillis the replay's clock, epoch milliseconds; 0 before it starts
 * @param done whether all is there and the clock stands still
 * @param linesPerSecond lines this run sent in a second of wall time, on average
 */
public record ReplayProgress(
    long lines, long total, long clockMillis, boolean done, double linesPerSecond) {

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** {@code Replay 2011-03-04 09:12 UTC, 5,321 of 22,186 lines (24 %), 119 lines/s}. */
  public String line() {
    if (total < 0) {
      return "Replay: reading the files";
    }
    return String.format(
        Locale.ROOT,
        "Replay %s UTC, %,d of %,d lines (%d %%), %s",
        CLOCK.format(Instant.ofEpochMilli(clockMillis)),
        lines,
        total,
        total == 0 ? 100 : lines * 100 / total,
        done ? "done" : String.format(Locale.ROOT, "%,.0f lines/s", linesPerSecond));
  }
}
