package dev.nudge.definition;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Value;
import dev.nudge.pattern.AfterTrigger;
import dev.nudge.pattern.CodeTrigger;
import dev.nudge.pattern.EventCondition;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.Step;
import dev.nudge.pattern.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;
import org.apache.flink.cep.pattern.WithinType;

/**
 * Reads the keys of one {@code anomaly} or {@code stage}, and compiles it.
 *
 * <pre>{@code
 * pattern:
 *   steps:
 *     - cart:   {event: Product Added, where: "event.price > 100.0", times: 1+}
 *     - no pay: {not: Order Paid}
 *   within: 30 min inclusive
 *   skip: PAST_LAST
 * }</pre>
 *
 * <p>What Flink CEP refuses is refused here, where it stands.
 */
final class RuleReader {
  private static final int MAX_PARAMS = 50;
  private static final int MAX_EVIDENCE = 20;
  private static final String INCLUSIVE = " inclusive";
  private static final java.util.regex.Pattern IDENTIFIER =
      java.util.regex.Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
  private static final java.util.regex.Pattern TIMES =
      java.util.regex.Pattern.compile("([0-9]{1,4})(\\+|-([0-9]{1,4}))?");
  private static final String TIMES_EXPECTED =
      "n, n+ or n-m, from 1 to %d".formatted(Step.MAX_TIMES);

  /** What Nudge has code for. */
  private static final List<String> CODE = List.of("refills");

  private final Set<String> stepNames = new HashSet<>();
  private Names names;

  RuleReader(Map<String, PropertyType> schema) {
    this.names = Names.of(schema);
  }

  /** Whether a document is a bare pattern in the JSON of dynamic Flink CEP. */
  static boolean isFlip(Fields fields) {
    return !fields.has("kind") && fields.has("type");
  }

  /**
   * Reads a rule.
   *
   * @return null if anything was wrong
   */
  Rule read(Fields fields, Rule.Kind kind, String tenant) {
    if (isFlip(fields)) {
      String id = fields.required("name").id(null);
      Trigger trigger = new FlipReader(names, stepNames).read(fields);
      return trigger == null
          ? null
          : new Rule(tenant, kind, id, Map.of(), trigger, null, null, null, null, Map.of());
    }
    String id = fields.required("id").id(null);
    Map<String, Value> params = new LinkedHashMap<>();
    fields
        .field("params")
        .named(MAX_PARAMS, this::param)
        .forEach(
            (name, value) -> {
              if (value != null) {
                params.put(name, value);
              }
            });
    names = names.withParams(params);
    LifecycleStage stage =
        kind == Rule.Kind.STAGE
            ? fields.required("stage").choice(LifecycleStage.class, null)
            : null;
    Trigger trigger = trigger(fields);
    if (kind == Rule.Kind.STAGE) {
      return new Rule(tenant, kind, id, params, trigger, stage, null, null, null, Map.of());
    }
    return new Rule(
        tenant,
        kind,
        id,
        params,
        trigger,
        null,
        output(fields.field("orderId"), Expression.Type.TEXT),
        output(fields.field("value"), Expression.Type.TEXT_OR_NUMBER),
        output(fields.field("baseline"), Expression.Type.TEXT_OR_NUMBER),
        fields
            .field("evidence")
            .map(MAX_EVIDENCE, item -> item.expression(names, Expression.Type.SCALAR)));
  }

  private Value param(String name, Field field) {
    if (!IDENTIFIER.matcher(name).matches()) {
      field.refuse("the name " + Node.clipped(name), "letters, digits and _, a letter first");
      return null;
    }
    return field.isMap() ? field.days() : field.value();
  }

  private Expression output(Field field, Expression.Type type) {
    return field.isPresent() ? field.expression(names, type) : null;
  }

  private Trigger trigger(Fields fields) {
    if (fields.has("java")) {
      String name = fields.field("java").word(CODE, null);
      return name == null ? null : new CodeTrigger(name);
    }
    return fields.choose(Map.of("pattern", this::pattern, "after", this::after));
  }

  /** Reads a pattern; null if anything was wrong. */
  Trigger pattern(Field field) {
    return field.isDescribed(Node.Kind.MAP, "a pattern of events, with steps and within")
        ? null
        : field.nested(this::pattern, null);
  }

