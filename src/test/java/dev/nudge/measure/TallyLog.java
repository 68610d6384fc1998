package dev.nudge.measure;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random life of Anna: what happened, and in which order it is told: on time, up to a day late,
 * twice. Instants are few, so that many are shared, and gaps are often exactly a limit.
 */
final class TallyLog {
  /** One thing that is told. */
  record Told(
      long nowMillis,
      CustomerEvent event,
      int lostDays,
      String touch,
      StageChange change,
      String retouched,
      boolean copy) {}

  private static final List<Map<String, Value>> ORIGINS =
      List.of(
          Map.of(),
          Map.of("utm_source", Value.string(" letter ")),
          Map.of("referrer", Value.string("https://me@WWW.Example.com:8443/a?b://c")),
          Map.of("referrer", Value.string("not-a-uri|/x"), "utm_source", Value.string("  ")));

  /** The source that each of the origins stands for. */
  private static final List<String> SOURCES =
      List.of("DIRECT", "letter", "www.example.com", "not-a-uri|");

  private static final List<String> EVENTS =
      List.of(
          "Product Viewed",
          "Product Added",
          "Product Added to Wishlist",
          "Product Reviewed",
          "Product Shared",
          "Store Queue Joined");

  private static final List<String> RATINGS = List.of("4", "4.5", "-1", "good", "1000001");
  private static final long[] STEPS = {
    0, 0, 0, 1, MINUTE, 29 * MINUTE, 30 * MINUTE, HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 60 * DAY
  };

  final List<CustomerEvent> events = new ArrayList<>();
  final List<StageChange> changes = new ArrayList<>();
  final List<Told> told = new ArrayList<>();
  final Map<String, Integer> lostDays = new HashMap<>();
  final Map<String, String> touches = new HashMap<>();
  final Map<String, String> sources = new HashMap<>();

  private final Random random;
  private int late;

  TallyLog(long seed) {
    random = new Random(seed);
    long at = START - START % HOUR;
    boolean prospect = false;
    for (int i = 0; i < 120; i++) {
      at += STEPS[random.nextInt(STEPS.length)];
      int kind = random.nextInt(10);
      if (kind < 5) {
        tell(click(i, at));
      } else if (kind < 9) {
        tell(order(i, at));
      } else {
        LifecycleStage[] stages = LifecycleStage.values();
        LifecycleStage from = prospect ? stages[random.nextInt(stages.length)] : null;
        LifecycleStage to =
            prospect ? stages[random.nextInt(stages.length)] : LifecycleStage.PROSPECT;
        prospect = true;
        tell(new StageChange("acme", ANNA.customerId(), from, to, at, 1, 1, i));
      }
    }
    told.sort(Comparator.comparingLong(Told::nowMillis));
  }

  /** How many were told late. */
  int late() {
    return late;
  }

  private CustomerEvent click(int i, long at) {
    String id = "m" + i;
    int origin = random.nextInt(ORIGINS.size());
    Map<String, Value> properties = new HashMap<>(ORIGINS.get(origin));
    if (random.nextInt(4) > 0) {
      properties.put("productId", Value.string("p" + random.nextInt(3)));
    }
    if (random.nextBoolean()) {
      properties.put("rating", Value.string(RATINGS.get(random.nextInt(RATINGS.size()))));
    }
    sources.put(id, SOURCES.get(origin));
    String session = random.nextBoolean() ? null : "s" + random.nextInt(4);
    Click click = new Click(EVENTS.get(random.nextInt(EVENTS.size())), session, properties);
    return new CustomerEvent("acme", ANNA.customerId(), id, at, null, null, null, click, raw(id));
  }

  private CustomerEvent order(int i, long at) {
    // Message ids of another topic may be the same.
    String id = "m" + (i - 1);
    OrderStatus[] statuses = {
      OrderStatus.PLACED,
      OrderStatus.PAID,
      OrderStatus.PAID,
      OrderStatus.PAID,
      OrderStatus.CANCELLED,
      OrderStatus.REFUNDED
    };
    List<OrderLine> lines = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      lines.add(
          new OrderLine(
              "p" + random.nextInt(3),
              null,
              null,
              null,
              random.nextInt(30_000),
              random.nextInt(1_000_000)));
    }
    lostDays.put(id, random.nextBoolean() ? 3 : 30);
    // Not in the sequence of their times, so that order ids decide ties.
    String orderId = "o" + (997 * i) % 1009;
    Order order =
        new Order(
            orderId,
            statuses[random.nextInt(statuses.length)],
            random.nextInt(3) > 0 ? "CNY" : "EUR",
            random.nextInt(1_000_000),
            null,
            null,
            Map.of(),
            lines);
    touches.put(orderId, touch());
    return new CustomerEvent("acme", ANNA.customerId(), id, at, null, order, null, null, raw(id));
  }

  private void tell(CustomerEvent event) {
    events.add(event);
    long at = event.atMillis();
    long now = arrival(at);
    int lost = lostDays.getOrDefault(event.messageId(), 90);
    String last = event.order() == null ? null : touches.get(event.order().orderId());
    boolean retouched = last != null && random.nextInt(4) == 0;
    told.add(new Told(now, event, lost, retouched ? touch() : last, null, null, false));
    boolean counts = event.order() == null || event.order().status() != OrderStatus.CANCELLED;
    if (counts && random.nextInt(5) == 0) {
      long copyAt = at + random.nextLong(at + DAY - now + 1);
      long copyNow = now + random.nextLong(at + DAY - now + 1);
      CustomerEvent copy = moved(event, random.nextBoolean() ? at : Math.min(copyAt, copyNow));
      told.add(new Told(copyNow, copy, lost, last, null, null, true));
    }
    if (retouched && event.order().status() == OrderStatus.PAID) {
      long then = now + random.nextLong(at + DAY - now + 1);
      told.add(new Told(then, null, 0, last, null, event.order().orderId(), false));
    }
  }

  private void tell(StageChange change) {
    changes.add(change);
    long now = arrival(change.atMillis());
    told.add(new Told(now, null, 0, null, change, null, false));
    if (random.nextInt(5) == 0) {
      told.add(new Told(now, null, 0, null, change, null, true));
    }
  }

  private long arrival(long at) {
    if (random.nextInt(4) > 0) {
      return at;
    }
    late++;
    return at + (random.nextInt(4) == 0 ? DAY : random.nextLong(DAY));
  }

  private String touch() {
    return List.of("EVENT", "SCHEDULED", "NONE").get(random.nextInt(3));
  }

  private static CustomerEvent moved(CustomerEvent event, long at) {
    return new CustomerEvent(
        event.tenant(),
        event.customerId(),
        event.messageId(),
        at,
        null,
        event.order(),
        null,
        event.click(),
        event.raw());
  }

  private static byte[] raw(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
