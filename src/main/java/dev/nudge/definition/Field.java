package dev.nudge.definition;

import dev.nudge.definition.Node.Kind;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.ExpressionException;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.Suggestion;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value at one place of a definition, present or not: a key's value, or a list's item.
 *
 * <p>Each typed accessor returns the value; what the caller says stands for an absent one; and, if
 * the value is wrong, the latter too after a {@link Problem} was noted, so that reading goes on and
 * all problems are told at once. A null is never a value: who wants the default leaves the key out.
 */
final class Field {
  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{1,20})?");
  private static final Pattern DURATION =
      Pattern.compile("(0|[1-9][0-9]{0,11}) ?(ms|s|min|h|days?)");
  private static final int MAX_ID = 256;
  private static final int MAX_DAYS = 3650;
  private static final int MAX_DAYS_ENTRIES = 1_000;

  /** How a time of the day is written. */
  private static final Pattern CLOCK = Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9])|24:00");

  /** What stands where a reader is asked what it takes, and not what a text says. */
  private static final Node NOWHERE = new Node("", 1, 1, Kind.MAP, "", List.of(), List.of(), "");

  /** The most names of events that one step can ask for. */
  static final int MAX_EVENTS = 100;

  /** The longest time that a definition can name: ten years. */
  static final long MAX_DURATION = 3_650L * 86_400_000L;

  /** The largest number of things. */
  static final long MAX_COUNT = 1_000_000_000_000L;

  /** The largest amount of money, ten-thousandths. */
  static final long MAX_MONEY = Units.of(Units.MAX);

  /** The last instant that a definition can name, epoch milliseconds: 9999-12-31T23:59:59.999Z. */
  private static final long MAX_INSTANT = 253_402_300_799_999L;

  private final Node node;
  private final Node parent;
  private final String path;
  private final boolean required;
  private final Problems problems;
  private final Schema schema;

  /**
   * A place to read from.
   *
   * @param node what stands there, or null
   * @param parent where a message about an absent value points to
   * @param path the place's name in messages
   * @param required whether an absent value is a problem
   */
  Field(Node node, Node parent, String path, boolean required, Problems problems) {
    this(node, parent, path, required, problems, null);
  }

  private Field(
      Node node, Node parent, String path, boolean required, Problems problems, Schema schema) {
    this.schema = schema;
    this.node = node;
    this.parent = parent;
    this.path = path;
    this.required = required;
    this.problems = problems;
  }

  /** A place without a text, which notes what it is asked for. */
  static Field described(Schema schema) {
    return new Field(null, NOWHERE, "", false, new Problems(), schema);
  }

  /** Whether anything stands here, right or wrong; a described place has everything. */
  boolean isPresent() {
    return node != null || schema != null;
  }

  /** Whether only a schema is asked for: it says no more than this of what stands here. */
  boolean isDescribed(Kind kind, String what) {
    if (schema != null) {
      schema.type(kind, what);
    }
    return schema != null;
  }

  /** Reads what may have two forms. */
  <T> T either(Kind kind, Function<Field, T> ofKind, Function<Field, T> other) {
    if (schema != null) {
      T first =
          ofKind.apply(new Field(null, NOWHERE, path, required, problems, schema.alternative()));
      describe(other, new Field(null, NOWHERE, path, required, problems, schema.alternative()));
      return first;
    }
    return (node != null && node.kind() == kind ? ofKind : other).apply(this);
  }

  /** A text, empty or not. */
  String text(String absent) {
    return text(text -> true, "text", absent);
  }

  /** A text of a certain form. */
  String text(Predicate<String> isValid, String expected, String absent) {
    if (!is(Kind.TEXT, expected)) {
      return absent;
    }
    return isValid.test(node.text()) ? node.text() : wrong(expected, absent);
  }

  /** A name that becomes part of a topic's key: 1 to 256 characters, no {@code |}. */
  String id(String absent) {
    note("minLength", 1);
    note("maxLength", MAX_ID);
    return text(Field::isId, "1 to 256 characters, none of them | or a control character", absent);
  }

  /** One of several words. */
  String word(List<String> words, String absent) {
    String expected = (words.size() == 1 ? "" : "one of ") + String.join(", ", words);
    if (schema != null) {
      schema.words(words);
    }
    if (!is(Kind.TEXT, expected)) {
      return absent;
    }
    return words.contains(node.text())
        ? node.text()
        : wrong(expected + Suggestion.of(node.text(), words), absent);
  }

  /** One of an enum's constants, by its name. */
  <E extends Enum<E>> E choice(Class<E> type, E absent) {
    String name = word(Arrays.stream(type.getEnumConstants()).map(Enum::name).toList(), null);
    return name == null ? absent : Enum.valueOf(type, name);
  }

  /** A time zone by its IANA name. */
  String zone(String absent) {
    String expected = "an IANA time zone such as Asia/Shanghai";
    if (!is(Kind.TEXT, expected)) {
      return absent;
    }
    return ZoneId.getAvailableZoneIds().contains(node.text())
        ? node.text()
        : wrong(expected + Suggestion.of(node.text(), ZoneId.getAvailableZoneIds()), absent);
  }

  /** True or false. */
  boolean bool(boolean absent) {
    return is(Kind.BOOLEAN, "true or false") ? node.text().equalsIgnoreCase("true") : absent;
  }

  /** A whole number, both bounds included. */
  int integer(int min, int max, int absent) {
    return (int) whole(min, max, absent);
  }

  /** A whole number, both bounds included. */
  long whole(long min, long max, long absent) {
    String expected = "a whole number from " + min + " to " + max;
    note("minimum", min);
    note("maximum", max);
    note("multipleOf", 1);
    if (!is(Kind.NUMBER, expected)) {
      return absent;
    }
    if (WHOLE.matcher(node.text()).matches()) {
      long value = Long.parseLong(node.text());
      if (value >= min && value <= max) {
        return value;
      }
    }
    return wrong(expected, absent);
  }

  /**
   * A share in per cent, with at most two decimal places.
   *
   * @return basis points, hundredths of a per cent, both bounds included
   */
  int basisPoints(int min, int max, int absent) {
    String expected =
        "per cent from %s to %s with at most two decimal places"
            .formatted(percent(min), percent(max));
    note("minimum", new BigDecimal(percent(min)));
    note("maximum", new BigDecimal(percent(max)));
    if (!is(Kind.NUMBER, expected)) {
      return absent;
    }
    if (DECIMAL.matcher(node.text()).matches()) {
      try {
        int points = new BigDecimal(node.text()).movePointRight(2).intValueExact();
        if (points >= min && points <= max) {
          return points;
        }
      } catch (ArithmeticException inexact) {
        return wrong(expected, absent);
      }
    }
    return wrong(expected, absent);
  }

  /** Basis points as per cent, {@code 12.5}. */
  static String percent(int basisPoints) {
    return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString();
  }

  /**
   * A time of the day, {@code 09:00}.
   *
   * @return minutes after midnight, 1440 for {@code 24:00}
   */
  int minuteOfDay(int absent) {
    String expected = "a time of the day from 00:00 to 24:00, such as 09:00";
    note("pattern", "^(" + CLOCK.pattern() + ")$");
    if (!is(Kind.TEXT, expected)) {
      return absent;
    }
    Matcher clock = CLOCK.matcher(node.text());
    if (!clock.matches()) {
      return wrong(expected, absent);
    }
    return clock.group(1) == null
        ? Slot.DAY_MINUTES
        : Integer.parseInt(clock.group(1)) * 60 + Integer.parseInt(clock.group(2));
  }

  /**
   * A length of time, {@code 30 min}, {@code 7 days}, {@code 2 h}, or a bare {@code 0}.
   *
   * @return milliseconds, both bounds included
   */
  long durationMillis(long minMillis, long maxMillis, long absent) {
    String expected =
        "a duration from %s to %s, such as 30 min"
            .formatted(durationText(minMillis), durationText(maxMillis));
    note("pattern", "^" + DURATION.pattern() + "$");
    if (schema != null && minMillis == 0) {
      schema.type(Kind.NUMBER, expected);
      schema.fact("minimum", 0);
      schema.fact("maximum", 0);
    }
    boolean zero = node != null && node.kind() == Kind.NUMBER && node.text().equals("0");
    if (!zero && !is(Kind.TEXT, expected)) {
      return absent;
    }
    Matcher parts = DURATION.matcher(zero ? "0 ms" : node.text());
    if (parts.matches()) {
      try {
        long millis = Math.multiplyExact(Long.parseLong(parts.group(1)), unit(parts.group(2)));
        if (millis >= minMillis && millis <= maxMillis) {
          return millis;
        }
      } catch (ArithmeticException overflow) {
        return wrong(expected, absent);
      }
    }
    return wrong(expected, absent);
  }

  /**
   * An amount of money, a number or a decimal text, exact to four places.
   *
   * @return ten-thousandths, both bounds included
   */
  long moneyUnits(long minUnits, long maxUnits, long absent) {
    String expected =
        "an amount from %s to %s with at most four decimal places"
            .formatted(Units.format(minUnits), Units.format(maxUnits));
    note("pattern", "^" + DECIMAL.pattern() + "$");
    note("minimum", new BigDecimal(Units.format(minUnits)));
    note("maximum", new BigDecimal(Units.format(maxUnits)));
    isDescribed(Kind.TEXT, expected);
    boolean text = node != null && node.kind() == Kind.TEXT;
    if (!text && !is(Kind.NUMBER, expected)) {
      return absent;
    }
    if (DECIMAL.matcher(node.text()).matches()) {
      try {
        long units = Units.of(new BigDecimal(node.text()));
        if (units >= minUnits && units <= maxUnits) {
          return units;
        }
      } catch (ArithmeticException inexact) {
        return wrong(expected, absent);
      }
    }
    return wrong(expected, absent);
  }

  /**
   * An instant in ISO 8601 with its offset.
   *
   * @return epoch milliseconds, from 1970 to 9999; finer digits are cut off
   */
  long instantMillis(long absent) {
    String expected = "an instant with its offset such as 2026-11-01T00:00:00+08:00";
    note("format", "date-time");
    if (!is(Kind.TEXT, expected)) {
      return absent;
    }
    try {
      long millis = OffsetDateTime.parse(node.text()).toInstant().toEpochMilli();
      return millis >= 0 && millis <= MAX_INSTANT ? millis : wrong(expected, absent);
    } catch (DateTimeException | ArithmeticException wrong) {
      return wrong(expected, absent);
    }
  }

  /** A map with known keys. */
  <T> T nested(Function<Fields, T> reader, T absent) {
    if (!is(Kind.MAP, "a map")) {
      if (schema != null) {
        describe(reader, new Fields(NOWHERE, path, problems, schema));
        schema.close();
      }
      return absent;
    }
    Fields fields = new Fields(node, path, problems);
    T value = reader.apply(fields);
    fields.end();
    return value;
  }

  /** A map as JSON text, whatever its keys. */
  String json(String absent) {
    return is(Kind.MAP, "a map") ? RuleCodec.text(node) : absent;
  }

  /** A map whose keys are names of the writer's choice, in the order of the text. */
  <T> Map<String, T> map(int maxSize, Function<Field, T> reader) {
    Map<String, T> values = new LinkedHashMap<>();
    if (isSized(Kind.MAP, "a map", maxSize)) {
      for (int i = 0; i < node.keys().size(); i++) {
        String key = node.keys().get(i).text();
        values.put(key, reader.apply(child(node.items().get(i), join(path, key))));
      }
    } else if (schema != null) {
      schema.fact("maxProperties", maxSize);
      describe(reader, describedChild(schema.others()));
    }
    return values;
  }

  /** A map whose keys are names of the writer's choice, which the reader is told. */
  <T> Map<String, T> named(int maxSize, BiFunction<String, Field, T> reader) {
    return named(maxSize, Set.of(), reader);
  }

  /**
   * A map whose keys the reader is told.
   *
   * @param known the only ones that the reader takes; empty where it takes any
   */
  <T> Map<String, T> named(int maxSize, Set<String> known, BiFunction<String, Field, T> reader) {
    Map<String, T> values = new LinkedHashMap<>();
    if (isSized(Kind.MAP, "a map", maxSize)) {
      for (int i = 0; i < node.keys().size(); i++) {
        String key = node.keys().get(i).text();
        values.put(key, reader.apply(key, child(node.items().get(i), join(path, key))));
      }
    } else if (schema != null) {
      for (String key : known) {
        describe(field -> reader.apply(key, field), describedChild(schema.property(key, false)));
      }
      if (known.isEmpty()) {
        schema.fact("maxProperties", maxSize);
        describe(field -> reader.apply("name", field), describedChild(schema.others()));
      } else {
        schema.close();
      }
    }
    return values;
  }

  /** One text, number or truth; null if it is absent or another. */
  Value value() {
    isDescribed(Kind.NUMBER, "a text, a number, true or false");
    isDescribed(Kind.BOOLEAN, "a text, a number, true or false");
    if (node != null && node.kind() == Kind.NUMBER && DECIMAL.matcher(node.text()).matches()) {
      return Value.number(node.text());
    } else if (node != null && node.kind() == Kind.BOOLEAN) {
      return new Value(Value.Type.BOOLEAN, String.valueOf(bool(false)));
    }
    return is(Kind.TEXT, "a text, a number, true or false") ? Value.string(node.text()) : null;
  }

  /** Days by names of the writer's choice, {@code {coffee: 30}}, as JSON. */
  Value days() {
    Map<String, Integer> days = map(MAX_DAYS_ENTRIES, item -> item.integer(1, MAX_DAYS, 1));
    return isMap() && days.size() == node.keys().size()
        ? new Value(Value.Type.JSON, RuleCodec.text(node))
        : null;
  }

  /** A parameter's value, of the type that its default has; null if it is absent or wrong. */
  Value valueLike(Value absent) {
    if (absent.type() == Value.Type.JSON) {
      return days();
    }
    if (isDescribed(
        absent.type() == Value.Type.NUMBER
            ? Kind.NUMBER
            : absent.type() == Value.Type.BOOLEAN ? Kind.BOOLEAN : Kind.TEXT,
        "a value like " + absent.text())) {
      return null;
    }
    boolean whole = absent.type() == Value.Type.NUMBER && WHOLE.matcher(absent.text()).matches();
    Value given = value();
    if (given == null || given.type() != absent.type()) {
      return given == null ? null : wrong("a value like " + absent.text(), null);
    }
    if (given.type() == Value.Type.NUMBER && given.text().startsWith("-")) {
      return wrong("no number below 0", null);
    }
    return whole && !WHOLE.matcher(given.text()).matches() ? wrong("a whole number", null) : given;
  }

  /** Whether a list stands here. */
  boolean isList() {
    return node != null && node.kind() == Kind.LIST;
  }

  /** Whether a map stands here. */
  boolean isMap() {
    return node != null && node.kind() == Kind.MAP;
  }

  /** Whether a map of nothing stands here. */
  boolean isEmptyMap() {
    return isMap() && node.items().isEmpty();
  }

  /** Whether a number stands here. */
  boolean isNumber() {
    return node != null && node.kind() == Kind.NUMBER;
  }

  /** A scalar's text, as it stands; empty for others. */
  String shown() {
    return node == null ? "" : node.text();
  }

  /** The same with another text, as if that were written here. */
  Field saying(String text) {
    Node said =
        new Node(
            node.file(),
            node.line(),
            node.column(),
            Kind.TEXT,
            text,
            List.of(),
            List.of(),
            node.raw());
    return new Field(said, parent, path, required, problems);
  }

  /** Names of events: a text, or a list of them; empty if absent or wrong. */
  Set<String> events() {
    Set<String> names = new LinkedHashSet<>();
    if (schema != null) {
      either(Kind.LIST, field -> field.list(MAX_EVENTS, item -> item.id("")), f -> f.id(""));
    } else if (isList()) {
      names.addAll(list(MAX_EVENTS, item -> item.id("")));
      if (names.isEmpty()) {
        refuse("an empty list", "names of events");
      }
    } else {
      names.add(id(""));
    }
    names.remove("");
    return names;
  }

  /** An expression in CEL; a number may stand without quotes. Null if it is absent or wrong. */
  Expression expression(Names names, Expression.Type type) {
    isDescribed(Kind.NUMBER, "an expression in CEL");
    isDescribed(Kind.BOOLEAN, "an expression in CEL");
    boolean plain = node != null && (node.kind() == Kind.NUMBER || node.kind() == Kind.BOOLEAN);
    if (!plain && !is(Kind.TEXT, "an expression in CEL")) {
      return null;
    }
    try {
      return Expression.compile(node.text(), names, type);
    } catch (ExpressionException refused) {
      for (ExpressionException.Mistake mistake : refused.mistakes()) {
        refuseWithin(
            offset(node.text(), mistake.line(), mistake.column()),
            mistake.found(),
            mistake.expected());
      }
      return null;
    }
  }

  /** A length of time, {@code 45 days}, or an expression for one. Null if it is absent or wrong. */
  Expression duration(Names names) {
    boolean plain = node != null && DURATION.matcher(node.text()).matches();
    if (plain) {
      long millis = durationMillis(1, MAX_DURATION, 0);
      return millis == 0
          ? null
          : saying("millis(" + millis + ")").expression(names, Expression.Type.DURATION);
    }
    return expression(names, Expression.Type.DURATION);
  }

  /** Notes a problem at a character of the text that stands here. */
  void refuseWithin(int offset, String found, String expected) {
    Node place = node.within(offset);
    problems.add(
        new Problem(
            place.file(), place.line(), place.column(), Node.clipped(path), found, expected));
  }

  private static int offset(String text, int line, int column) {
    int start = 0;
    for (int i = 1; i < line; i++) {
      start = text.indexOf('\n', start) + 1;
    }
    return text.codePointCount(0, start) + column - 1;
  }

  /** A list; an absent one is empty. */
  <T> List<T> list(int maxSize, Function<Field, T> reader) {
    List<T> values = new ArrayList<>();
    if (isSized(Kind.LIST, "a list", maxSize)) {
      for (int i = 0; i < node.items().size(); i++) {
        values.add(reader.apply(child(node.items().get(i), path + "[" + i + "]")));
      }
    } else if (schema != null) {
      schema.fact("maxItems", maxSize);
      describe(reader, describedChild(schema.items()));
    }
    return values;
  }

  /** Notes a problem that only the caller can see, such as one between two values. */
  void refuse(String found, String expected) {
    Node place = node == null ? parent : node;
    problems.add(
        new Problem(
            place.file(), place.line(), place.column(), Node.clipped(path), found, expected));
  }

  /** Where it stands, {@code policy.yaml:3}. */
  String place() {
    Node place = node == null ? parent : node;
    return place.file() + ":" + place.line();
  }

  /** The path of a key below another; a document's own path is empty. */
  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Lets a reader say what it takes; what it reads of nothing is of no use. */
  static <P, T> void describe(Function<P, T> reader, P place) {
    T unused = reader.apply(place);
  }

  private Field describedChild(Schema of) {
    return new Field(null, NOWHERE, path, true, problems, of);
  }

  private void note(String keyword, Object value) {
    if (schema != null) {
      schema.fact(keyword, value);
    }
  }

  private Field child(Node item, String itemPath) {
    return new Field(item, node, itemPath, true, problems);
  }

  private <T> T wrong(String expected, T absent) {
    refuse(node.shown(), expected);
    return absent;
  }

  private boolean isSized(Kind kind, String name, int maxSize) {
    String expected = name + " of at most " + maxSize;
    if (is(kind, expected) && node.items().size() > maxSize) {
      refuse(name + " of " + node.items().size(), expected);
      return false;
    }
    return node != null && node.kind() == kind;
  }

  /** Whether the value is there and of that kind; if it should be and isn't, notes it. */
  private boolean is(Kind kind, String expected) {
    if (isDescribed(kind, expected)) {
      return false;
    }
    if (node == null) {
      if (required) {
        refuse("nothing", expected);
      }
      return false;
    }
    if (node.kind() == Kind.REFUSED) {
      return false;
    }
    if (node.kind() != kind) {
      refuse(node.shown(), expected + quotesHint(kind));
      return false;
    }
    return true;
  }

  private String quotesHint(Kind kind) {
    if (kind == Kind.TEXT && (node.kind() == Kind.NUMBER || node.kind() == Kind.BOOLEAN)) {
      return " (text that looks like a number, true or false needs quotes)";
    }
    boolean isQuotedNumber = kind == Kind.NUMBER && DECIMAL.matcher(node.text()).matches();
    boolean isQuotedBoolean =
        kind == Kind.BOOLEAN && (node.text().equals("true") || node.text().equals("false"));
    return isQuotedNumber || isQuotedBoolean ? ", without quotes" : "";
  }

  /** Whether a text can be part of a topic's key. */
  static boolean isId(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_ID
        && text.chars().noneMatch(c -> c == '|' || Character.isISOControl(c));
  }

  private static long unit(String name) {
    return switch (name) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "min" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  private static String durationText(long millis) {
    for (String name : List.of("days", "h", "min", "s")) {
      if (millis != 0 && millis % unit(name) == 0) {
        return millis / unit(name) + " " + name;
      }
    }
    return millis + " ms";
  }
}
