package dev.nudge.ingest;

import static java.util.Map.entry;

import java.util.Map;

/**
 * Aliases of the Google Analytics 4 e-commerce vocabulary to the Segment e-commerce spec v2, which
 * Nudge speaks.
 */
final class EventNames {
  private static final Map<String, String> SEGMENT_BY_GA4 =
      Map.ofEntries(
          entry("search", "Products Searched"),
          entry("view_search_results", "Products Searched"),
          entry("view_item_list", "Product List Viewed"),
          entry("select_item", "Product Clicked"),
          entry("view_item", "Product Viewed"),
          entry("add_to_cart", "Product Added"),
          entry("remove_from_cart", "Product Removed"),
          entry("view_cart", "Cart Viewed"),
          entry("add_to_wishlist", "Product Added to Wishlist"),
          entry("begin_checkout", "Checkout Started"),
          entry("add_shipping_info", "Checkout Step Completed"),
          entry("add_payment_info", "Payment Info Entered"),
          entry("purchase", "Order Completed"),
          entry("refund", "Order Refunded"),
          entry("view_promotion", "Promotion Viewed"),
          entry("select_promotion", "Promotion Clicked"),
          entry("share", "Product Shared"),
          entry("login", "Signed In"),
          entry("sign_up", "Signed Up"));

  /** Names of an item's fields, in Segment's and GA4's spelling, as Nudge names them. */
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          entry("product_id", "productId"),
          entry("item_id", "productId"),
          entry("item_name", "name"),
          entry("item_category", "category"),
          entry("item_brand", "brand"));

  private EventNames() {}

  /** The Segment name of an event; a custom name stays as it is. */
  static String event(String name) {
    return SEGMENT_BY_GA4.getOrDefault(name, name);
  }

  /** Nudge's name of a property; any other stays as it is. */
  static String property(String name) {
    return PROPERTIES.getOrDefault(name, name);
  }
}
