package dev.nudge.definition;

import dev.nudge.event.Occurrence;
import dev.nudge.pattern.EventCondition;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.Step;
import dev.nudge.pattern.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;
import org.apache.flink.cep.pattern.WithinType;

/**
 * Reads a pattern in the JSON of dynamic Flink CEP: FLIP-200, and the dialects of Alibaba Cloud and
 * of the open fork.
 *
 * <pre>{@code
 * {"name": "end", "type": "COMPOSITE", "version": 1,
 *  "nodes": [{"name": "start", "type": "ATOMIC", "quantifier": {…}, "condition": {…}}, …],
 *  "edges": [{"source": "start", "target": "end", "type": "SKIP_TILL_NEXT"}],
 *  "window": {"type": "FIRST_AND_LAST", "time": {"unit": "MINUTES", "size": 10}},
 *  "afterMatchStrategy": {"type": "SKIP_PAST_LAST_EVENT", "patternName": null}}
 * }</pre>
 *
 * <p>How a node follows another is what the edge says, not the node's quantifier. A window of a
 * group between its first and last event is read and has no effect, as in Flink CEP itself.
 */
final class FlipReader {
  private static final List<String> PROPERTIES =
      List.of("SINGLE", "TIMES", "LOOPING", "OPTIONAL", "GREEDY");
  private static final List<String> STRATEGIES =
      List.of("STRICT", "SKIP_TILL_NEXT", "SKIP_TILL_ANY");
  private static final List<String> EDGES =
      List.of("STRICT", "SKIP_TILL_NEXT", "SKIP_TILL_ANY", "NOT_NEXT", "NOT_FOLLOW");
  private static final List<String> SKIPS =
      List.of("NO_SKIP", "SKIP_TO_NEXT", "SKIP_PAST_LAST_EVENT", "SKIP_TO_FIRST", "SKIP_TO_LAST");
  private static final int MAX_NESTED = 20;

  /** A window between the first event and the last, or between an event and the one before. */
  private record Window(WithinType type, long millis) {}

  private final Set<String> stepNames;
  private Names names;

  FlipReader(Names names, Set<String> stepNames) {
    this.names = names;
    this.stepNames = stepNames;
  }

  /** The names that expressions about a match may use, its steps among them. */
  Names names() {
    return names;
  }

  /** Reads the keys of a pattern; null if anything was wrong. */
  Trigger read(Fields fields) {
    fields.nullable("name").text(null);
    fields.nullable("version").integer(0, Integer.MAX_VALUE, 0);
    AfterMatchSkipStrategy skip = skip(fields);
    Window window = window(fields.nullable("window"));
    List<Step> steps;
    if ("ATOMIC".equals(type(fields))) {
      Step only = node(fields, fields.self(), null);
      steps = only == null ? null : List.of(only);
    } else {
      fields.nullable("quantifier").nested(this::ignored, null);
      noCondition(fields);
      steps = graph(fields);
    }
    if (steps == null) {
      return null;
    }
    Pattern<Occurrence, Occurrence> pattern = RuleReader.chain(fields.self(), steps, skip);
    if (pattern == null) {
      return null;
    }
    if (window != null) {
      pattern.within(Duration.ofMillis(window.millis()), window.type());
    }
    boolean whole = window != null && window.type() == WithinType.FIRST_AND_LAST;
    return RuleReader.isCompiled(fields.self(), pattern)
        ? PatternTrigger.of(
            pattern,
            whole ? window.millis() : 0,
            false,
            null,
            null,
            PatternTrigger.DEFAULT_MAX_PARTIAL_MATCHES)
        : null;
  }

  private static String type(Fields fields) {
    return fields.required("type").word(List.of("COMPOSITE", "ATOMIC"), "COMPOSITE");
  }

  private Void ignored(Fields fields) {
    fields.ignoreRest();
    return null;
  }

  private static void noCondition(Fields fields) {
    Field condition = fields.nullable("condition");
    if (condition.isPresent()) {
      condition.refuse("a condition", "none, for Flink CEP takes none of a group");
    }
  }

