package dev.nudge.local;

import dev.nudge.event.Units;
import java.util.Map;

/**
 * How simulated customers behave: every number of the simulation stands here.
 *
 * <p>All rates are chances from 0 to 1 of what comes before them in the chain sent, delivered,
 * exposed, clicked, ordered. Two of them are somebody's measurements, the rest is invented:
 *
 * <ul>
 *   <li>EMAIL: 1 % bounce, 22.7 % are opened, 2.9 % clicked, 0.25 % unsubscribe (Mailchimp, Email
 *       Marketing Statistics and Benchmarks by Industry, October 2019, all accounts).
 *   <li>PUSH: 8.4 % of those sent are answered with a tap (Accengage, Push Notification Benchmark
 *       2017).
 *   <li>All others, every delay, and what follows a click: invented, and rather lively, so that a
 *       few hundred customers show within minutes what takes a shop days.
 * </ul>
 *
 * <p>The true effect is known: an order that follows a nudge is one that would not have been
 * without it, for whoever is held back (control) does just what they would have done anyway. {@link
 * #trueUplift} says how many a trigger makes.
 *
 * @param seed another one gives other customers
 * @param currency of orders, ISO 4217
 * @param lagMillis event time that passes at least from a decision until the customer hears of it:
 *     0 by the wall clock; where a replay runs at two days a second, the loop itself takes that
 *     long
 * @param channels rates by channel
 * @param otherChannels rates of any other channel
 * @param claimed share of the exposed who claim what they must claim, clicked or not
 * @param orderAfterClick share of the clicked who order for it
 * @param orderAfterExposure share of the exposed who do not click and order for it all the same
 * @param resourceFactor by how much both grow when the customer holds a coupon, red packet or gift
 * @param variantSpread how much clicks differ by variant: each has its factor from 1 less this to 1
 *     more
 * @param customers how many people the simulated shop knows
 * @param visitsPerMinute how many of them come, on average; about eight events each
 */
