package dev.nudge.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import dev.nudge.pattern.Batch.Watch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.cep.pattern.MalformedPatternException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random rules come, are replaced and go while customers live on: whatever ends leaves nothing with
 * a customer after its next turn, and what drains begins nothing.
 */
class RuleVersionsTest {
  private static final int STEPS = 3_000;
  private static final int CUSTOMERS = 5;
  private static final int MAX_RULES = 20;
  private static final int MAX_PARTIAL_MATCHES = 100;
  private static final String NAMES = "abcz";

  private final Map<Long, RunningRule> known = new HashMap<>();
  private final TreeMap<Long, RunningRule> inForce = new TreeMap<>();
  private final TreeMap<Long, RunningRule> draining = new TreeMap<>();
  private final Map<Long, Long> drainingSinceMillis = new HashMap<>();
  private final List<String> incidents = new ArrayList<>();
  private final PatternEngine engine = new PatternEngine(known::get, new Heard());
  private final Map<Integer, byte[]> states = new HashMap<>();
  private final Map<String, Integer> happened = new TreeMap<>();
  private SplittableRandom random;
  private RuleSet rules;
  private long rulesMade;
  private long nowMillis = 1_000;

  private final class Heard implements PatternEngine.Incidents {
    @Override
    public void limitHit(RunningRule rule, long count) {
      // That few are allowed here so that random patterns don't multiply for ever.
    }

    @Override
    public void failed(RunningRule rule, Exception reason) {
      incidents.add(rule.rule().id() + " failed: " + reason);
    }

    @Override
    public void unreadable(RunningRule rule, Exception reason) {
      incidents.add(rule.rule().id() + " unreadable: " + reason);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatEndsLeavesNothingBehind(long seed) throws Exception {
    random = new SplittableRandom(seed);
    change();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(10) == 0) {
        change();
      }
      nowMillis += random.nextInt(15);
      turn(random.nextInt(CUSTOMERS));
    }
    assertThat(incidents).isEmpty();
    assertThat(happened)
        .containsKeys(
            "a rule came",
            "replaced, dropped",
            "replaced, drained",
            "deleted",
            "drained away",
            "dropped with something open",
            "went on while draining",
            "found while draining",
            "a turn without an event");

    inForce.clear();
    draining.clear();
    rules = new RuleSet(List.of(), Set.of());
    for (int customer = 0; customer < CUSTOMERS; customer++) {
      turn(customer);
      assertThat(states.get(customer)).isNull();
    }
  }

  private void change() throws ExpressionException {
    int draw = random.nextInt(5);
    Long old = inForce.isEmpty() ? null : any(inForce);
    if (old == null || (draw == 0 && inForce.size() < MAX_RULES)) {
      come("a rule came");
    } else if (draw == 1) {
      drop(inForce.remove(old));
      come("replaced, dropped");
    } else if (draw == 2 || draw == 3) {
      draining.put(old, inForce.remove(old));
      drainingSinceMillis.put(old, nowMillis);
      come("replaced, drained");
      if (draining.size() > 2) {
        drop(draining.remove(draining.firstKey()));
        happen("drained away");
      }
    } else {
      drop(inForce.remove(old));
      happen("deleted");
    }
    rules = new RuleSet(List.copyOf(inForce.values()), Set.copyOf(draining.values()));
  }

  private Long any(Map<Long, RunningRule> some) {
    return List.copyOf(some.keySet()).get(random.nextInt(some.size()));
  }

  /** Its number may stay known for a while, as long as an earlier instant could ask for it. */
  private void drop(RunningRule rule) {
    if (random.nextBoolean()) {
      known.remove(rule.number());
    }
  }

  private void come(String how) throws ExpressionException {
    long number = ++rulesMade;
    RunningRule made = null;
    while (made == null) {
      try {
        made = rule(number);
      } catch (MalformedPatternException | UnsupportedOperationException refused) {
        // The next is another.
      }
    }
    known.put(number, made);
    inForce.put(number, made);
    happen(how);
  }

