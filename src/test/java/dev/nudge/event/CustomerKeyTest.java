package dev.nudge.event;

import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When each customer's turn comes. */
class CustomerKeyTest {
  private static final CustomerKey ANNA = new CustomerKey("acme", "Anna");

  @Test
  void instantsOfACustomerLieAStepApart() {
    long first = ANNA.nextInstant(START, HOUR);
    assertThat(first).isGreaterThan(START).isLessThanOrEqualTo(START + HOUR);
    assertThat(ANNA.nextInstant(first - 1, HOUR)).isEqualTo(first);
    assertThat(ANNA.nextInstant(first, HOUR)).isEqualTo(first + HOUR);
    assertThat(ANNA.nextInstant(first + HOUR - 1, HOUR)).isEqualTo(first + HOUR);
    assertThat(ANNA.nextInstant(-first, HOUR))
        .isGreaterThan(-first)
        .isLessThanOrEqualTo(HOUR - first);
  }

  @Test
  void theyAreTheSameForEver() {
    // A savepoint's timers stand at them.
    assertThat(ANNA.nextInstant(START, HOUR) - START).isEqualTo(1_569_604);
  }

  @Test
  void thoseOfManyCustomersLieAllOverTheStep() {
    int[] byMinute = new int[60];
    IntStream.range(0, 60_000)
        .mapToObj(i -> new CustomerKey("acme", "customer-%06d".formatted(i)))
        .forEach(
            customer ->
                byMinute[(int) ((customer.nextInstant(START, HOUR) - START - 1) / MINUTE)]++);
    assertThat(IntStream.of(byMinute).boxed()).allMatch(count -> count > 800 && count < 1_200);
  }
}
