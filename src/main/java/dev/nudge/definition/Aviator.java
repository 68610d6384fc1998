package dev.nudge.definition;

import java.util.Set;

/**
 * Translates a condition of AviatorScript, as rules of dynamic Flink CEP have them, into CEL.
 *
 * <p>{@code action == 0 && item.price > 10} becomes a condition over {@code event.action} and
 * {@code event.item.price}. What both languages have is translated: comparisons, {@code &&}, {@code
 * ||}, {@code !}, {@code + - *}, brackets, numbers, texts, {@code true}, {@code false}, {@code
 * nil}. All else, functions above all, is refused. To Aviator an absent field is {@code nil}, which
 * equals nothing else and is less than everything; so every comparison of a field asks whether it
 * is there.
 */
final class Aviator {
  /** A condition that can't be translated. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String found;
    private final String expected;

    Refused(int offset, String found, String expected) {
      super(found);
      this.offset = offset;
      this.found = found;
      this.expected = expected;
    }

    /** Where, in code points from the start of the text. */
    int offset() {
      return offset;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /** What was read: CEL text, and what it is to the operators around it. */
  private record Term(String cel, Kind kind) {}

  private enum Kind {
    FIELD,
    NIL,
    VALUE,
    CONDITION
  }

  private static final int MAX_DEPTH = 16;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final String text;
  private int at;
  private int depth;

  private Aviator(String text) {
    this.text = text;
  }

  /**
   * Translates a condition.
   *
   * @throws Refused if CEL has nothing that means the same
   */
  static String toCel(String text) throws Refused {
    Aviator reader = new Aviator(text);
    String cel = condition(reader.or());
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.refused("an operator that both languages have");
    }
    return cel;
  }

  private Term or() throws Refused {
    Term left = and();
    while (takes("||")) {
      left = new Term("(%s || %s)".formatted(condition(left), condition(and())), Kind.CONDITION);
    }
    return left;
  }

  private Term and() throws Refused {
    Term left = comparison();
    while (takes("&&")) {
      left =
          new Term(
              "(%s && %s)".formatted(condition(left), condition(comparison())), Kind.CONDITION);
    }
    return left;
  }

  private Term comparison() throws Refused {
    Term left = sum();
    skipSpace();
    String operator = operator();
    if (operator == null) {
      return left;
    }
    at += operator.length();
    Term right = sum();
    String cel =
        switch (operator) {
          case "==" -> equal(left, right);
          case "!=" -> "!" + equal(left, right);
          case "<" -> less(left, right);
          case ">" -> less(right, left);
          case "<=" -> "!" + less(right, left);
          default -> "!" + less(left, right);
        };
    return new Term(cel, Kind.CONDITION);
  }

  private String operator() {
    for (int length = 2; length > 0; length--) {
      if (at + length <= text.length() && COMPARISONS.contains(text.substring(at, at + length))) {
        return text.substring(at, at + length);
      }
    }
    return null;
  }

  private Term sum() throws Refused {
    Term left = product();
    while (true) {
      skipSpace();
      char next = peek();
      if (next != '+' && next != '-') {
        return left;
      }
      at++;
      left = new Term("(%s %s %s)".formatted(left.cel(), next, product().cel()), Kind.VALUE);
    }
  }

  private Term product() throws Refused {
    Term left = unary();
    while (takes("*")) {
      left = new Term("(%s * %s)".formatted(left.cel(), unary().cel()), Kind.VALUE);
    }
    return left;
  }

  private Term unary() throws Refused {
    if (++depth > MAX_DEPTH) {
      throw new Refused(offset(), "more than " + MAX_DEPTH + " levels", "at most as many");
    }
    try {
      skipSpace();
      if (peek() == '!' && peek(1) != '=') {
        at++;
        return new Term("!" + condition(unary()), Kind.CONDITION);
      } else if (peek() == '-') {
        at++;
        return new Term("-" + unary().cel(), Kind.VALUE);
      } else if (peek() == '(') {
        at++;
        Term inner = or();
        if (!takes(")")) {
          throw refused(")");
        }
        return inner;
      }
      return operand();
    } finally {
      depth--;
    }
  }

  private Term operand() throws Refused {
    char next = peek();
    if (next == '\'' || next == '"') {
      return string(next);
    } else if (isDigit(next)) {
      return number();
    } else if (isNameStart(next)) {
      return name();
    }
    throw refused("a field, a text, a number, true, false or nil");
  }

  private Term string(char quote) throws Refused {
    int start = offset();
    StringBuilder cel = new StringBuilder("'");
    for (at++; peek() != quote; at++) {
      char c = peek();
      if (c == 0) {
        throw new Refused(start, "a text without its end", String.valueOf(quote));
      } else if (c == '\\') {
        throw new Refused(offset(), "an escape in a text", "characters that need none");
      } else if (c == '\'') {
        cel.append("\\'");
      } else if (c < ' ') {
        cel.append("\\u%04x".formatted((int) c));
      } else {
        cel.append(c);
      }
    }
    at++;
    return new Term(cel.append('\'').toString(), Kind.VALUE);
  }

