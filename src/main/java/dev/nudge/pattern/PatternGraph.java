package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.GroupPattern;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;
import org.apache.flink.cep.pattern.Quantifier.QuantifierProperty;
import org.apache.flink.cep.pattern.WithinType;

/**
 * Draws a rule for those who wrote it, so that they see what was understood.
 *
 * <pre>
 * cart-rescue, an anomaly of acme
 *
 *   [cart]    Product Added where event.price > 100.0
 *      |      1 or more times, relaxed
 *      :
 *   [queue]   Store Queue Joined | Store Reserved
 *      |      optional
 *      X      not followed by
 *   (no pay)  Order Paid
 *
 *   within 30 min inclusive, skip past the last event
 * </pre>
 *
 * <p>{@code |} stands for "directly followed by", {@code :} for "followed by", {@code *} for
 * "followed by any", {@code X} for an absence.
 */
public final class PatternGraph {
  private final StringBuilder drawn = new StringBuilder();

  private PatternGraph() {}

  /** Draws a rule, in lines that end with a line feed. */
  public static String draw(Rule rule) {
    PatternGraph graph = new PatternGraph();
    String what =
        rule.kind() == Rule.Kind.ANOMALY ? "an anomaly" : "the step to " + rule.stage().name();
    graph.line(
        0,
        rule.id()
            + ", "
            + what
            + " of "
            + (rule.tenant() == null ? "every tenant" : rule.tenant()));
    if (rule.trigger() instanceof PatternTrigger pattern) {
      graph.pattern(pattern);
    } else if (rule.trigger() instanceof AfterTrigger after) {
      graph.after(after);
    } else if (rule.trigger() instanceof CodeTrigger code) {
      graph.line(1, "found by code: " + code.name());
    }
    graph.output("orderId", rule.orderId());
    graph.output("value", rule.value());
    graph.output("baseline", rule.baseline());
    rule.evidence().forEach(graph::output);
    return graph.drawn.toString();
  }

  private void pattern(PatternTrigger trigger) {
    steps(trigger.pattern(), 1);
    String window =
        trigger.withinMillis() == 0
            ? "no window"
            : "within "
                + length(trigger.withinMillis())
                + (trigger.inclusive() ? " inclusive" : "");
    line(1, window + ", " + shown(trigger.pattern().getAfterMatchSkipStrategy()));
    if (trigger.among() != null) {
      line(1, "among " + String.join(", ", trigger.among()));
    }
    if (trigger.by() != null) {
      line(1, "for each " + trigger.by() + " apart");
    }
  }

  private void steps(Pattern<Occurrence, ?> last, int depth) {
    Deque<Pattern<Occurrence, ?>> steps = new ArrayDeque<>();
    for (Pattern<Occurrence, ?> step = last; step != null; step = step.getPrevious()) {
      steps.push(step);
    }
    boolean first = true;
    for (Pattern<Occurrence, ?> step : steps) {
      if (!first) {
        line(depth, "   " + edge(step.getQuantifier().getConsumingStrategy()));
      }
      first = false;
      step(step, depth);
    }
  }

  private void step(Pattern<Occurrence, ?> step, int depth) {
    if (step instanceof GroupPattern<Occurrence, ?> group) {
      line(depth, "[group]");
      steps(group.getRawPattern(), depth + 2);
    } else {
      ConsumingStrategy edge = step.getQuantifier().getConsumingStrategy();
      boolean not = edge == ConsumingStrategy.NOT_FOLLOW || edge == ConsumingStrategy.NOT_NEXT;
      line(depth, (not ? "(%s)  %s" : "[%s]  %s").formatted(step.getName(), step.getCondition()));
    }
    String quantifier = quantifier(step);
    if (!quantifier.isEmpty()) {
      line(depth, "   " + quantifier);
    }
    if (step.getUntilCondition() != null) {
      line(depth, "   until " + step.getUntilCondition());
    }
    step.getWindowSize(WithinType.PREVIOUS_AND_CURRENT)
        .ifPresent(w -> line(depth, "   within " + length(w.toMillis()) + " of the event before"));
  }

  private static String quantifier(Pattern<Occurrence, ?> step) {
    Quantifier quantifier = step.getQuantifier();
    StringBuilder text = new StringBuilder();
    if (!quantifier.hasProperty(QuantifierProperty.SINGLE)) {
      int from = step.getTimes().getFrom();
      int to = step.getTimes().getTo();
      String count = from == to ? String.valueOf(from) : from + " to " + to;
      boolean more = quantifier.hasProperty(QuantifierProperty.LOOPING);
      text.append(count).append(more ? " or more times" : count.equals("1") ? " time" : " times");
      text.append(
          switch (quantifier.getInnerConsumingStrategy()) {
            case STRICT -> ", consecutive";
            case SKIP_TILL_ANY -> ", combinations";
            default -> "";
          });
      step.getTimes()
          .getWindowSize()
          .ifPresent(w -> text.append(", each within ").append(length(w.toMillis())));
    }
    if (quantifier.hasProperty(QuantifierProperty.GREEDY)) {
      text.append(", greedy");
    }
    if (quantifier.hasProperty(QuantifierProperty.OPTIONAL)) {
      text.append(text.length() == 0 ? "optional" : ", optional");
    }
    return text.toString();
  }

  private static String edge(ConsumingStrategy edge) {
    return switch (edge) {
      case STRICT -> "|  next";
      case SKIP_TILL_NEXT -> ":  followed by";
      case SKIP_TILL_ANY -> "*  followed by any";
      case NOT_NEXT -> "X  not next";
      case NOT_FOLLOW -> "X  not followed by";
    };
  }

  private static String shown(AfterMatchSkipStrategy skip) {
    String step = skip.getPatternName().map(name -> " " + name).orElse("");
    return switch (skip.getClass().getSimpleName()) {
      case "NoSkipStrategy" -> "no skip";
      case "SkipToNextStrategy" -> "skip to the next first event";
      case "SkipPastLastStrategy" -> "skip past the last event";
      case "SkipToFirstStrategy" -> "skip to the first" + step;
      default -> "skip to the last" + step;
    };
  }

  private void after(AfterTrigger after) {
    line(1, "[last]  " + after.last().stream().collect(Collectors.joining(" | ")));
    line(1, "   :  wait " + after.delay());
    if (after.every() != null) {
      line(1, "   :  then every " + after.every());
    }
    line(1, "(timer)" + (after.max() == null ? "" : "  " + after.max() + " in all"));
    if (after.when() != null) {
      line(1, "   when " + after.when());
    }
    if (after.once() != null) {
      line(1, "   once for each " + after.once());
    }
  }

  private void output(String name, Expression value) {
    if (value != null) {
      line(1, name + " = " + value);
    }
  }

  private void line(int depth, String text) {
    drawn.append("  ".repeat(depth)).append(text.strip().isEmpty() ? "" : text).append('\n');
  }

  /** {@code 1800000} is {@code 30 min}. */
  private static String length(long millis) {
    long[] units = {86_400_000, 3_600_000, 60_000, 1_000};
    String[] names = {"days", "h", "min", "s"};
    for (int i = 0; i < units.length; i++) {
      if (millis % units[i] == 0) {
        return millis / units[i] + " " + names[i];
      }
    }
    return millis + " ms";
  }
}
