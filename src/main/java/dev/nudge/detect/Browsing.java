package dev.nudge.detect;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import dev.nudge.event.Click;
import dev.nudge.event.CodePoints;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a customer does in the shop without paying.
 *
 * @param lastSeenAtMillis the last click; 0 before the first
 * @param viewHours hours with product views, oldest first, of the last {@value #VIEW_HOURS}
 * @param categoryDays views by day and category, oldest first, of the last {@value #CATEGORY_DAYS}
 *     days; at most {@value #MAX_CATEGORY_DAYS}, the oldest go first
 * @param hoursOfDay clicks by hour of the customer's day, 24 of them, over all time
 * @param lastProducts products viewed, the newest first, each once; at most {@value #MAX_PRODUCTS}
 * @param cart what lies in the cart
 */
public record Browsing(
    long lastSeenAtMillis,
    List<HourViews> viewHours,
    List<CategoryDay> categoryDays,
    List<Integer> hoursOfDay,
    List<String> lastProducts,
    Cart cart) {

  static final int VIEW_HOURS = 7 * 24;
  static final int CATEGORY_DAYS = 30;
  static final int MAX_CATEGORY_DAYS = 600;
  static final int MAX_PRODUCTS = 20;
  static final int FAVOURITES = 5;

  /** Longest category that is counted apart; longer ones are cut. */
  private static final int MAX_CATEGORY_LENGTH = 256;

  /**
   * Product views of an hour.
   *
   * @param epochHour hours since 1970-01-01T00:00Z
   * @param views how many
   */
  public record HourViews(long epochHour, int views) {}

  /**
   * Product views of a category on a UTC day.
   *
   * @param epochDay days since 1970-01-01
   * @param category the category
   * @param views how many
   */
  public record CategoryDay(long epochDay, String category, int views) {}

  static Browsing none() {
    return new Browsing(
        0, List.of(), List.of(), Collections.nCopies(24, 0), List.of(), Cart.empty());
  }

  /** Any click; views and cart changes are told by their names. */
  Browsing clicked(Click click, long atMillis, ZoneId zone) {
    boolean view = click.event().equals(Click.PRODUCT_VIEWED);
    return new Browsing(
        atMillis,
        view ? withView(atMillis) : viewHours,
        view && click.category() != null
            ? withCategory(cut(click.category()), atMillis)
            : categoryDays,
        withHour(Instant.ofEpochMilli(atMillis).atZone(zone).getHour()),
        view && click.productId() != null ? withProduct(click.productId()) : lastProducts,
        switch (click.event()) {
          case Click.PRODUCT_ADDED -> cart.added(click, atMillis);
          case Click.PRODUCT_REMOVED -> cart.removed(click, atMillis);
          case Click.CHECKOUT_STARTED -> cart.checkedOut();
          default -> cart;
        });
  }

  /** An order was placed or paid: what lay in the cart is in it. */
  Browsing ordered() {
    return new Browsing(
        lastSeenAtMillis, viewHours, categoryDays, hoursOfDay, lastProducts, Cart.empty());
  }

  /** Product views of this hour and the 167 before it. */
  int viewsOfWeek(long nowMillis) {
    long now = Windows.hour(nowMillis);
    return viewHours.stream()
        .filter(h -> Windows.holds(h.epochHour(), now, VIEW_HOURS))
        .mapToInt(HourViews::views)
        .sum();
  }

  /** The categories most viewed today and in the 29 days before, ties by name. */
  List<String> favouriteCategories(long nowMillis) {
    long today = Windows.day(nowMillis);
    Map<String, Integer> views =
        categoryDays.stream()
            .filter(c -> Windows.holds(c.epochDay(), today, CATEGORY_DAYS))
            .collect(groupingBy(CategoryDay::category, summingInt(CategoryDay::views)));
    return views.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry::getKey, CodePoints.ORDER))
        .limit(FAVOURITES)
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * The hour of the day, 0 to 23, with the most clicks, the earlier of equals; null without any.
   */
  Integer bestHour() {
    int best = hoursOfDay.indexOf(Collections.max(hoursOfDay));
    return hoursOfDay.get(best) == 0 ? null : best;
  }

  private List<HourViews> withView(long atMillis) {
    long now = Windows.hour(atMillis);
    List<HourViews> kept = new ArrayList<>();
    int views = 1;
    for (HourViews hour : viewHours) {
      if (hour.epochHour() == now) {
        views += hour.views();
      } else if (Windows.holds(hour.epochHour(), now, VIEW_HOURS)) {
        kept.add(hour);
      }
    }
    kept.add(new HourViews(now, views));
    return kept;
  }

  private List<CategoryDay> withCategory(String category, long atMillis) {
    long today = Windows.day(atMillis);
    List<CategoryDay> kept = new ArrayList<>();
    int views = 1;
    for (CategoryDay day : categoryDays) {
      if (day.epochDay() == today && day.category().equals(category)) {
        views += day.views();
      } else if (Windows.holds(day.epochDay(), today, CATEGORY_DAYS)) {
        kept.add(day);
      }
    }
    kept.add(new CategoryDay(today, category, views));
    return kept.subList(Math.max(0, kept.size() - MAX_CATEGORY_DAYS), kept.size());
  }

  private List<Integer> withHour(int hourOfDay) {
    List<Integer> counts = new ArrayList<>(hoursOfDay);
    counts.set(hourOfDay, counts.get(hourOfDay) + 1);
    return counts;
  }

  private List<String> withProduct(String productId) {
    Set<String> newestFirst = new LinkedHashSet<>();
    newestFirst.add(productId);
    newestFirst.addAll(lastProducts);
    return newestFirst.stream().limit(MAX_PRODUCTS).toList();
  }

  private static String cut(String category) {
    if (category.length() <= MAX_CATEGORY_LENGTH) {
      return category;
    }
    boolean splits = Character.isHighSurrogate(category.charAt(MAX_CATEGORY_LENGTH - 1));
    return category.substring(0, splits ? MAX_CATEGORY_LENGTH - 1 : MAX_CATEGORY_LENGTH);
  }
}
