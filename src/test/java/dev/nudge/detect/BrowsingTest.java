package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.click;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Click;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a customer does in the shop without paying. */
class BrowsingTest {
  private static final ZoneId UTC = ZoneOffset.UTC;
  private static final long MIDNIGHT = START - 9 * HOUR;

  @Test
  void nothingSeenHasNoBestHour() {
    assertThat(Browsing.none().bestHour()).isNull();
    assertThat(Browsing.none().viewsOfWeek(START)).isZero();
    assertThat(Browsing.none().favouriteCategories(START)).isEmpty();
  }

  @Test
  void everyClickIsSeenAndOnlyViewsAreViews() {
    Browsing browsing = Browsing.none().clicked(click("Store Queue Joined"), START, UTC);
    assertThat(browsing.lastSeenAtMillis()).isEqualTo(START);
    assertThat(browsing.viewsOfWeek(START)).isZero();
    assertThat(browsing.viewHours()).isEmpty();
    assertThat(browsing.lastProducts()).isEmpty();
    assertThat(view(browsing, START + 1).viewsOfWeek(START + 1)).isEqualTo(1);
  }

  @Test
  void weekIsThisHourAndThe167BeforeIt() {
    Browsing browsing = view(view(view(Browsing.none(), START - 1), START), START + HOUR - 1);
    long lastHour = START + 167 * HOUR;
    assertThat(browsing.viewsOfWeek(lastHour - 1)).isEqualTo(3);
    assertThat(browsing.viewsOfWeek(lastHour)).isEqualTo(2);
    assertThat(browsing.viewsOfWeek(lastHour + HOUR - 1)).isEqualTo(2);
    assertThat(browsing.viewsOfWeek(lastHour + HOUR)).isZero();
  }

  @Test
  void hoursOfAWeekAreKeptAndNoMore() {
    Browsing browsing = Browsing.none();
    for (int hour = 0; hour < 400; hour++) {
      browsing = view(view(browsing, START + hour * HOUR), START + hour * HOUR + MINUTE);
    }
    assertThat(browsing.viewHours()).hasSize(Browsing.VIEW_HOURS);
    assertThat(browsing.viewsOfWeek(START + 399 * HOUR)).isEqualTo(2 * Browsing.VIEW_HOURS);
  }

  @Test
  void favouritesAreTheFiveMostViewedTiesByName() {
    Browsing browsing = Browsing.none();
    for (String category :
        List.of("f", "e", "d", "\ud83d\ude00", "\uf8ff", "a", "f", "z", "z", "z")) {
      browsing = view(browsing, START, category);
    }
    assertThat(browsing.favouriteCategories(START)).containsExactly("z", "f", "a", "d", "e");
    browsing = view(view(browsing, START, "\ud83d\ude00"), START, "\uf8ff");
    assertThat(browsing.favouriteCategories(START))
        .containsExactly("z", "f", "\uf8ff", "\ud83d\ude00", "a");
  }

  @Test
  void favouritesAreOfTodayAndThe29DaysBefore() {
    Browsing browsing = view(view(Browsing.none(), MIDNIGHT - 1, "a"), MIDNIGHT, "b");
    assertThat(browsing.favouriteCategories(MIDNIGHT + 29 * DAY - 1)).containsExactly("a", "b");
    assertThat(browsing.favouriteCategories(MIDNIGHT + 29 * DAY)).containsExactly("b");
    assertThat(browsing.favouriteCategories(MIDNIGHT + 30 * DAY - 1)).containsExactly("b");
    assertThat(browsing.favouriteCategories(MIDNIGHT + 30 * DAY)).isEmpty();
  }

  @Test
  void categoriesOfADayAreBoundedAndTheOldestGoFirst() {
    Browsing browsing = view(Browsing.none(), START - DAY, "yesterday");
    for (int i = 0; i < Browsing.MAX_CATEGORY_DAYS + 10; i++) {
      browsing = view(browsing, START, "c" + i);
    }
    assertThat(browsing.categoryDays()).hasSize(Browsing.MAX_CATEGORY_DAYS);
    assertThat(browsing.categoryDays())
        .extracting(Browsing.CategoryDay::category)
        .doesNotContain("yesterday", "c9")
        .contains("c10");
    browsing = view(browsing, START + 30 * DAY, "today");
    assertThat(browsing.categoryDays()).hasSize(1);
  }

  @Test
  void emptyCategoryIsNone() {
    assertThat(view(Browsing.none(), START, "").categoryDays()).isEmpty();
  }

  @Test
  void longCategoryIsCutAndNeverWithinACharacter() {
    Browsing browsing = view(Browsing.none(), START, "x".repeat(255) + "\ud83d\ude00y");
    String cut = browsing.categoryDays().get(0).category();
    assertThat(cut).startsWith("x".repeat(255)).hasSizeLessThanOrEqualTo(257);
    assertThat(UTF_8.newEncoder().canEncode(cut)).isTrue();
    assertThat(view(Browsing.none(), START, "x".repeat(1_000)).categoryDays().get(0).category())
        .hasSize(256);
  }

  @Test
  void twentyProductsAreRememberedTheNewestFirstEachOnce() {
    Browsing browsing = Browsing.none();
    for (int i = 0; i < 25; i++) {
      browsing =
          browsing.clicked(click(Click.PRODUCT_VIEWED, "productId", "p" + i), START + i, UTC);
    }
    assertThat(browsing.lastProducts())
        .hasSize(Browsing.MAX_PRODUCTS)
        .startsWith("p24")
        .endsWith("p5");
    browsing = browsing.clicked(click(Click.PRODUCT_VIEWED, "productId", "p5"), START + 30, UTC);
    assertThat(browsing.lastProducts()).hasSize(20).startsWith("p5", "p24").endsWith("p6");
  }

  @Test
  void bestHourIsOfTheZoneTheEarlierOfEquals() {
    Browsing browsing = Browsing.none().clicked(click("X"), START, ZoneId.of("Asia/Shanghai"));
    assertThat(browsing.bestHour()).isEqualTo(17);
    browsing = browsing.clicked(click("X"), START, UTC);
    assertThat(browsing.bestHour()).isEqualTo(9);
    browsing = browsing.clicked(click("X"), START + DAY, ZoneId.of("Asia/Shanghai"));
    assertThat(browsing.bestHour()).isEqualTo(17);
    assertThat(browsing.hoursOfDay()).hasSize(24);
  }

  @Test
  void orderEmptiesTheCartAndNothingElse() {
    Browsing added =
        view(Browsing.none(), START, "a")
            .clicked(click(Click.PRODUCT_ADDED, "productId", "p", "price", "5"), START + 1, UTC);
    Browsing ordered = added.ordered();
    assertThat(added.cart().valueUnits(START + 1)).isEqualTo(50_000);
    assertThat(ordered.cart()).isEqualTo(Cart.empty());
    assertThat(ordered.lastSeenAtMillis()).isEqualTo(START + 1);
    assertThat(ordered.favouriteCategories(START)).containsExactly("a");
  }

  private static Browsing view(Browsing browsing, long at) {
    return browsing.clicked(click(Click.PRODUCT_VIEWED), at, UTC);
  }

  private static Browsing view(Browsing browsing, long at, String category) {
    return browsing.clicked(click(Click.PRODUCT_VIEWED, "category", category), at, UTC);
  }
}
