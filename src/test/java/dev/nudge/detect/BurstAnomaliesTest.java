package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.click;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Moment;
import dev.nudge.event.Value;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** BROWSE_BURST and ORDER_BURST at their boundaries. */
class BurstAnomaliesTest {
  private Shop shop;

  @BeforeEach
  void open() throws Exception {
    shop = Shop.open();
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  private static CustomerEvent of(String event, String category, long after) {
    Click click = category == null ? click(event) : click(event, "category", category);
    return as(event + category + after, clicked(ANNA, START + after, click));
  }

  private void viewing(String category, long... after) throws Exception {
    for (long at : after) {
      shop.receive(of(Click.PRODUCT_VIEWED, category, at));
    }
  }

  private void adding(String category, long after) throws Exception {
    shop.receive(of(Click.PRODUCT_ADDED, category, after));
  }

  /** Category and time of each burst. */
  private List<String> browsed() throws Exception {
    return shop.moments(START + DAY).stream()
        .filter(moment -> moment.kind().equals("BROWSE_BURST"))
        .map(BurstAnomaliesTest::burst)
        .toList();
  }

  private static String burst(Moment moment) {
    assertThat(moment.anomaly().value()).isEqualTo(Value.number("5"));
    return moment.anomaly().evidence().get("category").text() + Shop.time(moment.atMillis());
  }

  // BROWSE_BURST

  @Test
  void fifthViewWithinHalfAnHourIsABurst() throws Exception {
    viewing("tea", 0, 0, 1, 2 * MINUTE, 30 * MINUTE - 1);
    viewing("tea", 3 * MINUTE);
    assertThat(browsed()).containsExactly("tea+" + (30 * MINUTE - 1));
  }

  @Test
  void fifthViewAtHalfAnHourIsNone() throws Exception {
    viewing("tea", 0, 1, 2, 3, 30 * MINUTE);
    assertThat(browsed()).isEmpty();
  }

  @Test
  void halfHourBeginsAtAnyView() throws Exception {
    viewing("tea", 0, 10 * MINUTE, 20 * MINUTE, 25 * MINUTE, 30 * MINUTE, 39 * MINUTE);
    assertThat(browsed()).containsExactly("tea+39m");
  }

  @Test
  void productAddedOfTheCategoryBetweenBeginsAnew() throws Exception {
    viewing("tea", 0, 1, 2, 3);
    adding("tea", 4);
    viewing("tea", 5, 6, 7, 8);
    assertThat(browsed()).isEmpty();
    shop.close();
    shop = Shop.open();
    adding("tea", 0);
    viewing("tea", 5, 6, 7, 8, 9);
    assertThat(browsed()).containsExactly("tea+9");
  }

  @Test
  void productAddedOfAnotherCategoryOrNoneBetweenDoesNotMatter() throws Exception {
    viewing("tea", 0, 1, 2, 3);
    adding("coffee", 4);
    adding(null, 5);
    adding("", 6);
    viewing("tea", 7);
    assertThat(browsed()).containsExactly("tea+7");
  }

  @Test
  void otherEventsBetweenDoNotMatter() throws Exception {
    viewing("tea", 0, 1, 2, 3);
    shop.receive(
        of(Click.CHECKOUT_STARTED, "tea", 4),
        of(Click.PRODUCT_REMOVED, "tea", 5),
        paid(ANNA, START + 6, "o1"));
    viewing("tea", 7);
    assertThat(browsed()).containsExactly("tea+7");
  }

  @Test
  void viewsWithoutCategoryAreNoBurst() throws Exception {
    viewing("", 0, 1, 2, 3, 4);
    viewing(null, 5, 6, 7, 8, 9);
    assertThat(browsed()).isEmpty();
  }

  @Test
  void afterABurstViewsAreCountedAnew() throws Exception {
    viewing("tea", 0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(shop.found(START + 8, "BROWSE_BURST")).hasSize(1);
    viewing("tea", 9);
    assertThat(browsed()).containsExactly("tea+9");
  }

  @Test
  void categoriesAreCountedApart() throws Exception {
    viewing("tea", 0, 2, 4, 6, 8);
    viewing("coffee", 1, 3, 5, 7);
    assertThat(browsed()).containsExactly("tea+8");
  }

  @Test
  void halfABurstOutlivesARestart() throws Exception {
    viewing("tea", 0, 1, 2);
    shop.found(START + 5);
    shop.restart();
    viewing("tea", 10, 11);
    assertThat(browsed()).containsExactly("tea+11");
  }

  // ORDER_BURST

  private List<String> ordered() throws Exception {
    return shop.found(START + DAY, "ORDER_BURST");
  }

  private void paying(long... after) throws Exception {
    for (long at : after) {
      shop.receive(paid(ANNA, START + at, "o" + at));
    }
  }

  @Test
  void fifthOrderWithinAnHourIsABurst() throws Exception {
    paying(0, 1, 2, 3, HOUR - 1);
    assertThat(ordered()).containsExactly("anna+" + (HOUR - 1) + " ORDER_BURST o3599999 5/-");
  }

  @Test
  void fifthOrderAtTheHourIsNone() throws Exception {
    paying(0, 1, 2, 3, HOUR);
    assertThat(ordered()).isEmpty();
  }

  @Test
  void hourBeginsAtAnyOrder() throws Exception {
    paying(0, 30 * MINUTE, 40 * MINUTE, 50 * MINUTE, 60 * MINUTE, 70 * MINUTE);
    assertThat(ordered()).containsExactly("anna+70m ORDER_BURST o4200000 5/-");
  }

  @Test
  void onlyPaymentsOfDifferentOrdersCount() throws Exception {
    paying(0, 1, 2, 3);
    shop.receive(placed(ANNA, START + 4, "o4"), as("again", paid(ANNA, START + 5, "o3")));
    assertThat(ordered()).isEmpty();
  }

  @Test
  void afterABurstOrdersAreCountedAnew() throws Exception {
    paying(0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(shop.found(START + 8, "ORDER_BURST")).containsExactly("anna+4 ORDER_BURST o4 5/-");
    paying(9);
    assertThat(ordered()).containsExactly("anna+9 ORDER_BURST o9 5/-");
  }

  @Test
  void evidenceSaysHowLongTheCustomerIsSuspect() throws Exception {
    shop.policy("anomalies: {ORDER_BURST: {suspectDays: 3}}");
    paying(0, 1, 2, 3, 4);
    assertThat(shop.moments(START + 4))
        .filteredOn(moment -> moment.kind().equals("ORDER_BURST"))
        .singleElement()
        .satisfies(
            moment ->
                assertThat(moment.anomaly().evidence())
                    .containsEntry("suspectDays", Value.number("3")));
  }
}
