package dev.nudge.local;

import dev.nudge.clickhouse.SqlTokens;
import dev.nudge.clickhouse.SqlTokens.Kind;
import dev.nudge.clickhouse.SqlTokens.Token;

/**
 * An insert that carries its data: {@code INSERT INTO t (a) FORMAT CSV} and then the data.
 *
 * <p>The engine must get the two apart. Given in one text it ends the data at an empty line, and
 * binary data may well hold one.
 *
 * @param headEnd where {@code FORMAT} or {@code VALUES} starts: the statement without it
 * @param format the data's format
 * @param dataStart where the data starts
 */
record InlineInsert(int headEnd, String format, int dataStart) {

  /**
   * Looks for an insert with data at the beginning of a request.
   *
   * @param text the request, a character for each byte
   * @return null if it is anything else: a query, or an insert from a query or a file
   */
  static InlineInsert find(String text) {
    SqlTokens tokens = new SqlTokens(text);
    Token first = tokens.next();
    if (first == null || !tokens.keyword(first).equals("INSERT")) {
      return null;
    }
    String before = "INSERT";
    for (Token token = tokens.next(); token != null; token = tokens.next()) {
      String keyword = token.depth() == 0 ? tokens.keyword(token) : "";
      boolean name = before.equals("INTO") || before.equals("TABLE") || before.equals(".");
      if (!name || keyword.equals("TABLE") || keyword.equals("FUNCTION")) {
        switch (keyword) {
          case "VALUES" -> {
            return new InlineInsert(token.start(), "Values", token.end());
          }
          case "FORMAT" -> {
            Token format = tokens.next();
            return format == null || format.kind() != Kind.WORD
                ? null
                : new InlineInsert(
                    token.start(), tokens.text(format), dataStart(text, format.end()));
          }
          case "SELECT", "WITH", "FROM", "WATCH" -> {
            return null;
          }
          default -> {
            // A name, a column list or a setting.
          }
        }
      }
      before = token.kind() == Kind.WORD ? keyword : tokens.text(token);
    }
    return null;
  }

  /** Blanks and at most one line end stand between the format and the data, as in ClickHouse. */
  private static int dataStart(String text, int formatEnd) {
    int start = formatEnd;
    while (start < text.length() && " \t\f".indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    if (start < text.length() && text.charAt(start) == '\r') {
      start++;
    }
    if (start < text.length() && text.charAt(start) == '\n') {
      start++;
    }
    return start;
  }
}