  /** The nodes of a pattern or a group in the order of its edges; null if anything was wrong. */
  private List<Step> graph(Fields fields) {
    Map<String, Step> nodes = new LinkedHashMap<>();
    List<Boolean> right =
        fields
            .required("nodes")
            .list(
                Step.MAX_STEPS,
                item -> {
                  Step node = item.nested(n -> namedNode(n, item), null);
                  if (node != null) {
                    nodes.put(node.name(), node);
                  }
                  return node != null;
                });
    if (right.contains(false)) {
      // An edge to a node that was refused would be told as one to none.
      fields.nullable("edges").list(Step.MAX_STEPS, item -> null);
      return null;
    }
    Map<String, String> next = new HashMap<>();
    Map<String, ConsumingStrategy> inbound = new HashMap<>();
    fields
        .nullable("edges")
        .list(Step.MAX_STEPS, item -> item.nested(e -> edge(e, item, nodes, next, inbound), null));
    Field place = fields.required("nodes");
    List<String> first = nodes.keySet().stream().filter(n -> !inbound.containsKey(n)).toList();
    if (first.size() != 1) {
      place.refuse(
          first.isEmpty() ? "no first node" : "the first nodes " + String.join(", ", first),
          "one node that no edge leads to");
      return null;
    }
    List<Step> chain = new ArrayList<>();
    for (String name = first.get(0); name != null; name = next.get(name)) {
      Step node = nodes.get(name);
      chain.add(
          new Step(
              node.name(),
              inbound.getOrDefault(name, ConsumingStrategy.STRICT),
              node.condition(),
              node.group(),
              node.times(),
              node.optional(),
              node.greedy(),
              node.until(),
              node.withinMillis()));
    }
    if (chain.size() < nodes.size()) {
      place.refuse("nodes in a circle", "a chain of nodes");
      return null;
    }
    return chain;
  }

  private Void edge(
      Fields fields,
      Field place,
      Map<String, Step> nodes,
      Map<String, String> next,
      Map<String, ConsumingStrategy> inbound) {
    String source = end(fields.required("source"), nodes);
    String target = end(fields.required("target"), nodes);
    String type = fields.required("type").word(EDGES, null);
    if (source == null || target == null || type == null) {
      return null;
    }
    if (next.putIfAbsent(source, target) != null) {
      place.refuse("a second edge from " + source, "one, for the nodes are a chain");
    }
    if (inbound.putIfAbsent(target, ConsumingStrategy.valueOf(type)) != null) {
      place.refuse("a second edge to " + target, "one, for the nodes are a chain");
    }
    return null;
  }

  private static String end(Field field, Map<String, Step> nodes) {
    String name = field.text(null);
    if (name != null && !nodes.containsKey(name)) {
      field.refuse("the node " + Node.clipped(name), "one of " + String.join(", ", nodes.keySet()));
      return null;
    }
    return name;
  }

  private Step namedNode(Fields fields, Field place) {
    List<Step> group = null;
    if ("COMPOSITE".equals(type(fields))) {
      noCondition(fields);
      fields.nullable("version").integer(0, Integer.MAX_VALUE, 0);
      skip(fields);
      Window window = window(fields.nullable("window"));
      group = graph(fields);
      if (group == null) {
        fields.ignoreRest();
        return null;
      }
      if (window != null && window.type() == WithinType.PREVIOUS_AND_CURRENT) {
        group = withWindow(group, window.millis());
      }
    } else {
      // Machines write these for every node.
      fields.nullable("window").nested(this::ignored, null);
      fields.nullable("afterMatchStrategy").nested(this::ignored, null);
      fields.nullable("afterMatchSkipStrategy").nested(this::ignored, null);
    }
    return node(fields, place, group);
  }

  /** The window of a group between an event and the one before is its last node's, as in Flink. */
  private static List<Step> withWindow(List<Step> group, long millis) {
    List<Step> steps = new ArrayList<>(group);
    Step last = steps.remove(steps.size() - 1);
    steps.add(
        new Step(
            last.name(),
            last.edge(),
            last.condition(),
            last.group(),
            last.times(),
            last.optional(),
            last.greedy(),
            last.until(),
            millis));
    return steps;
  }

