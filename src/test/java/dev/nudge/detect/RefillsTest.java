package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.units;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.detect.Refills.Refill;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is bought is used up by and by, at every maximum. */
class RefillsTest {
  private static final Map<String, Integer> DAYS = Map.of("coffee", 30, "tea", 7);

  private static Order order(String orderId, OrderLine... lines) {
    return new Order(
        orderId, OrderStatus.PAID, "CNY", 0, null, null, Map.of(), Arrays.asList(lines));
  }

  private static OrderLine line(String product, String category, String quantity) {
    return new OrderLine(product, null, category, null, units(quantity), 0);
  }

  private static Refills bought(OrderLine... lines) {
    return Refills.none().paid(order("o1", lines), START, DAYS);
  }

  @Test
  void nothingIsDueForWhoBoughtNothingThatRunsOut() {
    assertThat(Refills.none().dueMillis()).isEqualTo(Long.MAX_VALUE);
    assertThat(Refills.none().paid(order("o1", line("p", "coffee", "1")), START, Map.of()))
        .isEqualTo(Refills.none());
    assertThat(bought(line("p", "milk", "1"), line("q", null, "1"))).isEqualTo(Refills.none());
  }

  @Test
  void eachProductIsDueByItsQuantityAndTheFirstOfThemNext() {
    Refills refills = bought(line("p", "coffee", "2"), line("q", "tea", "0.5"));
    assertThat(refills.pending())
        .containsExactly(
            new Refill("p", "o1", START + 60 * DAY, 30),
            new Refill("q", "o1", START + 84 * DAY / 24, 7));
    assertThat(refills.dueMillis()).isEqualTo(START + 84 * DAY / 24);
    assertThat(refills.due(refills.dueMillis() - 1)).isEmpty();
    assertThat(refills.after(refills.dueMillis() - 1)).isSameAs(refills);
    assertThat(refills.due(refills.dueMillis())).extracting(Refill::productId).containsExactly("q");
    assertThat(refills.after(refills.dueMillis()).pending())
        .extracting(Refill::productId)
        .containsExactly("p");
  }

  @Test
  void quantityOfNothingIsNeverDue() {
    assertThat(bought(line("p", "coffee", "0")).pending()).isEmpty();
  }

  @Test
  void quantityBeyondAllNumbersIsNotWaitedFor() {
    assertThat(bought(line("p", "coffee", "1000000000000")).pending()).isEmpty();
  }

  @Test
  void twoHundredProductsArePendingAtMostAndKnownOnesStillMove() {
    List<OrderLine> lines = new ArrayList<>();
    for (int i = 0; i <= Refills.MAX; i++) {
      lines.add(line("p" + i, "coffee", "1"));
    }
    Refills refills = bought(lines.toArray(new OrderLine[0]));
    assertThat(refills.pending()).hasSize(Refills.MAX);
    assertThat(refills.pending()).noneMatch(refill -> refill.productId().equals("p200"));
    Refills again = refills.paid(order("o2", line("p0", "coffee", "1")), START + DAY, DAYS);
    assertThat(again.pending())
        .hasSize(Refills.MAX)
        .contains(new Refill("p0", "o2", START + 31 * DAY, 30));
  }

  @Test
  void categoryOfTheFirstLineCountsForAProductOfTwo() {
    assertThat(bought(line("p", "tea", "1"), line("p", "coffee", "1")).pending())
        .containsExactly(new Refill("p", "o1", START + 14 * DAY, 7));
  }
}
