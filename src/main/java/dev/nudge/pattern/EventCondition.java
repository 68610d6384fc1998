package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Value;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/**
 * Which events a step takes: those of some names, for which an expression is true, and which differ
 * from those it took before.
 *
 * <p>Example: {@code {event: Product Added, where: "event.price > 100.0", times: 3, distinct:
 * productId}} takes the {@code Product Added} of p1 over 120, of p1 again no more, of p2 over 130.
 *
 * <p>An engine asks {@link #test}, with everything that its scope knows; stock Flink CEP asks
 * {@link #filter}, where only the event and the steps are known. It travels as text, and is
 * compiled again where it arrives.
 */
public final class EventCondition extends IterativeCondition<Occurrence> {
  private static final long serialVersionUID = 1L;

  private final TreeSet<String> names;
  private final String where;
  private final Names declared;
  private final String step;
  private final String distinct;

  /** Compiled {@link #where}; null where there is none. */
  private transient Expression expression;

  /** The names that {@link #names()} tells. */
  private transient Set<String> index;

  private EventCondition(Set<String> names, Expression expression, String step, String distinct) {
    this.names = names == null ? null : new TreeSet<>(names);
    this.where = expression == null ? null : expression.text();
    this.declared = expression == null ? null : expression.names();
    this.step = step;
    this.distinct = distinct;
    this.expression = expression;
    this.index = index();
  }

  /**
   * A condition.
   *
   * @param names the names of events; null for any
   * @param where what must be true of them, or null
   */
  public static EventCondition of(Set<String> names, Expression where) {
    return new EventCondition(names, where, null, null);
  }

  /**
   * The same, and what the step took must differ from event to event in a property. An event
   * without it is not taken.
   *
   * @param step the step whose condition this is
   */
  public EventCondition distinct(String step, String property) {
    return new EventCondition(names, expression, step, property);
  }

  /**
   * The only names for which it can be true, as written or as the expression shows.
   *
   * @return null if it can be true for any
   */
  public Set<String> names() {
    return index;
  }

  /** What must be true of an event; null if nothing more than its name is asked. */
  public Expression where() {
    return expression;
  }

  /** The property in which the step's events differ, or null. */
  public String distinct() {
    return distinct;
  }

  /** Whether it depends on events that were taken before. */
  public boolean isIterative() {
    return distinct != null || (expression != null && expression.isIterative());
  }

  /**
   * Whether the event is one.
   *
   * @param scope what the expression sees, the event among it, and the events that steps took
   */
  public boolean test(Occurrence event, EventScope scope) {
    if (index != null && !index.contains(event.name())) {
      return false;
    } else if (distinct != null && !isNew(event, scope.taken(step))) {
      return false;
    }
    return expression == null || expression.test(scope);
  }

  @Override
  public boolean filter(Occurrence event, Context<Occurrence> context) {
    return test(event, new StockScope(event, context));
  }

  private boolean isNew(Occurrence event, List<Occurrence> before) {
    Value value = event.fields().get(distinct);
    return value != null
        && before.stream().noneMatch(taken -> value.equals(taken.fields().get(distinct)));
  }

  private Set<String> index() {
    Set<String> shown = expression == null ? null : expression.eventNames();
    if (names == null || shown == null) {
      return names == null ? shown : names;
    }
    Set<String> both = new TreeSet<>(names);
    both.retainAll(shown);
    return both;
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    expression = where == null ? null : Expression.again(where, declared, Expression.Type.BOOL);
    index = index();
  }

  /** What stock Flink CEP lets a condition see. */
  private static final class StockScope extends EventScope {
    private final Occurrence event;
    private final Context<Occurrence> context;

    StockScope(Occurrence event, Context<Occurrence> context) {
      this.event = event;
      this.context = context;
    }

    @Override
    protected Occurrence event() {
      return event;
    }

    @Override
    protected List<Occurrence> taken(String step) {
      List<Occurrence> taken = new ArrayList<>();
      try {
        context.getEventsForPattern(step).forEach(taken::add);
      } catch (Exception failure) {
        // The interface allows any; a broken buffer is no matter of the condition.
        throw new IllegalStateException("Flink can't tell what " + step + " took", failure);
      }
      return taken;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventCondition that
        && Objects.equals(names, that.names)
        && Objects.equals(expression, that.expression)
        && Objects.equals(step, that.step)
        && Objects.equals(distinct, that.distinct);
  }

  @Override
  public int hashCode() {
    return Objects.hash(names, expression, step, distinct);
  }

  /**
   * As a marketer reads it: {@code Product Added where event.price > 100.0, distinct productId}.
   */
  @Override
  public String toString() {
    String events = names == null ? "any event" : String.join(" | ", names);
    String condition = where == null ? "" : " where " + where.strip().replaceAll("\\s+", " ");
    return events + condition + (distinct == null ? "" : ", distinct " + distinct);
  }
}
