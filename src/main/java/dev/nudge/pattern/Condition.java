package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.RichAndCondition;
import org.apache.flink.cep.pattern.conditions.RichCompositeIterativeCondition;
import org.apache.flink.cep.pattern.conditions.RichNotCondition;
import org.apache.flink.cep.pattern.conditions.RichOrCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * The condition of an edge, taken apart: Flink builds it of the pattern's own conditions and of
 * and, or, not.
 *
 * <p>Taken apart, it tells which names it asks for, and a condition of the pattern that stands on
 * several edges is evaluated once an event.
 *
 * @param <E> events
 */
abstract class Condition<E> {
  /** Whether it holds for an event. */
  abstract boolean holds(E event, IterativeCondition.Context<E> context) throws Exception;

  /** Whether it holds for an event whose name none of its parts asks for. */
  abstract boolean onForeign();

  /** Adds the names that it asks for; false if it may ask for any. */
  abstract boolean addNames(Set<String> names);

  /** Takes a condition apart; the same part stays one object. */
  static <E> Condition<E> of(
      IterativeCondition<E> condition,
      Map<IterativeCondition<E>, Condition<E>> known,
      Scope scope) {
    if (condition == null) {
      return new Always<>(true);
    }
    Condition<E> same = known.get(condition);
    if (same == null) {
      same = apart(condition, known, scope);
      known.put(condition, same);
    }
    return same;
  }

  private static <E> Condition<E> apart(
      IterativeCondition<E> condition,
      Map<IterativeCondition<E>, Condition<E>> known,
      Scope scope) {
    if (condition instanceof RichCompositeIterativeCondition<E> composite) {
      IterativeCondition<E>[] nested = composite.getNestedConditions();
      if (condition instanceof RichNotCondition) {
        return new Not<>(of(nested[0], known, scope));
      } else if (condition instanceof RichAndCondition) {
        return new Both<>(of(nested[0], known, scope), of(nested[1], known, scope), true);
      } else if (condition instanceof RichOrCondition) {
        return new Both<>(of(nested[0], known, scope), of(nested[1], known, scope), false);
      }
    }
    if (condition instanceof EventCondition told) {
      return new Told<>(told, scope);
    } else if (condition instanceof NamedCondition named) {
      return new Leaf<>(condition, named.names(), !named.isIterative());
    } else if (condition instanceof SimpleCondition<E> simple) {
      Boolean constant = constant(simple);
      return constant == null ? new Leaf<>(condition, null, true) : new Always<>(constant);
    } else {
      return new Leaf<>(condition, null, false);
    }
  }

  /**
   * Flink's own always-true and always-false, which answer without an event; null for any other.
   */
  private static <E> Boolean constant(SimpleCondition<E> condition) {
    try {
      return condition.filter(null, null);
    } catch (Exception needsAnEvent) {
      return null;
    }
  }

  private static final class Always<E> extends Condition<E> {
    private final boolean answer;

    Always(boolean answer) {
      this.answer = answer;
    }

    @Override
    boolean holds(E event, IterativeCondition.Context<E> context) {
      return answer;
    }

    @Override
    boolean onForeign() {
      return answer;
    }

    @Override
    boolean addNames(Set<String> names) {
      return true;
    }
  }

  private static final class Not<E> extends Condition<E> {
    private final Condition<E> part;

    Not(Condition<E> part) {
      this.part = part;
    }

    @Override
    boolean holds(E event, IterativeCondition.Context<E> context) throws Exception {
      return !part.holds(event, context);
    }

    @Override
    boolean onForeign() {
      return !part.onForeign();
    }

    @Override
    boolean addNames(Set<String> names) {
      return part.addNames(names);
    }
  }

  private static final class Both<E> extends Condition<E> {
    private final Condition<E> first;
    private final Condition<E> second;
    private final boolean and;

    Both(Condition<E> first, Condition<E> second, boolean and) {
      this.first = first;
      this.second = second;
      this.and = and;
    }

    @Override
    boolean holds(E event, IterativeCondition.Context<E> context) throws Exception {
      return and
          ? first.holds(event, context) && second.holds(event, context)
          : first.holds(event, context) || second.holds(event, context);
    }

    @Override
    boolean onForeign() {
      return and
          ? first.onForeign() && second.onForeign()
          : first.onForeign() || second.onForeign();
    }

    @Override
    boolean addNames(Set<String> names) {
      return first.addNames(names) && second.addNames(names);
    }
  }

  /** Is asked once an event, unless the answer depends on what was taken before. */
  private abstract static class Asked<E> extends Condition<E> {
    private final Set<String> names;
    private final boolean once;
    private E asked;
    private boolean answer;

    Asked(Set<String> names, boolean once) {
      this.names = names;
      this.once = once;
    }

    abstract boolean ask(E event, IterativeCondition.Context<E> context) throws Exception;

    @Override
    final boolean holds(E event, IterativeCondition.Context<E> context) throws Exception {
      if (!once) {
        return ask(event, context);
      }
      if (event != asked) {
        answer = ask(event, context);
        asked = event;
      }
      return answer;
    }

    @Override
    final boolean onForeign() {
      return false;
    }

    @Override
    final boolean addNames(Set<String> all) {
      if (names == null) {
        return false;
      }
      all.addAll(names);
      return true;
    }
  }

  /** Any of Flink's conditions. */
  private static final class Leaf<E> extends Asked<E> {
    private final IterativeCondition<E> condition;

    Leaf(IterativeCondition<E> condition, Set<String> names, boolean once) {
      super(names, once);
      this.condition = condition;
    }

    @Override
    boolean ask(E event, IterativeCondition.Context<E> context) throws Exception {
      return condition.filter(event, context);
    }
  }

  /** A condition in the pattern language, which also sees the customer. */
  private static final class Told<E> extends Asked<E> {
    private final EventCondition condition;
    private final Scope scope;

    Told(EventCondition condition, Scope scope) {
      super(condition.names(), !condition.isIterative());
      this.condition = condition;
      this.scope = scope;
    }

    @Override
    boolean ask(E event, IterativeCondition.Context<E> context) {
      Occurrence occurrence = (Occurrence) event;
      return (condition.names() == null || condition.names().contains(occurrence.name()))
          && condition.test(occurrence, new MatchScope<>(occurrence, context, scope));
    }
  }

  /** What a condition sees of a partial match, and of the customer. */
  private static final class MatchScope<E> extends EventScope {
    private final Occurrence event;
    private final IterativeCondition.Context<E> context;
    private final Scope scope;

    MatchScope(Occurrence event, IterativeCondition.Context<E> context, Scope scope) {
      this.event = event;
      this.context = context;
      this.scope = scope;
    }

    @Override
    protected Occurrence event() {
      return event;
    }

    @Override
    protected List<Occurrence> taken(String step) {
      List<Occurrence> taken = new ArrayList<>();
      try {
        context.getEventsForPattern(step).forEach(event -> taken.add((Occurrence) event));
      } catch (Exception e) {
        throw new IllegalStateException("a partial match knows its events", e);
      }
      return taken;
    }

    @Override
    protected Object other(String name) {
      return scope.find(name);
    }

    @Override
    public long ordersBetween(long afterMillis, long untilMillis) {
      return scope.ordersBetween(afterMillis, untilMillis);
    }

    @Override
    public void failed(EvaluationException failure) {
      scope.failed(failure);
    }
  }
}
