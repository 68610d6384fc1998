package dev.nudge.bench;

import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Value;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Who has a moment, with as many features as a customer of some months has. */
final class Shopper {
  private static final List<String> CITIES =
      List.of("Shanghai", "Beijing", "Chengdu", "Wuhan", "Shenzhen", "Xi'an", "Nanjing", "Suzhou");
  private static final List<String> LEVELS =
      List.of("BASIC", "BASIC", "SILVER", "GOLD", "PLATINUM");
  private static final int PRODUCTS = 5_000;
  private static final int CATEGORIES = 40;
  private static final int LISTED = 8;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final int number;
  private final long atMillis;
  private final int orders;
  private final int chance;

  /**
   * A customer at a moment.
   *
   * @param number from 0; who it is decides city, level and orders
   * @param random what was looked at last, what lies in the cart
   */
  Shopper(int number, long atMillis, Random random) {
    this.number = number;
    this.atMillis = atMillis;
    // Half of all have one to three orders, few have twelve.
    this.orders = 1 + (number * 31 % 7 + number * 17 % 11) * (number % 3) / 3;
    this.chance = random.nextInt(1 << 20);
  }

  /** Paid orders, at least one. */
  int orders() {
    return orders;
  }

  String product(int which) {
    return "p" + (chance + which * 37) % PRODUCTS;
  }

  String category() {
    return "k" + chance % CATEGORIES;
  }

  String price() {
    return chance % 300 + ".90";
  }

  /** What is known of the customer right after the moment. */
  Features features(LifecycleStage stage) {
    BigInteger sum = money(orders * 139L);
    long lastOrder = atMillis - (1 + chance % 80) * DAY_MILLIS;
    long lastSeen = atMillis - chance % (2 * DAY_MILLIS);
    return new Features(
        stage,
        1,
        orders,
        orders,
        sum,
        139.12,
        orders == 1 ? 0 : 17.25 + number % 10,
        BigInteger.ZERO,
        sum,
        lastOrder - 9L * (orders - 1) * DAY_MILLIS,
        lastOrder,
        (atMillis - lastOrder) / DAY_MILLIS,
        orders == 1 ? 0 : 9.0 * DAY_MILLIS,
        Math.min(orders, 2),
        Math.min(orders, 5),
        orders,
        orders,
        money(Math.min(orders, 2) * 139L),
        money(Math.min(orders, 5) * 139L),
        sum,
        sum,
        products(orders),
        lastSeen,
        (atMillis - lastSeen) / DAY_MILLIS,
        2 + chance % 20,
        money(chance % 400),
        List.of(category(), "k7", "k23"),
        products(LISTED),
        8 + number % 14,
        2,
        number % 3,
        0,
        lastSeen,
        BigInteger.ZERO,
        20 + number % 50,
        number % 365,
        Map.of(
            "city", Value.string(CITIES.get(number % CITIES.size())),
            "memberLevel", Value.string(LEVELS.get(number % LEVELS.size())),
            "gender", Value.string(number % 2 == 0 ? "F" : "M"),
            "newsletter", new Value(Value.Type.BOOLEAN, Boolean.toString(number % 4 == 0))));
  }

  private List<String> products(int count) {
    return IntStream.range(0, count).mapToObj(this::product).toList();
  }

  private static BigInteger money(long whole) {
    return BigInteger.valueOf(whole * 10_000 + 1_200);
  }
}
