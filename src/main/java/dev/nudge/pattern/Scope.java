package dev.nudge.pattern;

/**
 * What an expression can see at one moment: names with dots in them, {@code event.price}, {@code
 * customer.orderCount}, {@code steps.cart.first.at}, {@code now}, to values.
 *
 * <p>{@link EventScope} does the part of events and steps.
 */
@FunctionalInterface
public interface Scope {
  /**
   * Looks a name up.
   *
   * <p>A value is a {@link dev.nudge.event.Value} as the shop sent it, a {@code String}, {@code
   * Boolean}, {@code Long}, {@code Integer}, {@code Double}, an enum's constant (its name counts),
   * a {@code List} of strings, or a {@code BigInteger} for a sum in ten-thousandths. Money such as
   * {@code customer.orderSum} is asked for as {@code customer.orderSumUnits} if it is not found
   * itself.
   *
   * @return the value; null if it is absent
   */
  Object find(String name);

  /**
   * Counts paid orders of the customer.
   *
   * @param afterMillis epoch milliseconds; an order at that instant does not count
   * @param untilMillis epoch milliseconds; an order at that instant counts
   * @return how many; -1 if this scope can't tell
   */
  default long ordersBetween(long afterMillis, long untilMillis) {
    return -1;
  }

  /** Hears of a condition that could not be evaluated, and so is false, to count it. */
  default void failed(EvaluationException failure) {}
}
