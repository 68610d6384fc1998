package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import dev.nudge.pattern.EventCondition;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON of dynamic Flink CEP, field by field. */
class FlipReaderTest {
  private static final EventCondition ANY = EventCondition.of(null, null);

  /** As Alibaba Cloud's documentation writes a rule: three actions, then the end of the session. */
  private static final String WHOLE =
      """
      {
        "name": "end",
        "quantifier": {
          "consumingStrategy": "SKIP_TILL_NEXT", "properties": ["SINGLE"],
          "times": null, "untilCondition": null
        },
        "condition": null,
        "nodes": [
          {
            "name": "end",
            "quantifier": {
              "consumingStrategy": "SKIP_TILL_NEXT", "properties": ["SINGLE"],
              "times": null, "untilCondition": null
            },
            "condition": {"type": "AVIATOR", "expression": "event == 'Session Ended'"},
            "type": "ATOMIC"
          },
          {
            "name": "start",
            "quantifier": {
              "consumingStrategy": "SKIP_TILL_NEXT", "properties": ["LOOPING"],
              "times": {"from": 3, "to": 3, "windowTime": null}, "untilCondition": null
            },
            "condition": {"expression": "action == 0 && price > 10.5", "type": "AVIATOR"},
            "type": "ATOMIC"
          }
        ],
        "edges": [{"source": "start", "target": "end", "type": "SKIP_TILL_NEXT"}],
        "window": {"type": "FIRST_AND_LAST", "time": {"unit": "MINUTES", "size": 10}},
        "afterMatchStrategy": {"type": "SKIP_PAST_LAST_EVENT", "patternName": null},
        "type": "COMPOSITE",
        "version": 1
      }
      """;

  @Test
  void wholeFileRunsUnchanged() throws Exception {
    Rule rule = rule(WHOLE);
    assertThat(rule.id()).isEqualTo("end");
    assertThat(rule.tenant()).isNull();
    PatternTrigger trigger = (PatternTrigger) rule.trigger();
    assertThat(trigger.withinMillis()).isEqualTo(600_000);
    assertThat(trigger.inclusive()).isFalse();
    assertThat(trigger.events()).isNull();
    Pattern<Occurrence, ?> end = trigger.pattern();
    Pattern<Occurrence, ?> start = end.getPrevious();
    assertThat(((EventCondition) end.getCondition()).names()).containsExactly("Session Ended");
    IterativeCondition<Occurrence> first = condition(start);
    assertThat(first.filter(event(Map.of("action", "0", "price", "11")), null)).isTrue();
    assertThat(first.filter(event(Map.of("action", "1", "price", "11")), null)).isFalse();
    assertThat(first.filter(event(Map.of("action", "0", "price", "10.5")), null)).isFalse();
    assertThat(first.filter(event(Map.of("price", "11")), null)).isFalse();
    assertThat(Patterns.shown(trigger.pattern()))
        .isEqualTo(
            Patterns.shown(
                Pattern.<Occurrence>begin("start", AfterMatchSkipStrategy.skipPastLastEvent())
                    .where(condition(start))
                    .timesOrMore(3)
                    .followedBy("end")
                    .where(condition(end))
                    .within(Duration.ofMinutes(10))));
  }

  @Test
  void itCanStandInADefinition() throws Exception {
    String text =
        "kind: anomaly\ntenant: acme\nid: SESSION\npattern: "
            + WHOLE.replace("\n", "\n  ")
            + "\nevidence: {actions: steps.start.count}\n";
    Rule rule = rule(text);
    assertThat(rule.id()).isEqualTo("SESSION");
    assertThat(rule.tenant()).isEqualTo("acme");
    assertThat(rule.evidence()).containsKey("actions");
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read("f", text.getBytes(StandardCharsets.UTF_8));
    Rule again = RuleCodec.compile(reader.rules().get(0), Map.of());
    assertThat(Patterns.shown(((PatternTrigger) again.trigger()).pattern()))
        .isEqualTo(Patterns.shown(((PatternTrigger) rule.trigger()).pattern()));
  }

  @Test
  void aloneItCanBeCompiledAgainButNotPublished() throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", WHOLE.getBytes(StandardCharsets.UTF_8));
    assertThat(RuleCodec.compile(reader.rules().get(0), Map.of()).id()).isEqualTo("end");