  /** Reads what comes when time has passed after an event; null if anything was wrong. */
  Trigger after(Field field) {
    return field.nested(this::after, null);
  }

  /** The steps that were read, absences among them. */
  Set<String> stepNames() {
    return Set.copyOf(stepNames);
  }

  private Trigger after(Fields fields) {
    names = names.withoutEvent();
    Set<String> last = fields.required("last").events();
    return new AfterTrigger(
        last,
        fields.required("wait").duration(names),
        optional(fields.field("every")),
        output(fields.field("max"), Expression.Type.INT),
        output(fields.field("when"), Expression.Type.BOOL),
        output(fields.field("once"), Expression.Type.SCALAR));
  }

  private Expression optional(Field field) {
    return field.isPresent() ? field.duration(names) : null;
  }

  private Trigger pattern(Fields fields) {
    if (fields.has("nodes") || fields.has("type")) {
      FlipReader flip = new FlipReader(names, stepNames);
      Trigger trigger = flip.read(fields);
      names = flip.names();
      return trigger;
    }
    AfterMatchSkipStrategy skip = skip(fields.field("skip"));
    Field list = fields.required("steps");
    List<Step> steps = steps(list, skip);
    Field within = fields.field("within");
    long withinMillis = millis(within);
    boolean inclusive = isInclusive(within);
    Set<String> among = fields.field("among").isPresent() ? fields.field("among").events() : null;
    String by = fields.field("by").id(null);
    int most =
        fields
            .field("maxPartialMatches")
            .integer(
                1, PatternTrigger.MAX_PARTIAL_MATCHES, PatternTrigger.DEFAULT_MAX_PARTIAL_MATCHES);
    if (steps == null || steps.isEmpty()) {
      return null;
    }
    String to = skip.getPatternName().orElse(null);
    if (to != null && steps.stream().noneMatch(s -> s.name().equals(to) && s.group() == null)) {
      fields.field("skip").refuse("the step " + to, "a step of the pattern, outside of groups");
      return null;
    }
    Step last = steps.get(steps.size() - 1);
    if (last.edge() == ConsumingStrategy.NOT_FOLLOW
        && withinMillis == 0
        && last.withinMillis() == 0) {
      within.refuse("nothing", "a window, for an absence at the end needs one");
      return null;
    }
    Pattern<Occurrence, Occurrence> pattern = chain(list, steps, skip);
    if (pattern == null) {
      return null;
    }
    if (withinMillis > 0) {
      // Flink's window excludes its end; one millisecond more takes it in.
      pattern.within(
          Duration.ofMillis(withinMillis + (inclusive ? 1 : 0)), WithinType.FIRST_AND_LAST);
    }
    return isCompiled(fields.self(), pattern)
        ? PatternTrigger.of(pattern, withinMillis, inclusive, among, by, most)
        : null;
  }

  /** Asks Flink CEP itself and the engine whether they take a pattern, and notes what they say. */
  static boolean isCompiled(Field place, Pattern<Occurrence, ?> pattern) {
    try {
      PatternTrigger.check(pattern);
      NFACompiler.compileFactory(pattern, true);
      return true;
    } catch (RuntimeException refused) {
      place.refuse(flinks(refused), "a pattern that Flink CEP takes");
      return false;
    }
  }

  /** Puts steps in a row, within their bounds; null and a problem if they can't be. */
  static Pattern<Occurrence, Occurrence> chain(
      Field place, List<Step> steps, AfterMatchSkipStrategy skip) {
    long states = steps.stream().mapToLong(Step::states).sum();
    if (states > Step.MAX_STATES) {
      place.refuse(states + " states, every repetition counted", "at most " + Step.MAX_STATES);
      return null;
    }
    try {
      return Step.chain(steps, skip);
    } catch (RuntimeException refused) {
      place.refuse(flinks(refused), "steps that Flink CEP takes");
      return null;
    }
  }

  private static String flinks(RuntimeException refused) {
    return "what Flink CEP refuses (%s)".formatted(refused.getMessage());
  }

