package dev.nudge.bench;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.event.Anomaly;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.StageChange;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import dev.nudge.pattern.AfterTrigger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A week of moments in order of time, the same for the same seed: stage changes, anomalies, and
 * what each campaign waits for alone. Nine of ten are between eight and ten in Shanghai's day.
 */
final class MomentStream implements Iterator<Moment> {
  /** A Monday's midnight in Shanghai. */
  static final long FROM_MILLIS = Instant.parse("2025-01-05T16:00:00Z").toEpochMilli();

  private static final int DAYS = 7;
  private static final double HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** Shares of a day's moments that come by the end of the night, and by the evening's. */
  private static final double BY_MORNING = 0.08;

  private static final double BY_NIGHT = 0.98;
  private static final int MORNING = 8;
  private static final int NIGHT = 22;
  private static final int MIDNIGHT = 24;

  private final Random random;
  private final long moments;
  private final int customers;
  private final int tenants;
  private final List<Campaign> own;
  private long told;

  /**
   * A stream at its beginning.
   *
   * @param moments how many there are
   * @param customers whose moments they are, all equally often
   * @param tenants how many tenants share the customers
   * @param own campaigns with moments of their own, all equally often
   */
  MomentStream(long seed, long moments, int customers, int tenants, List<Campaign> own) {
    this.random = new Random(seed);
    this.moments = moments;
    this.customers = customers;
    this.tenants = tenants;
    this.own = own;
  }

  @Override
  public boolean hasNext() {
    return told < moments;
  }

  @Override
  public Moment next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + moments + " moments have been told");
    }
    long atMillis = atMillis(told);
    int number = random.nextInt(customers);
    CustomerKey key = new CustomerKey("brand-" + number % tenants, "c" + number);
    Shopper shopper = new Shopper(number, atMillis, random);
    MomentMix kind = MomentMix.of(random.nextInt(1_000));
    Moment moment;
    if (kind == null) {
      moment = ofCampaign(own.get(random.nextInt(own.size())), key, shopper, atMillis);
    } else if (kind.stage() != null) {
      moment = ofStage(kind.stage(), key, shopper, atMillis);
    } else {
      moment = ofAnomaly(kind.name(), key, shopper, atMillis);
    }
    told++;
    return moment;
  }

  /** Evenly through the week, but for the nights. */
  private long atMillis(long number) {
    double day = (double) number * DAYS / moments;
    double part = day - Math.floor(day);
    double hour;
    if (part < BY_MORNING) {
      hour = part / BY_MORNING * MORNING;
    } else if (part < BY_NIGHT) {
      hour = MORNING + (part - BY_MORNING) / (BY_NIGHT - BY_MORNING) * (NIGHT - MORNING);
    } else {
      hour = NIGHT + (part - BY_NIGHT) / (1 - BY_NIGHT) * (MIDNIGHT - NIGHT);
    }
    return FROM_MILLIS + (long) ((Math.floor(day) * MIDNIGHT + hour) * HOUR_MILLIS);
  }

  private static Moment ofStage(
      LifecycleStage to, CustomerKey key, Shopper shopper, long atMillis) {
    LifecycleStage from =
        switch (to) {
          case NEW -> LifecycleStage.PROSPECT;
          case GROWING -> LifecycleStage.NEW;
          default -> LifecycleStage.GROWING;
        };
    StageChange change =
        new StageChange(key.tenant(), key.customerId(), from, to, atMillis, 1, shopper.orders(), 1);
    return Moment.of(change, shopper.features(to));
  }

  private Moment ofAnomaly(String kind, CustomerKey key, Shopper shopper, long atMillis) {
    Anomaly anomaly =
        new Anomaly(
            key.tenant(),
            key.customerId(),
            kind,
            atMillis,
            "o" + told,
            Value.string(shopper.price()),
            Value.number("30"),
            Map.of("orders", Value.number(Integer.toString(shopper.orders()))),
            1);
    Occurrence event = viewed(shopper, atMillis - 1_000, 0);
    return Moment.of(
        anomaly, event, Map.of("added", List.of(event)), shopper.features(LifecycleStage.STABLE));
  }

  private Moment ofCampaign(Campaign campaign, CustomerKey key, Shopper shopper, long atMillis) {
    LifecycleStage stage = shopper.orders() == 1 ? LifecycleStage.NEW : LifecycleStage.GROWING;
    if (campaign.trigger() instanceof CampaignTrigger.OfTime) {
      return Moment.ofTime(campaign.id(), key, atMillis, atMillis, shopper.features(stage));
    }
    boolean after =
        campaign.trigger() instanceof CampaignTrigger.OfRule of
            && of.rule() instanceof AfterTrigger;
    Occurrence last = after ? paid(shopper, atMillis) : viewed(shopper, atMillis, 1);
    return Moment.ofCampaign(
        campaign.id(),
        key,
        atMillis,
        last,
        after ? Map.of() : Map.of("look", List.of(viewed(shopper, atMillis - 60_000, 0), last)),
        shopper.features(stage));
  }

  private Occurrence viewed(Shopper shopper, long atMillis, int which) {
    Map<String, Value> fields = new HashMap<>();
    fields.put("productId", Value.string(shopper.product(which)));
    fields.put("category", Value.string(shopper.category()));
    fields.put("price", Value.string(shopper.price()));
    fields.put("currency", Value.string("CNY"));
    fields.put("storeId", Value.string("A"));
    fields.put("sessionId", Value.string("s" + told));
    if (random.nextInt(4) > 0) {
      fields.put("query", Value.string("shoes in " + shopper.category()));
    }
    return new Occurrence(
        "Product Viewed", atMillis, "m" + told + "-" + which, Topic.CLICKSTREAM, fields);
  }

  private Occurrence paid(Shopper shopper, long atMillis) {
    return new Occurrence(
        Occurrence.ORDER_PAID,
        atMillis - TimeUnit.DAYS.toMillis(3),
        "m" + told,
        Topic.ORDERS,
        Map.of(
            "orderId", Value.string("o" + told),
            "amount", Value.number(shopper.price()),
            "currency", Value.string("CNY")));
  }
}