    DefinitionReader publishing = DefinitionReader.forPublishing();
    publishing.read("f", WHOLE.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(publishing::rules)
        .hasMessage(
            "f:1:1: found a pattern alone, expected a definition with kind, tenant, id and this"
                + " pattern");
  }

  static Stream<Arguments> quantifiers() {
    return Stream.of(
        arguments("null", a()),
        arguments("{'properties': ['SINGLE']}", a()),
        arguments("{'properties': null}", a()),
        arguments("{'properties': ['SINGLE', 'OPTIONAL']}", a().optional()),
        arguments("{'properties': ['LOOPING'], 'times': null}", a().oneOrMore()),
        arguments("{'properties': ['LOOPING'], 'times': {'from': 2, 'to': 2}}", a().timesOrMore(2)),
        arguments(
            "{'properties': ['LOOPING', 'GREEDY', 'OPTIONAL']}",
            a().oneOrMore().greedy().optional()),
        arguments(
            "{'properties': ['LOOPING'], 'innerConsumingStrategy': 'STRICT'}",
            a().oneOrMore().consecutive()),
        arguments(
            "{'properties': ['LOOPING'], 'innerConsumingStrategy': 'SKIP_TILL_ANY'}",
            a().oneOrMore().allowCombinations()),
        arguments(
            "{'properties': ['LOOPING'], 'innerConsumingStrategy': 'SKIP_TILL_NEXT'}",
            a().oneOrMore()),
        arguments(
            "{'properties': ['LOOPING'], 'times': {'from': 1, 'to': 1, 'windowTime':"
                + " {'unit': 'SECONDS', 'size': 5}}}",
            a().oneOrMore(Duration.ofSeconds(5))),
        arguments("{'properties': ['TIMES'], 'times': {'from': 2, 'to': 4}}", a().times(2, 4)),
        arguments("{'properties': ['TIMES'], 'times': {'from': 0, 'to': 4}}", a().times(0, 4)),
        arguments(
            "{'properties': ['TIMES'], 'times': {'from': 3, 'to': 3, 'windowTime':"
                + " {'unit': 'MILLISECONDS', 'size': 7}}}",
            a().times(3, Duration.ofMillis(7))));
  }

  @ParameterizedTest
  @MethodSource("quantifiers")
  void quantifierIsRead(String quantifier, Pattern<Occurrence, ?> expected)
      throws DefinitionException {
    assertShown("[" + node("a", quantifier) + "]", "", expected);
  }

  @Test
  void timesAndUntilOfTheOpenForkStandBesideTheQuantifier() throws Exception {
    String node =
        """
        {'name': 'a', 'type': 'ATOMIC', 'condition': null,
         'quantifier': {'consumingStrategy': 'SKIP_TILL_NEXT', 'properties': ['LOOPING']},
         'times': {'from': 2, 'to': 2, 'windowTime': null},
         'untilCondition': {'type': 'AVIATOR', 'expression': 'done'}}""";
    Pattern<Occurrence, ?> read = pattern("[" + node + "]", "");
    assertThat(read.getTimes().getFrom()).isEqualTo(2);
    IterativeCondition<Occurrence> until = until(read);
    Map<String, Value> done = Map.of("done", new Value(Value.Type.BOOLEAN, "true"));
    assertThat(until.filter(new Occurrence("X", 0, "m", Topic.CLICKSTREAM, done), null)).isTrue();
    assertThat(until.filter(event(Map.of()), null)).isFalse();
    assertThat(Patterns.shown(read))
        .isEqualTo(Patterns.shown(a().timesOrMore(2).until(until(read))));
  }

  static Stream<Arguments> edges() {
    return Stream.of(
        arguments("STRICT", a().next("b").where(ANY)),
        arguments("SKIP_TILL_NEXT", a().followedBy("b").where(ANY)),
        arguments("SKIP_TILL_ANY", a().followedByAny("b").where(ANY)),
        arguments("NOT_NEXT", a().notNext("b").where(ANY)),
        arguments("NOT_FOLLOW", a().notFollowedBy("b").where(ANY).within(Duration.ofDays(1))));
  }