  private AfterMatchSkipStrategy skip(Field field) {
    if (field.isMap()) {
      return field.nested(
          skip -> {
            String key = skip.oneOf("toFirst", "toLast");
            String step = key == null ? null : skip.field(key).text(null);
            if (step == null) {
              return AfterMatchSkipStrategy.noSkip();
            }
            return key.equals("toFirst")
                ? AfterMatchSkipStrategy.skipToFirst(step)
                : AfterMatchSkipStrategy.skipToLast(step);
          },
          null);
    }
    return switch (field.word(List.of("PAST_LAST", "TO_NEXT", "NO_SKIP"), "PAST_LAST")) {
      case "TO_NEXT" -> AfterMatchSkipStrategy.skipToNext();
      case "NO_SKIP" -> AfterMatchSkipStrategy.noSkip();
      default -> AfterMatchSkipStrategy.skipPastLastEvent();
    };
  }

  /** Steps in a row; null if one of them is wrong. */
  private List<Step> steps(Field list, AfterMatchSkipStrategy skip) {
    List<Step> steps = new ArrayList<>();
    List<Boolean> right =
        list.list(
            Step.MAX_STEPS,
            item -> {
              Map<String, Step> named =
                  item.named(1, (name, field) -> step(name, field, item, steps, skip));
              if (item.isEmptyMap()) {
                item.refuse("a map of nothing", "a step, {name: {event: …}}");
              }
              steps.addAll(named.values());
              return !named.isEmpty() && named.values().stream().allMatch(step -> step != null);
            });
    if (list.isList() && right.isEmpty()) {
      list.refuse("an empty list", "one step or more");
    }
    if (stepNames.size() > Step.MAX_STEPS) {
      list.refuse(
          stepNames.size() + " steps, those of groups among them", "at most " + Step.MAX_STEPS);
      return null;
    }
    return right.stream().allMatch(r -> r) ? steps : null;
  }

  private Step step(
      String name, Field field, Field item, List<Step> before, AfterMatchSkipStrategy skip) {
    boolean isNamed = isStepName(name, item, stepNames);
    Step step = field.nested(fields -> readStep(name, fields, before.isEmpty(), skip), null);
    if (step == null || !isNamed || before.contains(null)) {
      return null;
    }
    List<Step> chain = new ArrayList<>(before);
    chain.add(step);
    return chain(field, chain, skip) == null ? null : step;
  }

  /** Whether a name can be a step's, and is no other's; else notes why not. */
  static boolean isStepName(String name, Field place, Set<String> taken) {
    boolean isPlain =
        !name.isBlank()
            && name.length() <= Step.MAX_NAME
            && name.chars().noneMatch(c -> c == '.' || c == ':' || Character.isISOControl(c));
    if (!isPlain) {
      place.refuse(
          "the name \"" + Node.clipped(name) + '"',
          "1 to %d characters, none of them . or :".formatted(Step.MAX_NAME));
      return false;
    } else if (!taken.add(name)) {
      place.refuse("a second step " + name, "each name once");
      return false;
    }
    return true;
  }

  private Step readStep(String name, Fields fields, boolean first, AfterMatchSkipStrategy skip) {
    String key = fields.oneOf("event", "not", "steps");
    if (key == null) {
      fields.ignoreRest();
      return null;
    }
    boolean not = key.equals("not");
    boolean right = true;
    List<Step> group = null;
    EventCondition condition = null;
    Names own = names.withStep(name);
    if (key.equals("steps")) {
      group = group(fields.field(key), skip);
    } else {
      condition = condition(fields, key, not ? names : own);
    }
    Step.Times times = times(fields);
    if (fields.field("distinct").isPresent()) {
      String property = fields.field("distinct").id(null);
      if (group != null || times == null) {
        fields.field("distinct").refuse("distinct", "times beside it, for it compares repetitions");
        right = false;
      } else if (condition != null && property != null) {
        condition = condition.distinct(name, property);
      }
    }
    EventCondition until = null;
    Field untilField = fields.field("until");
    if (untilField.isPresent()) {
      Expression expression = untilField.expression(own, Expression.Type.BOOL);
      until = expression == null ? null : EventCondition.of(null, expression);
      if (times == null || !times.more()) {
        untilField.refuse("until", "times: n+ beside it, for it ends an open repetition");
        right = false;
      }
    }
    Field greedyField = fields.field("greedy");
    boolean greedy = greedyField.bool(false);
    if (greedy && (times == null || group != null)) {
      greedyField.refuse("greedy", "times beside it, and no group");
      right = false;
    }
    Field optionalField = fields.field("optional");
    boolean optional = optionalField.bool(false);
    if (optional && not) {
      optionalField.refuse("optional", "no such key, for an absence is no step to leave out");
      right = false;
    }
    String then = fields.field("then").word(List.of("NEXT", "ANY"), "");
    if (first && not) {
      fields.field(key).refuse("an absence", "an event, for a pattern begins with one");
      right = false;
    } else if (first && !then.isEmpty()) {
      fields.field("then").refuse(then, "no such key in the first step");
      right = false;
    } else if (not && then.equals("ANY")) {
      fields.field("then").refuse("ANY", "NEXT or no such key, for an absence is of any event");
      right = false;
    }
    long withinMillis = millis(fields.field("within"));
    long window =
        withinMillis == 0 || !isInclusive(fields.field("within")) ? withinMillis : withinMillis + 1;
    if (!not) {
      names = own;
    }
    if (!right || (condition == null && group == null)) {
      return null;
    }
    return new Step(
        name, edge(not, then), condition, group, times, optional, greedy, until, window);
  }

