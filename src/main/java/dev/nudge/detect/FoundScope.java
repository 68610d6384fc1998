package dev.nudge.detect;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.EventScope;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Found;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an expression sees of something found: the last event, the steps, and the customer. */
final class FoundScope extends EventScope {
  private final Found found;

  FoundScope(Found found) {
    this.found = found;
  }

  @Override
  protected Occurrence event() {
    return found.event();
  }

  @Override
  protected List<Occurrence> taken(String step) {
    return found.steps().getOrDefault(step, List.of());
  }

  @Override
  protected Object other(String name) {
    return found.rule().scope().find(name);
  }

  @Override
  public long ordersBetween(long afterMillis, long untilMillis) {
    return found.rule().scope().ordersBetween(afterMillis, untilMillis);
  }

  @Override
  public void failed(EvaluationException failure) {
    found.rule().scope().failed(failure);
  }

  /** Null where nothing is asked for, or it has no value here. */
  Value value(Expression expression) {
    if (expression == null) {
      return null;
    }
    try {
      Object value = expression.eval(this);
      if (value instanceof String text) {
        return Value.string(text);
      }
      return value instanceof Boolean
          ? new Value(Value.Type.BOOLEAN, value.toString())
          : Value.number(value.toString());
    } catch (EvaluationException failure) {
      failed(failure);
      return null;
    }
  }

  /** Those that have a value here, by name. */
  Map<String, Value> values(Map<String, Expression> expressions) {
    Map<String, Value> values = new TreeMap<>();
    expressions.forEach(
        (name, expression) -> {
          Value value = value(expression);
          if (value != null) {
            values.put(name, value);
          }
        });
    return values;
  }
}
