package dev.nudge.definition;

import java.util.List;

/**
 * A value of a definition's text, with where it stands.
 *
 * @param file the text's name
 * @param line from 1
 * @param column from 1
 * @param kind what it is by the core schema of YAML 1.2
 * @param text a scalar's content; empty for others
 * @param items a list's values, or a map's values; empty for a scalar
 * @param keys a map's keys, one for each of the items; empty for others
 */
record Node(
    String file, int line, int column, Kind kind, String text, List<Node> items, List<Node> keys) {

  /** The kinds that matter to a definition. */
  enum Kind {
    NULL,
    BOOLEAN,
    NUMBER,
    TEXT,
    LIST,
    MAP,
    /** Already refused: an alias. Nothing more is said about it. */
    REFUSED
  }

  private static final int MAX_SHOWN = 60;

  /** How a message names it. */
  String shown() {
    return switch (kind) {
      case NULL, REFUSED -> "nothing";
      case LIST -> "a list";
      case MAP -> "a map";
      case BOOLEAN, NUMBER -> clipped(text);
      case TEXT -> '"' + clipped(text) + '"';
    };
  }

  /** At most sixty characters on one line, so that a message stays a message. */
  static String clipped(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_SHOWN)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) > MAX_SHOWN ? shown + "…" : shown.toString();
  }
}
