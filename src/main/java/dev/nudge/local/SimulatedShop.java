package dev.nudge.local;

import dev.nudge.event.Click;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Units;
import dev.nudge.local.SimulatedEvent.Actor;
import dev.nudge.local.SimulatedEvent.Line;
import dev.nudge.local.SimulatedEvent.OrderStep;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A shop that nobody has: who its customers are, what they bought until today, and who comes in
 * which second. All of it follows from the seed and the second, so that it does not matter who asks
 * when, and how often.
 *
 * <p>Example: in the second of 10:00:07 customer c17, a gold member in Shanghai, comes, looks at
 * three coffees and puts one into the cart; a minute later she has paid it. Whoever asks what
 * begins at 10:00:07 hears just that, today and tomorrow.
 */
final class SimulatedShop {
  /** The tenant. */
  static final String TENANT = "simulated-shop";

  /** How many products there are. */
  static final int PRODUCTS = 60;

  private static final List<String> CATEGORIES =
      List.of("coffee", "filters", "cups", "grinders", "sweets");
  private static final List<String> ZONES =
      List.of("Asia/Shanghai", "Asia/Shanghai", "Europe/Berlin", "America/New_York");
  private static final Map<String, String> CITIES =
      Map.of(
          "Asia/Shanghai", "Shanghai", "Europe/Berlin", "Berlin", "America/New_York", "New York");
  private static final Map<String, String> REGIONS =
      Map.of("Asia/Shanghai", "CN", "Europe/Berlin", "DE", "America/New_York", "US");
  private static final List<String> OCCUPATIONS =
      List.of("teacher", "nurse", "engineer", "student", "cook");

  private static final long SECOND = 1_000;
  private static final long DAY = 24 * 3_600 * SECOND;

  /** How long ago the first of the customers came. */
  private static final int PAST_DAYS = 100;

  private final SimulationConfig config;

  SimulatedShop(SimulationConfig config) {
    this.config = config;
  }

  /** The name of a product, from 0 up to {@link #PRODUCTS}. */
  static String productId(int number) {
    return CATEGORIES.get(number % CATEGORIES.size()) + "-" + number / CATEGORIES.size();
  }

  /** The category of one of its products; null if the product is of another shop. */
  static String categoryOf(String productId) {
    int dash = productId.lastIndexOf('-');
    String category = dash < 0 ? productId : productId.substring(0, dash);
    return CATEGORIES.contains(category) ? category : null;
  }

  /** The properties of a click on a product. */
  static Map<String, String> properties(Line product, Map<String, String> more) {
    Map<String, String> properties = new TreeMap<>(more);
    properties.put("productId", product.productId());
    properties.put("price", Units.format(product.priceUnits()));
    if (product.category() != null) {
      properties.put("category", product.category());
    }
    return properties;
  }

