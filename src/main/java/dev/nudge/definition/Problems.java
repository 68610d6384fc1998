package dev.nudge.definition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong while a definition is read to its end. */
final class Problems {
  /** The most problems that are told; a file of a million unknown keys needs no longer list. */
  static final int MAX = 100;

  /** A problem, and which of the files it is in. */
  private record Told(int file, Problem problem) {}

  private static final Comparator<Told> BY_PLACE =
      Comparator.comparingInt(Told::file)
          .thenComparingInt(told -> told.problem().line())
          .thenComparingInt(told -> told.problem().column());

  private final List<Told> told = new ArrayList<>();
  private int file;
  private int untold;

  /**
   * From here on problems are those of that file; they are told in the order of files, and within a
   * file by place.
   *
   * @param number which one it is
   */
  void inFile(int number) {
    file = number;
  }

  void add(Problem problem) {
    if (told.size() < MAX) {
      told.add(new Told(file, problem));
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
    told.sort(BY_PLACE);
    if (!told.isEmpty()) {
      throw new DefinitionException(told.stream().map(Told::problem).toList(), untold);
    }
  }
}
