package dev.nudge.pattern;

import static java.util.stream.Collectors.joining;

import dev.nudge.event.Occurrence;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * A condition of a random pattern, as data.
 *
 * @param names the event must have one of these one-letter names; empty for any
 * @param least its value must not be below
 * @param earlier its value must not be below that of the last event which this step took; null if
 *     nothing that was taken before matters
 * @param told what the matcher may know of it
 */
record Ask(String names, int least, String earlier, Told told) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** What the matcher may know of a condition beforehand. */
  enum Told {
    /** Its names. */
    NAMES,
    /** That it may hold for any name. */
    ANY_NAME,
    /** Nothing. */
    NOTHING
  }

  boolean holds(Visit visit) {
    return (names.isEmpty() || names.contains(visit.name())) && visit.value() >= least;
  }

  boolean holds(Visit visit, IterativeCondition.Context<Visit> context) throws Exception {
    if (context.timestamp() != visit.atMillis()) {
      throw new IllegalStateException("asked at the wrong time");
    }
    return holds(visit, context.getEventsForPattern(earlier));
  }

  private boolean holds(Visit visit, Iterable<Visit> taken) {
    if (!holds(visit)) {
      return false;
    }
    int last = Integer.MIN_VALUE;
    for (Visit before : taken) {
      last = before.value();
    }
    return visit.value() >= last;
  }

  IterativeCondition<Visit> condition() {
    if (earlier == null) {
      return told == Told.NOTHING ? new Plain(this) : new Named(this);
    }
    return told == Told.NOTHING ? new Iterative(this) : new NamedIterative(this);
  }

  /**
   * The same in the pattern language, with the names beside the expression or in it; but what tells
   * nothing beforehand is plain Java.
   */
  IterativeCondition<Occurrence> conditionOfOccurrences() {
    if (told == Told.NOTHING) {
      return new OfOccurrences(this);
    }
    List<String> parts = new ArrayList<>();
    Names known = Names.of(Map.of());
    if (told == Told.ANY_NAME && !names.isEmpty()) {
      parts.add(
          names
              .chars()
              .mapToObj(name -> "'" + Character.toString(name) + "'")
              .collect(joining(", ", "event.event in [", "]")));
    }
    if (least > 0) {
      parts.add("event.value >= " + least + ".0");
    }
    if (earlier != null) {
      known = known.withStep(earlier);
      parts.add("(steps.%1$s.count == 0 || event.value >= steps.%1$s.value)".formatted(earlier));
    }
    try {
      return EventCondition.of(
          told == Told.ANY_NAME ? null : toldNames(),
          parts.isEmpty()
              ? null
              : Expression.compile(String.join(" && ", parts), known, Expression.Type.BOOL));
    } catch (ExpressionException wrong) {
      throw new IllegalStateException(this + " in the pattern language", wrong);
    }
  }

  private Set<String> toldNames() {
    return told == Told.ANY_NAME || names.isEmpty()
        ? null
        : names
            .chars()
            .mapToObj(Character::toString)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Conditions that ask for less, for the search for the smallest case. */
  List<Ask> simpler() {
    return List.of(
        new Ask(names, least, null, told),
        new Ask(names, 0, earlier, told),
        new Ask(names.isEmpty() ? names : names.substring(0, 1), least, earlier, told),
        new Ask(names, least, earlier, Told.NOTHING));
  }

  @Override
  public String toString() {
    return (names.isEmpty() ? "any" : names)
        + (least > 0 ? " value>=" + least : "")
        + (earlier == null ? "" : " value>=last(" + earlier + ")")
        + (told == Told.NAMES ? "" : " told " + told);
  }

  private static final class Plain extends SimpleCondition<Visit> {
    @Serial private static final long serialVersionUID = 1;
    private final Ask ask;

    Plain(Ask ask) {
      this.ask = ask;
    }

    @Override
    public boolean filter(Visit visit) {
      return ask.holds(visit);
    }
  }

  private static final class Named extends SimpleCondition<Visit> implements NamedCondition {
    @Serial private static final long serialVersionUID = 1;
    private final Ask ask;

    Named(Ask ask) {
      this.ask = ask;
    }

    @Override
    public boolean filter(Visit visit) {
      return ask.holds(visit);
    }

    @Override
    public Set<String> names() {
      return ask.toldNames();
    }

    @Override
    public boolean isIterative() {
      return false;
    }
  }

  private static class Iterative extends IterativeCondition<Visit> {
    @Serial private static final long serialVersionUID = 1;
    final Ask ask;

    Iterative(Ask ask) {
      this.ask = ask;
    }

    @Override
    public boolean filter(Visit visit, Context<Visit> context) throws Exception {
      return ask.holds(visit, context);
    }
  }

  private static final class NamedIterative extends Iterative implements NamedCondition {
    @Serial private static final long serialVersionUID = 1;

    NamedIterative(Ask ask) {
      super(ask);
    }

    @Override
    public Set<String> names() {
      return ask.toldNames();
    }

    @Override
    public boolean isIterative() {
      return true;
    }
  }

  /** Tells nothing, not even whether it looks at what was taken before. */
  private static final class OfOccurrences extends IterativeCondition<Occurrence> {
    @Serial private static final long serialVersionUID = 1;
    private final Ask ask;

    OfOccurrences(Ask ask) {
      this.ask = ask;
    }

    @Override
    public boolean filter(Occurrence event, Context<Occurrence> context) throws Exception {
      Visit visit = Visit.of("", event);
      if (ask.earlier == null) {
        return ask.holds(visit);
      }
      List<Visit> before = new ArrayList<>();
      for (Occurrence taken : context.getEventsForPattern(ask.earlier)) {
        before.add(Visit.of("", taken));
      }
      return ask.holds(visit, before);
    }
  }
}
