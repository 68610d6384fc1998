package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.time.Duration;
import java.util.List;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.Quantifier.ConsumingStrategy;
import org.apache.flink.cep.pattern.WithinType;

/**
 * One step of a pattern, in Flink CEP's terms: what both notations are read into.
 *
 * @param name unique within the pattern; {@code .} and {@code :} have meanings of their own
 * @param edge how it follows the step before; of no effect on the first
 * @param condition what it takes; null for a group
 * @param group the steps of a group; null for a single step
 * @param times how often it is taken
 * @param optional whether it may be left out
 * @param greedy whether it takes as many as it can
 * @param until what ends its repetition, or null
 * @param withinMillis the longest time from the event before it, 0 for any
 */
public record Step(
    String name,
    ConsumingStrategy edge,
    EventCondition condition,
    List<Step> group,
    Times times,
    boolean optional,
    boolean greedy,
    EventCondition until,
    long withinMillis) {

  /** The most steps of a pattern, those of groups among them. */
  public static final int MAX_STEPS = 50;

  /** The most repetitions that can be asked for. */
  public static final int MAX_TIMES = 100;

  /**
   * The most states of a pattern, written out: a step that is taken 3 times is 3, and a group of
   * two such, twice, is 12.
   */
  public static final int MAX_STATES = 1_000;

  /** The longest name, in characters. */
  public static final int MAX_NAME = 64;

  /**
   * How often a step is taken.
   *
   * @param from at least, from 1
   * @param to at most
   * @param more whether more than {@code to}, too
   * @param inner how repetitions follow each other: SKIP_TILL_NEXT, SKIP_TILL_ANY, STRICT
   * @param withinMillis the longest time from one to the next, 0 for any
   */
  public record Times(int from, int to, boolean more, ConsumingStrategy inner, long withinMillis) {}

  /** Whether it is an absence. */
  public boolean isNot() {
    return edge == ConsumingStrategy.NOT_FOLLOW || edge == ConsumingStrategy.NOT_NEXT;
  }

  /** How many states it is, written out. */
  public long states() {
    long inner = group == null ? 1 : group.stream().mapToLong(Step::states).sum();
    return times == null ? inner : inner * times.to();
  }

  /**
   * The first step of a pattern.
   *
   * @throws RuntimeException Flink's own, if the step can't be said in Flink CEP
   */
  public Pattern<Occurrence, Occurrence> begin(AfterMatchSkipStrategy skip) {
    return complete(
        group == null ? Pattern.begin(name, skip) : Pattern.begin(chain(group, skip), skip));
  }

  /**
   * This step behind others.
   *
   * @throws RuntimeException Flink's own, if the step can't be said in Flink CEP
   */
  public Pattern<Occurrence, Occurrence> after(Pattern<Occurrence, Occurrence> before) {
    if (group == null) {
      return complete(
          switch (edge) {
            case STRICT -> before.next(name);
            case SKIP_TILL_NEXT -> before.followedBy(name);
            case SKIP_TILL_ANY -> before.followedByAny(name);
            case NOT_NEXT -> before.notNext(name);
            case NOT_FOLLOW -> before.notFollowedBy(name);
          });
    }
    Pattern<Occurrence, Occurrence> inner = chain(group, before.getAfterMatchSkipStrategy());
    return complete(
        switch (edge) {
          case STRICT -> before.next(inner);
          case SKIP_TILL_NEXT -> before.followedBy(inner);
          case SKIP_TILL_ANY -> before.followedByAny(inner);
          case NOT_NEXT, NOT_FOLLOW ->
              throw new UnsupportedOperationException("The absence of a group is not supported.");
        });
  }

  /**
   * Steps in a row.
   *
   * @throws RuntimeException Flink's own, if they can't be said in Flink CEP
   */
  public static Pattern<Occurrence, Occurrence> chain(
      List<Step> steps, AfterMatchSkipStrategy skip) {
    Pattern<Occurrence, Occurrence> chain = null;
    for (Step step : steps) {
      chain = chain == null ? step.begin(skip) : step.after(chain);
    }
    return chain;
  }

  private Pattern<Occurrence, Occurrence> complete(Pattern<Occurrence, Occurrence> pattern) {
    if (condition != null) {
      pattern.where(condition);
    }
    if (times != null) {
      repeat(pattern);
    }
    if (greedy) {
      pattern.greedy();
    }
    if (optional) {
      pattern.optional();
    }
    if (until != null) {
      pattern.until(until);
    }
    return pattern.within(duration(withinMillis), WithinType.PREVIOUS_AND_CURRENT);
  }

  private void repeat(Pattern<Occurrence, Occurrence> pattern) {
    Duration gap = duration(times.withinMillis());
    if (times.more()) {
      pattern.timesOrMore(times.from(), gap);
    } else {
      pattern.times(times.from(), times.to(), gap);
    }
    switch (times.inner()) {
      case STRICT -> pattern.consecutive();
      case SKIP_TILL_ANY -> pattern.allowCombinations();
      default -> {
        // Relaxed is what Flink takes where nothing is said.
      }
    }
  }

  private static Duration duration(long millis) {
    return millis == 0 ? null : Duration.ofMillis(millis);
  }
}
