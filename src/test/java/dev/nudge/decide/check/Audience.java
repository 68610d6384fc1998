package dev.nudge.decide.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of CEL that generated audiences are written in: {@code customer.<name>} compared with
 * literals, {@code in}, {@code &&}, {@code ||}, {@code !} and brackets. A comparison with what is
 * missing is an error, which {@code &&} and {@code ||} absorb as CEL has it; an error is false.
 */
final class Audience {
  private static final Pattern TOKEN =
      Pattern.compile("\\s*(&&|\\|\\||[<>=!]=|[<>!()\\[\\],]|'[^']*'|[0-9.]+|[A-Za-z_.0-9]+)");

  private final List<String> tokens = new ArrayList<>();
  private final JsonNode customer;
  private final long heldCoupons;
  private int next;

  private Audience(String text, JsonNode customer, long heldCoupons) {
    Matcher matcher = TOKEN.matcher(text);
    int end = 0;
    while (end < text.strip().length() && matcher.find(end) && matcher.start() == end) {
      tokens.add(matcher.group(1));
      end = matcher.end();
    }
    if (end < text.stripTrailing().length()) {
      throw new IllegalArgumentException("beyond what is read here: " + text);
    }
    this.customer = customer;
    this.heldCoupons = heldCoupons;
  }

  static boolean takes(String text, JsonNode customer, long heldCoupons) {
    Audience audience = new Audience(text, customer, heldCoupons);
    Boolean taken = audience.or();
    if (audience.next != audience.tokens.size()) {
      throw new IllegalArgumentException("beyond what is read here: " + text);
    }
    return Boolean.TRUE.equals(taken);
  }

  private Boolean or() {
    Boolean left = and();
    while (accept("||")) {
      Boolean right = and();
      if (Boolean.TRUE.equals(left) || Boolean.TRUE.equals(right)) {
        left = true;
      } else {
        left = (left == null || right == null) ? null : Boolean.FALSE;
      }
    }
    return left;
  }

  private Boolean and() {
    Boolean left = not();
    while (accept("&&")) {
      Boolean right = not();
      if (Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)) {
        left = false;
      } else {
        left = (left == null || right == null) ? null : Boolean.TRUE;
      }
    }
    return left;
  }

  private Boolean not() {
    if (accept("!")) {
      Boolean inner = not();
      return inner == null ? null : Boolean.valueOf(!inner);
    }
    if (accept("(")) {
      Boolean inner = or();
      accept(")");
      return inner;
    }
    if (accept("true")) {
      return true;
    }
    if (accept("false")) {
      return false;
    }
    return comparison();
  }

  private Boolean comparison() {
    Object left = operand();
    String operator = tokens.get(next++);
    if (operator.equals("in")) {
      boolean found = false;
      accept("[");
      while (!accept("]")) {
        found |= Objects.equals(left, operand());
        accept(",");
      }
      return left == null ? null : Boolean.valueOf(found);
    }
    Object right = operand();
    if (left == null || right == null) {
      return null;
    }
    int order =
        left instanceof Double a && right instanceof Double b
            ? a.compareTo(b)
            : left.toString().compareTo(right.toString());
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> throw new IllegalArgumentException("no operator: " + operator);
    };
  }

  private Object operand() {
    String token = tokens.get(next++);
    if (token.startsWith("'")) {
      return token.substring(1, token.length() - 1);
    }
    if (!token.startsWith("customer.")) {
      return Double.valueOf(token);
    }
    String name = token.substring("customer.".length());
    if (name.equals("heldCoupons")) {
      return (double) heldCoupons;
    }
    JsonNode value = feature(customer, name);
    if (value == null) {
      return null;
    }
    boolean isMoney = name.matches("orderSum|netSum|cartValue|sum[0-9]+d");
    return value.isNumber() || isMoney ? Double.valueOf(value.asText()) : value.asText();
  }

  private boolean accept(String token) {
    if (next < tokens.size() && tokens.get(next).equals(token)) {
      next++;
      return true;
    }
    return false;
  }

  /** A feature or a profile's attribute; null if there is none. */
  static JsonNode feature(JsonNode customer, String name) {
    JsonNode value = customer.get(name);
    if (value == null || value.isNull()) {
      value = customer.path("attributes").get(name);
    }
    return value == null || value.isNull() ? null : value;
  }
}
