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
 * @param raw how a scalar was written, with its quotes or the mark of its block; empty for others
 */
record Node(
    String file,
    int line,
    int column,
    Kind kind,
    String text,
    List<Node> items,
    List<Node> keys,
    String raw) {

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

  /**
   * Where a character of a scalar's text stands in the file: behind a quote, an escape, or an
   * indentation.
   *
   * @param offset in code points, up to the text's length
   * @return a node without content at that place
   */
  Node within(int offset) {
    int[] written = raw.codePoints().toArray();
    int[] read = text.codePoints().toArray();
    boolean block = raw.startsWith("|") || raw.startsWith(">");
    boolean escaped = raw.startsWith("\"");
    int at =
        block
            ? raw.codePointCount(0, raw.indexOf('\n') + 1)
            : escaped || raw.startsWith("'") ? 1 : 0;
    at = block ? afterSpace(written, at) : at;
    for (int i = 0; i < Math.min(offset, read.length) && at < written.length; i++) {
      boolean space = Character.isWhitespace(read[i]);
      if (escaped && written[at] == '\\') {
        at += escapeLength(written[Math.min(at + 1, written.length - 1)]);
      } else if (space && Character.isWhitespace(written[at]) && written[at] != ' ') {
        // A line's end, and the next one's indentation, are one character of the text.
        at = afterSpace(written, at);
      } else {
        boolean doubled = !escaped && !block && raw.startsWith("'") && written[at] == '\'';
        at += doubled ? 2 : 1;
      }
      if (!space && i + 1 < read.length && !Character.isWhitespace(read[i + 1])) {
        at = afterSpace(written, at);
      }
    }
    int placeLine = line;
    int placeColumn = column;
    for (int i = 0; i < Math.min(at, written.length); i++) {
      placeColumn = written[i] == '\n' ? 1 : placeColumn + 1;
      placeLine += written[i] == '\n' ? 1 : 0;
    }
    return new Node(file, placeLine, placeColumn, Kind.NULL, "", List.of(), List.of(), "");
  }

  private static int afterSpace(int[] written, int from) {
    int at = from;
    while (at < written.length && Character.isWhitespace(written[at])) {
      at++;
    }
    return at;
  }

  private static int escapeLength(int mark) {
    return switch (mark) {
      case 'x' -> 4;
      case 'u' -> 6;
      case 'U' -> 10;
      default -> 2;
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
