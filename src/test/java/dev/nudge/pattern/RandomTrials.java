package dev.nudge.pattern;

import dev.nudge.pattern.Shape.Call;
import dev.nudge.pattern.Shape.Kind;
import dev.nudge.pattern.Shape.Skip;
import dev.nudge.pattern.Visit.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.cep.nfa.compiler.NFACompiler;

/** Makes random cases; the same seed makes the same case. */
final class RandomTrials {
  /**
   * Times and windows are multiples of it, so that events often stand exactly at a window's end.
   */
  static final long TICK_MILLIS = 10;

  /** No event of a case is earlier. */
  static final long FIRST_MILLIS = 900;

  /** No event is later, and no end of a window; but the event that ends a case with gaps is. */
  static final long LAST_MILLIS = 2_000;

  private static final long BEGIN_MILLIS = 1_000;
  private static final int MAX_STEPS = 4;
  private static final int MAX_REFUSALS = 1_000;
  static final String NAMES = "abc";
  static final String FOREIGN = "z";

  private static final List<Skip> SKIPS =
      List.of(Skip.PAST_LAST, Skip.TO_NEXT, Skip.TO_FIRST, Skip.TO_LAST);

  private final SplittableRandom random;
  private final List<String> steps = new ArrayList<>();
  private int refusals;

  private RandomTrials(long seed) {
    random = new SplittableRandom(seed);
  }

  static Trial trial(long seed) {
    RandomTrials trials = new RandomTrials(seed);
    Shape shape = trials.shape();
    return new Trial(shape, trials.stream(shape));
  }

  /** A pattern that Flink accepts: what it refuses is thrown away, and another tried. */
  private Shape shape() {
    while (refusals < MAX_REFUSALS) {
      steps.clear();
      Shape shape = anyShape();
      try {
        NFACompiler.compileFactory(shape.pattern(), false);
        return shape;
      } catch (RuntimeException | StackOverflowError refused) {
        refusals++;
      }
    }
    throw new IllegalStateException("Flink refuses nearly every pattern");
  }

  private Shape anyShape() {
    int count = 1 + random.nextInt(MAX_STEPS);
    List<Call> calls = new ArrayList<>(calls(count, 0));
    if (chance(50)) {
      calls.add(Call.within(Kind.WITHIN, ticks(1, 8)));
    }
    Shape shape = new Shape(calls, Skip.NO_SKIP, null);
    if (chance(50)) {
      return shape;
    }
    Skip skip = SKIPS.get(random.nextInt(SKIPS.size()));
    List<String> named = shape.steps();
    if (skip == Skip.PAST_LAST || skip == Skip.TO_NEXT) {
      return shape.with(skip, null);
    }
    return named.isEmpty() ? shape : shape.with(skip, named.get(random.nextInt(named.size())));
  }