  private List<Step> group(Field field, AfterMatchSkipStrategy skip) {
    List<Step> group = steps(field, skip);
    if (group != null && !group.isEmpty() && group.get(group.size() - 1).isNot()) {
      field.refuse("a group that ends with an absence", "one that ends with an event");
      return null;
    }
    return group == null || group.isEmpty() ? null : group;
  }

  private EventCondition condition(Fields fields, String key, Names own) {
    Field field = fields.field(key);
    boolean any = field.isPresent() && !field.isList() && "*".equals(field.id(""));
    Set<String> events = any ? null : field.events();
    Field where = fields.field("where");
    Expression expression = where.isPresent() ? where.expression(own, Expression.Type.BOOL) : null;
    boolean right = (any || !events.isEmpty()) && (expression != null || !where.isPresent());
    return right ? EventCondition.of(events, expression) : null;
  }

  private static ConsumingStrategy edge(boolean not, String then) {
    if (not) {
      return then.equals("NEXT") ? ConsumingStrategy.NOT_NEXT : ConsumingStrategy.NOT_FOLLOW;
    }
    return switch (then) {
      case "NEXT" -> ConsumingStrategy.STRICT;
      case "ANY" -> ConsumingStrategy.SKIP_TILL_ANY;
      default -> ConsumingStrategy.SKIP_TILL_NEXT;
    };
  }

  private Step.Times times(Fields fields) {
    Field field = fields.field("times");
    boolean consecutive = fields.field("consecutive").bool(false);
    boolean combinations = fields.field("combinations").bool(false);
    if (consecutive && combinations) {
      fields.field("combinations").refuse("both", "consecutive or combinations");
    } else if ((consecutive || combinations) && !field.isPresent()) {
      fields
          .field(consecutive ? "consecutive" : "combinations")
          .refuse("no times", "times beside it");
    }
    if (!field.isPresent()) {
      return null;
    }
    String text =
        field.isNumber() ? field.value() == null ? "" : field.value().text() : field.text("");
    Matcher parts = TIMES.matcher(text);
    if (!parts.matches()) {
      if (!text.isEmpty()) {
        field.refuse('"' + Node.clipped(text) + '"', TIMES_EXPECTED);
      }
      return null;
    }
    int from = Integer.parseInt(parts.group(1));
    int to = parts.group(3) == null ? from : Integer.parseInt(parts.group(3));
    if (from < 1 || to < from || to > Step.MAX_TIMES) {
      field.refuse('"' + text + '"', TIMES_EXPECTED);
      return null;
    }
    ConsumingStrategy inner =
        consecutive
            ? ConsumingStrategy.STRICT
            : combinations ? ConsumingStrategy.SKIP_TILL_ANY : ConsumingStrategy.SKIP_TILL_NEXT;
    return new Step.Times(from, to, "+".equals(parts.group(2)), inner, 0);
  }

  private static boolean isInclusive(Field field) {
    return field.isPresent()
        && !field.isList()
        && !field.isMap()
        && field.shown().endsWith(INCLUSIVE);
  }

  /** The length of a window, without what is said of its end; 0 if there is none. */
  private static long millis(Field field) {
    if (!isInclusive(field)) {
      return field.durationMillis(1, Field.MAX_DURATION, 0);
    }
    String text = field.shown();
    return field
        .saying(text.substring(0, text.length() - INCLUSIVE.length()))
        .durationMillis(1, Field.MAX_DURATION, 0);
  }
}
