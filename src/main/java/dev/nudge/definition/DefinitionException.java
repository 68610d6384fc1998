package dev.nudge.definition;

import java.util.List;
import java.util.stream.Collectors;

/** A definition was refused; says everything that is wrong with it, not only the first thing. */
public final class DefinitionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<Problem> problems;

  DefinitionException(List<Problem> problems, int untold) {
    super(
        problems.stream().map(Problem::toString).collect(Collectors.joining("\n"))
            + (untold == 0 ? "" : "\n… and " + untold + " more"));
    this.problems = List.copyOf(problems);
  }

  /**
   * What is wrong, in the order of the text, at most {@link Problems#MAX} of them. The message
   * prints one a line and says how many more there are.
   */
  public List<Problem> problems() {
    return problems;
  }
}
