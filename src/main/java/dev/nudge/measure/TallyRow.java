package dev.nudge.measure;

import java.util.List;

/**
 * The identity of a row.
 *
 * @param table where it stands
 * @param tenant the brand
 * @param startMillis the UTC minute, hour or day it is about, by its first instant
 * @param dimensions what else it is known by, see {@link TallyTable#dimensions}
 */
public record TallyRow(TallyTable table, String tenant, long startMillis, List<String> dimensions) {

  /** The identity as one text: the same on every machine, which an enum's hash is not. */
  public String key() {
    StringBuilder key = new StringBuilder(96);
    key.append(table.name()).append(' ').append(startMillis);
    add(key, tenant);
    for (String dimension : dimensions) {
      add(key, dimension);
    }
    return key.toString();
  }

  /** With its length before it, so that no two rows are written alike. */
  private static void add(StringBuilder key, String text) {
    key.append(' ').append(text.length()).append(':').append(text);
  }
}