  @ParameterizedTest
  @MethodSource("edges")
  void edgeIsRead(String type, Pattern<Occurrence, ?> expected) throws DefinitionException {
    String window =
        type.equals("NOT_FOLLOW")
            ? ", 'window': {'type': 'FIRST_AND_LAST', 'time': {'unit': 'DAYS', 'size': 1}}"
            : "";
    assertShown(
        "[" + node("b", "null") + "," + node("a", "null") + "]",
        ", 'edges': [{'source': 'a', 'target': 'b', 'type': '" + type + "'}]" + window,
        expected);
  }

  static Stream<Arguments> rest() {
    return Stream.of(
        arguments(", 'window': null", a()),
        arguments(
            ", 'window': {'type': 'PREVIOUS_AND_CURRENT', 'time': {'unit': 'HOURS', 'size': 2}}",
            a().within(Duration.ofHours(2), WithinType.PREVIOUS_AND_CURRENT)),
        arguments(", 'afterMatchStrategy': null", a()),
        arguments(", 'afterMatchStrategy': {'type': 'NO_SKIP'}", a()),
        arguments(
            ", 'afterMatchStrategy': {'type': 'SKIP_TO_NEXT', 'patternName': null}",
            a(AfterMatchSkipStrategy.skipToNext())),
        arguments(
            ", 'afterMatchSkipStrategy': {'type': 'SKIP_PAST_LAST_EVENT'}",
            a(AfterMatchSkipStrategy.skipPastLastEvent())),
        arguments(
            ", 'afterMatchStrategy': {'type': 'SKIP_TO_FIRST', 'patternName': 'a'}",
            a(AfterMatchSkipStrategy.skipToFirst("a"))),
        arguments(
            ", 'afterMatchSkipStrategy': {'type': 'SKIP_TO_LAST', 'patternName': 'a'}",
            a(AfterMatchSkipStrategy.skipToLast("a"))));
  }

  @ParameterizedTest
  @MethodSource("rest")
  void windowAndSkipStrategyAreRead(String keys, Pattern<Occurrence, ?> expected)
      throws DefinitionException {
    assertShown("[" + node("a", "null") + "]", keys, expected);
  }

  @Test
  void groupsAreNested() throws DefinitionException {
    String inner =
        """
        {'name': 'g', 'type': 'COMPOSITE', 'condition': null, 'version': 1,
         'quantifier': {'properties': ['TIMES', 'OPTIONAL'], 'times': {'from': 2, 'to': 2}},
         'nodes': [%s, %s], 'edges': [{'source': 'b', 'target': 'c', 'type': 'STRICT'}],
         'window': {'type': 'PREVIOUS_AND_CURRENT', 'time': {'unit': 'SECONDS', 'size': 9}},
         'afterMatchStrategy': {'type': 'NO_SKIP', 'patternName': null}}"""
            .formatted(node("b", "null"), node("c", "null"));
    Pattern<Occurrence, Occurrence> group =
        Pattern.<Occurrence>begin("b")
            .where(ANY)
            .next("c")
            .where(ANY)
            .within(Duration.ofSeconds(9), WithinType.PREVIOUS_AND_CURRENT);
    assertShown(
        "[" + node("a", "null") + "," + inner + "]",
        ", 'edges': [{'source': 'a', 'target': 'g', 'type': 'SKIP_TILL_ANY'}]",
        a().followedByAny(group).times(2).optional());
  }

  @Test
  void oneNodeMayStandAlone() throws DefinitionException {
    Rule rule =
        rule(json("{'name': 'a', 'type': 'ATOMIC', 'quantifier': null, 'condition': null}"));
    assertThat(Patterns.shown(((PatternTrigger) rule.trigger()).pattern()))
        .isEqualTo(Patterns.shown(a()));
  }

