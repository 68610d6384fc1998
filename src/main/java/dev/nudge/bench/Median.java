package dev.nudge.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The figure of several runs that is told. */
final class Median {
  private Median() {}

  /** Half of the runs have less, half more; of an even number the mean of the two in the middle. */
  static <R> double of(List<R> runs, ToDoubleFunction<R> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