public record SimulationConfig(
    long seed,
    String currency,
    long lagMillis,
    Map<String, Rates> channels,
    Rates otherChannels,
    double claimed,
    double orderAfterClick,
    double orderAfterExposure,
    double resourceFactor,
    double variantSpread,
    int customers,
    double visitsPerMinute) {

  /**
   * What becomes of a message.
   *
   * @param failed share of the triggers that the gateway can't send
   * @param delivered share of those sent
   * @param exposed share of those delivered
   * @param clicked share of those exposed, for a variant of factor 1
   * @param unsubscribed share of those exposed
   * @param exposedAfterMillis half of the exposed are so by then
   */
  public record Rates(
      double failed,
      double delivered,
      double exposed,
      double clicked,
      double unsubscribed,
      long exposedAfterMillis) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a rate is not from 0 to 1, or the delay negative
     */
    public Rates {
      check("failed", failed, 1);
      check("delivered", delivered, 1);
      check("exposed", exposed, 1);
      check("clicked", clicked, 1);
      check("unsubscribed", unsubscribed, 1);
      check("exposedAfterMillis", (double) exposedAfterMillis, LONGEST_MILLIS);
    }
  }

  /** A hundred years. */
  private static final long LONGEST_MILLIS = 36_525L * 24 * 3_600_000;

  private static final int MAX_CUSTOMERS = 100_000;
  private static final double MAX_VISITS_PER_MINUTE = 60_000;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what was found and what is expected
   */
  public SimulationConfig {
    channels = Map.copyOf(channels);
    check("lagMillis", (double) lagMillis, LONGEST_MILLIS);
    check("claimed", claimed, 1);
    check("orderAfterClick", orderAfterClick, 1);
    check("orderAfterExposure", orderAfterExposure, 1);
    check("resourceFactor", resourceFactor, 100);
    check("variantSpread", variantSpread, 1);
    check("customers", customers, MAX_CUSTOMERS);
    check("visitsPerMinute", visitsPerMinute, MAX_VISITS_PER_MINUTE);
  }

  private static void check(String name, double found, double max) {
    if (!(found >= 0 && found <= max)) {
      throw new IllegalArgumentException(
          "simulation.%s: found %s, expected 0 to %s".formatted(name, found, max));
    }
  }

  /** The rates as described above, for one currency and without a lag. */
  public static SimulationConfig of(String currency) {
    return new SimulationConfig(
        20_261_111,
        currency,
        0,
        Map.of(
            "PUSH", new Rates(0.02, 0.95, 0.60, 0.15, 0.005, minutes(5)),
            "EMAIL", new Rates(0.01, 1.00, 0.23, 0.13, 0.011, minutes(120)),
            "SMS", new Rates(0.03, 0.98, 0.90, 0.12, 0.02, minutes(3)),
            "INBOX", new Rates(0.00, 1.00, 0.35, 0.30, 0.00, minutes(360)),
            "WECHAT", new Rates(0.02, 0.98, 0.55, 0.20, 0.01, minutes(20)),
            "WEIBO", new Rates(0.05, 0.95, 0.30, 0.10, 0.01, minutes(60)),
            "ON_PAGE", new Rates(0.00, 1.00, 0.85, 0.18, 0.00, 1_000)),
        new Rates(0.02, 0.95, 0.50, 0.10, 0.01, minutes(10)),
        0.45,
        0.25,
        0.02,
        1.5,
        0.25,
        300,
        20);
  }

  /** The same where the loop itself takes so much event time. */
  public SimulationConfig withLag(long millis) {
    return new SimulationConfig(
        seed,
        currency,
        millis,
        channels,
        otherChannels,
        claimed,
        orderAfterClick,
        orderAfterExposure,
        resourceFactor,
        variantSpread,
        customers,
        visitsPerMinute);
  }

  /** The same with another seed. */
  public SimulationConfig withSeed(long other) {
    return new SimulationConfig(
        other,
        currency,
        lagMillis,
        channels,
        otherChannels,
        claimed,
        orderAfterClick,
        orderAfterExposure,
        resourceFactor,
        variantSpread,
        customers,
        visitsPerMinute);
  }

  /** The same with so many visits a minute. */
  public SimulationConfig withVisitsPerMinute(double visits) {
    return new SimulationConfig(
        seed,
        currency,
        lagMillis,
        channels,
        otherChannels,
        claimed,
        orderAfterClick,
        orderAfterExposure,
        resourceFactor,
        variantSpread,
        customers,
        visits);
  }

  /** The rates of a channel. */
  Rates rates(String channel) {
    return channels.getOrDefault(channel, otherChannels);
  }

  /** The share of the clicked who order for it. */
  double orderAfterClick(boolean holdsResource) {
    return Math.min(1, orderAfterClick * (holdsResource ? resourceFactor : 1));
  }

  /** The share of the exposed who do not click and order for it. */
  double orderAfterExposure(boolean holdsResource) {
    return Math.min(1, orderAfterExposure * (holdsResource ? resourceFactor : 1));
  }

  /**
   * Orders that one trigger makes and that would not have been without it, on average, for a
   * variant of factor 1 and a resource that is either absent or held without being claimed.
   */
  public double trueUplift(String channel, boolean holdsResource) {
    Rates rates = rates(channel);
    double exposed = (1 - rates.failed()) * rates.delivered() * rates.exposed();
    return exposed
        * (rates.clicked() * orderAfterClick(holdsResource)
            + (1 - rates.clicked()) * orderAfterExposure(holdsResource));
  }

  /** The price of one product, in ten-thousandths: whoever sells it, it is the same for ever. */
  long priceUnits(String productId) {
    // From 3.00 to 62.99.
    double u = new Chance(seed, "price", productId).of("units");
    return (300 + (long) (u * 6_000)) * (Units.ONE / 100);
  }

  private static long minutes(int minutes) {
    return minutes * 60_000L;
  }
}
