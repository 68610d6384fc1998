package dev.nudge.bench;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A shop's events in order of time, the same for the same seed.
 *
 * <p>Customers come for visits, one customer after the other, and visits overlap. Seven of ten are
 * a few product views; the others search, fill carts, leave them, check out, pay in time or too
 * late, or do one of the custom things that only {@linkplain Step further families} of patterns
 * care for. Four of five events are product views.
 */
final class EventStream implements Iterator<BenchEvent> {
  /** Families of custom events: with family 0, enough for 1,000 patterns of 20 a family. */
  static final int CUSTOM_FAMILIES = 49;

  /** As many as a visit has in the mean. */
  static final double EVENTS_A_VISIT = 3.46;

  private static final long MEDIAN_GAP_MILLIS = 40_000;
  private static final long LATE_PAYMENT_MILLIS = 45 * 60_000L;
  private static final Step[] STEPS = Step.values();

  private final Random random;
  private final long events;
  private final int customers;
  private final int hot;
  private final double visitEveryMillis;
  private final int stride;
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis).thenComparingLong(Due::order));

  private double nextVisitMillis;
  private long lastMillis;
  private long visits;
  private long planned;
  private long told;

  private record Due(long atMillis, long order, int customer, String name, long visit) {}

  /**
   * A stream at its beginning.
   *
   * @param events how many there are
   * @param customers how many customers take turns
   * @param hot how many further customers have half of all visits; 0 for an even load
   * @param fromMillis the first visit, epoch milliseconds
   * @param spanMillis about how much time passes until the last event
   */
  EventStream(long seed, long events, int customers, int hot, long fromMillis, long spanMillis) {
    this.random = new Random(seed);
    this.events = events;
    this.customers = customers;
    this.hot = hot;
    this.visitEveryMillis = spanMillis * EVENTS_A_VISIT / Math.max(1, events);
    this.nextVisitMillis = fromMillis;
    this.lastMillis = fromMillis - 1;
    // Neighbours in time are not neighbours by number; coprime, so everybody has a turn.
    this.stride = coprimeNear(customers, 0.618);
  }

  @Override
  public boolean hasNext() {
    return told < events;
  }

  @Override
  public BenchEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + events + " events have been told");
    }
    while (due.isEmpty() || due.peek().atMillis >= nextVisitMillis) {
      planVisit((long) nextVisitMillis);
      nextVisitMillis += visitEveryMillis;
    }
    Due first = due.remove();
    // No two events of a customer at one instant: stock CEP would take them as they arrive.
    lastMillis = Math.max(first.atMillis, lastMillis + 1);
    return new BenchEvent(first.customer, first.name, lastMillis, first.visit, told++);
  }

  private void planVisit(long atMillis) {
    long visit = visits++;
    boolean isHot = hot > 0 && random.nextBoolean();
    int customer = isHot ? customers + random.nextInt(hot) : (int) (visit * stride % customers);
    Visit plan = new Visit(customer, visit, atMillis);
    int kind = random.nextInt(100);
    if (kind < 70) {
      plan.views(1 + random.nextInt(4));
    } else if (kind < 82) {
      plan.views(2 + random.nextInt(5));
      plan.cart();
    } else if (kind < 88) {
      plan.views(3 + random.nextInt(5));
      plan.purchase();
    } else {
      plan.views(1 + random.nextInt(3));
      plan.customThings();
    }
  }

  private static int coprimeNear(int customers, double share) {
    int candidate = Math.max(1, (int) (customers * share));
    while (gcd(candidate, customers) != 1) {
      candidate++;
    }
    return candidate;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private final class Visit {
    private final int customer;
    private final long visit;
    private long atMillis;

    Visit(int customer, long visit, long atMillis) {
      this.customer = customer;
      this.visit = visit;
      this.atMillis = atMillis;
    }

    void views(int count) {
      for (int i = 0; i < count; i++) {
        happens(Step.VIEWED, 0);
      }
    }

    /** Something is put into the cart, and nothing is bought. */
    void cart() {
      if (random.nextInt(3) == 0) {
        happens(Step.SEARCHED, 0);
      }
      happens(Step.ADDED, 0);
      if (random.nextInt(3) == 0) {
        happens(random.nextBoolean() ? Step.ADDED : Step.REMOVED, 0);
      }
      if (random.nextInt(3) == 0) {
        happens(Step.CHECKOUT, 0);
      }
    }

    void purchase() {
      happens(Step.ADDED, 0);
      if (random.nextInt(3) == 0) {
        happens(Step.ADDED, 0);
      }
      if (random.nextInt(5) > 0) {
        happens(Step.CHECKOUT, 0);
      }
      happens(Step.PLACED, 0);
      if (random.nextInt(6) == 0) {
        atMillis += LATE_PAYMENT_MILLIS;
      }
      happens(Step.PAID, 0);
    }

    void customThings() {
      int family = 1 + random.nextInt(CUSTOM_FAMILIES);
      int first = random.nextInt(STEPS.length);
      happens(STEPS[first], family);
      if (random.nextBoolean()) {
        happens(STEPS[first + random.nextInt(STEPS.length - first)], family);
      }
    }

    private void happens(Step step, int family) {
      due.add(new Due(atMillis, planned++, customer, step.in(family), visit));
      double factor = 0.1 + 1.9 * random.nextDouble();
      atMillis += (long) (MEDIAN_GAP_MILLIS * factor);
    }
  }
}
