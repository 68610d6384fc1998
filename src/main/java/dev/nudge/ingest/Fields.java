package dev.nudge.ingest;

import static dev.nudge.event.DeadLetterReason.AMOUNT_OUT_OF_RANGE;
import static dev.nudge.event.DeadLetterReason.ID_TOO_LONG;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.Units;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The kinds of value that a record has: ids, texts, times, amounts. Each is read from where the
 * parser stands, or refused with the field, what was found and what was expected.
 */
final class Fields {
  /** Longest id, in characters (code points). */
  static final int MAX_ID_LENGTH = 256;

  static final String AN_ID = "an id of 1 to 256 characters";
  static final String A_TIME = "ISO 8601 with a zone, or epoch milliseconds";
  static final String A_DECIMAL = "a decimal with at most 4 places";
  private static final Pattern DECIMAL =
      Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?");
  private static final int MAX_DECIMAL_LENGTH = 64;
  private static final int MAX_SHOWN = 64;

  private static final DateTimeFormatter ISO_WITH_ZONE =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .parseLenient()
          // +08, +0800 and +08:00 alike; three optional patterns would also take one after another.
          .appendOffset("+HH", "Z")
          .toFormatter(Locale.ROOT)
          // Else 30 February would be the 28th.
          .withResolverStyle(ResolverStyle.STRICT);

  private Fields() {}

  static void expectObject(String field, JsonParser parser) throws IOException, UnusableRecord {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw UnusableRecord.mistyped(field, found(parser), "an object");
    }
  }

  static String text(String field, JsonParser parser) throws IOException, UnusableRecord {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw UnusableRecord.mistyped(field, found(parser), "a string");
    }
    return parser.getText();
  }

  static String id(String field, JsonParser parser) throws IOException, UnusableRecord {
    return checkedId(field, text(field, parser));
  }

  static String checkedId(String field, String id) throws UnusableRecord {
    if (id.isEmpty()) {
      throw UnusableRecord.mistyped(field, "\"\"", AN_ID);
    }
    if (id.length() > MAX_ID_LENGTH) {
      int length = id.codePointCount(0, id.length());
      if (length > MAX_ID_LENGTH) {
        throw new UnusableRecord(
            ID_TOO_LONG, field + ": found " + length + " characters, expected " + AN_ID);
      }
    }
    for (int i = 0; i < id.length(); i++) {
      // A lone surrogate has no UTF-8: two different ids would become one on the way out.
      if (Character.isSurrogate(id.charAt(i))) {
        int codePoint = id.codePointAt(i);
        if (!Character.isSupplementaryCodePoint(codePoint)) {
          throw UnusableRecord.mistyped(field, "half a surrogate pair", AN_ID);
        }
        i++;
      }
    }
    return id;
  }

  static boolean bool(String field, JsonParser parser) throws IOException, UnusableRecord {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw UnusableRecord.mistyped(field, found(parser), "true or false");
    };
  }

  static long time(String field, JsonParser parser) throws IOException, UnusableRecord {
    switch (parser.currentToken()) {
      case VALUE_NUMBER_INT -> {
        try {
          return Long.parseLong(parser.getText());
        } catch (NumberFormatException e) {
          throw UnusableRecord.mistyped(field, found(parser), A_TIME);
        }
      }
      case VALUE_STRING -> {
        try {
          return OffsetDateTime.parse(parser.getText(), ISO_WITH_ZONE).toInstant().toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
          throw UnusableRecord.mistyped(field, found(parser), A_TIME);
        }
      }
      default -> throw UnusableRecord.mistyped(field, found(parser), A_TIME);
    }
  }

  static long amount(String field, JsonParser parser) throws IOException, UnusableRecord {
    return notNegative(field, units(field, parser), parser.getText());
  }

  static long amount(String field, String text) throws UnusableRecord {
    return notNegative(field, units(field, text), text);
  }

  private static long notNegative(String field, long units, String text) throws UnusableRecord {
    if (units < 0) {
      throw new UnusableRecord(
          AMOUNT_OUT_OF_RANGE, field + ": found " + quoted(text) + ", expected 0 to 10^12");
    }
    return units;
  }

  static long units(String field, JsonParser parser) throws IOException, UnusableRecord {
    return switch (parser.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> units(field, parser.getText());
      default -> throw UnusableRecord.mistyped(field, found(parser), A_DECIMAL);
    };
  }

  static long units(String field, String text) throws UnusableRecord {
    if (text.length() > MAX_DECIMAL_LENGTH || !DECIMAL.matcher(text).matches()) {
      throw UnusableRecord.mistyped(field, quoted(text), A_DECIMAL);
    }
    BigDecimal decimal = new BigDecimal(text);
    if (Units.exceedsRange(decimal)) {
      throw new UnusableRecord(
          AMOUNT_OUT_OF_RANGE, field + ": found " + quoted(text) + ", expected at most 10^12");
    }
    try {
      return Units.of(decimal);
    } catch (ArithmeticException e) {
      throw UnusableRecord.mistyped(field, quoted(text), A_DECIMAL);
    }
  }

  static void require(String field, Object value, String expected) throws UnusableRecord {
    if (value == null) {
      throw UnusableRecord.missing(field, expected);
    }
  }

  static String found(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      default -> quoted(parser.getText());
    };
  }

  static String quoted(String text) {
    return '"' + clipped(text) + '"';
  }

  /** As much of a stranger's text as a message may carry. */
  static String clipped(String text) {
    if (text.length() <= MAX_SHOWN) {
      return text;
    }
    boolean splits = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1));
    return text.substring(0, splits ? MAX_SHOWN - 1 : MAX_SHOWN) + "…";
  }

  static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
