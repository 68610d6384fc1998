package dev.nudge.definition;

import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Campaigns of one {@code exclusive} that stand in each other's way.
 *
 * <p>Two with one priority, one audience and a time in common are told apart by nothing but their
 * names, so they are refused. Two whose audiences merely overlap are fine, for the priority says
 * who goes first, but their author may not know, so there is a warning. That audiences overlap is
 * shown by a customer whom both take: one is sought among the values that the two conditions name.
 * Where none is found nothing is said, so a warning is never wrong.
 */
final class Rivals {
  /** The most customers that are tried for two audiences. */
  static final int MAX_TRIED = 10_000;

  private static final Pattern TEXT = Pattern.compile("'([^'\\\\]*)'|\"([^\"\\\\]*)\"");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");

  private Rivals() {}

  /** What is expected where two are alike. */
  static final String EXPECTED = "another priority, audience, active or exclusive";

  /** What is found where two are alike. */
  static String found(Campaign one, Campaign other) {
    return "the exclusive %s, priority %d and audience of %s at the same time"
        .formatted(one.exclusive(), one.priority(), other.id());
  }

  /** What the author of two that are not alike may want to know. */
  static Optional<String> warning(Campaign one, Campaign other) {
    boolean first = one.priority() > other.priority();
    boolean same = one.priority() == other.priority();
    return shared(one, other)
        .map(
            customer ->
                "warning: %s and %s are both for %s; %s"
                    .formatted(
                        one.id(),
                        other.id(),
                        customer,
                        same
                            ? "as their priorities are equal, their names say which goes first"
                            : (first ? one : other).id() + " goes first"));
  }

  /** Whether two campaigns can meet at a customer at all. */
  static boolean meet(Campaign one, Campaign other) {
    return one.exclusive() != null
        && one.exclusive().equals(other.exclusive())
        && (one.tenant() == null || other.tenant() == null || one.tenant().equals(other.tenant()))
        && one.overlaps(other);
  }

  /** Whether nothing but their names tells two campaigns apart that meet. */
  static boolean areAlike(Campaign one, Campaign other) {
    return one.priority() == other.priority() && audience(one).equals(audience(other));
  }

  /** Who is meant; everybody where nothing is said. */
  private static String audience(Campaign campaign) {
    return campaign.audience() == null
        ? "true"
        : campaign.audience().text().strip().replaceAll("\\s+", " ");
  }

  /**
   * A customer whom both audiences take, {@code customer.stage = GROWING}; nothing if none was
   * found.
   */
  static Optional<String> shared(Campaign one, Campaign other) {
    List<Expression> conditions = new ArrayList<>();
    conditions.add(one.audience());
    conditions.add(other.audience());
    conditions.removeIf(Objects::isNull);
    Set<String> names = new TreeSet<>();
    List<Object> values = new ArrayList<>();
    for (Expression condition : conditions) {
      names.addAll(condition.reads());
      values.addAll(literals(condition.text()));
    }
    List<Object> distinct = new ArrayList<>(new LinkedHashSet<>(values));
    distinct.add(0L);
    distinct.add(true);
    distinct.add(false);
    return firstOf(List.copyOf(names), distinct, conditions);
  }

  /** Tries all customers in order, as the digits of a number are counted up. */
  private static Optional<String> firstOf(
      List<String> names, List<Object> values, List<Expression> conditions) {
    int[] digits = new int[names.size()];
    for (int tried = 0; tried < MAX_TRIED; tried++) {
      TreeMap<String, Object> customer = new TreeMap<>();
      for (int i = 0; i < digits.length; i++) {
        customer.put(names.get(i), values.get(digits[i]));
      }
      Scope scope = customer::get;
      if (conditions.stream().allMatch(condition -> condition.test(scope))) {
        List<String> shown = new ArrayList<>();
        customer.forEach((name, value) -> shown.add(name + " = " + value));
        return Optional.of(shown.isEmpty() ? "every customer" : String.join(", ", shown));
      }
      int place = 0;
      while (place < digits.length && ++digits[place] == values.size()) {
        digits[place++] = 0;
      }
      if (place == digits.length) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The texts and numbers of a condition, and the numbers next to these. */
  private static List<Object> literals(String condition) {
    List<Object> literals = new ArrayList<>();
    Matcher texts = TEXT.matcher(condition);
    while (texts.find()) {
      literals.add(texts.group(1) == null ? texts.group(2) : texts.group(1));
    }
    Matcher numbers = NUMBER.matcher(texts.replaceAll(""));
    while (numbers.find()) {
      if (numbers.group(1) != null) {
        double number = Double.parseDouble(numbers.group());
        literals.addAll(List.of(number, number + 1, number - 1));
      } else if (numbers.group().length() < 18) {
        long number = Long.parseLong(numbers.group());
        literals.addAll(List.of(number, number + 1, number - 1));
      }
    }
    return literals;
  }
}
