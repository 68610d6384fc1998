package dev.nudge.pattern;

import java.util.List;
import java.util.stream.Collectors;

/** An expression was refused. */
public final class ExpressionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Mistake> mistakes;

  /**
   * One thing that is wrong.
   *
   * @param line within the expression, from 1
   * @param column within the line, from 1, in code points
   * @param found what stands there
   * @param expected what should
   */
  public record Mistake(int line, int column, String found, String expected) {}

  ExpressionException(List<Mistake> mistakes) {
    super(
        mistakes.stream()
            .map(
                m ->
                    "%d:%d: found %s, expected %s"
                        .formatted(m.line(), m.column(), m.found(), m.expected()))
            .collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Everything that is wrong, in the order of the text. */
  public List<Mistake> mistakes() {
    return mistakes;
  }
}