  /**
   * Everybody's profile, as of that instant. Told again within a day it is a duplicate; later it
   * changes just who has birthday today, which one in fifty has, so that somebody has.
   */
  List<SimulatedEvent> profiles(long atMillis) {
    List<SimulatedEvent> profiles = new ArrayList<>();
    LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(atMillis, DAY));
    for (int i = 0; i < config.customers(); i++) {
      Chance chance = new Chance(config.seed(), "customer", customerId(i));
      String zone = pick(chance, "zone", ZONES);
      double level = chance.of("level");
      LocalDate birth =
          chance.happens("birthday today", 0.02)
              ? day
              : LocalDate.of(2000, 1, 1).plusDays(chance.between("birthday", 0, 365));
      profiles.add(
          SimulatedEvent.profile(
              actor(i),
              "profile-" + customerId(i),
              atMillis,
              Map.of(
                  "memberLevel",
                  level < 0.06
                      ? "PLATINUM"
                      : level < 0.24 ? "GOLD" : level < 0.55 ? "SILVER" : "BASIC",
                  "gender",
                  chance.happens("gender", 0.55) ? "F" : "M",
                  "birthDate",
                  birth.withYear((int) chance.between("born", 1955, 2006)).toString(),
                  "region",
                  REGIONS.get(zone),
                  "city",
                  CITIES.get(zone),
                  "occupation",
                  pick(chance, "occupation", OCCUPATIONS),
                  "timezone",
                  zone),
              Map.of(
                  "PUSH",
                  chance.happens("PUSH", 0.85),
                  "SMS",
                  chance.happens("SMS", 0.6),
                  "EMAIL",
                  chance.happens("EMAIL", 0.7),
                  "WECHAT",
                  zone.startsWith("Asia") && chance.happens("WECHAT", 0.8),
                  "INBOX",
                  true,
                  "ON_PAGE",
                  true)));
    }
    return profiles;
  }

  /** What was bought before that instant, in the order of time: so the shop has a past. */
  List<SimulatedEvent> past(long untilMillis) {
    List<SimulatedEvent> orders = new ArrayList<>();
    for (int i = 0; i < config.customers(); i++) {
      Chance chance = new Chance(config.seed(), "past", customerId(i));
      if (chance.happens("never came", 0.2)) {
        continue;
      }
      long gapMillis = DAY * chance.between("gap", 5, 40);
      long left = chance.happens("left", 0.4) ? DAY * chance.between("left at", 0, PAST_DAYS) : 0;
      long at = untilMillis - DAY * PAST_DAYS + chance.between("first", 0, DAY * PAST_DAYS);
      for (int n = 0; at < untilMillis - left - DAY; n++) {
        Line line = line((int) chance.between("product " + n, 0, PRODUCTS));
        orders.add(
            SimulatedEvent.order(
                actor(i),
                "past-" + customerId(i) + "-" + n,
                at,
                new OrderStep(
                    "past-" + customerId(i) + "-" + n,
                    OrderStatus.PAID,
                    config.currency(),
                    line.priceUnits() * 2,
                    null,
                    null,
                    List.of(new Line(line.productId(), line.category(), line.priceUnits(), 2)))));
        at += gapMillis / 2 + chance.between("gap " + n, 0, gapMillis);
      }
    }
    orders.sort(SimulatedEvent.ORDER);
    return orders;
  }

  /**
   * All visits that begin within a second, from their first look to the payment, in the order of
   * time.
   *
   * @param second since 1970
   */
  List<SimulatedEvent> visitsStarting(long second) {
    List<SimulatedEvent> events = new ArrayList<>();
    Chance chance = new Chance(config.seed(), "second", Long.toString(second));
    double expected = config.visitsPerMinute() / 60;
    long visits =
        (long) expected + (chance.happens("one more", expected - Math.floor(expected)) ? 1 : 0);
    for (int i = 0; i < visits && config.customers() > 0; i++) {
      int customer = (int) chance.between("customer " + i, 0, config.customers());
      new Visit(customer, "v" + second + "-" + i, second * SECOND).addTo(events);
    }
    events.sort(SimulatedEvent.ORDER);
    return events;
  }

  private static String customerId(int number) {
    return "c" + number;
  }

  private static Actor actor(int customer) {
    return new Actor(TENANT, customerId(customer));
  }

  private static String pick(Chance chance, String purpose, List<String> from) {
    return from.get((int) chance.between(purpose, 0, from.size()));
  }

  private Line line(int product) {
    String productId = productId(product);
    return new Line(productId, categoryOf(productId), config.priceUnits(productId), 1);
  }

  /** One customer's visit. */
  private final class Visit {
    private final Actor who;
    private final String session;
    private final Chance chance;
    private long at;
    private int acts;

    Visit(int customer, String session, long startMillis) {
      this.who = actor(customer);
      this.session = session;
      this.chance = new Chance(config.seed(), "visit", who.customerId(), session);
      this.at = startMillis + chance.between("starts", 0, SECOND);
    }

    void addTo(List<SimulatedEvent> events) {
      if (chance.happens("at a store", 0.06)) {
        String store = chance.happens("which store", 0.6) ? "A" : "B";
        events.add(click("Store Queue Joined", Map.of("storeId", store)));
      }
      int category = (int) chance.between("category", 0, CATEGORIES.size());
      int views = (int) chance.between("views", 1, 7);
      Line last = null;
      for (int i = 0; i < views; i++) {
        // Mostly of one category, which is what a customer came for.
        int shelf =
            chance.happens("stays " + i, 0.8)
                ? category
                : (int) chance.between("goes " + i, 0, CATEGORIES.size());
        int perShelf = PRODUCTS / CATEGORIES.size();
        last = line((int) chance.between("product " + i, 0, perShelf) * CATEGORIES.size() + shelf);
        wait("view " + i, 3, 20);
        events.add(click(Click.PRODUCT_VIEWED, properties(last, Map.of())));
      }
      if (chance.happens("wishes", 0.1)) {
        wait("wish", 2, 10);
        events.add(click("Product Added to Wishlist", properties(last, Map.of())));
      }
      if (chance.happens("carts", 0.4)) {
        wait("cart", 2, 15);
        events.add(click(Click.PRODUCT_ADDED, properties(last, Map.of())));
        if (chance.happens("checks out", 0.45)) {
          wait("check out", 5, 30);
          events.add(click(Click.CHECKOUT_STARTED, Map.of()));
          order(events, last);
        }
      }
    }

    private void order(List<SimulatedEvent> events, Line product) {
      long quantity = chance.between("quantity", 1, 4);
      Line line = new Line(product.productId(), product.category(), product.priceUnits(), quantity);
      wait("place", 5, 30);
      events.add(order(OrderStatus.PLACED, line));
      if (chance.happens("pays", 0.8)) {
        wait("pay", 5, 40);
        events.add(order(OrderStatus.PAID, line));
      }
    }

    private SimulatedEvent order(OrderStatus status, Line line) {
      return SimulatedEvent.order(
          who,
          id(status.name()),
          at,
          new OrderStep(
              session,
              status,
              config.currency(),
              line.priceUnits() * line.quantity(),
              null,
              null,
              List.of(line)));
    }

    private SimulatedEvent click(String event, Map<String, String> properties) {
      return SimulatedEvent.click(who, id(event), at, event, session, properties);
    }

    private void wait(String what, int fromSeconds, int toSeconds) {
      at += chance.between(what + " after", fromSeconds * SECOND, toSeconds * SECOND);
    }

    private String id(String act) {
      return "%s-%02d-%s".formatted(session, acts++, act.replace(' ', '-'));
    }
  }
}
