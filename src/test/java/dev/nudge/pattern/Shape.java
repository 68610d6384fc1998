package dev.nudge.pattern;

import static java.util.stream.Collectors.joining;

import dev.nudge.event.Occurrence;
import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/**
 * A pattern as data: the calls by which Flink's API builds it. So it can be printed as code, made
 * smaller call by call, and made wrong on purpose.
 *
 * @param calls what is called, the first a BEGIN
 * @param skip the skip strategy
 * @param skipTo the step it skips to; null for a strategy that needs none
 */
record Shape(List<Shape.Call> calls, Skip skip, String skipTo) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  enum Skip {
    NO_SKIP,
    PAST_LAST,
    TO_NEXT,
    TO_FIRST,
    TO_LAST
  }

  enum Kind {
    BEGIN,
    NEXT,
    FOLLOWED_BY,
    FOLLOWED_BY_ANY,
    NOT_NEXT,
    NOT_FOLLOWED_BY,
    WHERE,
    OR,
    TIMES,
    TIMES_RANGE,
    ONE_OR_MORE,
    TIMES_OR_MORE,
    OPTIONAL,
    GREEDY,
    CONSECUTIVE,
    ALLOW_COMBINATIONS,
    UNTIL,
    WITHIN,
    WITHIN_PREVIOUS;

    boolean opensStep() {
      return compareTo(NOT_FOLLOWED_BY) <= 0;
    }

    boolean isCounted() {
      return compareTo(TIMES) >= 0 && compareTo(TIMES_OR_MORE) <= 0;
    }
  }

  /**
   * One call.
   *
   * @param kind the method
   * @param step the name of the step that it opens; else null
   * @param group the group that stands in place of a step; else null
   * @param ask the condition; else null
   * @param from at least so many times
   * @param to at most so many times
   * @param millis the length of a window; 0 for none
   */
  record Call(Kind kind, String step, Shape group, Ask ask, int from, int to, long millis)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    static Call step(Kind kind, String step) {
      return new Call(kind, step, null, null, 0, 0, 0);
    }

    static Call group(Kind kind, Shape group) {
      return new Call(kind, null, group, null, 0, 0, 0);
    }

    static Call ask(Kind kind, Ask ask) {
      return new Call(kind, null, null, ask, 0, 0, 0);
    }

    static Call times(Kind kind, int from, int to, long millis) {
      return new Call(kind, null, null, null, from, to, millis);
    }

    static Call within(Kind kind, long millis) {
      return new Call(kind, null, null, null, 0, 0, millis);
    }

    static Call of(Kind kind) {
      return new Call(kind, null, null, null, 0, 0, 0);
    }

    Call with(Kind other) {
      return new Call(other, step, group, ask, from, to, millis);
    }

    Call with(Shape other) {
      return new Call(kind, step, other, ask, from, to, millis);
    }

    Call with(Ask other) {
      return new Call(kind, step, group, other, from, to, millis);
    }

    Call with(int from, int to, long millis) {
      return new Call(kind, step, group, ask, from, to, millis);
    }

    private <E> Pattern<E, E> on(
        Pattern<E, E> pattern, Function<Ask, IterativeCondition<E>> conditions) {
      Duration length = millis == 0 ? null : Duration.ofMillis(millis);
      return switch (kind) {
        case BEGIN -> throw new IllegalArgumentException("a second beginning");
        case NEXT -> group == null ? pattern.next(step) : pattern.next(group.raw(conditions));
        case FOLLOWED_BY ->
            group == null ? pattern.followedBy(step) : pattern.followedBy(group.raw(conditions));
        case FOLLOWED_BY_ANY ->
            group == null
                ? pattern.followedByAny(step)
                : pattern.followedByAny(group.raw(conditions));
        case NOT_NEXT -> pattern.notNext(step);
        case NOT_FOLLOWED_BY -> pattern.notFollowedBy(step);
        case WHERE -> pattern.where(conditions.apply(ask));
        case OR -> pattern.or(conditions.apply(ask));
        case TIMES -> pattern.times(from, length);
        case TIMES_RANGE -> pattern.times(from, to, length);
        case ONE_OR_MORE -> pattern.oneOrMore(length);
        case TIMES_OR_MORE -> pattern.timesOrMore(from, length);
        case OPTIONAL -> pattern.optional();
        case GREEDY -> pattern.greedy();
        case CONSECUTIVE -> pattern.consecutive();
        case ALLOW_COMBINATIONS -> pattern.allowCombinations();
        case UNTIL -> pattern.until(conditions.apply(ask));
        case WITHIN -> pattern.within(length);
        case WITHIN_PREVIOUS -> pattern.within(length, WithinType.PREVIOUS_AND_CURRENT);
      };
    }

    @Override
    public String toString() {
      return switch (kind) {
        case BEGIN, NEXT, FOLLOWED_BY, FOLLOWED_BY_ANY, NOT_NEXT, NOT_FOLLOWED_BY ->
            kind + "(" + (group == null ? step : group) + ")";
        case WHERE, OR, UNTIL -> kind + "(" + ask + ")";
        case TIMES, TIMES_RANGE, TIMES_OR_MORE, ONE_OR_MORE ->
            "%s(%d, %d%s)".formatted(kind, from, to, millis == 0 ? "" : ", " + millis + " ms");
        case WITHIN, WITHIN_PREVIOUS -> "%s(%d ms)".formatted(kind, millis);
        case OPTIONAL, GREEDY, CONSECUTIVE, ALLOW_COMBINATIONS -> kind + "()";
      };
    }
  }

  /**
   * The pattern, built anew.
   *
   * @throws RuntimeException if Flink refuses it
   */
  Pattern<Visit, ?> pattern() {
    return raw(Ask::condition);
  }

  /** The same over what our operator sees, with conditions of the pattern language. */
  Pattern<Occurrence, ?> patternOfOccurrences() {
    return raw(Ask::conditionOfOccurrences);
  }

  private <E> Pattern<E, E> raw(Function<Ask, IterativeCondition<E>> conditions) {
    Call first = calls.get(0);
    AfterMatchSkipStrategy strategy =
        switch (skip) {
          case NO_SKIP -> AfterMatchSkipStrategy.noSkip();
          case PAST_LAST -> AfterMatchSkipStrategy.skipPastLastEvent();
          case TO_NEXT -> AfterMatchSkipStrategy.skipToNext();
          case TO_FIRST -> AfterMatchSkipStrategy.skipToFirst(skipTo);
          case TO_LAST -> AfterMatchSkipStrategy.skipToLast(skipTo);
        };
    Pattern<E, E> pattern =
        first.group() == null
            ? Pattern.begin(first.step(), strategy)
            : Pattern.begin(first.group().raw(conditions), strategy);
    for (Call call : calls.subList(1, calls.size())) {
      pattern = call.on(pattern, conditions);
    }
    return pattern;
  }

  Shape with(List<Call> other) {
    return new Shape(List.copyOf(other), skip, skipTo);
  }

  Shape with(Skip other, String step) {
    return new Shape(calls, other, step);
  }

  /** All calls, those inside of groups included. */
  List<Call> all() {
    List<Call> all = new ArrayList<>();
    for (Call call : calls) {
      all.add(call);
      if (call.group() != null) {
        all.addAll(call.group().all());
      }
    }
    return all;
  }

  /** The names of its steps outside of groups. */
  List<String> steps() {
    return calls.stream().map(Call::step).filter(step -> step != null).toList();
  }

  /** Whether it limits the time between two events, which stock CEP sets no timer for. */
  boolean hasGaps() {
    return all().stream()
        .anyMatch(
            call ->
                call.kind() == Kind.WITHIN_PREVIOUS
                    || (call.kind().isCounted() && call.millis() > 0));
  }

  /** Whether every match ends within some time of its beginning. */
  boolean hasWindow() {
    return NFACompiler.compileFactory(pattern(), false).createNFA().getWindowTime() > 0;
  }

  /** Calls by which partial matches multiply with every event: the more, the shorter the stream. */
  int branches() {
    int branches = 0;
    for (Call call : all()) {
      switch (call.kind()) {
        case ALLOW_COMBINATIONS -> branches += 2;
        case FOLLOWED_BY_ANY, ONE_OR_MORE, TIMES_OR_MORE -> branches++;
        default -> {}
      }
    }
    return branches;
  }

  /** Patterns with a call or a step less, or a simpler one; Flink may refuse some. */
  List<Shape> simpler() {
    List<Shape> simpler = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      if (call.kind().opensStep()) {
        int end = i + 1;
        while (end < calls.size() && !calls.get(end).kind().opensStep()) {
          end++;
        }
        List<Call> without = new ArrayList<>(calls);
        without.subList(i, end).clear();
        if (!without.isEmpty()) {
          without.set(0, without.get(0).with(Kind.BEGIN));
          simpler.add(with(without));
        }
        if (call.group() != null) {
          List<Call> unwrapped = new ArrayList<>(calls);
          unwrapped.remove(i);
          unwrapped.addAll(i, call.group().calls());
          unwrapped.set(i, unwrapped.get(i).with(call.kind()));
          simpler.add(with(unwrapped));
          for (Shape group : call.group().simpler()) {
            simpler.add(replaced(i, call.with(group)));
          }
        }
      } else {
        List<Call> without = new ArrayList<>(calls);
        without.remove(i);
        simpler.add(with(without));
      }
      if (call.kind().isCounted() && call.millis() > 0) {
        simpler.add(replaced(i, call.with(call.from(), call.to(), 0)));
      }
      if (call.kind() == Kind.TIMES_RANGE) {
        simpler.add(replaced(i, call.with(Kind.TIMES)));
      }
      if (call.ask() != null) {
        for (Ask ask : call.ask().simpler()) {
          if (!ask.equals(call.ask())) {
            simpler.add(replaced(i, call.with(ask)));
          }
        }
      }
    }
    if (skip != Skip.NO_SKIP) {
      simpler.add(with(Skip.NO_SKIP, null));
    }
    return simpler;
  }

  private Shape replaced(int index, Call call) {
    List<Call> changed = new ArrayList<>(calls);
    changed.set(index, call);
    return with(changed);
  }

  @Override
  public String toString() {
    return calls.stream().map(Call::toString).collect(joining("."))
        + (skip == Skip.NO_SKIP ? "" : " " + skip + (skipTo == null ? "" : "(" + skipTo + ")"));
  }
}
