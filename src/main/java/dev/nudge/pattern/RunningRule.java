package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import java.util.Set;

/**
 * A version of a rule, ready to run in one subtask.
 *
 * <p>An instance belongs to one thread; {@link PatternEngine} hangs the customer at hand on it.
 */
public final class RunningRule {
  private final long number;
  private final int order;
  private final Rule rule;
  private final Scope scope;
  private final Matcher<Occurrence> matcher;
  private final Set<String> names;
  private final Set<String> firstNames;
  private final Runnable onMatch;

  /** What the customer at hand has of this rule; null for nothing. */
  Section section;

  /** One whose matches nobody else counts. */
  public RunningRule(long number, int order, Rule rule, Scope scope) {
    this(number, order, rule, scope, () -> {});
  }

  /**
   * Compiles a rule.
   *
   * @param number by which a customer's state names this version, the same in every process
   * @param order which of several rules that match at one event comes first; of equal ones, the
   *     first by id
   * @param scope what its expressions see beside the event and the steps
   * @param onMatch counts what it finds
   * @throws org.apache.flink.cep.pattern.MalformedPatternException if Flink CEP refuses the pattern
   */
  public RunningRule(long number, int order, Rule rule, Scope scope, Runnable onMatch) {
    this.number = number;
    this.order = order;
    this.rule = rule;
    this.scope = scope;
    this.onMatch = onMatch;
    if (rule.trigger() instanceof PatternTrigger trigger) {
      matcher = new Matcher<>(trigger.pattern(), trigger.maxPartialMatches(), scope);
      names = matcher.names();
      firstNames = matcher.firstNames();
    } else {
      matcher = null;
      names = rule.trigger() instanceof AfterTrigger after ? after.last() : Set.of();
      firstNames = names;
    }
  }

  /** By which a customer's state names this version. */
  public long number() {
    return number;
  }

  /** Which of several rules that match at one event comes first. */
  public int order() {
    return order;
  }

  /** The rule. */
  public Rule rule() {
    return rule;
  }

  /** What its expressions see beside the event and the steps. */
  public Scope scope() {
    return scope;
  }

  /** Counts a match; whoever is told of it does so. */
  public void matched() {
    onMatch.run();
  }

  Matcher<Occurrence> matcher() {
    return matcher;
  }

  boolean isTimer() {
    return matcher == null;
  }

  PatternTrigger pattern() {
    return (PatternTrigger) rule.trigger();
  }

  AfterTrigger after() {
    return (AfterTrigger) rule.trigger();
  }

  /** Names of events that begin something; null if every event may. */
  Set<String> firstNames() {
    return firstNames;
  }

  /** Names of all events that a condition asks for; null if every event may matter. */
  Set<String> names() {
    return names;
  }

  /** Whether a condition asks for events of that name. */
  boolean asksFor(String name) {
    return names == null || names.contains(name);
  }

  /**
   * Whether the pattern sees events of that kind at all: one that it does not see can't part two.
   */
  boolean sees(String name, Topic topic) {
    if (isTimer()) {
      return names.contains(name);
    }
    PatternTrigger trigger = pattern();
    return (topic != Topic.DELIVERIES || trigger.seesDeliveries())
        && (trigger.among() == null || trigger.among().contains(name));
  }

  /** Whether time-outs are those of the instant after: a window that takes its last instant too. */
  boolean isInclusive() {
    return !isTimer() && pattern().inclusive();
  }
}
