package dev.nudge.pattern;

import static java.util.stream.Collectors.joining;

import dev.nudge.pattern.Shape.Call;
import dev.nudge.pattern.Shape.Kind;
import dev.nudge.pattern.Visit.Arrival;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One case: a pattern and what arrives.
 *
 * @param shape the pattern
 * @param stream events and watermarks in the order in which they arrive
 */
record Trial(Shape shape, List<Arrival> stream) {
  /** Something that finds matches. */
  interface Finder {
    /**
     * Runs a case.
     *
     * @return by customer, the matches in the order in which they are emitted, each written as
     *     {@link #written}
     */
    Map<String, List<String>> find(Trial trial) throws Exception;
  }

  /** A match as text: events by step, steps by name. */
  static String written(Map<String, List<Visit>> match) {
    return match.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            step ->
                step.getKey()
                    + "="
                    + step.getValue().stream()
                        .map(visit -> Integer.toString(visit.id()))
                        .collect(joining(" ")))
        .collect(joining(", "));
  }

  /** The same events, with a watermark at every millisecond at which something may happen. */
  Trial withWatermarksOften() {
    List<Arrival> often = new ArrayList<>();
    long reachedMillis = RandomTrials.FIRST_MILLIS;
    for (Arrival arrival : stream) {
      if (arrival.visit() == null) {
        long end = Math.min(arrival.watermarkMillis(), RandomTrials.LAST_MILLIS);
        for (; reachedMillis < end; reachedMillis++) {
          often.add(Arrival.watermark(reachedMillis));
        }
      }
      often.add(arrival);
    }
    return new Trial(shape, often);
  }

  /**
   * The same, but events of one customer and instant arrive in the total order, in which our
   * operator takes them however they arrive. Those that come too late stay so.
   */
  Trial inTotalOrder() {
    List<Arrival> ordered = new ArrayList<>(stream);
    Map<String, List<Integer>> places = new HashMap<>();
    long watermarkMillis = Long.MIN_VALUE;
    for (int i = 0; i < stream.size(); i++) {
      Visit visit = stream.get(i).visit();
      if (visit == null) {
        watermarkMillis = stream.get(i).watermarkMillis();
      } else if (visit.atMillis() > watermarkMillis) {
        places
            .computeIfAbsent(visit.customer() + "@" + visit.atMillis(), key -> new ArrayList<>())
            .add(i);
      }
    }
    for (List<Integer> instant : places.values()) {
      List<Arrival> events = new ArrayList<>(instant.stream().map(stream::get).toList());
      events.sort(Comparator.comparing(arrival -> arrival.visit().messageId()));
      for (int i = 0; i < events.size(); i++) {
        ordered.set(instant.get(i), events.get(i));
      }
    }
    return new Trial(shape, List.copyOf(ordered));
  }

  /** Cases with an arrival, a step or a call less. */
  List<Trial> simpler() {
    List<Trial> simpler = new ArrayList<>();
    for (int size = stream.size() / 2; size > 0; size /= 2) {
      for (int i = 0; i + size <= stream.size(); i += size) {
        List<Arrival> without = new ArrayList<>(stream);
        without.subList(i, i + size).clear();
        simpler.add(new Trial(shape, List.copyOf(without)));
      }
    }
    for (Shape other : shape.simpler()) {
      simpler.add(new Trial(other, stream));
    }
    return simpler;
  }

  /**
   * What is special about it: calls, skip strategies, kinds of conditions, and how its events
   * arrive.
   */
  Set<String> features() {
    Set<String> features = new TreeSet<>();
    features.add("skip " + shape.skip());
    addFeatures(shape, 0, features);
    Call last =
        shape.calls().stream()
            .filter(call -> call.kind().opensStep())
            .reduce((a, b) -> b)
            .orElseThrow();
    if (last.kind() == Kind.NOT_FOLLOWED_BY) {
      features.add("ends in silence");
    }
    for (Call call : shape.calls().subList(1, shape.calls().size())) {
      if (call.kind().opensStep()) {
        break;
      } else if (call.kind() == Kind.OPTIONAL) {
        features.add("optional beginning");
      }
    }
    long watermarkMillis = Long.MIN_VALUE;
    Map<String, Long> newest = new HashMap<>();
    for (Arrival arrival : stream) {
      Visit visit = arrival.visit();
      if (visit == null) {
        watermarkMillis = arrival.watermarkMillis();
        continue;
      }
      Long before = newest.put(visit.customer(), visit.atMillis());
      if (visit.atMillis() <= watermarkMillis) {
        features.add("late event");
      } else if (before != null && before == visit.atMillis()) {
        features.add("events at one instant");
      } else if (before != null && before > visit.atMillis()) {
        features.add("events out of order");
      }
    }
    if (newest.size() > 1) {
      features.add("several customers");
    }
    return features;
  }

  private static void addFeatures(Shape shape, int depth, Set<String> features) {
    for (Call call : shape.calls()) {
      features.add(call.kind().name());
      if (call.kind().isCounted()) {
        if (call.millis() > 0) {
          features.add("gap between times");
        }
      }
      if (call.ask() != null) {
        features.add("condition tells " + call.ask().told());
        if (call.ask().earlier() != null) {
          features.add("condition looks at earlier events");
        }
      }
      if (call.group() != null) {
        features.add(depth == 0 ? "group" : "group in a group");
        addFeatures(call.group(), depth + 1, features);
      }
    }
    for (int i = 1; i < shape.calls().size(); i++) {
      if (shape.calls().get(i - 1).group() != null && shape.calls().get(i).kind().isCounted()) {
        features.add("repeated group");
      }
    }
  }

  @Override
  public String toString() {
    return shape + "\n  " + stream.stream().map(Arrival::toString).collect(joining("\n  "));
  }
}