  /** Fields: n = 5, s = x, t = true; nothing else. */
  static Stream<Arguments> conditions() {
    return Stream.of(
        arguments("n == 5", true),
        arguments("n == 5.0", true),
        arguments("n != 5", false),
        arguments("n > 4 && n < 6 && n >= 5 && n <= 5", true),
        arguments("5 == n && 4 < n", true),
        arguments("n*2 > 9 && n + 1 == 6 && n - 1 == 4 && -n < 0", true),
        arguments("s == 'x' && s == \"x\"", true),
        arguments("s == 'y' || t", true),
        arguments("!(s == 'y') && !!t", true),
        arguments("t == true && t != false", true),
        arguments("price == 7 && price > 6.5 && price * 2 == 14", true),
        arguments("event == 'X' && at == 0 && quantity == 1", true),
        arguments("nested.a == 1 && nested.b == nil", true),
        // An absent field is nil: equal to nothing but nil, less than everything.
        arguments("gone == nil && n != nil && nil == nil", true),
        arguments("gone == 5", false),
        arguments("gone != 5", true),
        arguments("!(gone == 5)", true),
        arguments("gone < 5 && gone <= 5", true),
        arguments("gone > 5 || gone >= 5", false),
        arguments("gone == gone2 && gone != n", true),
        arguments("n > nil && gone <= nil", true),
        arguments("n < nil || nil > n", false),
        arguments("gone || nil", false));
  }

  @ParameterizedTest
  @MethodSource("conditions")
  void aviatorMeansTheSameInCel(String expression, boolean expected) throws Exception {
    String condition = "{'type': 'AVIATOR', 'expression': %s}";
    String quoted = '"' + expression.replace("\"", "\\\"") + '"';
    Pattern<Occurrence, ?> read =
        pattern(
            "[" + node("a", "null", condition.formatted(quoted.replace("'", "\\u0027"))) + "]", "");
    Map<String, Value> fields = new HashMap<>();
    fields.put("n", Value.number("5"));
    fields.put("s", Value.string("x"));
    fields.put("t", new Value(Value.Type.BOOLEAN, "true"));
    fields.put("price", Value.string("7"));
    fields.put("nested", new Value(Value.Type.JSON, "{\"a\": 1}"));
    Occurrence event = new Occurrence("X", 0, "m", Topic.CLICKSTREAM, fields);
    assertThat(condition(read).filter(event, null)).isEqualTo(expected);
  }

  static Stream<Arguments> composed() {
    String fiveAndX = aviator("n == 5") + "," + aviator("s == \\u0027y\\u0027");
    return Stream.of(
        arguments(rich("RichAndCondition", fiveAndX), false),
        arguments(rich("org.apache.flink.cep.pattern.conditions.RichOrCondition", fiveAndX), true),
        arguments(rich("RichNotCondition", aviator("n == 6")), true),
        arguments(rich("RichNotCondition", rich("RichAndCondition", fiveAndX)), true),
        arguments(
            "{'type': 'CLASS', 'className':"
                + " 'org.apache.flink.cep.pattern.conditions.BooleanConditions$TrueFunction'}",
            true),
        arguments("{'type': 'CLASS', 'className': 'BooleanConditions$FalseFunction'}", false),
        arguments("null", true));
  }

  @ParameterizedTest
  @MethodSource("composed")
  void conditionIsComposed(String condition, boolean expected) throws Exception {
    Pattern<Occurrence, ?> read = pattern("[" + node("a", "null", condition) + "]", "");
    Map<String, String> fields = Map.of("n", "5");
    assertThat(condition(read).filter(event(fields), null)).isEqualTo(expected);
  }

