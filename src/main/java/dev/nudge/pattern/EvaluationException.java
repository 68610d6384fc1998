package dev.nudge.pattern;

/**
 * An expression has no value here: a name is absent, a type is another than declared, a number
 * overflows, or a bound is hit. A condition that ends so is false.
 */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The text says what happened; there is no stack, for this happens on every other event. */
  EvaluationException(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