  private Step node(Fields fields, Field place, List<Step> group) {
    String name = fields.required("name").text(null);
    boolean isNamed = name != null && RuleReader.isStepName(name, place, stepNames);
    EventCondition condition = group == null ? eventCondition(fields.nullable("condition")) : null;
    Set<String> properties = new HashSet<>();
    Field quantifier = fields.nullable("quantifier");
    // The open fork writes these beside the quantifier.
    Field times = fields.nullable("times");
    Field until = fields.nullable("untilCondition");
    Step step =
        quantifier.nested(
            q -> quantified(q, name, condition, group, properties, times, until), null);
    if (!quantifier.isPresent()) {
      step =
          new Step(name, ConsumingStrategy.STRICT, condition, group, null, false, false, null, 0);
    }
    if (!isNamed || step == null || (condition == null && group == null)) {
      return null;
    }
    if (group == null) {
      names = names.withStep(name);
    }
    return step;
  }

  private Step quantified(
      Fields fields,
      String name,
      EventCondition condition,
      List<Step> group,
      Set<String> properties,
      Field forksTimes,
      Field forksUntil) {
    Field list = fields.nullable("properties");
    properties.addAll(list.list(PROPERTIES.size(), item -> item.word(PROPERTIES, "SINGLE")));
    fields.nullable("consumingStrategy").word(EDGES, null);
    String inner = fields.nullable("innerConsumingStrategy").word(STRATEGIES, "SKIP_TILL_NEXT");
    Field own = fields.nullable("times");
    Field times = own.isPresent() ? own : forksTimes;
    Field untilOwn = fields.nullable("untilCondition");
    Field untilField = untilOwn.isPresent() ? untilOwn : forksUntil;
    EventCondition until = untilField.isPresent() ? eventCondition(untilField) : null;
    boolean looping = properties.contains("LOOPING");
    boolean repeated = looping || properties.contains("TIMES");
    if (looping && properties.contains("TIMES")) {
      list.refuse("LOOPING and TIMES", "one of them");
      return null;
    }
    int[] range = {1, 1};
    long[] gap = {0};
    if (times.isPresent() && repeated) {
      times.nested(t -> range(t, looping, range, gap), null);
    } else if (times.isPresent()) {
      times.nested(this::ignored, null);
    } else if (properties.contains("TIMES")) {
      list.refuse("TIMES without times", "times: {from, to, windowTime}");
    }
    if (until != null && !looping) {
      untilField.refuse("an untilCondition", "LOOPING among the properties");
      return null;
    }
    // Flink CEP takes 0 times for "left out, or once and more".
    boolean optional = properties.contains("OPTIONAL") || (repeated && range[0] == 0);
    int from = Math.max(1, range[0]);
    int to = looping ? from : Math.max(from, range[1]);
    return new Step(
        name,
        ConsumingStrategy.STRICT,
        condition,
        group,
        repeated
            ? new Step.Times(from, to, looping, ConsumingStrategy.valueOf(inner), gap[0])
            : null,
        optional,
        properties.contains("GREEDY"),
        until,
        0);
  }

  private Void range(Fields fields, boolean looping, int[] range, long[] gap) {
    range[0] = fields.required("from").integer(looping ? 1 : 0, Step.MAX_TIMES, 1);
    Field to = fields.nullable("to");
    range[1] = to.integer(0, Step.MAX_TIMES, range[0]);
    if (!looping && (range[1] < range[0] || range[1] == 0)) {
      to.refuse(String.valueOf(range[1]), "at least from, and at least 1");
    }
    Field window = fields.nullable("windowTime");
    gap[0] = window.isPresent() ? time(window) : 0;
    return null;
  }

  private AfterMatchSkipStrategy skip(Fields fields) {
    Field own = fields.nullable("afterMatchStrategy");
    Field forks = fields.nullable("afterMatchSkipStrategy");
    return (own.isPresent() ? own : forks)
        .nested(
            skip -> {
              String type = skip.required("type").word(SKIPS, "NO_SKIP");
              Field name = skip.nullable("patternName");
              String step = name.text(null);
              if (type.matches("SKIP_TO_(FIRST|LAST)") && step == null) {
                name.refuse("nothing", "the name of a node");
                return AfterMatchSkipStrategy.noSkip();
              }
              return switch (type) {
                case "SKIP_TO_NEXT" -> AfterMatchSkipStrategy.skipToNext();
                case "SKIP_PAST_LAST_EVENT" -> AfterMatchSkipStrategy.skipPastLastEvent();
                case "SKIP_TO_FIRST" -> AfterMatchSkipStrategy.skipToFirst(step);
                case "SKIP_TO_LAST" -> AfterMatchSkipStrategy.skipToLast(step);
                default -> AfterMatchSkipStrategy.noSkip();
              };
            },
            AfterMatchSkipStrategy.noSkip());
  }

