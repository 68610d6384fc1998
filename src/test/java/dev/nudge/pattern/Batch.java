package dev.nudge.pattern;

import dev.nudge.pattern.Visit.Arrival;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.flink.cep.pattern.MalformedPatternException;

/**
 * Many cases in one operator: all their patterns, and all their streams interleaved under common
 * watermarks.
 *
 * <p>Each case is a shop of its own, whose customers are watched by its pattern and by those of the
 * others that can bear its stream: {@link #watching}. So a customer has many patterns open at once.
 *
 * @param shapes the patterns
 * @param watching by shop, the numbers of the patterns that watch it; of no shop, all do
 * @param stream what arrives; customers are called {@code shop/name}
 */
record Batch(List<Shape> shapes, Map<String, List<Integer>> watching, List<Arrival> stream) {
  /** How a pattern watches, beyond what stock CEP can say; for that it is given other streams. */
  enum Watch {
    PLAIN,
    /** The last instant of a window is in it: the same as a window longer by a millisecond. */
    INCLUSIVE,
    /** It sees {@link RandomTrials#NAMES} only. */
    AMONG_NAMES,
    /** What a customer does with one value and with another are two things. */
    BY_VALUE;

    /** For each number always the same. Gaps need an event at the end, which some don't see. */
    static Watch of(int number, Shape shape) {
      return switch (number % 6) {
        case 1 -> INCLUSIVE;
        case 2 -> shape.hasGaps() ? PLAIN : AMONG_NAMES;
        case 3 -> shape.hasGaps() ? PLAIN : BY_VALUE;
        default -> PLAIN;
      };
    }

    boolean sees(Visit visit) {
      return this != AMONG_NAMES || RandomTrials.NAMES.contains(visit.name());
    }

    /** Within what matches are sought. */
    String keyOf(Visit visit) {
      return this == BY_VALUE ? visit.customer() + "=" + visit.value() : visit.customer();
    }
  }

  /** After all events and ends of windows. */
  static final long END_MILLIS = 10_000;

  /** When the customers of the shop that all look at do something once more. */
  private static final long CLOSING_MILLIS = 5_000;

  /** Of so many cases, about as many watermarks are kept as one has. */
  private static final int WATERMARKS_OF_CASES = 3;

