package dev.nudge.definition;

import java.util.Collection;
import java.util.Locale;

/** Guesses what a writer meant by a name that is not known. */
final class Suggestion {
  /** Longer names are no slips of the pen; the bound keeps the table of distances small. */
  private static final int MAX_LENGTH = 64;

  private Suggestion() {}

  /** Ends a message: {@code ; did you mean dormantDays?}, or nothing if no known name is near. */
  static String of(String given, Collection<String> known) {
    String best = null;
    int bestDistance = Math.max(1, given.length() / 3) + 1;
    if (given.length() <= MAX_LENGTH) {
      for (String name : known) {
        int distance = distance(given.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
        if (distance < bestDistance) {
          best = name;
          bestDistance = distance;
        }
      }
    }
    return best == null ? "" : "; did you mean " + best + "?";
  }

  /** Levenshtein's distance: insertions, deletions and replacements from one to the other. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(row[j - 1], above[j]) + 1);
      }
      above = row;
    }
    return above[b.length()];
  }
}
