package dev.nudge.definition;

import dev.nudge.event.Occurrence;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.cep.pattern.GroupPattern;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;

/**
 * Everything that a Flink pattern says of itself, to compare two: it has no equality of its own.
 */
final class Patterns {
  private Patterns() {}

  /** Each step, the last one first; conditions stand as themselves. */
  static List<Object> shown(Pattern<Occurrence, ?> last) {
    List<Object> shown = new ArrayList<>();
    shown.add(last.getAfterMatchSkipStrategy());
    for (Pattern<Occurrence, ?> step = last; step != null; step = step.getPrevious()) {
      List<Object> one = new ArrayList<>();
      one.add(step.getName());
      one.add(step.getQuantifier());
      one.add(step.getTimes());
      one.add(step.getUntilCondition());
      one.add(step.getWindowSize(WithinType.FIRST_AND_LAST));
      one.add(step.getWindowSize(WithinType.PREVIOUS_AND_CURRENT));
      one.add(
          step instanceof GroupPattern<Occurrence, ?> group
              ? shown(group.getRawPattern())
              : step.getCondition());
      shown.add(one);
    }
    return shown;
  }
}
