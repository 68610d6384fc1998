package dev.nudge.definition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong while a definition is read to its end. */
final class Problems {
  /** The most problems that are told; a file of a million unknown keys needs no longer list. */
  static final int MAX = 100;

  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

  private final List<Problem> told = new ArrayList<>();
  private int fileStart;
  private int untold;

  /** From here on problems are those of the next file; within a file they are sorted by place. */
  void nextFile() {
    told.subList(fileStart, told.size()).sort(BY_PLACE);
    fileStart = told.size();
  }

  void add(Problem problem) {
    if (told.size() < MAX) {
      told.add(problem);
    } else {
      untold++;
    }
  }

  /**
   * Ends the reading.
   *
   * @throws DefinitionException if there was any problem
   */
  void throwIfAny() throws DefinitionException {
    nextFile();
    if (!told.isEmpty()) {
      throw new DefinitionException(told, untold);
    }
  }
}