  private RunningRule rule(long number) throws ExpressionException {
    Trigger trigger;
    if (random.nextInt(5) == 0) {
      trigger =
          new AfterTrigger(
              Set.of("a", "b"),
              Expression.compile("millis(40)", Names.of(Map.of()), Expression.Type.DURATION),
              Expression.compile("millis(10)", Names.of(Map.of()), Expression.Type.DURATION),
              Expression.compile("3", Names.of(Map.of()), Expression.Type.INT),
              null,
              null);
    } else {
      Shape shape = RandomTrials.trial(random.nextLong()).shape();
      Watch watch = Watch.of((int) (number % 6), shape);
      trigger =
          PatternTrigger.of(
              shape.patternOfOccurrences(),
              0,
              watch == Watch.INCLUSIVE,
              watch == Watch.AMONG_NAMES ? Set.of("a", "b", "c") : null,
              watch == Watch.BY_VALUE ? "value" : null,
              MAX_PARTIAL_MATCHES);
    }
    Rule rule =
        new Rule(
            null,
            Rule.Kind.ANOMALY,
            "rule" + number,
            Map.of(),
            trigger,
            null,
            null,
            null,
            null,
            Map.of());
    return new RunningRule(number, (int) number, rule, name -> null);
  }

  /** A customer's turn: what was due since, an event or none. */
  private void turn(int customer) throws IOException {
    Set<Long> openBefore = open(customer);
    Saved.load(engine, states.get(customer));
    List<Found> found = new ArrayList<>();
    for (long due = engine.dueMillis(); due < nowMillis; due = engine.dueMillis()) {
      engine.beforeEvents(due, rules, found);
      engine.afterEvents(due, rules, found);
      assertThat(engine.dueMillis()).isGreaterThan(due);
    }
    boolean silent = random.nextInt(5) == 0;
    engine.beforeEvents(nowMillis, rules, found);
    for (int ordinal = 0; !silent && ordinal < 2; ordinal++) {
      Occurrence event = event(ordinal);
      if (engine.concerns(event.name(), rules)) {
        engine.event(event, ordinal, rules, found);
        engine.afterEvent(rules);
      }
    }
    engine.afterEvents(nowMillis, rules, found);
    assertThat(engine.dueMillis()).isGreaterThan(nowMillis);
    states.put(customer, Saved.save(engine, states.get(customer)));

    Set<Long> open = open(customer);
    assertThat(open).allMatch(number -> inForce.containsKey(number) || isDraining(number));
    for (long number : open) {
      if (isDraining(number)) {
        assertThat(openBefore).as("what drains begins nothing").contains(number);
        happen("went on while draining");
      }
    }
    found.forEach(this::assertMayBeFound);
    if (openBefore.stream()
        .anyMatch(number -> !inForce.containsKey(number) && !isDraining(number))) {
      happen("dropped with something open");
    }
    if (silent) {
      happen("a turn without an event");
    }
  }

  private void assertMayBeFound(Found found) {
    long number = found.rule().number();
    if (inForce.containsKey(number)) {
      return;
    }
    assertThat(isDraining(number)).isTrue();
    long begunMillis = found.event().atMillis();
    for (List<Occurrence> events : found.steps().values()) {
      begunMillis = Math.min(begunMillis, events.get(0).atMillis());
    }
    assertThat(begunMillis)
        .as("what drains begins nothing")
        .isLessThanOrEqualTo(drainingSinceMillis.get(number));
    happen("found while draining");
  }

  private boolean isDraining(long number) {
    return draining.containsKey(number);
  }

  private Occurrence event(int ordinal) {
    String name = Character.toString(NAMES.charAt(random.nextInt(NAMES.length())));
    Map<String, Value> fields = Map.of("value", Value.number(Integer.toString(random.nextInt(5))));
    return new Occurrence(
        name, nowMillis, Long.toString(nowMillis * 2 + ordinal), Topic.CLICKSTREAM, fields);
  }

  /** The numbers of the rules of which the customer's bytes hold something. */
  private Set<Long> open(int customer) throws IOException {
    Set<Long> numbers = new TreeSet<>();
    byte[] state = states.get(customer);
    if (state != null) {
      CodedInputStream in = CodedInputStream.newInstance(state);
      int count = in.readUInt32();
      for (int i = 0; i < count; i++) {
        Section.readFrom(
            in,
            state,
            0,
            number -> {
              numbers.add(number);
              return null;
            });
      }
    }
    return numbers;
  }

  private void happen(String what) {
    happened.merge(what, 1, Integer::sum);
  }
}