  static Stream<Arguments> refusals() {
    String only = "[" + node("a", "null") + "]";
    String two = "[" + node("a", "null") + "," + node("b", "null") + "]";
    return Stream.of(
        arguments(
            "[]", "", "1:48: nodes: found no first node, expected one node that no edge leads to"),
        arguments(two, "", "found the first nodes a, b, expected one node that no edge leads to"),
        arguments(
            two,
            ", 'edges': [{'source': 'a', 'target': 'b', 'type': 'STRICT'},"
                + " {'source': 'b', 'target': 'a', 'type': 'STRICT'}]",
            "found no first node, expected one node that no edge leads to"),
        arguments(
            "[" + node("a", "null") + "," + node("b", "null") + "," + node("c", "null") + "]",
            ", 'edges': [{'source': 'b', 'target': 'c', 'type': 'STRICT'},"
                + " {'source': 'c', 'target': 'b', 'type': 'STRICT'}]",
            "found nodes in a circle, expected a chain of nodes"),
        arguments(
            two,
            ", 'edges': [{'source': 'a', 'target': 'x', 'type': 'STRICT'}]",
            "edges[0].target: found the node x, expected one of a, b"),
        arguments(
            "[" + node("a", "null") + "," + node("b", "null") + "," + node("c", "null") + "]",
            ", 'edges': [{'source': 'a', 'target': 'b', 'type': 'STRICT'},"
                + " {'source': 'a', 'target': 'c', 'type': 'STRICT'}]",
            "edges[1]: found a second edge from a, expected one, for the nodes are a chain"),
        arguments(
            two,
            ", 'edges': [{'source': 'a', 'target': 'b', 'type': 'NEXT'}]",
            "edges[0].type: found \"NEXT\", expected one of STRICT, SKIP_TILL_NEXT, SKIP_TILL_ANY,"
                + " NOT_NEXT, NOT_FOLLOW"),
        arguments(
            two,
            ", 'edges': [{'source': 'a', 'target': 'b', 'type': 'NOT_FOLLOW'}]",
            "found what Flink CEP refuses (NotFollowedBy is not supported without windowTime as a"
                + " last part of a Pattern!), expected a pattern that Flink CEP takes"),
        arguments(
            "[" + node("a", "null") + "," + node("a", "null") + "]",
            "",
            "nodes[1]: found a second step a, expected each name once"),
        arguments(
            "[" + node("a", "{'properties': ['TIMES']}") + "]",
            "",
            "found TIMES without times, expected times: {from, to, windowTime}"),
        arguments(
            "[" + node("a", "{'properties': ['TIMES', 'LOOPING']}") + "]",
            "",
            "found LOOPING and TIMES, expected one of them"),
        arguments(
            "[" + node("a", "{'properties': ['TIMES'], 'times': {'from': 3, 'to': 2}}") + "]",
            "",
            "nodes[0].quantifier.times.to: found 2, expected at least from, and at least 1"),
        arguments(
            "[" + node("a", "{'untilCondition': " + aviator("x") + "}") + "]",
            "",
            "found an untilCondition, expected LOOPING among the properties"),
        arguments(
            "[" + node("a", "{'properties': ['OFTEN']}") + "]",
            "",
            "nodes[0].quantifier.properties[0]: found \"OFTEN\", expected one of SINGLE, TIMES,"
                + " LOOPING, OPTIONAL, GREEDY"),
        arguments(
            "[" + node("a", "{'qroperties': []}") + "]",
            "",
            "nodes[0].quantifier.qroperties: found an unknown key"),
        arguments(
            only,
            ", 'window': {'time': {'unit': 'WEEKS', 'size': 1}}",
            "window.time.unit: found \"WEEKS\", expected one of MILLISECONDS, SECONDS, MINUTES, HOURS,"
                + " DAYS"),
        arguments(
            only,
            ", 'afterMatchStrategy': {'type': 'SKIP_TO_LAST'}",
            "afterMatchStrategy.patternName: found nothing, expected the name of a node"),
        arguments(
            only,
            ", 'afterMatchStrategy': {'type': 'SKIP_TO_LAST', 'patternName': 'x'}",
            "found what Flink CEP refuses (The pattern name specified in AfterMatchSkipStrategy can"
                + " not be found in the given Pattern)"),
        arguments(
            only,
            ", 'condition': {'type': 'CLASS'}",
            "condition: found a condition, expected none"),
        arguments(
            "[" + node("a", "null", "{'type': 'CLASS', 'className': 'com.acme.Start'}") + "]",
            "",
            "nodes[0].condition: found the class \"com.acme.Start\", expected a condition of type"
                + " AVIATOR, for no code is loaded"),
        arguments(
            "[" + node("a", "null", "{'type': 'GROOVY', 'expression': 'x'}") + "]",
            "",
            "nodes[0].condition: found a condition in Groovy, expected one of type AVIATOR, which is"
                + " translated to CEL"),
        arguments(
            "[" + node("a", "null", "{'type': 'MVEL', 'expression': 'x'}") + "]",
            "",
            "nodes[0].condition: found a condition of type \"MVEL\", expected one of AVIATOR, CLASS"),
        arguments(
            "[" + node("a", "null", rich("RichNotCondition", "")) + "]",
            "",
            "nestedConditions: found 0 nestedConditions, expected 1"),
        arguments(
            "[" + node("a", "null", aviator("n == 1 && string.contains(s, 'x')")) + "]",
            "",
            "found \"string.contains(s, 'x')\", expected fields compared with values"),
        arguments(
            "[" + node("a", "null", aviator("n / 2 == 1")) + "]",
            "",
            "found \"/ 2 == 1\", expected an operator that both languages have"),
        arguments(
            "[" + node("a", "null", aviator("n =~ 2")) + "]",
            "",
            "found \"=~ 2\", expected an operator"),
        arguments(
            "[" + node("a", "null", aviator("n == 5N")) + "]",
            "",
            "found \"5N\", expected a number"),
        arguments(
            "[" + node("a", "null", aviator("n ==")) + "]",
            "",
            "found the end of the text, expected a field"),
        arguments(
            "[" + node("a", "null", aviator("(n == 1")) + "]",
            "",
            "found the end of the text, expected )"),
        arguments(
            "[" + node("a", "null", aviator("price == 'x'")) + "]",
            "",
            "found double == string, expected"),
        arguments(
            "[" + node("a", "null", aviator("(".repeat(20) + "n" + ")".repeat(20))) + "]",
            "",
            "found more than 16 levels, expected at most as many"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void patternIsRefused(String nodes, String keys, String message) {
    assertThatThrownBy(() -> pattern(nodes, keys))
        .isInstanceOf(DefinitionException.class)
        .message()
        .startsWith("f:")
        .contains(message);
  }

  @Test
  void mistakeInAnAviatorExpressionIsToldWhereItStands() {
    String text = WHOLE.replace("price > 10.5", "price > x y");
    assertThatThrownBy(() -> rule(text))
        .hasMessage(
            "f:24:61: nodes[1].condition.expression: found \"y\", expected an operator that both"
                + " languages have");
  }

  private static Pattern<Occurrence, Occurrence> a() {
    return a(AfterMatchSkipStrategy.noSkip());
  }

  private static Pattern<Occurrence, Occurrence> a(AfterMatchSkipStrategy skip) {
    return Pattern.<Occurrence>begin("a", skip).where(ANY);
  }

  private static String node(String name, String quantifier) {
    return node(name, quantifier, "null");
  }

  private static String node(String name, String quantifier, String condition) {
    return "{'name': '%s', 'type': 'ATOMIC', 'quantifier': %s, 'condition': %s}"
        .formatted(name, quantifier, condition);
  }

  private static String aviator(String expression) {
    return "{'type': 'AVIATOR', 'expression': '%s'}".formatted(expression.replace("'", "\\u0027"));
  }

  private static String rich(String className, String nested) {
    return "{'type': 'CLASS', 'className': '%s', 'nestedConditions': [%s]}"
        .formatted(className, nested);
  }

  private static void assertShown(String nodes, String keys, Pattern<Occurrence, ?> expected)
      throws DefinitionException {
    assertThat(Patterns.shown(pattern(nodes, keys))).isEqualTo(Patterns.shown(expected));
  }

  private static Pattern<Occurrence, ?> pattern(String nodes, String keys)
      throws DefinitionException {
    String text = "{'name': 'rule', 'type': 'COMPOSITE', 'nodes': %s%s}".formatted(nodes, keys);
    return ((PatternTrigger) rule(json(text)).trigger()).pattern();
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static Rule rule(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", text.getBytes(StandardCharsets.UTF_8));
    return List.copyOf(reader.compiled().values()).get(0);
  }

  @SuppressWarnings("unchecked")
  private static IterativeCondition<Occurrence> condition(Pattern<Occurrence, ?> step) {
    return (IterativeCondition<Occurrence>) step.getCondition();
  }

  @SuppressWarnings("unchecked")
  private static IterativeCondition<Occurrence> until(Pattern<Occurrence, ?> step) {
    return (IterativeCondition<Occurrence>) step.getUntilCondition();
  }

  private static Occurrence event(Map<String, String> numbers) {
    Map<String, Value> fields = new HashMap<>();
    numbers.forEach((name, number) -> fields.put(name, Value.number(number)));
    return new Occurrence("X", 0, "m", Topic.CLICKSTREAM, fields);
  }
}
