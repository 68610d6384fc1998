package dev.nudge.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.pattern.DrivenMatcher.Rhythm;
import dev.nudge.pattern.Shape.Call;
import dev.nudge.pattern.Shape.Kind;
import dev.nudge.pattern.Shape.Skip;
import dev.nudge.pattern.Visit.Arrival;
import java.io.Serial;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.pattern.MalformedPatternException;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the matcher equal to Flink CEP: random patterns on random streams, through the operator of
 * {@code CEP.pattern} and through the matcher; the matches of every customer must be the same, in
 * the same order.
 *
 * <p>{@code -Dcep.cases=N -Dcep.seed=S} runs N cases from seed S on; case i of seed S is case 0 of
 * seed S + i. A difference is reported as the smallest case that still shows it.
 *
 * <p>Two things are left to Flink, and counted:
 *
 * <ul>
 *   <li>Patterns on which Flink fails for some stream of events are {@link Verdict#REFUSED} by the
 *       matcher. The tests below show each of Flink's failures.
 *   <li>When a watermark makes stock CEP notice several time-outs at once, the order of matches
 *       that began with the same event is that of a heap, and under a skip strategy the order
 *       decides which of them remains: stock CEP's result depends on how often a watermark comes.
 *       The matcher, driven in that same {@linkplain Verdict#RHYTHM rhythm}, must then find the
 *       same.
 * </ul>
 */
class StockCepEqualityTest {
  private static final int CASES = Integer.getInteger("cep.cases", 2_000);
  private static final long SEED = Long.getLong("cep.seed", 1);

  /** Of a hundred cases, at most so many may be refused. */
  private static final double MAX_REFUSED_PERCENT = 3;

  /** Of a hundred cases, at most so many may be equal only in stock CEP's rhythm. */
  private static final double MAX_RHYTHM_PERCENT = 0.5;

  private final Trial.Finder stock = new StockCep();
  private final Trial.Finder ours = new DrivenMatcher(Rhythm.EXACT);
  private final Trial.Finder oursInStocksRhythm = new DrivenMatcher(Rhythm.STOCK);

  @Test
  void randomPatternsFindWhatStockCepFinds() throws Exception {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    Map<String, Integer> matched = new TreeMap<>();
    long matches = 0;
    int withMatches = 0;
    for (long seed = SEED; seed < SEED + CASES; seed++) {
      Trial trial = RandomTrials.trial(seed);
      Verdict verdict = Verdict.of(trial, trial);
      if (verdict == Verdict.DIFFERENT) {
        throw new AssertionError(difference(seed, smallest(trial)));
      }
      verdicts.merge(verdict, 1, Integer::sum);
      int found = verdict == Verdict.REFUSED ? 0 : count(ours.find(trial));
      matches += found;
      if (found > 0) {
        withMatches++;
        trial.features().forEach(feature -> matched.merge(feature, 1, Integer::sum));
      }
    }
    System.out.printf(
        "Stock CEP and ours, seed %d: %d cases, %d with matches, %d matches, %s%n"
            + "  cases with a match, by feature: %s%n",
        SEED, CASES, withMatches, matches, verdicts, matched);
    assertThat(percent(verdicts, Verdict.REFUSED)).isLessThan(MAX_REFUSED_PERCENT);
    assertThat(percent(verdicts, Verdict.RHYTHM)).isLessThan(MAX_RHYTHM_PERCENT);
    if (CASES >= 1_000) {
      assertThat(withMatches).isGreaterThan(CASES / 3);
      for (String feature : FEATURES) {
        assertThat(matched.getOrDefault(feature, 0))
            .as("cases with a match and with " + feature)
            .isGreaterThanOrEqualTo(CASES / 400);
      }
    }
  }

  private static final List<String> FEATURES = features();

  private static List<String> features() {
    List<String> features =
        new ArrayList<>(
            List.of(
                "condition looks at earlier events",
                "condition tells NAMES",
                "condition tells ANY_NAME",
                "condition tells NOTHING",
                "ends in silence",
                "events at one instant",
                "events out of order",
                "gap between times",
                "group",
                "group in a group",
                "late event",
                "optional beginning",
                "repeated group",
                "several customers"));
    for (Kind kind : Kind.values()) {
      features.add(kind.name());
    }
    for (Skip skip : Skip.values()) {
      features.add("skip " + skip);
    }
    return features;
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aFaultOfTheMatcherWouldBeFound(Fault fault) throws Exception {
    for (long seed = SEED; seed < SEED + 2_000; seed++) {
      Trial trial = RandomTrials.trial(seed);
      Trial falsified = fault.falsify(trial);
      if (!falsified.equals(trial) && Verdict.of(trial, falsified) == Verdict.DIFFERENT) {
        return;
      }
    }
    throw new AssertionError("nobody noticed " + fault);
  }

  /** Stock CEP never comes back from such an event: the condition stands for whatever ends that. */
  @Test
  void stockCepTurnsInCirclesOnARepeatedGroupThatMayBeEmpty() {
    Pattern<Visit, ?> pattern =
        Pattern.begin(Pattern.<Visit>begin("s1").where(new AskedTooOften()).optional()).oneOrMore();

    assertThatThrownBy(() -> new StockCep().find(pattern, arriving("a", "b")))
        .hasRootCauseMessage("asked too often");
    assertThatThrownBy(() -> new Matcher<>(pattern, 10))
        .isInstanceOf(MalformedPatternException.class)
        .hasMessageContaining("s1")
        .hasMessageContaining("may be empty");
  }

  @Test
  void stockCepFailsOnANotBeforeAnythingWasTaken() {
    Shape shape =
        shape(
            Call.group(
                Kind.BEGIN, shape(Call.step(Kind.BEGIN, "s1"), where("a"), Call.of(Kind.OPTIONAL))),
            Call.step(Kind.NOT_NEXT, "s2"),
            where("b"),
            Call.step(Kind.NEXT, "s3"),
            where("c"));

    assertThatThrownBy(() -> stock.find(new Trial(shape, arriving("a", "c", "b"))))
        .hasRootCauseInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> new Matcher<>(shape.pattern(), 10))
        .isInstanceOf(MalformedPatternException.class)
        .hasMessageContaining("s2")
        .hasMessageContaining("before anything");
  }

  @Test
  void stockCepFailsWhenUntilEndsAGreedyOptionalStepAfterANot() {
    Shape shape =
        shape(
            Call.step(Kind.BEGIN, "s1"),
            where("a"),
            Call.step(Kind.NOT_FOLLOWED_BY, "s2"),
            where("d"),
            Call.step(Kind.FOLLOWED_BY, "s3"),
            where("b"),
            Call.times(Kind.ONE_OR_MORE, 1, 1, 0),
            Call.of(Kind.GREEDY),
            Call.ask(Kind.UNTIL, new Ask("c", 0, null, Ask.Told.NAMES)),
            Call.of(Kind.OPTIONAL));

    assertThatThrownBy(() -> stock.find(new Trial(shape, arriving("a", "c"))))
        .hasRootCauseInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> new Matcher<>(shape.pattern(), 10))
        .isInstanceOf(MalformedPatternException.class)
        .hasMessageContaining("s3")
        .hasMessageContaining("greedy");
  }

  @Test
  void stockCepOverflowsItsStackOnARepeatedGroupThatMayBeEmptyAfterANot() {
    Shape shape =
        shape(
            Call.step(Kind.BEGIN, "s1"),
            where("a"),
            Call.step(Kind.NOT_FOLLOWED_BY, "s2"),
            where("b"),
            Call.step(Kind.FOLLOWED_BY, "s3"),
            where("c"),
            Call.of(Kind.OPTIONAL),
            Call.group(
                Kind.FOLLOWED_BY,
                shape(Call.step(Kind.BEGIN, "s4"), where("a"), Call.of(Kind.OPTIONAL))),
            Call.times(Kind.ONE_OR_MORE, 1, 1, 0));

    assertThatThrownBy(() -> NFACompiler.compileFactory(shape.pattern(), false))
        .isInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> new Matcher<>(shape.pattern(), 10))
        .isInstanceOf(MalformedPatternException.class)
        .hasMessageContaining("a repeated group may be empty");
  }

  @Test
  void whatStockCepFindsDependsOnHowOftenAWatermarkComes() throws Exception {
    Shape shape =
        shape(
                Call.step(Kind.BEGIN, "s1"),
                Call.times(Kind.ONE_OR_MORE, 1, 1, 0),
                Call.step(Kind.NOT_FOLLOWED_BY, "s2"),
                where("z"),
                Call.within(Kind.WITHIN, 30))
            .with(Skip.TO_NEXT, null);
    Trial once =
        new Trial(
            shape,
            List.of(
                at(1_010, 1, "a"),
                at(1_010, 2, "a"),
                at(1_020, 3, "a"),
                at(1_030, 4, "a"),
                Arrival.watermark(Long.MAX_VALUE)));
    Trial often = once.withWatermarksOften();

    Map<String, List<String>> foundOnce = stock.find(once);
    Map<String, List<String>> foundOften = stock.find(often);

    assertThat(foundOnce).isNotEqualTo(foundOften);
    assertThat(ours.find(once)).isEqualTo(foundOften);
    assertThat(ours.find(often)).isEqualTo(foundOften);
    assertThat(oursInStocksRhythm.find(once)).isEqualTo(foundOnce);
  }

  /** Which is why random cases with such a window end with one more event a customer. */
  @Test
  void stockCepNoticesTheEndOfAGapOnlyByAFurtherEvent() throws Exception {
    Shape shape =
        shape(
            Call.step(Kind.BEGIN, "s1"),
            where("a"),
            Call.step(Kind.NOT_FOLLOWED_BY, "s2"),
            where("b"),
            Call.within(Kind.WITHIN_PREVIOUS, 30));
    List<Arrival> noMore =
        List.of(
            at(1_000, 1, "a"),
            at(1_010, 2, "z"),
            Arrival.watermark(1_020),
            Arrival.watermark(2_000));
    List<Arrival> oneMore = new ArrayList<>(noMore);
    oneMore.add(at(3_000, 3, "z"));
    oneMore.add(Arrival.watermark(3_000));
    Map<String, List<String>> silence = Map.of("customer0", List.of("s1=1"));

    assertThat(stock.find(new Trial(shape, noMore))).isEmpty();
    assertThat(stock.find(new Trial(shape, oneMore))).isEqualTo(silence);
    assertThat(ours.find(new Trial(shape, noMore))).isEqualTo(silence);
  }

  @Test
  void whatNeverTimesOutOutlivesTheEndOfTime() throws Exception {
    Matcher<Visit> matcher =
        new Matcher<>(
            shape(
                    Call.step(Kind.BEGIN, "s1"),
                    where("a"),
                    Call.step(Kind.FOLLOWED_BY, "s2"),
                    where("b"))
                .pattern(),
            10);
    PartialMatches<Visit> matches = matcher.none();
    matcher.process(matches, new Taken<>(at(1_000, 1, "a").visit(), 1_000, 0));

    assertThat(matcher.advance(matches, Long.MAX_VALUE)).isEmpty();
    assertThat(matcher.process(matches, new Taken<>(at(2_000, 2, "b").visit(), 2_000, 0)))
        .hasSize(1);
  }

  private static Shape shape(Call... calls) {
    return new Shape(List.of(calls), Skip.NO_SKIP, null);
  }

  private static Call where(String names) {
    return Call.ask(Kind.WHERE, new Ask(names, 0, null, Ask.Told.NAMES));
  }

  private static Arrival at(long atMillis, int id, String name) {
    return Arrival.of(new Visit("customer0", id, name, 0, atMillis));
  }

  private static List<Arrival> arriving(String... names) {
    List<Arrival> stream = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      stream.add(at(1_000 + 10L * i, i + 1, names[i]));
    }
    stream.add(Arrival.watermark(Long.MAX_VALUE));
    return stream;
  }

  private static final class AskedTooOften extends SimpleCondition<Visit> {
    @Serial private static final long serialVersionUID = 1;
    private int asked;

    @Override
    public boolean filter(Visit visit) {
      if (++asked > 10_000) {
        throw new IllegalStateException("asked too often");
      }
      return visit.name().equals("a");
    }
  }

  private static int count(Map<String, List<String>> found) {
    return found.values().stream().mapToInt(List::size).sum();
  }

  private static double percent(Map<Verdict, Integer> verdicts, Verdict verdict) {
    return 100.0 * verdicts.getOrDefault(verdict, 0) / CASES;
  }

  /** Takes away arrivals, steps and calls as long as the difference stays. */
  private Trial smallest(Trial trial) {
    for (Trial simpler : trial.simpler()) {
      if (differs(simpler)) {
        return smallest(simpler);
      }
    }
    return trial;
  }

  private boolean differs(Trial trial) {
    try {
      return Verdict.of(trial, trial) == Verdict.DIFFERENT;
    } catch (Exception | StackOverflowError anotherMatter) {
      return false;
    }
  }

  private String difference(long seed, Trial trial) throws Exception {
    return "seed %d (-Dcep.cases=1 -Dcep.seed=%d), made small:%n%s%n stock CEP %s%n ours      %s"
        .formatted(seed, seed, trial, stock.find(trial), ours.find(trial));
  }
}
