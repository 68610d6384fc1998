package dev.nudge.pattern;

import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;
import org.apache.flink.cep.pattern.WithinType;
import org.junit.jupiter.api.Test;

/** All rules of one customer over one array of bytes, which is saved and loaded at every step. */
class PatternEngineTest {
  private static final String CART = "Product Added";
  private static final String VIEW = "Product Viewed";
  private static final String PAY = "Order Paid";
  private static final Map<String, Value> SAME = Map.of("productId", Value.string("same"));

  private final Map<Long, RunningRule> rules = new HashMap<>();
  private final List<String> incidents = new ArrayList<>();
  private final PatternEngine engine = new PatternEngine(rules::get, new Heard());
  private RuleSet inForce = new RuleSet(List.of(), Set.of());
  private byte[] state;

  private final class Heard implements PatternEngine.Incidents {
    @Override
    public void limitHit(RunningRule rule, long count) {
      incidents.add(rule.rule().id() + " limit " + count);
    }

    @Override
    public void failed(RunningRule rule, Exception reason) {
      incidents.add(rule.rule().id() + " failed");
    }

    @Override
    public void unreadable(RunningRule rule, Exception reason) {
      incidents.add(rule.rule().id() + " unreadable");
    }
  }

  @Test
  void absenceSpeaksAtTheEndOfItsWindowAndLeavesNothing() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE), false));
    assertThat(at(START, CART)).isEmpty();
    assertThat(engine.dueMillis()).isEqualTo(START + 30 * MINUTE);
    assertThat(at(START + 30 * MINUTE)).containsExactly("cart@30 cart=[0]");
    assertThat(state).isNull();
  }

  @Test
  void eventThatFulfilsItEndsTheAbsence() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE), false));
    at(START, CART);
    assertThat(at(START + 30 * MINUTE - 1, PAY)).isEmpty();
    assertThat(state).isNull();
  }

  @Test
  void eventAtTheEndOfAnExclusiveWindowComesTooLate() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE), false));
    at(START, CART);
    assertThat(at(START + 30 * MINUTE, PAY)).containsExactly("cart@30 cart=[0]");
  }

  @Test
  void eventAtTheEndOfAnInclusiveWindowIsInTime() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE + 1), true));
    at(START, CART);
    assertThat(engine.dueMillis()).isEqualTo(START + 30 * MINUTE);
    assertThat(at(START + 30 * MINUTE, PAY)).isEmpty();
    assertThat(state).isNull();
  }

  @Test
  void inclusiveWindowSpeaksAtItsLastInstantBehindItsEvents() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE + 1), true));
    at(START, CART);
    assertThat(at(START + 30 * MINUTE, VIEW)).containsExactly("cart@30 cart=[0]");
    assertThat(state).isNull();
  }

  @Test
  void eventsThatNobodyAsksForTouchNothing() throws IOException {
    run(pattern(1, "cart", cartWithoutPayment(30 * MINUTE), false));
    assertThat(inForce.asksFor(VIEW)).isFalse();
    assertThat(engine.concerns(VIEW, inForce)).isFalse();
    at(START, CART);
    byte[] before = state;
    assertThat(at(START + MINUTE, VIEW)).isEmpty();
    assertThat(state).isSameAs(before);
  }

  @Test
  void strictPatternIsPartedByAnyEventThatItSees() throws IOException {
    run(pattern(1, "strict", two(CART, PAY, ConsumingStrategy.STRICT), false));
    at(START, CART);
    assertThat(engine.concerns(VIEW, inForce)).isTrue();
    at(START + 1, VIEW);
    assertThat(state).isNull();
    at(START + 2, CART);
    assertThat(at(START + 3, PAY)).containsExactly("strict@0 cart=[0] pay=[0]");
  }

  @Test
  void amongHidesAllOtherEvents() throws IOException {
    run(trigger(1, "among", two(CART, PAY, ConsumingStrategy.STRICT), Set.of(CART, PAY), null, 10));
    at(START, CART);
    at(START + 1, VIEW);
    assertThat(at(START + 3, PAY)).hasSize(1);
  }

  @Test
  void byKeepsValuesApart() throws IOException {
    run(trigger(1, "by", two(CART, PAY, ConsumingStrategy.SKIP_TILL_NEXT), null, "productId", 10));
    at(START, CART, "productId", "p1");
    at(START + 1, CART, "productId", "p2");
    assertThat(at(START + 2, PAY, "productId", "p3")).isEmpty();
    assertThat(at(START + 2, PAY)).isEmpty();
    assertThat(at(START + 3, PAY, "productId", "p1")).hasSize(1);
    assertThat(at(START + 4, PAY, "productId", "p1")).isEmpty();
    assertThat(at(START + 5, PAY, "productId", "p2")).hasSize(1);
    assertThat(state).isNull();
  }

  @Test
  void valuesOfByHaveAMaximum() throws IOException {
    run(trigger(1, "by", two(CART, PAY, ConsumingStrategy.SKIP_TILL_NEXT), null, "productId", 10));
    for (int i = 0; i <= PatternEngine.MAX_PARTITIONS; i++) {
      at(START + i, CART, "productId", "p" + i);
    }
    assertThat(incidents).containsExactly("by limit 1");
    assertThat(at(START + 1_000, PAY, "productId", "p0")).hasSize(1);
    assertThat(at(START + 1_000, PAY, "productId", "p" + PatternEngine.MAX_PARTITIONS)).isEmpty();
  }

  @Test
  void partialMatchesHaveAMaximumAndTheOldestStay() throws IOException {
    run(trigger(1, "two", two(CART, PAY, ConsumingStrategy.SKIP_TILL_NEXT), null, null, 3));
    for (int i = 0; i < 5; i++) {
      at(START + i * MINUTE, CART);
    }
    assertThat(incidents).containsExactly("two limit 1", "two limit 1");
    assertThat(at(START + 9 * MINUTE, PAY))
        .containsExactly(
            "two@9 cart=[0] pay=[9]", "two@9 cart=[1] pay=[9]", "two@9 cart=[2] pay=[9]");
  }

  /** Three carts; the third is past: a skip strategy lets nothing begin by it. */
  @Test
  void eventThatEndsAllThatWasOpenBeginsNothing() throws IOException {
    run(
        pattern(
            1,
            "three",
            Pattern.<Occurrence>begin("cart", AfterMatchSkipStrategy.skipPastLastEvent())
                .where(is(CART))
                .times(3),
            false));
    at(START, CART);
    at(START + MINUTE, CART);
    assertThat(at(START + 2 * MINUTE, CART)).containsExactly("three@2 cart=[0, 1, 2]");
    assertThat(state).isNull();
    at(START + 3 * MINUTE, CART);
    assertThat(at(START + 4 * MINUTE, CART)).isEmpty();
    assertThat(at(START + 5 * MINUTE, CART)).containsExactly("three@5 cart=[3, 4, 5]");
  }

  /**
   * By the view it begins to wait for a silence that is over at that very instant; the payment of
   * the same instant is in time, as time goes on before an instant's events and not between them.
   */
  @Test
  void timeStandsStillBetweenTheEventsOfAnInstant() throws IOException {
    run(
        pattern(
            1,
            "silence",
            Pattern.<Occurrence>begin("cart")
                .where(is(CART))
                .notNext("payNext")
                .where(is(PAY))
                .notFollowedBy("pay")
                .where(is(PAY))
                .within(Duration.ofMillis(30 * MINUTE), WithinType.PREVIOUS_AND_CURRENT),
            false));
    at(START, CART);
    Saved.load(engine, state);
    List<Found> found = new ArrayList<>();
    long end = START + 30 * MINUTE;
    engine.beforeEvents(end, inForce, found);
    engine.event(new Occurrence(VIEW, end, "v", Topic.CLICKSTREAM, SAME), 0, inForce, found);
    engine.event(new Occurrence(PAY, end, "p", Topic.CLICKSTREAM, SAME), 1, inForce, found);
    engine.afterEvents(end, inForce, found);

    assertThat(found).isEmpty();
    assertThat(Saved.save(engine, state)).isNull();
  }

  @Test
  void whatEndedBeginsAnewInItsPlaceInTheSameTurn() throws IOException {
    run(trigger(1, "by", two(CART, PAY, ConsumingStrategy.SKIP_TILL_NEXT), null, "productId", 10));
    Saved.load(engine, null);
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < 3 * PatternEngine.MAX_PARTITIONS; i++) {
      Map<String, Value> fields = Map.of("productId", Value.string("p" + i / 2));
      String name = i % 2 == 0 ? CART : PAY;
      engine.event(
          new Occurrence(name, START + i, "m" + i, Topic.CLICKSTREAM, fields), 0, inForce, found);
      engine.event(
          new Occurrence(CART, START + i, "n" + i, Topic.CLICKSTREAM, SAME), 0, inForce, found);
      engine.event(
          new Occurrence(PAY, START + i, "o" + i, Topic.CLICKSTREAM, SAME), 1, inForce, found);
    }
    assertThat(engine.sections()).isEqualTo(1 + 3 * PatternEngine.MAX_PARTITIONS / 2);
    assertThat(found).hasSize(3 * PatternEngine.MAX_PARTITIONS * 3 / 2);
    assertThat(incidents).isEmpty();
    assertThat(Saved.save(engine, null)).isNull();
  }

  @Test
  void oneEventOfManyRulesIsKeptOnce() throws IOException {
    run(pattern(1, "a", cartWithoutPayment(30 * MINUTE), false));
    at(START, CART, "productId", "a product with a rather long name, to be seen in the sum");
    int one = state.length;
    state = null;
    run(
        pattern(2, "b", cartWithoutPayment(31 * MINUTE), false),
        pattern(3, "c", cartWithoutPayment(32 * MINUTE), false));
    at(START, CART, "productId", "a product with a rather long name, to be seen in the sum");
    assertThat(state.length - one).isLessThan(2 * 40);
  }

  @Test
  void replacedRuleGoesOnWhileItDrainsAndBeginsNothing() throws IOException {
    RunningRule old = pattern(1, "old", cartWithoutPayment(30 * MINUTE), false);
    RunningRule next = pattern(2, "new", cartWithoutPayment(10 * MINUTE), false);
    run(old);
    at(START, CART);
    run(Set.of(old), next);
    at(START + MINUTE, CART);
    assertThat(at(START + 11 * MINUTE)).containsExactly("new@11 cart=[1]");
    assertThat(at(START + 30 * MINUTE)).containsExactly("old@30 cart=[0]");
    assertThat(state).isNull();
  }

  @Test
  void droppedRuleLeavesNothing() throws IOException {
    run(pattern(1, "old", cartWithoutPayment(30 * MINUTE), false));
    at(START, CART);
    rules.clear();
    run(pattern(2, "new", cartWithoutPayment(10 * MINUTE), false));
    assertThat(at(START + 30 * MINUTE)).isEmpty();
    assertThat(state).isNull();
  }

  @Test
  void timerCountsFromTheLastEventAndSpeaksAgain() throws Exception {
    run(after(1, "asleep", Set.of(PAY), "millis(600000)", "millis(300000)", "3", null, null));
    at(START, PAY);
    at(START + 5 * MINUTE, PAY);
    assertThat(at(START + 10 * MINUTE)).isEmpty();
    assertThat(at(START + 15 * MINUTE)).containsExactly("asleep@15");
    assertThat(at(START + 20 * MINUTE)).containsExactly("asleep@20");
    assertThat(at(START + 25 * MINUTE)).containsExactly("asleep@25");
    assertThat(state).isNull();
  }

  @Test
  void eventAtTheTimersInstantIsInTime() throws Exception {
    run(after(1, "asleep", Set.of(PAY), "millis(600000)", null, null, null, null));
    at(START, PAY);
    assertThat(at(START + 10 * MINUTE, PAY)).isEmpty();
    assertThat(at(START + 20 * MINUTE)).containsExactly("asleep@20");
  }

  @Test
  void timerSpeaksOnlyWhenItsConditionHoldsAndOnceForAValue() throws Exception {
    run(after(1, "once", Set.of(CART), "millis(60000)", null, null, null, "'same'"));
    at(START, CART);
    assertThat(at(START + MINUTE)).containsExactly("once@1");
    at(START + 2 * MINUTE, CART);
    assertThat(at(START + 3 * MINUTE)).isEmpty();
    run(after(2, "never", Set.of(CART), "millis(60000)", null, null, "1 > 2", null));
    at(START + 4 * MINUTE, CART);
    assertThat(at(START + 5 * MINUTE)).isEmpty();
  }

  @Test
  void timerWhoseWaitHasNoValueIsNotSet() throws Exception {
    run(after(1, "bad", Set.of(PAY), "millis(customer.orderCount)", null, null, null, null));
    at(START, PAY);
    assertThat(incidents).containsExactly("bad failed");
    assertThat(state).isNull();
  }

  @Test
  void bytesThatCantBeReadEndTheSectionAndNothingElse() throws IOException {
    run(pattern(1, "long", two(CART, PAY, ConsumingStrategy.SKIP_TILL_NEXT), false));
    at(START, CART);
    rules.clear();
    // The same number for a rule with fewer states: what stands in the bytes means nothing to it.
    run(pattern(1, "short", Pattern.<Occurrence>begin("cart").where(is(CART)), false));
    assertThat(at(START + 1, CART)).containsExactly("short@0 cart=[0]");
    assertThat(incidents).containsExactly("short unreadable");
  }

  private static EventCondition is(String name) {
    return EventCondition.of(Set.of(name), null);
  }

  private static Pattern<Occurrence, ?> cartWithoutPayment(long windowMillis) {
    return Pattern.<Occurrence>begin("cart", AfterMatchSkipStrategy.skipPastLastEvent())
        .where(is(CART))
        .notFollowedBy("pay")
        .where(is(PAY))
        .within(Duration.ofMillis(windowMillis));
  }

  private static Pattern<Occurrence, ?> two(String first, String second, ConsumingStrategy edge) {
    Pattern<Occurrence, Occurrence> begin = Pattern.<Occurrence>begin("cart").where(is(first));
    return (edge == ConsumingStrategy.STRICT ? begin.next("pay") : begin.followedBy("pay"))
        .where(is(second));
  }

  private static RunningRule pattern(
      int number, String id, Pattern<Occurrence, ?> pattern, boolean inclusive) {
    return running(number, id, PatternTrigger.of(pattern, 0, inclusive, null, null, 100));
  }

  private static RunningRule trigger(
      int number,
      String id,
      Pattern<Occurrence, ?> pattern,
      Set<String> among,
      String by,
      int maxPartialMatches) {
    return running(number, id, PatternTrigger.of(pattern, 0, false, among, by, maxPartialMatches));
  }

  private static RunningRule after(
      int number,
      String id,
      Set<String> last,
      String pause,
      String every,
      String max,
      String when,
      String once)
      throws ExpressionException {
    return running(
        number,
        id,
        new AfterTrigger(
            last,
            cel(pause, Expression.Type.DURATION),
            cel(every, Expression.Type.DURATION),
            cel(max, Expression.Type.INT),
            cel(when, Expression.Type.BOOL),
            cel(once, Expression.Type.SCALAR)));
  }

  private static Expression cel(String text, Expression.Type type) throws ExpressionException {
    return text == null ? null : Expression.compile(text, Names.of(Map.of()), type);
  }

  private static RunningRule running(int number, String id, Trigger trigger) {
    Rule rule =
        new Rule(
            "acme", Rule.Kind.ANOMALY, id, Map.of(), trigger, null, null, null, null, Map.of());
    return new RunningRule(number, number, rule, name -> null);
  }

  private void run(RunningRule... running) {
    run(Set.of(), running);
  }

  private void run(Set<RunningRule> draining, RunningRule... running) {
    for (RunningRule rule : running) {
      rules.put(rule.number(), rule);
    }
    inForce = new RuleSet(List.of(running), draining);
  }

  /** One instant with one event, or with none; what was found, in minutes from the start. */
  private List<String> at(long atMillis, String... nameAndFields) throws IOException {
    Saved.load(engine, state);
    List<Found> found = new ArrayList<>();
    engine.beforeEvents(atMillis, inForce, found);
    if (nameAndFields.length > 0) {
      Map<String, Value> fields = new HashMap<>();
      for (int i = 1; i < nameAndFields.length; i += 2) {
        fields.put(nameAndFields[i], Value.string(nameAndFields[i + 1]));
      }
      Occurrence event =
          new Occurrence(nameAndFields[0], atMillis, "m" + atMillis, Topic.CLICKSTREAM, fields);
      if (engine.concerns(event.name(), inForce)) {
        engine.event(event, 0, inForce, found);
        engine.afterEvent(inForce);
      }
    }
    engine.afterEvents(atMillis, inForce, found);
    state = Saved.save(engine, state);
    return found.stream().map(PatternEngineTest::line).toList();
  }

  private static String line(Found found) {
    StringBuilder line =
        new StringBuilder(found.rule().rule().id()).append('@').append(minutes(found.atMillis()));
    found
        .steps()
        .forEach(
            (step, events) ->
                line.append(' ')
                    .append(step)
                    .append('=')
                    .append(events.stream().map(event -> minutes(event.atMillis())).toList()));
    return line.toString();
  }

  private static long minutes(long atMillis) {
    return (atMillis - START) / MINUTE;
  }
}