  /** Numbers become decimals: fields that no schema types are such, too. */
  private Term number() throws Refused {
    int start = at;
    while (isDigit(peek()) || peek() == '.') {
      at++;
    }
    String literal = text.substring(start, at);
    if (isNameStart(peek()) || !literal.matches("[0-9]{1,15}(\\.[0-9]+)?")) {
      at = start;
      throw refused("a number of at most 15 digits, without a suffix");
    }
    return new Term(literal.contains(".") ? literal : literal + ".0", Kind.VALUE);
  }

  private Term name() throws Refused {
    int start = at;
    while (isNameStart(peek()) || isDigit(peek()) || (peek() == '.' && isNameStart(peek(1)))) {
      at++;
    }
    String name = text.substring(start, at);
    skipSpace();
    if (peek() == '(' || peek() == '[' || peek() == '?') {
      at = start;
      throw refused("fields compared with values, for CEL has no such function or operator");
    }
    return switch (name) {
      case "nil" -> new Term("nil", Kind.NIL);
      case "true", "false" -> new Term(name, Kind.VALUE);
      default -> new Term(field(name), Kind.FIELD);
    };
  }

  /** The first name is an event's field, however it is called; CEL reserves some words. */
  private static String field(String name) {
    int dot = name.indexOf('.');
    String first = dot < 0 ? name : name.substring(0, dot);
    return "event['" + first + "']" + (dot < 0 ? "" : name.substring(dot));
  }

  private static String condition(Term term) {
    return switch (term.kind()) {
      case FIELD -> "(%s && %s == true)".formatted(isThere(term.cel()), term.cel());
      case NIL -> "false";
      case VALUE, CONDITION -> term.cel();
    };
  }

  private static String equal(Term a, Term b) {
    if (a.kind() == Kind.NIL || b.kind() == Kind.NIL) {
      Term other = a.kind() == Kind.NIL ? b : a;
      return switch (other.kind()) {
        case NIL -> "(true)";
        case FIELD -> "(!%s)".formatted(isThere(other.cel()));
        default -> "(false)";
      };
    } else if (a.kind() == Kind.FIELD && b.kind() == Kind.FIELD) {
      return "(%s && %s ? %s == %s : !%s && !%s)"
          .formatted(
              isThere(a.cel()),
              isThere(b.cel()),
              a.cel(),
              b.cel(),
              isThere(a.cel()),
              isThere(b.cel()));
    }
    String equal = "%s == %s".formatted(compared(a), compared(b));
    if (a.kind() == Kind.FIELD || b.kind() == Kind.FIELD) {
      Term field = a.kind() == Kind.FIELD ? a : b;
      return "(%s && %s)".formatted(isThere(field.cel()), equal);
    }
    return "(" + equal + ")";
  }

  /** Nothing is less than nil, and nil is less than everything else. */
  private static String less(Term a, Term b) {
    if (b.kind() == Kind.NIL) {
      return "(false)";
    } else if (a.kind() == Kind.NIL) {
      return b.kind() == Kind.FIELD ? "(" + isThere(b.cel()) + ")" : "(true)";
    }
    String less = "%s < %s".formatted(compared(a), compared(b));
    String left = a.kind() == Kind.FIELD ? "(!%s || %s)".formatted(isThere(a.cel()), less) : less;
    return b.kind() == Kind.FIELD
        ? "(%s && %s)".formatted(isThere(b.cel()), left)
        : "(" + left + ")";
  }

  /** A number compares with whole and decimal fields alike. */
  private static String compared(Term term) {
    return isDigit(term.cel().charAt(0)) ? "dyn(" + term.cel() + ")" : term.cel();
  }

  private static String isThere(String field) {
    int bracket = field.indexOf(']');
    return bracket == field.length() - 1
        ? "(%s in event)".formatted(field.substring("event[".length(), bracket))
        : "has(%s)".formatted(field);
  }

  private boolean takes(String operator) {
    skipSpace();
    boolean taken = text.startsWith(operator, at);
    at += taken ? operator.length() : 0;
    return taken;
  }

  private void skipSpace() {
    while (Character.isWhitespace(peek())) {
      at++;
    }
  }

  private char peek() {
    return peek(0);
  }

  private char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private int offset() {
    return text.codePointCount(0, at);
  }

  private Refused refused(String expected) {
    String rest = text.substring(at);
    String found = rest.isEmpty() ? "the end of the text" : '"' + Node.clipped(rest) + '"';
    return new Refused(offset(), found, expected);
  }
}
