package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Value;
import dev.nudge.pattern.AfterTrigger;
import dev.nudge.pattern.EventCondition;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pattern or a timer in YAML compiles to, and what is refused. */
class RuleReaderTest {
  private static final AfterMatchSkipStrategy PAST_LAST =
      AfterMatchSkipStrategy.skipPastLastEvent();
  private static final Names NAMES = Names.of(Map.of());

  static Stream<Arguments> patterns() throws Exception {
    return Stream.of(
        arguments("steps: [{a: {event: A}}]", begin("a", "A")),
        arguments(
            "steps: [{a: {event: '*'}}]", Pattern.<Occurrence>begin("a", PAST_LAST).where(any())),
        arguments(
            "steps: [{a: {event: [A, B]}}]",
            Pattern.<Occurrence>begin("a", PAST_LAST)
                .where(EventCondition.of(Set.of("A", "B"), null))),
        arguments(
            "steps: [{a: {event: A, where: event.price > 1.0}}]",
            Pattern.<Occurrence>begin("a", PAST_LAST)
                .where(EventCondition.of(Set.of("A"), expression("event.price > 1.0", "a")))),
        arguments(
            "steps: [{a: {event: A}}, {b: {event: B, where: steps.a.at < event.at}}]",
            begin("a", "A")
                .followedBy("b")
                .where(
                    EventCondition.of(Set.of("B"), expression("steps.a.at < event.at", "a", "b")))),
        arguments(
            "steps: [{a: {event: A}}, {b: {event: B, then: NEXT}}, {c: {event: C, then: ANY}}]",
            begin("a", "A").next("b").where(of("B")).followedByAny("c").where(of("C"))),
        arguments(
            "{steps: [{a: {event: A}}, {b: {not: B}}, {c: {event: C}}, {d: {not: D, then: NEXT}}]}",
            begin("a", "A")
                .notFollowedBy("b")
                .where(of("B"))
                .followedBy("c")
                .where(of("C"))
                .notNext("d")
                .where(of("D"))),
        arguments("steps: [{a: {event: A, times: 3}}]", begin("a", "A").times(3)),
        arguments("steps: [{a: {event: A, times: 1+}}]", begin("a", "A").oneOrMore()),
        arguments("steps: [{a: {event: A, times: 2+}}]", begin("a", "A").timesOrMore(2)),
        arguments("steps: [{a: {event: A, times: 2-4}}]", begin("a", "A").times(2, 4)),
        arguments(
            "steps: [{a: {event: A, times: 2+, consecutive: true}}]",
            begin("a", "A").timesOrMore(2).consecutive()),
        arguments(
            "steps: [{a: {event: A, times: 2+, combinations: true}}]",
            begin("a", "A").timesOrMore(2).allowCombinations()),
        arguments(
            "steps: [{a: {event: A, times: 1+, greedy: true, optional: true}}, {b: {event: B}}]",
            begin("a", "A").oneOrMore().greedy().optional().followedBy("b").where(of("B"))),
        arguments(
            "steps: [{a: {event: A, optional: true}}, {b: {event: B}}]",
            begin("a", "A").optional().followedBy("b").where(of("B"))),
        arguments(
            "steps: [{a: {event: A, times: 1+, until: steps.a.count > 3}}, {b: {event: B}}]",
            begin("a", "A")
                .oneOrMore()
                .until(EventCondition.of(null, expression("steps.a.count > 3", "a")))
                .followedBy("b")
                .where(of("B"))),
        arguments(
            "steps: [{a: {event: A, times: 3, distinct: productId}}]",
            Pattern.<Occurrence>begin("a", PAST_LAST)
                .where(of("A").distinct("a", "productId"))
                .times(3)),
        arguments(
            "{steps: [{a: {event: A}}, {b: {event: B, within: 5 s}}], within: 1 min}",
            begin("a", "A")
                .followedBy("b")
                .where(of("B"))
                .within(Duration.ofSeconds(5), WithinType.PREVIOUS_AND_CURRENT)
                .within(Duration.ofMinutes(1))),
        arguments(
            "{steps: [{a: {event: A}}, {b: {not: B}}], within: 30 min inclusive}",
            begin("a", "A").notFollowedBy("b").where(of("B")).within(Duration.ofMillis(1_800_001))),
        arguments(
            "steps: [{a: {event: A}}, {b: {not: B, within: 1 min}}]",
            begin("a", "A")
                .notFollowedBy("b")
                .where(of("B"))
                .within(Duration.ofMinutes(1), WithinType.PREVIOUS_AND_CURRENT)),
        arguments(
            "steps: [{a: {event: A}}, {g: {steps: [{b: {event: B}}, {c: {event: C, then: NEXT}}],"
                + " times: 2-3, optional: true, then: ANY}}]",
            begin("a", "A")
                .followedByAny(begin("b", "B").next("c").where(of("C")))
                .times(2, 3)
                .optional()),
        arguments(
            "steps: [{g: {steps: [{b: {event: B}}], times: 2}}, {c: {event: C}}]",
            Pattern.begin(begin("b", "B"), PAST_LAST).times(2).followedBy("c").where(of("C"))),
        arguments(
            "{steps: [{a: {event: A}}], skip: NO_SKIP}",
            begin("a", "A", AfterMatchSkipStrategy.noSkip())),
        arguments(
            "{steps: [{a: {event: A}}], skip: TO_NEXT}",
            begin("a", "A", AfterMatchSkipStrategy.skipToNext())),
        arguments("{steps: [{a: {event: A}}], skip: PAST_LAST}", begin("a", "A", PAST_LAST)),
        arguments(
            "{steps: [{a: {event: A}}], skip: {toFirst: a}}",
            begin("a", "A", AfterMatchSkipStrategy.skipToFirst("a"))),
        arguments(
            "{steps: [{a: {event: A}}], skip: {toLast: a}}",
            begin("a", "A", AfterMatchSkipStrategy.skipToLast("a"))));
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void patternIsTheOneThatFlinksApiBuilds(String keys, Pattern<Occurrence, ?> expected)
      throws DefinitionException {
    assertThat(Patterns.shown(pattern("pattern: {" + unbraced(keys) + "}").pattern()))
        .isEqualTo(Patterns.shown(expected));
  }

  @Test
  void windowIsKnownAsItIsWritten() throws DefinitionException {
    PatternTrigger inclusive =
        pattern("pattern: {steps: [{a: {event: A}}, {b: {not: B}}], within: 30 min inclusive}");
    assertThat(inclusive.withinMillis()).isEqualTo(1_800_000);
    assertThat(inclusive.inclusive()).isTrue();
    assertThat(inclusive.pattern().getWindowSize()).contains(Duration.ofMillis(1_800_001));
    PatternTrigger exclusive = pattern("pattern: {steps: [{a: {event: A}}], within: 30 min}");
    assertThat(exclusive.withinMillis()).isEqualTo(1_800_000);
    assertThat(exclusive.inclusive()).isFalse();
    assertThat(pattern("pattern: {steps: [{a: {event: A}}]}").withinMillis()).isZero();
  }

  static Stream<Arguments> interests() {
    return Stream.of(
        arguments("steps: [{a: {event: A}}, {b: {event: [B, C]}}]", Set.of("A", "B", "C"), false),
        arguments(
            "steps: [{a: {event: A}}, {b: {not: B}}, {c: {event: C}}]",
            Set.of("A", "B", "C"),
            false),
        arguments("steps: [{a: {event: A}}, {b: {event: '*'}}]", null, false),
        arguments(
            "steps: [{a: {event: '*', where: event.event == 'X'}}, {b: {event: B}}]",
            Set.of("X", "B"),
            false),
        arguments("steps: [{a: {event: A}}, {b: {event: B, then: NEXT}}]", null, false),
        arguments(
            "steps: [{a: {event: A}}, {b: {not: B, then: NEXT}}, {c: {event: C}}]", null, false),
        arguments("steps: [{a: {event: A, times: 2, consecutive: true}}]", null, false),
        arguments("steps: [{a: {event: A, times: 2+, until: event.price > 1.0}}]", null, false),
        arguments(
            "steps: [{g: {steps: [{a: {event: A}}, {b: {event: B}}]}}]", Set.of("A", "B"), false),
        arguments(
            "steps: [{g: {steps: [{a: {event: A}}, {b: {event: B, then: NEXT}}]}}]", null, false),
        arguments(
            "steps: [{a: {event: A}}, {b: {event: Nudge Clicked}}]",
            Set.of("A", "Nudge Clicked"),
            true),
        arguments(
            "{steps: [{a: {event: '*'}}], among: [A, Coupon Redeemed]}",
            Set.of("A", "Coupon Redeemed"),
            true),
        arguments(
            "{steps: [{a: {event: A}}, {b: {event: A, then: NEXT}}], among: A}",
            Set.of("A"),
            false));
  }

  @ParameterizedTest
  @MethodSource("interests")
  void eventsOfInterestAreKnown(String keys, Set<String> events, boolean deliveries)
      throws DefinitionException {
    PatternTrigger trigger = pattern("pattern: {" + unbraced(keys) + "}");
    assertThat(trigger.events()).isEqualTo(events);
    assertThat(trigger.seesDeliveries()).isEqualTo(deliveries);
  }

  @Test
  void everyKeyOfAPatternIsRead() throws DefinitionException {
    Rule rule =
        rule(
            """
            kind: anomaly
            tenant: acme
            id: BIG
            params: {factor: 1.5, minOrders: 3, word: x, on: true}
            pattern:
              steps:
                - placed: {event: Order Placed, where: event.first && params.on}
                - paid: {event: Order Paid}
              within: 30 min
              among: [Order Placed, Order Paid]
              by: orderId
              maxPartialMatches: 7
            orderId: event.orderId
            value: money(event.amountUnits)
            baseline: 12.5
            evidence: {orders: customer.orderCount, placed: steps.placed.at, word: params.word}
            """);
    assertThat(rule.tenant()).isEqualTo("acme");
    assertThat(rule.kind()).isEqualTo(Rule.Kind.ANOMALY);
    assertThat(rule.id()).isEqualTo("BIG");
    assertThat(rule.params())
        .isEqualTo(
            Map.of(
                "factor", Value.number("1.5"),
                "minOrders", Value.number("3"),
                "word", Value.string("x"),
                "on", new Value(Value.Type.BOOLEAN, "true")));
    assertThat(rule.orderId()).hasToString("event.orderId");
    assertThat(rule.value()).hasToString("money(event.amountUnits)");
    assertThat(rule.baseline()).hasToString("12.5");
    assertThat(rule.evidence().keySet()).containsExactly("orders", "placed", "word");
    PatternTrigger trigger = (PatternTrigger) rule.trigger();
    assertThat(trigger.among()).containsExactly("Order Placed", "Order Paid");
    assertThat(trigger.by()).isEqualTo("orderId");
    assertThat(trigger.maxPartialMatches()).isEqualTo(7);
  }

  @Test
  void stageProposesAStage() throws DefinitionException {
    Rule rule =
        rule(
            "{kind: stage, id: sleeping, stage: DORMANT,"
                + " after: {last: Order Paid, wait: days(policy.lifecycle.dormantDays)}}");
    assertThat(rule.kind()).isEqualTo(Rule.Kind.STAGE);
    assertThat(rule.stage()).isEqualTo(LifecycleStage.DORMANT);
    assertThat(rule.tenant()).isNull();
  }

  @Test
  void everyKeyOfATimerIsRead() throws Exception {
    AfterTrigger after =
        (AfterTrigger)
            rule("""
                    kind: anomaly
                    id: SLEEP
                    params: {sleepDays: 45, max: 3}
                    after:
                      last: [Order Paid, Nudge Clicked]
                      wait: days(params.sleepDays)
                      every: 15 days
                      max: params.max
                      when: customer.orderCount > 2
                      once: customer.lastOrderAt
                    """)
                .trigger();
    assertThat(after.last()).containsExactly("Order Paid", "Nudge Clicked");
    assertThat(after.seesDeliveries()).isTrue();
    Map<String, Object> known =
        Map.of(
            "params.sleepDays",
            45,
            "params.max",
            3,
            "customer.orderCount",
            3,
            "customer.lastOrderAt",
            7L);
    assertThat(after.delay().eval(known::get)).isEqualTo(Duration.ofDays(45));
    assertThat(after.every().eval(known::get)).isEqualTo(Duration.ofDays(15));
    assertThat(after.max().eval(known::get)).isEqualTo(3L);
    assertThat(after.when().eval(known::get)).isEqualTo(true);
    assertThat(after.once().eval(known::get)).isEqualTo(7L);

    AfterTrigger least =
        (AfterTrigger)
            rule("{kind: anomaly, id: X, after: {last: A, wait: 1 h, max: 3}}").trigger();
    assertThat(least.delay().eval(known::get)).isEqualTo(Duration.ofHours(1));
    assertThat(least.max().eval(known::get)).isEqualTo(3L);
    assertThat(least.every()).isNull();
    assertThat(least.when()).isNull();
    assertThat(least.once()).isNull();
    assertThat(least.seesDeliveries()).isFalse();
  }

  static Stream<Arguments> refusals() {
    String names = "expected 1 to 64 characters, none of them . or :";
    String times = "expected n, n+ or n-m, from 1 to 100";
    return Stream.of(
        arguments(
            "pattern: {}", "3:10: pattern.steps: found nothing, expected a list of at most 50"),
        arguments(
            "pattern: {steps: []}",
            "3:18: pattern.steps: found an empty list, expected one step or more"),
        arguments("{}", "3:1: found none of them, expected one of pattern, after"),
        arguments(
            "pattern: {steps: [{a: {evnt: A}}]}",
            "3:23: pattern.steps[0].a: found none of them, expected one of event, not, steps"),
        arguments(
            "pattern: {steps: [{a: {event: A, not: B}}]}",
            "3:23: pattern.steps[0].a: found event and not, expected one of event, not, steps"),
        arguments(
            "pattern: {steps: [{a: {event: A, tims: 2}}]}",
            "3:34: pattern.steps[0].a.tims: found an unknown key, expected one of event, not, steps,"
                + " where, times, consecutive, combinations, distinct, until, greedy, optional, then,"
                + " within; did you mean times?"),
        arguments(
            "pattern: {steps: [{a: {event: A}, b: {event: B}}]}",
            "3:19: pattern.steps[0]: found a map of 2, expected a map of at most 1"),
        arguments(
            "pattern: {steps: [{}]}",
            "3:19: pattern.steps[0]: found a map of nothing, expected a step, {name: {event: …}}"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {a: {event: B}}]}",
            "3:36: pattern.steps[1]: found a second step a, expected each name once"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {g: {steps: [{a: {event: B}}]}}]}",
            "3:49: pattern.steps[1].g.steps[0]: found a second step a, expected each name once"),
        arguments(
            "pattern: {steps: [{a.b: {event: A}}]}",
            "3:19: pattern.steps[0]: found the name \"a.b\", " + names),
        arguments(
            "pattern: {steps: [{'a:b': {event: A}}]}",
            "3:19: pattern.steps[0]: found the name \"a:b\", " + names),
        arguments(
            "pattern: {steps: [{a: {not: A}}, {b: {event: B}}]}",
            "3:29: pattern.steps[0].a.not: found an absence, expected an event, for a pattern begins"
                + " with one"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {not: B}}]}",
            "3:10: pattern.within: found nothing, expected a window, for an absence at the end needs"
                + " one"),
        arguments(
            "pattern: {steps: [{a: {event: A, optional: true}}, {b: {not: B}}, {c: {event: C}}]}",
            "3:56: pattern.steps[1].b: found what Flink CEP refuses (Specifying a pattern with an"
                + " optional path to NOT condition is not supported yet. You can simulate such pattern"
                + " with two independent patterns, one with and the other without the optional part.),"
                + " expected steps that Flink CEP takes"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {not: B, times: 2}}, {c: {event: C}}]}",
            "3:40: pattern.steps[1].b: found what Flink CEP refuses (Option not applicable to NOT"
                + " pattern), expected steps that Flink CEP takes"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {not: B, optional: true}}, {c: {event: C}}]}",
            "3:59: pattern.steps[1].b.optional: found optional, expected no such key, for an absence"
                + " is no step to leave out"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {not: B, then: ANY}}, {c: {event: C}}]}",
            "3:55: pattern.steps[1].b.then: found ANY, expected NEXT or no such key, for an absence is"
                + " of any event"),
        arguments(
            "pattern: {steps: [{a: {event: A, then: NEXT}}]}",
            "3:40: pattern.steps[0].a.then: found NEXT, expected no such key in the first step"),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 0}}]}",
            "3:41: pattern.steps[0].a.times: found \"0\", " + times),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 0+}}]}",
            "3:41: pattern.steps[0].a.times: found \"0+\", " + times),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 3-2}}]}",
            "3:41: pattern.steps[0].a.times: found \"3-2\", " + times),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 101}}]}",
            "3:41: pattern.steps[0].a.times: found \"101\", " + times),
        arguments(
            "pattern: {steps: [{a: {event: A, times: some}}]}",
            "3:41: pattern.steps[0].a.times: found \"some\", " + times),
        arguments(
            "pattern: {steps: [{a: {event: A, consecutive: true}}]}",
            "3:47: pattern.steps[0].a.consecutive: found no times, expected times beside it"),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 2, consecutive: true, combinations: true}}]}",
            "3:77: pattern.steps[0].a.combinations: found both, expected consecutive or combinations"),
        arguments(
            "pattern: {steps: [{a: {event: A, greedy: true}}]}",
            "3:42: pattern.steps[0].a.greedy: found greedy, expected times beside it, and no group"),
        arguments(
            "pattern: {steps: [{a: {event: A, distinct: x}}]}",
            "3:44: pattern.steps[0].a.distinct: found distinct, expected times beside it, for it"
                + " compares repetitions"),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 2, until: event.price > 1.0}}]}",
            "3:51: pattern.steps[0].a.until: found until, expected times: n+ beside it, for it ends an"
                + " open repetition"),
        arguments(
            "pattern: {steps: [{a: {event: A, times: 1+, greedy: true}}, {b: {event: B, optional: true}}]}",
            "3:65: pattern.steps[1].b: found what Flink CEP refuses (Optional pattern cannot be"
                + " preceded by greedy pattern), expected steps that Flink CEP takes"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {g: {steps: [{b: {event: B}}, {c: {not: C}}]}}]}",
            "3:48: pattern.steps[1].g.steps: found a group that ends with an absence, expected one"
                + " that ends with an event"),
        arguments(
            "pattern: {steps: [{g: {steps: [{a: {event: A, times: 50}}], times: 21}}]}",
            "3:23: pattern.steps[0].g: found 1050 states, every repetition counted, expected at most"
                + " 1000"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {event: B, within: 2 min}}], within: 1 min}",
            "3:10: pattern: found what Flink CEP refuses (The window length between the previous and"
                + " current event cannot be larger than the window length between the first and last"
                + " event for a Pattern.), expected a pattern that Flink CEP takes"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], within: 30 min exclusive}",
            "3:45: pattern.within: found \"30 min exclusive\", expected a duration from 1 ms to 3650"
                + " days, such as 30 min"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], within: 0 min inclusive}",
            "3:45: pattern.within: found \"0 min\", expected a duration from 1 ms to 3650 days, such as"
                + " 30 min"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], skip: PAST}",
            "3:43: pattern.skip: found \"PAST\", expected one of PAST_LAST, TO_NEXT, NO_SKIP"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], skip: {toFirst: b}}",
            "3:43: pattern.skip: found the step b, expected a step of the pattern, outside of groups"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], skip: {}}",
            "3:43: pattern.skip: found none of them, expected one of toFirst, toLast"),
        arguments(
            "pattern: {steps: [{a: {event: A}}], maxPartialMatches: 0}",
            "3:56: pattern.maxPartialMatches: found 0, expected a whole number from 1 to 10000"),
        arguments(
            "pattern: {steps: [{a: {event: []}}]}",
            "3:31: pattern.steps[0].a.event: found an empty list, expected names of events"),
        arguments(
            "pattern: {steps: [{a: {event: A, where: event.prce > 'x' && foo}}]}",
            "3:61: pattern.steps[0].a.where: found the name foo, expected one of event, customer,"
                + " steps, now, params, policy"),
        arguments(
            "pattern: {steps: [{a: {event: A, where: steps.b.at > 1}}, {b: {event: B}}]}",
            "3:41: pattern.steps[0].a.where: found the step b, expected one of a; did you mean a?"),
        arguments(
            "pattern: {steps: [{a: {event: A}}, {b: {not: B, where: steps.b.at > 1}}], within: 1 s}",
            "3:56: pattern.steps[1].b.where: found the step b, expected one of a; did you mean a?"),
        arguments(
            "pattern: {steps: [{a: {event: A}}]}\norderId: event.price",
            "4:10: orderId: found a double, expected a string"),
        arguments(
            "pattern: {steps: [{a: {event: A}}]}\nvalue: customer.lastBoughtProducts",
            "4:8: value: found a list, expected a string, an int or a double"),
        arguments(
            "pattern: {steps: [{a: {event: A}}]}\nevidence: {x: days(1)}",
            "4:15: evidence.x: found a duration, expected a string, a number or a bool"),
        arguments(
            "pattern: {steps: [{a: {event: A}}]}\nstage: DORMANT",
            "4:1: stage: found an unknown key, expected one of kind, tenant, onChange, id, params, pattern,"
                + " after, orderId, value, baseline, evidence"),
        arguments(
            "params: {my-name: 1}\npattern: {steps: [{a: {event: A}}]}",
            "3:19: params.my-name: found the name my-name, expected letters, digits and _, a letter"
                + " first"),
        arguments(
            "after: {wait: 1 h}",
            "3:8: after.last: found nothing, expected 1 to 256 characters, none of them | or a control character"),
        arguments(
            "after: {last: A}", "3:8: after.wait: found nothing, expected an expression in CEL"),
        arguments(
            "after: {last: A, wait: customer.orderCount}",
            "3:24: after.wait: found an int, expected a duration"),
        arguments(
            "after: {last: A, wait: days(event.x)}",
            "3:29: after.wait: found event, expected what is known without an event: customer, now,"
                + " policy"),
        arguments(
            "after: {last: A, wait: 4000 days}",
            "3:24: after.wait: found \"4000 days\", expected a duration from 1 ms to 3650 days, such as"
                + " 30 min"),
        arguments(
            "after: {last: A, wait: 1 h, max: now > 3}",
            "3:34: after.max: found a bool, expected an int"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void ruleIsRefusedWithItsPlace(String keys, String message) {
    String text = keys.equals("{}") ? "" : keys;
    String place = keys.equals("{}") ? message.replace("3:1", "1:1") : message;
    assertThatThrownBy(() -> rule("kind: anomaly\nid: X\n" + text + "\n"))
        .isInstanceOf(DefinitionException.class)
        .hasMessage("f:" + place);
  }

  static Stream<Arguments> places() {
    return Stream.of(
        arguments("where: event.price > 1.0 && foo", "4:35"),
        arguments("where: \"event.price > 1.0 && foo\"", "4:36"),
        arguments("where: 'event.x == ''a'' && foo'", "4:35"),
        arguments("where: \"event.x == \\\"\\u0061\\\" && foo\"", "4:40"),
        arguments("where: |\n          event.price > 1.0\n          && foo", "6:14"),
        arguments("where: >\n          event.price > 1.0\n          && foo", "6:14"),
        arguments("where: event.price > 1.0\n          && foo", "5:14"),
        arguments("where: \"event.price > 1.0\n\n          && foo\"", "6:14"),
        arguments("where: event.x == '双十一' && foo", "4:34"));
  }

  /** The step stands in line 4 of the file, its keys begin in column 7. */
  @ParameterizedTest
  @MethodSource("places")
  void mistakeInAnExpressionIsToldWhereItStandsInTheFile(String where, String place) {
    String text =
        "kind: anomaly\nid: X\npattern: {steps: [{a: {event: A,\n      %s}}]}\n".formatted(where);
    if (where.contains("|") || where.contains(">\n")) {
      text =
          "kind: anomaly\nid: X\npattern: {steps: [{a: {event: A,\n      %s}}]}\n"
              .formatted("where: x");
      text =
          "kind: anomaly\nid: X\npattern:\n  steps:\n    - a:\n        event: A\n        "
              + where
              + "\n";
      place = place.replace("6:14", "9:14");
    }
    String expected = "f:" + place + ": pattern.steps[0].a.where: found the name foo, expected ";
    String source = text;
    assertThatThrownBy(() -> rule(source)).message().startsWith(expected);
  }

  @Test
  void stepsAreBounded() throws DefinitionException {
    assertThat(pattern("pattern: {steps: [" + steps(0, 50) + "]}")).isNotNull();
    assertThatThrownBy(() -> pattern("pattern: {steps: [" + steps(0, 51) + "]}"))
        .message()
        .contains("pattern.steps: found a list of 51, expected a list of at most 50");
    String group = "{g: {steps: [" + steps(0, 30) + "]}}, " + steps(30, 51);
    assertThatThrownBy(() -> pattern("pattern: {steps: [" + group + "]}"))
        .message()
        .contains("pattern.steps: found 52 steps, those of groups among them, expected at most 50");
  }

  @Test
  void schemaOfTheTenantsPolicyTypesItsRules() throws DefinitionException {
    String rule =
        "{kind: anomaly, tenant: %s, id: X, pattern: {steps: [{a: {event: A, where: %s}}]}}";
    DefinitionReader reader = DefinitionReader.forPublishing();
    read(reader, rule.formatted("acme", "event.size + 1 > 3"));
    read(reader, rule.formatted("bcme", "event.size + 1.5 > 3.0"));
    read(reader, "{kind: policy, tenant: acme, schema: {size: INTEGER}}");
    assertThat(reader.rules()).extracting(RuleSource::tenant).containsExactly("acme", "bcme");

    DefinitionReader wrong = DefinitionReader.forPublishing();
    read(wrong, "{kind: policy, tenant: acme, schema: {size: STRING}}");
    read(wrong, rule.formatted("acme", "event.size + 1 > 3"));
    assertThatThrownBy(wrong::rules).message().contains("found string + int, expected");
  }

  @Test
  void ruleTravelsAsJsonTextAndCompilesToTheSame() throws DefinitionException {
    String yaml =
        """
        kind: anomaly
        tenant: acme   # a remark
        id: BIG
        params: {factor: 1.50, on: True}
        pattern:
          steps:
            - a: {event: A, where: "event.size > 1 &&\\n params.on", times: 2+}
            - b: {not: [B, C]}
          within: 30 min inclusive
        value: money(meanUnits())
        """;
    DefinitionReader reader = DefinitionReader.forPublishing();
    read(reader, yaml);
    RuleSource source = reader.rules().get(0);
    assertThat(source)
        .isEqualTo(
            new RuleSource(
                "acme",
                Rule.Kind.ANOMALY,
                "BIG",
                OnChange.DROP,
                "{\"kind\":\"anomaly\",\"tenant\":\"acme\",\"id\":\"BIG\",\"params\":{\"factor\":1.50,"
                    + "\"on\":true},\"pattern\":{\"steps\":[{\"a\":{\"event\":\"A\",\"where\":"
                    + "\"event.size > 1 &&\\n params.on\",\"times\":\"2+\"}},{\"b\":{\"not\":[\"B\","
                    + "\"C\"]}}],\"within\":\"30 min inclusive\"},\"value\":\"money(meanUnits())\"}"));
    Rule again = RuleCodec.compile(source, Map.of());
    Rule first = reader.compiled().get(source);
    assertThat(again.params()).isEqualTo(first.params());
    assertThat(again.value()).isEqualTo(first.value());
    assertThat(Patterns.shown(((PatternTrigger) again.trigger()).pattern()))
        .isEqualTo(Patterns.shown(((PatternTrigger) first.trigger()).pattern()));
    assertThatThrownBy(() -> RuleCodec.compile(source, Map.of("size", PropertyType.STRING)))
        .hasMessageStartingWith(
            "acme|anomaly|BIG:1:139: pattern.steps[0].a.where: found string > int, expected");
  }

  @Test
  void secondRuleOfTheSameNameIsRefused() {
    String rule = "{kind: anomaly, id: X, pattern: {steps: [{a: {event: A}}]}}";
    assertThatThrownBy(() -> rule("--- " + rule + "\n--- " + rule))
        .hasMessage(
            "f:2:25: id: found a second anomaly X of every tenant, after f:1, expected one");
  }

  @Test
  void publishedRuleNamesItsTenant() {
    DefinitionReader reader = DefinitionReader.forPublishing();
    read(reader, "{kind: anomaly, id: X, pattern: {steps: [{a: {event: A}}]}}");
    assertThatThrownBy(reader::rules).message().startsWith("f:1:1: tenant: found nothing");
  }

  @Test
  void builtInDefinitionsAreThere() {
    assertThat(BuiltInRules.sources())
        .extracting(RuleSource::tenant, RuleSource::kind, RuleSource::id)
        .contains(org.assertj.core.groups.Tuple.tuple(null, Rule.Kind.ANOMALY, "SPEND_SPIKE"));
    assertThat(BuiltInRules.anomalies().get("SPEND_SPIKE"))
        .isEqualTo(Map.of("factor", Value.number("1.5"), "minOrders", Value.number("3")));
  }

  private static String steps(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{s" + i + ": {event: A}}")
        .collect(Collectors.joining(", "));
  }

  private static String unbraced(String keys) {
    return keys.startsWith("{") ? keys.substring(1, keys.length() - 1) : keys;
  }

  private static PatternTrigger pattern(String keys) throws DefinitionException {
    return (PatternTrigger) rule("kind: anomaly\nid: X\n" + keys + "\n").trigger();
  }

  private static Rule rule(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    read(reader, text);
    return List.copyOf(reader.compiled().values()).get(0);
  }

  private static void read(DefinitionReader reader, String text) {
    reader.read("f", text.getBytes(StandardCharsets.UTF_8));
  }

  private static Pattern<Occurrence, Occurrence> begin(String step, String event) {
    return begin(step, event, PAST_LAST);
  }

  private static Pattern<Occurrence, Occurrence> begin(
      String step, String event, AfterMatchSkipStrategy skip) {
    return Pattern.<Occurrence>begin(step, skip).where(of(event));
  }

  private static EventCondition of(String event) {
    return EventCondition.of(Set.of(event), null);
  }

  private static EventCondition any() {
    return EventCondition.of(null, null);
  }

  private static Expression expression(String text, String... steps) throws Exception {
    Names names = NAMES;
    for (String step : steps) {
      names = names.withStep(step);
    }
    return Expression.compile(text, names, Expression.Type.BOOL);
  }
}
