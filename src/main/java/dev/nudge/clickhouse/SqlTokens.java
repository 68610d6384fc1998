package dev.nudge.clickhouse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts ClickHouse SQL into tokens: just enough to find where a statement or a clause ends, never to
 * understand it.
 *
 * <p>Comments ({@code --}, {@code #!}, {@code # } and nested {@code /* *}{@code /}) are skipped.
 * Strings, quoted names and heredocs ({@code $tag$…$tag$}) are one token each, so that a semicolon
 * or a keyword within them is not taken for one. What is not closed reaches to the end of the text;
 * ClickHouse then says what is wrong with it.
 */
public final class SqlTokens {

  /** What a token is. */
  public enum Kind {
    /** A keyword, a name without quotes or a number. */
    WORD,
    /** A string, a quoted name or a heredoc. */
    QUOTED,
    /** {@code ;} */
    SEMICOLON,
    /** Any other single character. */
    SIGN
  }

  /**
   * A piece of the text.
   *
   * @param kind what it is
   * @param start index of its first character
   * @param end index behind its last character
   * @param depth how many parentheses, brackets and braces are open around it; an opening or
   *     closing one counts itself
   */
  public record Token(Kind kind, int start, int end, int depth) {}

  private final String sql;
  private int position;
  private int depth;

  /** Starts at the beginning of the text. */
  public SqlTokens(String sql) {
    this.sql = sql;
  }

  /**
   * The statements of a script, without their semicolons; empty ones are left out.
   *
   * <p>Comments before and within a statement stay in it: {@code "-- a;b\nSELECT 1; SELECT ';'"} is
   * two statements.
   */
  public static List<String> statements(String script) {
    List<String> statements = new ArrayList<>();
    SqlTokens tokens = new SqlTokens(script);
    int start = 0;
    boolean empty = true;
    for (Token token = tokens.next(); token != null; token = tokens.next()) {
      if (token.kind() != Kind.SEMICOLON) {
        empty = false;
        continue;
      }
      if (!empty) {
        statements.add(script.substring(start, token.start()).strip());
      }
      start = token.end();
      empty = true;
    }
    if (!empty) {
      statements.add(script.substring(start).strip());
    }
    return statements;
  }

  /** The next token, or null at the end of the text. */
  public Token next() {
    skipSpaceAndComments();
    if (position >= sql.length()) {
      return null;
    }
    int start = position;
    char c = sql.charAt(start);
    if (c == '\'' || c == '"' || c == '`') {
      position = endOfQuoted(c);
      return new Token(Kind.QUOTED, start, position, depth);
    }
    if (c == '$') {
      int end = endOfHeredoc();
      if (end > 0) {
        position = end;
        return new Token(Kind.QUOTED, start, end, depth);
      }
    }
    if (isWord(c)) {
      while (position < sql.length() && isWord(sql.charAt(position))) {
        position++;
      }
      return new Token(Kind.WORD, start, position, depth);
    }
    position++;
    switch (c) {
      case '(', '[', '{' -> {
        depth++;
        return new Token(Kind.SIGN, start, position, depth);
      }
      case ')', ']', '}' -> {
        Token close = new Token(Kind.SIGN, start, position, depth);
        depth = Math.max(0, depth - 1);
        return close;
      }
      case ';' -> {
        return new Token(Kind.SEMICOLON, start, position, depth);
      }
      default -> {
        return new Token(Kind.SIGN, start, position, depth);
      }
    }
  }

  /** The token as written. */
  public String text(Token token) {
    return sql.substring(token.start(), token.end());
  }

  /** The token in upper case if it is a word, otherwise the empty string. */
  public String keyword(Token token) {
    return token.kind() == Kind.WORD ? text(token).toUpperCase(Locale.ROOT) : "";
  }

  private void skipSpaceAndComments() {
    while (position < sql.length()) {
      if (Character.isWhitespace(sql.charAt(position))) {
        position++;
      } else if (at("--") || at("#!") || at("# ")) {
        int newline = sql.indexOf('\n', position);
        position = newline < 0 ? sql.length() : newline + 1;
      } else if (at("/*")) {
        skipBlockComment();
      } else {
        return;
      }
    }
  }

  private void skipBlockComment() {
    int open = 0;
    do {
      if (at("/*")) {
        open++;
        position += 2;
      } else if (at("*/")) {
        open--;
        position += 2;
      } else {
        position++;
      }
    } while (open > 0 && position < sql.length());
  }

  /** A quote in a string is doubled or behind a backslash. */
  private int endOfQuoted(char quote) {
    for (int i = position + 1; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
    }
    return sql.length();
  }

  /** The index behind {@code $tag$…$tag$}, or 0 if no heredoc starts here. */
  private int endOfHeredoc() {
    int tagEnd = position + 1;
    while (tagEnd < sql.length() && isWord(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
      tagEnd++;
    }
    if (tagEnd >= sql.length() || sql.charAt(tagEnd) != '$') {
      return 0;
    }
    String tag = sql.substring(position, tagEnd + 1);
    int close = sql.indexOf(tag, tagEnd + 1);
    return close < 0 ? 0 : close + tag.length();
  }

  private boolean at(String prefix) {
    return sql.startsWith(prefix, position);
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
  }
}
