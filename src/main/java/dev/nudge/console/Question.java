package dev.nudge.console;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a page asks, apart from whom: two pages with the same question share an answer.
 *
 * @param page which page
 * @param campaign of {@link Page#CAMPAIGN}; else null
 * @param windowMillis of {@link Page#CAMPAIGN}, the length of the window; null for its primary one
 * @param touch of {@link Page#CAMPAIGN}, {@code any} or {@code last}; else null
 * @param basis of {@link Page#CAMPAIGN}, {@code EVENT} or {@code COHORT}; else null
 * @param sort of {@link Page#PRODUCTS}, what the table is sorted by; else null
 * @param product of {@link Page#PRODUCTS}, of which is told what it is sold with; null for the
 *     first of the table
 * @param period how far back
 * @param platform whether who asks sees the deployment as a whole
 */
record Question(
    Page page,
    String campaign,
    Long windowMillis,
    String touch,
    String basis,
    ProductSort sort,
    String product,
    Period period,
    boolean platform) {

  /** The pages with questions of their own; the API and the stream name them in lower case. */
  enum Page {
    OVERVIEW,
    CAMPAIGNS,
    CAMPAIGN,
    PRODUCTS,
    EXPERIMENTS,
    LIFECYCLE,
    HEALTH;

    static Optional<Page> of(String word) {
      for (Page page : values()) {
        if (page.word().equals(word)) {
          return Optional.of(page);
        }
      }
      return Optional.empty();
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What products are sorted by, the most first. */
  enum ProductSort {
    UNITS("units"),
    AMOUNT("arrayMax(arrayPushBack(amounts, 0))"),
    ORDERS("orders"),
    CARTS("carts"),
    WISHLISTS("wishlists"),
    RATING("rating_mean");

    private final String column;

    ProductSort(String column) {
      this.column = column;
    }

    String column() {
      return column;
    }
  }

  private static final int MAX_LENGTH = 256;

  /**
   * Reads the parameters of an address.
   *
   * @param asked the first value of each
   * @throws IllegalArgumentException with name and expectation, if one is unusable
   */
  static Question of(Page page, Map<String, String> asked, Period period, boolean platform) {
    boolean campaign = page == Page.CAMPAIGN;
    boolean products = page == Page.PRODUCTS;
    return new Question(
        page,
        campaign ? text(asked, "campaign") : null,
        campaign && asked.get("window") != null ? millis(asked.get("window")) : null,
        campaign ? oneOf(asked, "touch", "last", "any") : null,
        campaign ? oneOf(asked, "basis", "EVENT", "COHORT") : null,
        products
            ? ProductSort.valueOf(
                oneOf(asked, "sort", "UNITS", "AMOUNT", "ORDERS", "CARTS", "WISHLISTS", "RATING"))
            : null,
        products && asked.get("product") != null ? text(asked, "product") : null,
        period,
        platform);
  }

  static String text(Map<String, String> asked, String name) {
    String value = asked.get(name);
    if (value == null || value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          name + " is missing, or longer than " + MAX_LENGTH + " characters");
    }
    return value;
  }

  static long millis(String window) {
    if (!window.matches("[1-9][0-9]{0,14}")) {
      throw new IllegalArgumentException("window is no number of milliseconds");
    }
    return Long.parseLong(window);
  }

  /** The first one if nothing is said. */
  static String oneOf(Map<String, String> asked, String name, String... words) {
    String value = asked.getOrDefault(name, words[0]);
    for (String word : words) {
      if (word.equals(value)) {
        return word;
      }
    }
    throw new IllegalArgumentException(name + " is not one of " + String.join(", ", words));
  }
}