  /**
   * The cases of some seeds.
   *
   * @param seed the first
   * @param size how many; those whose patterns the matcher refuses are left out
   */
  static Batch of(long seed, int size) {
    List<Trial> trials = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Trial trial = RandomTrials.trial(seed + i);
      if (!isRefused(trial.shape())) {
        trials.add(trial);
      }
    }
    List<Shape> shapes = trials.stream().map(Trial::shape).toList();
    List<Boolean> windows = shapes.stream().map(Shape::hasWindow).toList();
    Map<String, List<Integer>> watching = new LinkedHashMap<>();
    for (int i = 0; i < trials.size(); i++) {
      watching.put(shop(i), ableToBear(i, shapes, windows));
    }
    return new Batch(shapes, watching, interleaved(trials, new SplittableRandom(seed)));
  }

  private static boolean isRefused(Shape shape) {
    try {
      return new Matcher<>(shape.pattern(), 1).states() == 0;
    } catch (MalformedPatternException | UnsupportedOperationException refused) {
      return true;
    }
  }

  /**
   * A case's stream is as long as its own pattern allows. Where that pattern lets go of everything
   * in the end, so do all that watch beside it.
   */
  private static List<Integer> ableToBear(int number, List<Shape> shapes, List<Boolean> windows) {
    List<Integer> able = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      if (shapes.get(i).branches() <= shapes.get(number).branches()
          && (windows.get(i) || !windows.get(number))) {
        able.add(i);
      }
    }
    return able;
  }

  private record Timed(Arrival arrival, long newestMillis) {}

  /** Each stream in its own order, all at about the same time. */
  private static List<Arrival> interleaved(List<Trial> trials, SplittableRandom random) {
    int shared = shared(trials);
    List<Timed> timed = new ArrayList<>();
    for (int i = 0; i < trials.size(); i++) {
      TreeSet<String> customers = new TreeSet<>();
      int newestId = 0;
      long newestMillis = 0;
      for (Arrival arrival : trials.get(i).stream()) {
        Visit visit = arrival.visit();
        if (visit != null) {
          Visit moved = in(shop(i), visit);
          newestId = Math.max(newestId, visit.id());
          newestMillis = Math.max(newestMillis, visit.atMillis());
          customers.add(moved.customer());
          timed.add(new Timed(Arrival.of(moved), newestMillis));
        } else if (arrival.watermarkMillis() < END_MILLIS
            && random.nextInt(trials.size()) < WATERMARKS_OF_CASES) {
          timed.add(new Timed(arrival, newestMillis));
        }
      }
      if (i == shared) {
        for (String customer : customers) {
          Visit last = new Visit(customer, ++newestId, RandomTrials.FOREIGN, 0, CLOSING_MILLIS);
          timed.add(new Timed(Arrival.of(last), CLOSING_MILLIS));
        }
      }
    }
    timed.sort(Comparator.comparingLong(Timed::newestMillis));
    List<Arrival> stream = new ArrayList<>();
    long watermarkMillis = Long.MIN_VALUE;
    for (Timed next : timed) {
      Arrival arrival = next.arrival();
      if (arrival.visit() != null) {
        stream.add(arrival);
      } else if (arrival.watermarkMillis() > watermarkMillis) {
        watermarkMillis = arrival.watermarkMillis();
        stream.add(arrival);
      }
    }
    stream.add(Arrival.watermark(END_MILLIS));
    return List.copyOf(stream);
  }

  private static Visit in(String shop, Visit visit) {
    return as(shop + "/" + visit.customer(), visit);
  }

  private static Visit as(String customer, Visit visit) {
    return new Visit(customer, visit.id(), visit.name(), visit.value(), visit.atMillis());
  }

  private static String shop(int number) {
    return "shop" + number;
  }

  /** Whose shop a customer belongs to. */
  static String shopOf(String customer) {
    return customer.substring(0, Math.max(0, customer.indexOf('/')));
  }

  /** The shop that half of the patterns can bear: all of them are compared there. */
  private static int shared(List<Trial> trials) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < trials.size(); i++) {
      numbers.add(i);
    }
    numbers.sort(Comparator.comparingInt(i -> trials.get(i).shape().branches()));
    return numbers.get(numbers.size() / 2);
  }

  /** The shop whose customers all patterns that watch it are compared on. */
  String sharedShop() {
    for (Arrival arrival : stream) {
      if (arrival.visit() != null && arrival.visit().atMillis() == CLOSING_MILLIS) {
        return shopOf(arrival.visit().customer());
      }
    }
    throw new IllegalStateException("no shop is shared");
  }

  /** What stock CEP is given for one pattern in one shop. */
  Trial seen(int pattern, String shop) {
    Watch watch = watch(pattern);
    List<Arrival> seen = new ArrayList<>();
    for (Arrival arrival : stream) {
      Visit visit = arrival.visit();
      if (visit == null) {
        seen.add(arrival);
      } else if (shopOf(visit.customer()).equals(shop) && watch.sees(visit)) {
        seen.add(Arrival.of(as(watch.keyOf(visit), visit)));
      }
    }
    return new Trial(shapes.get(pattern), seen).inTotalOrder();
  }

  Watch watch(int pattern) {
    return Watch.of(pattern, shapes.get(pattern));
  }

  /** The names of all customers. */
  TreeSet<String> customers() {
    TreeSet<String> customers = new TreeSet<>();
    for (Arrival arrival : stream) {
      if (arrival.visit() != null) {
        customers.add(arrival.visit().customer());
      }
    }
    return customers;
  }
}
