package dev.nudge.local;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ClickHouse refused a statement. The message is its own; the engine goes on. */
final class SqlException extends Exception {

  private static final long serialVersionUID = 1;
  private static final Pattern CODE = Pattern.compile("Code: (\\d+)\\.");

  /** ClickHouse's code of an error that has none in its message. */
  private static final int UNKNOWN_EXCEPTION = 1002;

  private final int code;

  SqlException(int code, String name, String message) {
    this("Code: %d. DB::Exception: %s. (%s)".formatted(code, message, name));
  }

  SqlException(String message) {
    super(message);
    Matcher matcher = CODE.matcher(message);
    code = matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN_EXCEPTION;
  }

  /** ClickHouse's number of the error: 62 is a syntax error, 60 an unknown table. */
  int code() {
    return code;
  }

  /** The status that a ClickHouse server answers with. */
  int status() {
    return switch (code) {
      // Errors of parsing: syntax, numbers, dates, input that does not fit its format.
      case 6, 26, 27, 36, 38, 41, 53, 62, 69, 72, 117, 456, 457 -> 400;
      case 164, 497 -> 403;
      // Unknown function, table or database.
      case 46, 60, 81 -> 404;
      default -> 500;
    };
  }
}
