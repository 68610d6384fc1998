package dev.nudge.pattern;

import java.util.Collection;
import java.util.Locale;

/** Guesses what a writer meant by a name that is not known. */
public final class Suggestion {
  /** Longer names are no slips of the pen; the bound keeps the table of distances small. */
  private static final int MAX_LENGTH = 64;

  private Suggestion() {}

  /** Ends a message: {@code ; did you mean dormantDays?}, or nothing if no known name is near. */
  public static String of(String given, Collection<String> known) {
    String best = nearest(given, known, Integer.MAX_VALUE);
    return best == null ? "" : "; did you mean " + best + "?";
  }

  /**
   * The known name that the writer may have meant; null if none is near. Near is within a third of
   * the given name's length, and within the given number of slips.
   */
  static String nearest(String given, Collection<String> known, int maxDistance) {
    String best = null;
    int bestDistance = Math.min(maxDistance, Math.max(1, given.length() / 3)) + 1;
    if (given.length() <= MAX_LENGTH) {
      for (String name : known) {
        int distance = distance(given.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
        if (distance < bestDistance) {
          best = name;
          bestDistance = distance;
        }
      }
    }
    return best;
  }

  /** Insertions, deletions, replacements and swaps of neighbours from one word to the other. */
  private static int distance(String a, String b) {
    int[][] table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int replaced = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        table[i][j] = Math.min(replaced, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
        }
      }
    }
    return table[a.length()][b.length()];
  }
}
