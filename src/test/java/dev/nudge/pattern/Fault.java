package dev.nudge.pattern;

import dev.nudge.pattern.Shape.Call;
import dev.nudge.pattern.Shape.Kind;
import dev.nudge.pattern.Shape.Skip;
import dev.nudge.pattern.Visit.Arrival;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Something that the matcher could get wrong. A case is falsified accordingly before the matcher
 * gets it, while stock CEP gets the true one.
 */
enum Fault {
  WINDOW_A_MILLISECOND_LONGER(longer(Kind.WITHIN, 1)),
  WINDOW_A_MILLISECOND_SHORTER(longer(Kind.WITHIN, -1)),
  GAP_A_MILLISECOND_LONGER(longer(Kind.WITHIN_PREVIOUS, 1)),
  GAP_BETWEEN_TIMES_IGNORED(
      calls(
          call ->
              call.kind().isCounted() && call.millis() > 0
                  ? call.with(call.from(), call.to(), 0)
                  : call)),
  SKIP_IGNORED(shapes(shape -> shape.with(Skip.NO_SKIP, null))),
  SKIPS_TO_NEXT_INSTEAD_OF_PAST_LAST(skip(Skip.PAST_LAST, Skip.TO_NEXT)),
  SKIPS_PAST_LAST_INSTEAD_OF_TO_NEXT(skip(Skip.TO_NEXT, Skip.PAST_LAST)),
  SKIPS_TO_LAST_INSTEAD_OF_FIRST(skip(Skip.TO_FIRST, Skip.TO_LAST)),
  SKIPS_TO_FIRST_INSTEAD_OF_LAST(skip(Skip.TO_LAST, Skip.TO_FIRST)),
  UNTIL_IGNORED(without(Kind.UNTIL)),
  OPTIONAL_IGNORED(without(Kind.OPTIONAL)),
  GREEDY_IGNORED(without(Kind.GREEDY)),
  CONSECUTIVE_IGNORED(without(Kind.CONSECUTIVE)),
  COMBINATIONS_IGNORED(without(Kind.ALLOW_COMBINATIONS)),
  FOLLOWED_BY_INSTEAD_OF_NEXT(instead(Kind.NEXT, Kind.FOLLOWED_BY)),
  FOLLOWED_BY_ANY_INSTEAD_OF_FOLLOWED_BY(instead(Kind.FOLLOWED_BY, Kind.FOLLOWED_BY_ANY)),
  FOLLOWED_BY_INSTEAD_OF_FOLLOWED_BY_ANY(instead(Kind.FOLLOWED_BY_ANY, Kind.FOLLOWED_BY)),
  NOT_FOLLOWED_BY_INSTEAD_OF_NOT_NEXT(instead(Kind.NOT_NEXT, Kind.NOT_FOLLOWED_BY)),
  NOT_NEXT_INSTEAD_OF_NOT_FOLLOWED_BY(instead(Kind.NOT_FOLLOWED_BY, Kind.NOT_NEXT)),
  ONE_OR_MORE_TAKEN_ONCE(without(Kind.ONE_OR_MORE)),
  ONE_TIME_MORE(
      calls(
          call ->
              call.kind() == Kind.TIMES
                  ? call.with(call.from() + 1, call.to() + 1, call.millis())
                  : call)),
  EARLIER_EVENTS_IGNORED(
      calls(
          call ->
              call.ask() == null
                  ? call
                  : call.with(
                      new Ask(call.ask().names(), call.ask().least(), null, call.ask().told())))),
  LATE_EVENTS_TAKEN(
      trial ->
          new Trial(
              trial.shape(),
              trial.stream().stream()
                  .filter(
                      arrival ->
                          arrival.visit() != null || arrival.watermarkMillis() == Long.MAX_VALUE)
                  .toList())),
  FOREIGN_EVENTS_LEFT_OUT(
      trial ->
          new Trial(
              trial.shape(),
              trial.stream().stream()
                  .filter(
                      arrival ->
                          arrival.visit() == null
                              || !RandomTrials.FOREIGN.equals(arrival.visit().name()))
                  .toList())),
  EVENTS_OF_AN_INSTANT_TURNED_ROUND(
      trial -> {
        List<Arrival> turned = new ArrayList<>(trial.stream());
        for (int i = 1; i < turned.size(); i++) {
          Visit before = turned.get(i - 1).visit();
          Visit visit = turned.get(i).visit();
          if (before != null
              && visit != null
              && before.customer().equals(visit.customer())
              && before.atMillis() == visit.atMillis()) {
            Collections.swap(turned, i - 1, i);
          }
        }
        return new Trial(trial.shape(), turned);
      });

  @SuppressWarnings("ImmutableEnumChecker") // the functions above hold nothing that changes
  private final UnaryOperator<Trial> falsified;

  Fault(UnaryOperator<Trial> falsified) {
    this.falsified = falsified;
  }

  /** The case falsified; the same if the fault doesn't show in it. */
  Trial falsify(Trial trial) {
    return falsified.apply(trial);
  }

  private static UnaryOperator<Trial> shapes(UnaryOperator<Shape> change) {
    return trial -> new Trial(change.apply(trial.shape()), trial.stream());
  }

  private static UnaryOperator<Trial> skip(Skip from, Skip to) {
    return shapes(shape -> shape.skip() == from ? shape.with(to, shape.skipTo()) : shape);
  }

  /** Changes calls, those inside of groups too; null takes a call away. */
  private static UnaryOperator<Trial> calls(Function<Call, Call> change) {
    return shapes(shape -> changed(shape, change));
  }

  private static Shape changed(Shape shape, Function<Call, Call> change) {
    return shape.with(
        shape.calls().stream()
            .map(call -> call.group() == null ? call : call.with(changed(call.group(), change)))
            .map(change)
            .filter(Objects::nonNull)
            .toList());
  }

  private static UnaryOperator<Trial> without(Kind kind) {
    return calls(call -> call.kind() == kind ? null : call);
  }

  private static UnaryOperator<Trial> instead(Kind kind, Kind other) {
    return calls(call -> call.kind() == kind ? call.with(other) : call);
  }

  private static UnaryOperator<Trial> longer(Kind kind, long byMillis) {
    return calls(call -> call.kind() == kind ? call.with(0, 0, call.millis() + byMillis) : call);
  }
}
