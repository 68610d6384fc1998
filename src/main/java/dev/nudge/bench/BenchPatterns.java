package dev.nudge.bench;

import dev.nudge.event.Occurrence;
import dev.nudge.pattern.EventCondition;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.ExpressionException;
import dev.nudge.pattern.NamedCondition;
import dev.nudge.pattern.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * The patterns that are measured, for stock Flink CEP and for ours alike: twenty shapes of what a
 * marketer asks for. Each further twenty has longer windows, and event names of its own if the
 * {@linkplain PatternSet#spread set is spread}.
 */
final class BenchPatterns {
  /** How many different shapes there are. */
  static final int SHAPES = 20;

  /** The shape that Flink SQL can say too: a product is added, then paid, within 30 minutes. */
  static final int SEQUENCE = 1;

  /** The longest window of the first twenty patterns. */
  static final Duration LONGEST_WINDOW = Duration.ofMinutes(60);

  /** Reads the event as a condition of a marketer does, and is true of each. */
  private static final Expression TRUE = condition("event.quantity >= 0.0 && event.at > 0");

  private BenchPatterns() {}

  private static Expression condition(String text) {
    try {
      return Expression.compile(text, Names.of(Map.of()), Expression.Type.BOOL);
    } catch (ExpressionException refused) {
      throw new IllegalStateException(refused);
    }
  }

  /** All patterns of a set, by number. */
  static List<Pattern<Occurrence, ?>> of(PatternSet set) {
    return of(set, false);
  }

  /**
   * All patterns of a set, by number.
   *
   * @param cel whether each condition is also a CEL expression, one that is true
   */
  static List<Pattern<Occurrence, ?>> of(PatternSet set, boolean cel) {
    List<Pattern<Occurrence, ?>> patterns = new ArrayList<>(set.count());
    for (int i = 0; i < set.count(); i++) {
      patterns.add(pattern(i, set.spread(), cel));
    }
    return patterns;
  }

  /** One pattern by its number, from 0. */
  static Pattern<Occurrence, ?> pattern(int number, boolean spread) {
    return pattern(number, spread, false);
  }

  private static Pattern<Occurrence, ?> pattern(int number, boolean spread, boolean cel) {
    int round = number / SHAPES;
    Shapes s = new Shapes(spread ? round : 0, round, cel);
    return switch (number % SHAPES) {
      case 0 ->
          s.begin(Step.ADDED).notFollowedBy("unpaid").where(s.is(Step.PAID)).within(s.min(30));
      case SEQUENCE -> s.then(s.begin(Step.ADDED), Step.PAID).within(s.min(30));
      case 2 ->
          s.begin(Step.CHECKOUT).notFollowedBy("unpaid").where(s.is(Step.PAID)).within(s.min(20));
      case 3 -> s.then(s.then(s.begin(Step.ADDED), Step.CHECKOUT), Step.PAID).within(s.min(45));
      case 4 ->
          s.begin(Step.PLACED).notFollowedBy("unpaid").where(s.is(Step.PAID)).within(s.min(15));
      case 5 -> s.begin(Step.ADDED).times(2).within(s.min(30));
      case 6 -> s.then(s.begin(Step.ADDED), Step.REMOVED).within(s.min(30));
      case 7 ->
          s.then(s.then(s.begin(Step.ADDED), Step.CHECKOUT).optional(), Step.PAID)
              .within(s.min(30));
      case 8 -> s.then(s.begin(Step.SEARCHED), Step.ADDED).within(s.min(20));
      case 9 ->
          s.begin(Step.SEARCHED).notFollowedBy("no cart").where(s.is(Step.ADDED)).within(s.min(25));
      case 10 ->
          s.then(s.begin(Step.ADDED), Step.REMOVED)
              .notFollowedBy("unpaid")
              .where(s.is(Step.PAID))
              .within(s.min(40));
      case 11 -> s.then(s.begin(Step.ADDED).oneOrMore(), Step.CHECKOUT).within(s.min(30));
      case 12 -> s.then(s.begin(Step.CHECKOUT), Step.PLACED).within(s.min(10));
      case 13 ->
          s.then(s.begin(Step.ADDED), Step.CHECKOUT)
              .notFollowedBy("no order")
              .where(s.is(Step.PLACED))
              .within(s.min(25));
      case 14 -> s.then(s.begin(Step.ADDED).timesOrMore(2), Step.PAID).within(s.min(60));
      case 15 ->
          s.then(s.then(s.begin(Step.SEARCHED), Step.ADDED), Step.CHECKOUT).within(s.min(60));
      case 16 -> s.then(s.begin(Step.PAID), Step.ADDED).within(s.min(60));
      case 17 ->
          s.then(s.begin(Step.ADDED).notFollowedBy("kept").where(s.is(Step.REMOVED)), Step.PAID)
              .within(s.min(30));
      case 18 -> s.begin(Step.PAID).times(2).within(s.min(60));
      default ->
          s.begin(Step.VIEWED)
              .times(3)
              .notFollowedBy("no cart")
              .where(s.is(Step.ADDED))
              .within(s.min(5));
    };
  }

  /** An event by its name: all that these patterns ask. */
  static final class Named extends SimpleCondition<Occurrence> implements NamedCondition {
    private static final long serialVersionUID = 1L;

    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public Set<String> names() {
      return Set.of(name);
    }

    @Override
    public boolean isIterative() {
      return false;
    }

    @Override
    public boolean filter(Occurrence occurrence) {
      return occurrence.name().equals(name);
    }
  }

  /** The words in which shapes are said. */
  private record Shapes(int family, int round, boolean cel) {
    Pattern<Occurrence, Occurrence> begin(Step step) {
      return Pattern.<Occurrence>begin(label(step, 0)).where(is(step));
    }

    Pattern<Occurrence, Occurrence> then(Pattern<Occurrence, Occurrence> before, Step step) {
      return before.followedBy(label(step, 1)).where(is(step));
    }

    IterativeCondition<Occurrence> is(Step step) {
      return cel ? EventCondition.of(Set.of(step.in(family)), TRUE) : new Named(step.in(family));
    }

    Duration min(int minutes) {
      return Duration.ofMinutes(minutes).plusSeconds(round);
    }

    private static String label(Step step, int place) {
      return (place == 0 ? "first " : "then ") + step.name();
    }
  }
}