  private List<Call> calls(int count, int depth) {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Kind kind = i == 0 ? Kind.BEGIN : edge(i == count - 1, depth);
      boolean not = kind == Kind.NOT_NEXT || kind == Kind.NOT_FOLLOWED_BY;
      if (!not && depth < 2 && chance(depth == 0 ? 15 : 25)) {
        Shape group = new Shape(calls(1 + random.nextInt(3), depth + 1), Skip.NO_SKIP, null);
        calls.add(Call.group(kind, group));
        addQuantifier(calls, true);
      } else {
        String step = "s" + (1 + steps.size());
        steps.add(step);
        calls.add(Call.step(kind, step));
        if (!chance(5)) {
          calls.add(Call.ask(Kind.WHERE, ask()));
          if (chance(10)) {
            calls.add(Call.ask(chance(50) ? Kind.WHERE : Kind.OR, ask()));
          }
        }
        if (!not) {
          addQuantifier(calls, false);
        }
        if (chance(8)) {
          calls.add(Call.within(Kind.WITHIN_PREVIOUS, ticks(1, 4)));
        }
        if (chance(4)) {
          calls.add(Call.within(Kind.WITHIN, ticks(2, 8)));
        }
      }
    }
    return calls;
  }

  private Kind edge(boolean last, int depth) {
    int draw = random.nextInt(100);
    if (last && depth == 0 && draw < 15) {
      return Kind.NOT_FOLLOWED_BY;
    }
    return draw < 30
        ? Kind.NEXT
        : draw < 60
            ? Kind.FOLLOWED_BY
            : draw < 80 ? Kind.FOLLOWED_BY_ANY : draw < 90 ? Kind.NOT_NEXT : Kind.NOT_FOLLOWED_BY;
  }

  private void addQuantifier(List<Call> calls, boolean group) {
    if (chance(55)) {
      long gap = chance(10) ? ticks(1, 4) : 0;
      int from = 1 + random.nextInt(2);
      int draw = random.nextInt(100);
      boolean looping = draw >= 50;
      if (draw < 25) {
        calls.add(Call.times(Kind.TIMES, 1 + from, 1 + from, gap));
      } else if (draw < 50) {
        int least = random.nextInt(3);
        calls.add(Call.times(Kind.TIMES_RANGE, least, Math.max(1, least) + random.nextInt(2), gap));
      } else if (draw < 80) {
        calls.add(Call.times(Kind.ONE_OR_MORE, 1, 1, gap));
      } else {
        calls.add(Call.times(Kind.TIMES_OR_MORE, from, from, gap));
      }
      int inner = random.nextInt(100);
      if (inner < 20) {
        calls.add(Call.of(Kind.CONSECUTIVE));
      } else if (inner < 40) {
        calls.add(Call.of(Kind.ALLOW_COMBINATIONS));
      }
      if (!group && chance(30)) {
        calls.add(Call.of(Kind.GREEDY));
      }
      if (looping && chance(40)) {
        calls.add(Call.ask(Kind.UNTIL, ask()));
      }
    }
    if (chance(20)) {
      calls.add(Call.of(Kind.OPTIONAL));
    }
  }

  private Ask ask() {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < NAMES.length(); i++) {
      if (chance(40)) {
        names.append(NAMES.charAt(i));
      }
    }
    if (names.isEmpty() && chance(80)) {
      names.append(NAMES.charAt(random.nextInt(NAMES.length())));
    }
    String earlier =
        !steps.isEmpty() && chance(15) ? steps.get(random.nextInt(steps.size())) : null;
    Ask.Told told = chance(70) ? Ask.Told.NAMES : chance(50) ? Ask.Told.ANY_NAME : Ask.Told.NOTHING;
    return new Ask(names.toString(), chance(20) ? 1 + random.nextInt(3) : 0, earlier, told);
  }

  private List<Arrival> stream(Shape shape) {
    int customers = 1 + random.nextInt(3);
    int count = customers * (4 + random.nextInt(Math.max(1, 10 - 2 * shape.branches())));
    int ticksBetween = 2 + random.nextInt(3);
    List<Arrival> stream = new ArrayList<>();
    long nowMillis = BEGIN_MILLIS;
    long watermarkMillis = Long.MIN_VALUE;
    for (int id = 1; id <= count; id++) {
      nowMillis += TICK_MILLIS * (Math.max(0, random.nextInt(ticksBetween + 1) - 1) / customers);
      long atMillis = nowMillis - (chance(25) ? ticks(1, 3) : 0) - (chance(15) ? 1 : 0);
      String name =
          chance(12) ? FOREIGN : Character.toString(NAMES.charAt(random.nextInt(NAMES.length())));
      stream.add(
          Arrival.of(
              new Visit(
                  "customer" + random.nextInt(customers), id, name, random.nextInt(5), atMillis)));
      long next = nowMillis - ticks(0, 3) - random.nextInt(2);
      if (chance(20) && next > watermarkMillis) {
        watermarkMillis = next;
        stream.add(Arrival.watermark(next));
      }
    }
    if (shape.hasGaps()) {
      // Stock CEP sets no timer for gaps: it takes one more event, after them all, to notice.
      for (int i = 0; i < customers; i++) {
        stream.add(
            Arrival.of(
                new Visit("customer" + i, ++count, FOREIGN, 0, nowMillis + 100 * TICK_MILLIS)));
      }
    }
    stream.add(Arrival.watermark(Long.MAX_VALUE));
    return List.copyOf(stream);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private long ticks(int least, int most) {
    return TICK_MILLIS * random.nextLong(least, most + 1L);
  }
}
