package dev.nudge.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fields of what {@link Json} wrote, each read where a parser stands. What is not as expected is an
 * {@link IOException} that names the field, what was found and what is expected.
 */
final class JsonFields {
  /** Digits that a sum of money has at most before its point; Detect's are 128 bits wide. */
  private static final int WHOLE_DIGITS = 40;

  /** The length of a time without milliseconds. */
  private static final int WHOLE_SECONDS = "2026-01-05T09:00:00Z".length();

  private static final long DAY_SECONDS = 86_400;
  private static final long NO_TIME = Long.MIN_VALUE;

  private JsonFields() {}

  static String text(String field, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw refused(field, json, "a string");
    }
    return json.getText();
  }

  /** Epoch milliseconds. */
  static long time(String field, JsonParser json) throws IOException {
    String text = text(field, json);
    try {
      long usual = usualMillis(text);
      return usual == NO_TIME ? Instant.parse(text).toEpochMilli() : usual;
    } catch (DateTimeException | ArithmeticException e) {
      throw refused(field, json, "a time such as 2026-01-05T09:00:00Z");
    }
  }

  /** A moment has seven times, and to read them one by one is most of reading it. */
  private static long usualMillis(String text) {
    Matched time = new Matched(text);
    int year = time.digits(4, '-');
    int month = time.digits(2, '-');
    int day = time.digits(2, 'T');
    int hour = time.digits(2, ':');
    int minute = time.digits(2, ':');
    boolean whole = text.length() == WHOLE_SECONDS;
    int second = time.digits(2, whole ? 'Z' : '.');
    int millis = whole ? 0 : time.digits(3, 'Z');
    if (!time.matchesAll() || hour > 23 || minute > 59 || second > 59) {
      return NO_TIME;
    }
    long seconds = ((hour * 60L) + minute) * 60 + second;
    return (LocalDate.of(year, month, day).toEpochDay() * DAY_SECONDS + seconds) * 1_000 + millis;
  }

  /** A text that is gone through from its beginning. */
  private static final class Matched {
    private final String text;
    private int at;
    private boolean matches = true;

    Matched(String text) {
      this.text = text;
    }

    /** So many digits and the character behind them. */
    int digits(int count, char behind) {
      int number = 0;
      int end = at + count;
      matches &= end < text.length() && text.charAt(end) == behind;
      for (; matches && at < end; at++) {
        char digit = text.charAt(at);
        matches = digit >= '0' && digit <= '9';
        number = number * 10 + digit - '0';
      }
      at = end + 1;
      return number;
    }

    boolean matchesAll() {
      return matches && at == text.length();
    }
  }

  static int integer(String field, JsonParser json) throws IOException {
    long number = wholeNumber(field, json);
    if (number != (int) number) {
      throw refused(field, json, "a whole number of 32 bits");
    }
    return (int) number;
  }

  static long wholeNumber(String field, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw refused(field, json, "a whole number of 64 bits");
    }
    return json.getLongValue();
  }

  /** A number, or a string for what is none in JSON: {@code "NaN"}, {@code "Infinity"}. */
  static double number(String field, JsonParser json) throws IOException {
    if (json.currentToken().isNumeric()) {
      return json.getDoubleValue();
    }
    return switch (text(field, json)) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw refused(field, json, "a number");
    };
  }

  /** Ten-thousandths. */
  static BigInteger amount(String field, JsonParser json) throws IOException {
    String expected = "an amount such as \"139.12\"";
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw refused(field, json, expected);
    }
    try {
      BigDecimal exact = new BigDecimal(json.getText());
      // Asked first: 1e999999999 would be expanded to all its digits.
      if (exact.scale() > Units.SCALE || exact.precision() - (long) exact.scale() > WHOLE_DIGITS) {
        throw refused(field, json, expected);
      }
      return exact.setScale(Units.SCALE).unscaledValue();
    } catch (NumberFormatException e) {
      throw refused(field, json, expected);
    }
  }

  static <E extends Enum<E>> E word(String field, JsonParser json, Class<E> words)
      throws IOException {
    String text = text(field, json);
    for (E word : words.getEnumConstants()) {
      if (word.name().equals(text)) {
        return word;
      }
    }
    throw refused(field, json, "one of " + Arrays.toString(words.getEnumConstants()));
  }

  static List<String> strings(String field, JsonParser json) throws IOException {
    expect(JsonToken.START_ARRAY, field, json, "an array");
    List<String> strings = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      strings.add(text(field, json));
    }
    return strings;
  }

  static void expectObject(String field, JsonParser json) throws IOException {
    expect(JsonToken.START_OBJECT, field, json, "an object");
  }

  static void expect(JsonToken token, String field, JsonParser json, String expected)
      throws IOException {
    if (json.currentToken() != token) {
      throw refused(field, json, expected);
    }
  }

  static <T> T require(String field, T found) throws IOException {
    if (found == null) {
      throw new IOException(field + ": missing");
    }
    return found;
  }

  private static IOException refused(String field, JsonParser json, String expected)
      throws IOException {
    JsonToken token = json.currentToken();
    String found = token != null && token.isScalarValue() ? json.getText() : String.valueOf(token);
    String shown = found.length() > 60 ? found.substring(0, 60) + "…" : found;
    return new IOException("%s: found '%s', expected %s".formatted(field, shown, expected));
  }
}
