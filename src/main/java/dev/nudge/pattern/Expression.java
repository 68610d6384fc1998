package dev.nudge.pattern;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A condition or a value in CEL, the Common Expression Language, type-checked and compiled once.
 *
 * <pre>{@code
 * Expression costly = Expression.compile(
 *     "event.price * event.quantity > 100.0", Names.of(Map.of()), Expression.Type.BOOL);
 * costly.eval(scope); // true
 * }</pre>
 *
 * <p>Nothing that a marketer writes runs for long: a text has at most {@link #MAX_LENGTH}
 * characters, {@link #MAX_DEPTH} levels, {@link #MAX_NODES} operations and names, {@link
 * #MAX_COMPREHENSIONS} macros that walk a list; an evaluation walks at most {@link #MAX_ITERATIONS}
 * items in all, and builds no text or list longer than {@link #MAX_BUILT}; a regular expression is
 * RE2, so linear, and has at most {@link #MAX_REGEX} instructions.
 */
public final class Expression {
  /** The longest text, in code points. */
  public static final int MAX_LENGTH = 4_096;

  /** How deep operators, calls and brackets may nest. */
  public static final int MAX_DEPTH = 32;

  /** The most operations, names and literals. */
  public static final int MAX_NODES = 500;

  /** The most macros that walk a list: {@code all}, {@code exists}, {@code map}, {@code filter}. */
  public static final int MAX_COMPREHENSIONS = 3;

  /** The most items that one evaluation walks through, in all its macros. */
  public static final int MAX_ITERATIONS = 1_000;

  /** The longest text, in characters, or list that {@code +} builds. */
  public static final int MAX_BUILT = 16_384;

  /** The most instructions of a regular expression, as RE2 compiles it. */
  public static final int MAX_REGEX = 500;

  /** What an expression is for, and so what it may be. */
  public enum Type {
    /** A condition. */
    BOOL("a bool", Boolean.class),
    /** A count or an instant. */
    INT("an int", Long.class),
    /** A length of time. */
    DURATION("a duration", Duration.class),
    /** A text. */
    TEXT("a string", String.class),
    /** What a moment shows. */
    TEXT_OR_NUMBER("a string, an int or a double", String.class, Long.class, Double.class),
    /** Any single value. */
    SCALAR("a string, a number or a bool", String.class, Long.class, Double.class, Boolean.class);

    private final String shown;
    private final ImmutableSet<Class<?>> classes;

    Type(String shown, Class<?>... classes) {
      this.shown = shown;
      this.classes = ImmutableSet.copyOf(classes);
    }

    /** How a message names it. */
    String shown() {
      return shown;
    }

    /** Whether a value of that class is one. */
    boolean takes(Class<?> type) {
      return classes.contains(type);
    }
  }

  /** Decimals that a shop may have put in quotes; others, such as {@code NaN}, are no numbers. */
  private static final Pattern DECIMAL =
      Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,9})?");

  private static final int MAX_REASON = 200;

  private static final JsonFactory JSON = new JsonFactory();

  private final String text;
  private final Names names;
  private final Type type;
  private final CelRuntime.Program program;
  private final Map<String, Names.Type> reads;
  private final Set<String> eventNames;

  Expression(
      String text,
      Names names,
      Type type,
      CelRuntime.Program program,
      Map<String, Names.Type> reads,
      Set<String> eventNames) {
    this.text = text;
    this.names = names;
    this.type = type;
    this.program = program;
    this.reads = reads;
    this.eventNames = eventNames;
  }

  /**
   * Compiles a text.
   *
   * @param names what it may name
   * @param type what it must be
   * @throws ExpressionException if it is not right, or beyond a bound
   */
  public static Expression compile(String text, Names names, Type type) throws ExpressionException {
    return new ExpressionCompiler(text, names, type).compile();
  }

  /** Compiles a text that was compiled before with the same names, after a journey. */
  static Expression again(String text, Names names, Type type) {
    try {
      return compile(text, names, type);
    } catch (ExpressionException refused) {
      throw new IllegalStateException("compiled before: " + text, refused);
    }
  }

  /** The text. */
  public String text() {
    return text;
  }

  /** The names that it may use. */
  Names names() {
    return names;
  }

  /** The full names that it reads, {@code customer.orderCount}, {@code steps.cart.price}. */
  public Set<String> reads() {
    return reads.keySet();
  }

  /** Whether it reads events that steps took before. */
  public boolean isIterative() {
    return reads.keySet().stream().anyMatch(name -> name.startsWith("steps."));
  }

  /**
   * The only names of events for which it can be true, as far as the text shows it: {@code
   * event.event == 'Order Paid' && …}.
   *
   * @return null if it can be true for any
   */
  public Set<String> eventNames() {
    return eventNames;
  }

  /**
   * Evaluates it.
   *
   * @return a {@code Boolean}, {@code Long}, {@code Double}, {@code String} or {@code Duration}, as
   *     its {@link Type} allows
   * @throws EvaluationException if it has no value here
   */
  public Object eval(Scope scope) throws EvaluationException {
    Object value;
    try {
      value = program.eval(name -> Optional.of(resolve(name, scope)));
    } catch (CelEvaluationException | RuntimeException failure) {
      throw new EvaluationException(text + ": " + reason(failure), failure);
    }
    if (!type.takes(value.getClass())) {
      throw new EvaluationException(
          "%s: found %s, expected %s".formatted(text, value, type.shown()), null);
    }
    return value;
  }

  /**
   * Evaluates a condition. One that can't be evaluated is false, and the scope is told.
   *
   * @throws ClassCastException if it is no {@link Type#BOOL}
   */
  public boolean test(Scope scope) {
    try {
      return (Boolean) eval(scope);
    } catch (EvaluationException failure) {
      scope.failed(failure);
      return false;
    }
  }

  /** What went wrong in the first place; CEL's own message lists the arguments, however long. */
  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Unavailable || cause instanceof ArithmeticException) {
        message = cause.getMessage();
      }
    }
    return message == null || message.length() <= MAX_REASON
        ? message
        : message.substring(0, MAX_REASON) + "…";
  }

  private Object resolve(String name, Scope scope) {
    if (name.equals(Functions.SCOPE)) {
      return scope;
    }
    Names.Type declared = reads.get(name);
    if (declared == null) {
      return new Everything(name + ".", scope);
    }
    return required(name, find(name, declared, scope));
  }

  private static Object required(String name, Object value) {
    if (value == null) {
      throw new Unavailable(name + " is absent");
    }
    return value;
  }

  /** Finds a value and sees it as its declared type; null if it is absent. */
  private static Object find(String name, Names.Type declared, Scope scope) {
    Object raw = scope.find(name);
    if (raw == null && declared == Names.Type.DOUBLE && name.startsWith("customer.")) {
      Object units = scope.find(name + Names.UNITS);
      return units == null ? null : Units.toDouble(exact(name, units));
    }
    return raw == null ? null : seen(name, declared, raw);
  }

  private static Object seen(String name, Names.Type declared, Object raw) {
    Object value =
        switch (declared) {
          case BOOL -> bool(raw);
          case INT -> integer(name, raw);
          case DOUBLE -> decimal(raw);
          case STRING -> text(raw);
          case STRINGS -> raw instanceof List ? raw : null;
          case DYNAMIC -> dynamic(raw);
        };
    if (value == null) {
      throw new Unavailable("%s is %s, and declared %s".formatted(name, raw, declared));
    }
    return value;
  }

  private static Boolean bool(Object raw) {
    if (raw instanceof Value value) {
      return value.type() == Value.Type.BOOLEAN ? Boolean.valueOf(value.text()) : null;
    }
    return raw instanceof Boolean bool ? bool : null;
  }

  private static Long integer(String name, Object raw) {
    if (raw instanceof Long || raw instanceof Integer) {
      return ((Number) raw).longValue();
    } else if (raw instanceof BigInteger || raw instanceof Value) {
      try {
        return raw instanceof Value value && !isDecimal(value)
            ? null
            : exact(name, raw).longValueExact();
      } catch (ArithmeticException tooLarge) {
        throw new Unavailable(name + " is no whole number of 64 bits: " + raw);
      }
    }
    return null;
  }

  /** A whole number of any size. */
  static BigInteger exact(String name, Object raw) {
    if (raw instanceof BigInteger integer) {
      return integer;
    } else if (raw instanceof Long || raw instanceof Integer) {
      return BigInteger.valueOf(((Number) raw).longValue());
    } else if (raw instanceof Value value && isDecimal(value)) {
      BigDecimal decimal = new BigDecimal(value.text());
      // Said before it is written out: 1e999999999 has a billion digits.
      if (!Units.exceedsRange(decimal)) {
        return decimal.toBigIntegerExact();
      }
    }
    throw new Unavailable(name + " is no whole number: " + raw);
  }

  private static Double decimal(Object raw) {
    if (raw instanceof Value value) {
      return isDecimal(value) ? Double.valueOf(value.text()) : null;
    }
    return raw instanceof Number number ? number.doubleValue() : null;
  }

  /** Decimals may come in quotes, as every amount may. */
  private static boolean isDecimal(Value value) {
    return value.type() == Value.Type.NUMBER
        || (value.type() == Value.Type.STRING && DECIMAL.matcher(value.text()).matches());
  }

  private static String text(Object raw) {
    if (raw instanceof Value value) {
      return value.type() == Value.Type.JSON ? null : value.text();
    } else if (raw instanceof Enum<?> constant) {
      return constant.name();
    }
    return raw instanceof String text ? text : null;
  }

  private static Object dynamic(Object raw) {
    if (raw instanceof Value value) {
      return switch (value.type()) {
        case STRING -> value.text();
        case NUMBER -> Double.valueOf(value.text());
        case BOOLEAN -> Boolean.valueOf(value.text());
        case JSON -> nested(value.text());
      };
    } else if (raw instanceof Integer integer) {
      return integer.longValue();
    } else if (raw instanceof Enum<?> constant) {
      return constant.name();
    }
    return raw;
  }

  private static Object nested(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      return nested(parser);
    } catch (IOException broken) {
      throw new Unavailable("nested JSON that can't be read: " + broken.getMessage());
    }
  }

  private static Object nested(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> nestedMap(parser);
      case START_ARRAY -> nestedList(parser);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
      case VALUE_NULL -> NullValue.NULL_VALUE;
      default -> parser.getText();
    };
  }

  private static Map<String, Object> nestedMap(JsonParser parser) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      map.put(key, nested(parser));
    }
    return map;
  }

  private static List<Object> nestedList(JsonParser parser) throws IOException {
    List<Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(nested(parser));
    }
    return list;
  }

  /** What a name that is computed finds: {@code event[customer.favourite]}. */
  private final class Everything extends AbstractMap<String, Object> {
    private final String prefix;
    private final Scope scope;

    Everything(String prefix, Scope scope) {
      this.prefix = prefix;
      this.scope = scope;
    }

    @Override
    public Object get(Object key) {
      String name = (String) key;
      Names.Type declared =
          prefix.equals("event.") ? names.typeOfEventField(name) : names.typeOfCustomer(name);
      return find(prefix + name, declared, scope);
    }

    @Override
    public boolean containsKey(Object key) {
      return key instanceof String && get(key) != null;
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      throw new Unavailable(prefix + "* can't be listed");
    }
  }

  /**
   * A value can't be had; CEL's own logic goes on from there, so that {@code true || x} is true.
   */
  static final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unavailable(String message) {
      super(message, null, false, false);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Expression that
        && text.equals(that.text)
        && names.equals(that.names)
        && type == that.type;
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
