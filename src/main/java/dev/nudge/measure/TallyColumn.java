package dev.nudge.measure;

/** What is counted in a row; of some an amount adds up too. */
public enum TallyColumn {
  /** Customers with a placed order. */
  ORDERING_CUSTOMERS,
  /** Placed orders; amount: theirs, ten-thousandths. */
  ORDERS_PLACED,
  /** Customers with a paid order. */
  PAYING_CUSTOMERS,
  /** Paid orders; amount: theirs, ten-thousandths. */
  ORDERS_PAID,

  /** Visits. */
  VISITS,
  /** Customers with a visit. */
  VISITORS,
  /** Events of visits; amount: milliseconds between a visit's first event and its last. */
  VISIT_EVENTS,

  /** Orders with the product; amount: quantity times price, in 10<sup>-8</sup>. */
  ORDERS_WITH,
  /** Amount: quantity sold, ten-thousandths. */
  UNITS,
  /** Orders that hold another product too. */
  ORDERS_BESIDE,
  /** Times that it was put into a cart. */
  CARTS,
  /** Times that it was put onto a wish list. */
  WISHLISTS,
  /** Reviews. */
  REVIEWS,
  /** Reviews with a rating; amount: the ratings' sum, ten-thousandths. */
  RATINGS,

  /** Customers, or what the row's metric says; amount: ten-thousandths. */
  CUSTOMERS,

  /** Intervals between paid orders; amount: their milliseconds. */
  INTERVALS
}