  private Window window(Field field) {
    return field.nested(
        window -> {
          WithinType type =
              window.nullable("type").choice(WithinType.class, WithinType.FIRST_AND_LAST);
          long millis = time(window.required("time"));
          return millis == 0 ? null : new Window(type, millis);
        },
        null);
  }

  private static long time(Field field) {
    return field.nested(
        time -> {
          String unit =
              time.required("unit")
                  .word(List.of("MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"), "DAYS");
          long millis =
              switch (unit) {
                case "MILLISECONDS" -> 1;
                case "SECONDS" -> 1_000;
                case "MINUTES" -> 60_000;
                case "HOURS" -> 3_600_000;
                default -> 86_400_000;
              };
          int most = (int) Math.min(Integer.MAX_VALUE, Field.MAX_DURATION / millis);
          return millis * time.required("size").integer(1, most, 0);
        },
        0L);
  }

  private EventCondition eventCondition(Field field) {
    if (!field.isPresent()) {
      return EventCondition.of(null, null);
    }
    String condition = condition(field);
    if (condition == null) {
      return null;
    } else if (condition.equals("true")) {
      return EventCondition.of(null, null);
    }
    Expression expression = field.saying(condition).expression(names, Expression.Type.BOOL);
    return expression == null ? null : EventCondition.of(null, expression);
  }

  /** A condition as CEL; null if it is refused. */
  private String condition(Field field) {
    return field.nested(fields -> condition(fields, field), null);
  }

  private String condition(Fields fields, Field place) {
    String type = fields.nullable("type").text("CLASS");
    String className = fields.nullable("className").text("");
    fields.nullable("args").list(MAX_NESTED, item -> null);
    String simple = simpleName(className.isEmpty() ? type : className);
    Field nested = fields.nullable("nestedConditions");
    Field expression = fields.nullable("expression");
    if (simple.matches("Rich(And|Or|Not)(Condition)?")) {
      return composed(simple, nested);
    }
    return switch (type) {
      case "AVIATOR" ->
          aviator(expression.isPresent() ? expression : fields.required("expression"));
      case "GROOVY" -> {
        fields.ignoreRest();
        place.refuse("a condition in Groovy", "one of type AVIATOR, which is translated to CEL");
        yield null;
      }
      case "CLASS" -> {
        fields.ignoreRest();
        if (simple.equals("TrueFunction")) {
          yield "true";
        } else if (simple.equals("FalseFunction")) {
          yield "false";
        }
        place.refuse(
            "the class \"" + Node.clipped(className) + '"',
            "a condition of type AVIATOR, for no code is loaded");
        yield null;
      }
      default -> {
        fields.ignoreRest();
        place.refuse("a condition of type \"" + Node.clipped(type) + '"', "one of AVIATOR, CLASS");
        yield null;
      }
    };
  }

  private String composed(String className, Field nested) {
    List<String> parts = nested.list(MAX_NESTED, this::condition);
    int wanted = className.startsWith("RichNot") ? 1 : 2;
    if (parts.size() != wanted) {
      nested.refuse(parts.size() + " nestedConditions", String.valueOf(wanted));
      return null;
    } else if (parts.contains(null)) {
      return null;
    } else if (wanted == 1) {
      return "!(%s)".formatted(parts.get(0));
    }
    String operator = className.startsWith("RichAnd") ? "&&" : "||";
    return "(%s) %s (%s)".formatted(parts.get(0), operator, parts.get(1));
  }

  private static String aviator(Field field) {
    String text = field.text(null);
    if (text == null) {
      return null;
    }
    try {
      return Aviator.toCel(text);
    } catch (Aviator.Refused refused) {
      field.refuseWithin(refused.offset(), refused.found(), refused.expected());
      return null;
    }
  }

  private static String simpleName(String className) {
    return className.substring(
        Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
  }
}
