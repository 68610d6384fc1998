package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.cep.pattern.GroupPattern;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;

/**
 * A sequence of events, which Flink CEP's own pattern defines.
 *
 * @param pattern the pattern; where the window is inclusive its {@code within} is one millisecond
 *     longer than written
 * @param withinMillis the window from the first event on, as written; 0 for none
 * @param inclusive whether an event at start + window is still in it
 * @param events the only events that the pattern must be shown, for no other can change anything;
 *     null for all that it sees
 * @param among the only events that it sees, so that others stand between none; null for all
 * @param by the field of events for each value of which matches are sought apart; null for the
 *     customer as a whole
 * @param seesDeliveries whether it sees deliveries: it names one
 * @param maxPartialMatches the most partial matches of one customer
 */
public record PatternTrigger(
    Pattern<Occurrence, ?> pattern,
    long withinMillis,
    boolean inclusive,
    Set<String> events,
    Set<String> among,
    String by,
    boolean seesDeliveries,
    int maxPartialMatches)
    implements Trigger {

  /** The bound on partial matches where a definition names none. */
  public static final int DEFAULT_MAX_PARTIAL_MATCHES = 1_000;

  /** The highest bound that a definition can name. */
  public static final int MAX_PARTIAL_MATCHES = 10_000;

  /**
   * Compiles a pattern as every subtask will.
   *
   * @throws org.apache.flink.cep.pattern.MalformedPatternException if it is one that Flink CEP
   *     takes and then fails on
   */
  public static void check(Pattern<Occurrence, ?> pattern) {
    new Matcher<>(pattern, DEFAULT_MAX_PARTIAL_MATCHES);
  }

  /**
   * A trigger; which events it must be shown is seen from the pattern.
   *
   * @param among see above
   */
  public static PatternTrigger of(
      Pattern<Occurrence, ?> pattern,
      long withinMillis,
      boolean inclusive,
      Set<String> among,
      String by,
      int maxPartialMatches) {
    Interest interest = new Interest();
    interest.lookAt(pattern);
    if (among != null) {
      interest.named.addAll(among);
    }
    boolean all = interest.strict || interest.unnamed;
    return new PatternTrigger(
        pattern,
        withinMillis,
        inclusive,
        among != null ? among : all ? null : interest.named,
        among,
        by,
        interest.named.stream().anyMatch(Occurrence::isDeliveryName),
        maxPartialMatches);
  }

  /** What the steps of a pattern look at. */
  private static final class Interest {
    private final Set<String> named = new TreeSet<>();
    private boolean unnamed;
    private boolean strict;

    void lookAt(Pattern<Occurrence, ?> last) {
      for (Pattern<Occurrence, ?> step = last; step != null; step = step.getPrevious()) {
        Quantifier quantifier = step.getQuantifier();
        // The first of a chain is called strict, but has nothing before it to be strict about.
        boolean first = step.getPrevious() == null;
        strict |=
            (!first && isStrict(quantifier.getConsumingStrategy()))
                || isStrict(quantifier.getInnerConsumingStrategy());
        if (step instanceof GroupPattern<Occurrence, ?> group) {
          lookAt(group.getRawPattern());
        } else {
          lookAt(step.getCondition());
        }
        if (step.getUntilCondition() != null) {
          lookAt(step.getUntilCondition());
        }
      }
    }

    private void lookAt(Object condition) {
      Set<String> names = condition instanceof EventCondition own ? own.names() : null;
      if (names == null) {
        unnamed = true;
      } else {
        named.addAll(names);
      }
    }

    private static boolean isStrict(ConsumingStrategy strategy) {
      return strategy == ConsumingStrategy.STRICT || strategy == ConsumingStrategy.NOT_NEXT;
    }
  }
}
