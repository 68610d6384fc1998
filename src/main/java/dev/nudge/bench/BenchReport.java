package dev.nudge.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.nudge.bench.Variant.Backend;
import dev.nudge.bench.Variant.Engine;
import dev.nudge.bench.Variant.Extras;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/**
 * What was measured: as a table for people, as JSON for whoever compares two runs.
 *
 * @param config what was asked for
 * @param loads the streams
 * @param measured every variant with all its runs, in the order of the table
 * @param agreements whether those that look for the same patterns found the same
 * @param states how large state is
 * @param latencies how long a match takes
 */
public record BenchReport(
    BenchConfig config,
    List<Load> loads,
    List<Measured> measured,
    List<Agreement> agreements,
    List<StateSize> states,
    List<Latency> latencies) {

  /**
   * One run of one variant.
   *
   * @param eventsPerSecond the stream's events by the seconds
   * @param seconds from the first record until all was worked off
   * @param processorMicros what all threads of the process used meanwhile, microseconds an event;
   *     Kafka's broker and the source are in it
   * @param matchesByPattern how many matches each pattern had; none for a pattern without. Under
   *     {@link BenchMatch#GIVEN_UP} how often partial matches were given up
   * @param checkpoints how many were completed meanwhile
   */
  record Run(
      double eventsPerSecond,
      double seconds,
      double processorMicros,
      SortedMap<Integer, Integer> matchesByPattern,
      long checkpoints) {
    long matches() {
      return matchesByPattern.values().stream().mapToLong(Integer::longValue).sum() - givenUp();
    }

    /** How often partial matches were given up at their maximum. */
    long givenUp() {
      return matchesByPattern.getOrDefault(BenchMatch.GIVEN_UP, 0);
    }
  }

  /**
   * A variant with all its runs.
   *
   * @param load the name of its stream
   * @param events of that stream
   */
  record Measured(String name, Variant variant, String load, long events, List<Run> runs) {
    /** Events a second. */
    double median() {
      return median(Run::eventsPerSecond);
    }

    /** Microseconds of processor time an event. */
    double medianProcessorMicros() {
      return median(Run::processorMicros);
    }

    private double median(ToDoubleFunction<Run> figure) {
      return Median.of(runs, figure);
    }
  }

  /**
   * Two that looked for the same patterns in the same stream.
   *
   * @param difference the first pattern of which they found different numbers; null where none
   */
  record Agreement(
      String one, String other, String load, long matches, long otherMatches, String difference) {
    static Agreement of(
        String one,
        SortedMap<Integer, Integer> matches,
        String other,
        SortedMap<Integer, Integer> otherMatches,
        String load) {
      return new Agreement(
          one, other, load, sum(matches), sum(otherMatches), difference(matches, otherMatches));
    }

    private static long sum(SortedMap<Integer, Integer> matches) {
      return matches.values().stream().mapToLong(Integer::longValue).sum();
    }

    private static String difference(
        SortedMap<Integer, Integer> one, SortedMap<Integer, Integer> other) {
      int last = Math.max(lastKey(one), lastKey(other));
      for (int pattern = 0; pattern <= last; pattern++) {
        int found = one.getOrDefault(pattern, 0);
        int otherFound = other.getOrDefault(pattern, 0);
        if (found != otherFound) {
          return "pattern %d: %d and %d matches".formatted(pattern, found, otherFound);
        }
      }
      return null;
    }

    private static int lastKey(SortedMap<Integer, Integer> matches) {
      return matches.isEmpty() ? -1 : matches.lastKey();
    }
  }

  /**
   * All keyed and operator state when the last event had been worked off, as a canonical savepoint.
   *
   * @param bytes of all its files
   */
  record StateSize(String name, long bytes, Load load) {
    /** By customers that have an event in the stream. */
    double bytesPerCustomer() {
      return (double) bytes / load.customers();
    }

    /** By customers for whom something may be pending: with an event in the last longest window. */
    double bytesPerPendingCustomer() {
      return (double) bytes / load.pendingCustomers();
    }
  }

  /**
   * From sending a match's last event to counting the match.
   *
   * @param eventsPerSecond the pace
   * @param matches how many were timed
   * @param p50Millis half came sooner; null without matches
   * @param p99Millis 99 of 100 came sooner; null without matches
   */
  record Latency(
      String name, int eventsPerSecond, long matches, Integer p50Millis, Integer p99Millis) {
    static Latency of(String name, int eventsPerSecond, SortedMap<Integer, Integer> countByMillis) {
      long matches = countByMillis.values().stream().mapToLong(Integer::longValue).sum();
      return new Latency(
          name,
          eventsPerSecond,
          matches,
          quantile(countByMillis, matches, 0.50),
          quantile(countByMillis, matches, 0.99));
    }

    private static Integer quantile(
        SortedMap<Integer, Integer> countByMillis, long matches, double share) {
      long rank = (long) Math.ceil(share * matches);
      long below = 0;
      for (Map.Entry<Integer, Integer> entry : countByMillis.entrySet()) {
        below += entry.getValue();
        if (below >= rank) {
          return entry.getKey();
        }
      }
      return null;
    }
  }

  /**
   * What the design wants of a ratio.
   *
   * @param found null where one of the two was not measured
   */
  record Goal(String ratio, double atLeast, Double found) {}

  /** A ratio of medians; null where one was not measured. */
  Double ratio(String of, String to) {
    Measured one = find(of);
    Measured other = find(to);
    return one == null || other == null ? null : one.median() / other.median();
  }

  private Measured find(String name) {
    for (Measured each : measured) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** How a variant compares: with L1, with L2, with stock CEP on the same backend and patterns. */
  private Map<String, Double> ratios(Measured each) {
    Variant variant = each.variant();
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("L1", ratio(each.name(), L1));
    ratios.put("L2", ratio(each.name(), L2));
    ratios.put(
        "stock",
        switch (variant.engine()) {
          case OURS -> ratio(each.name(), stockBeside(variant));
          case SQL -> ratio(each.name(), Variant.of(Engine.STOCK_SEQUENCE, Backend.HEAP).name());
          default -> null;
        });
    return ratios;
  }

  private static String stockBeside(Variant ours) {
    return Variant.stock(ours.backend(), ours.patterns().count()).name();
  }

  private static final String L1 = Variant.of(Engine.L1, Backend.HEAP).name();
  private static final String L2 = Variant.of(Engine.L2, Backend.ROCKSDB).name();

  /** What the design wants, beside what was found. */
  List<Goal> goals() {
    String one = ours(Backend.ROCKSDB, 1, false);
    String twenty = ours(Backend.ROCKSDB, 20, false);
    List<Goal> goals = new ArrayList<>();
    goal(goals, one, L2, 0.9);
    goal(goals, twenty, L2, 0.8);
    goal(goals, ours(Backend.ROCKSDB, 100, false), L2, 0.5);
    goal(goals, twenty, L1, 0.5);
    goal(goals, one, Variant.stock(Backend.ROCKSDB, 1).name(), 30);
    goal(goals, ours(Backend.HEAP, 20, false), Variant.stock(Backend.HEAP, 20).name(), 15);
    goal(goals, ours(Backend.ROCKSDB, 1000, true), twenty, 0.8);
    goal(goals, one, ours(Backend.HEAP, 1, false), 0.8);
    goal(goals, twenty, ours(Backend.HEAP, 20, false), 0.8);
    goal(goals, twenty + ", long, checkpoints every 10 s", twenty + ", long", 0.95);
    goal(goals, twenty + ", hot", twenty, 0.5);
    return goals;
  }

  private void goal(List<Goal> goals, String of, String to, double atLeast) {
    goals.add(new Goal(of + " / " + to, atLeast, ratio(of, to)));
  }

  private static String ours(Backend backend, int patterns, boolean spread) {
    return Variant.ours(backend, new PatternSet(patterns, spread), Extras.NONE).name();
  }

  /** Whether all that looked for the same found the same. */
  public boolean allAgree() {
    return agreements.stream().allMatch(each -> each.difference() == null);
  }

  /** For people. */
  public String table() {
    StringBuilder table = new StringBuilder();
    line(
        table,
        "%-44s %-11s %10s %8s %8s %8s %8s %10s%n",
        "",
        "stream",
        "events/s",
        "cpu us",
        "/ L1",
        "/ L2",
        "/ stock",
        "matches");
    for (Measured each : measured) {
      Map<String, Double> ratios = ratios(each);
      line(
          table,
          "%-44s %-11s %,10.0f %8.1f %8s %8s %8s %,10d%n",
          each.name(),
          each.load(),
          each.median(),
          each.medianProcessorMicros(),
          text(ratios.get("L1")),
          text(ratios.get("L2")),
          text(ratios.get("stock")),
          each.runs().get(0).matches());
    }
    if (!states.isEmpty()) {
      line(table, "%n%-44s %12s %12s %12s%n", "state", "bytes", "a customer", "a pending one");
      for (StateSize state : states) {
        line(
            table,
            "%-44s %,12d %,12.0f %,12.0f%n",
            state.name(),
            state.bytes(),
            state.bytesPerCustomer(),
            state.bytesPerPendingCustomer());
      }
    }
    if (!latencies.isEmpty()) {
      line(
          table,
          "%n%-44s %10s %8s %8s %8s%n",
          "event to match",
          "events/s",
          "p50 ms",
          "p99 ms",
          "matches");
      for (Latency latency : latencies) {
        line(
            table,
            "%-44s %,10d %8s %8s %,8d%n",
            latency.name(),
            latency.eventsPerSecond(),
            latency.p50Millis() == null ? "-" : latency.p50Millis(),
            latency.p99Millis() == null ? "-" : latency.p99Millis(),
            latency.matches());
      }
    }
    line(table, "%n%-64s %8s %8s%n", "goals", "wanted", "found");
    for (Goal goal : goals()) {
      line(table, "%-64s %8s %8s%n", goal.ratio(), text(goal.atLeast()), text(goal.found()));
    }
    table.append(System.lineSeparator());
    for (Measured each : measured) {
      long givenUp = each.runs().get(0).givenUp();
      if (givenUp > 0) {
        line(
            table,
            "%s, %s: %,d times a customer had too many partial matches; the latest were given up%n",
            each.name(),
            each.load(),
            givenUp);
      }
    }
    for (Agreement each : agreements) {
      line(
          table,
          "%s and %s, %s: %s%n",
          each.one(),
          each.other(),
          each.load(),
          each.difference() == null
              ? "the same %,d matches".formatted(each.matches())
              : "DIFFERENT, " + each.difference());
    }
    return table.toString();
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values));
  }

  private static String text(Double ratio) {
    return ratio == null ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
  }

  /** For whoever compares two runs. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("machine", Surroundings.machine());
    json.put("versions", Surroundings.versions());
    json.put("parameters", parameters());
    json.put("streams", loads.stream().map(BenchReport::json).toList());
    json.put("results", measured.stream().map(this::json).toList());
    json.put("state", states.stream().map(BenchReport::json).toList());
    json.put("latency", latencies);
    json.put("goals", goals());
    json.put("agreements", agreements);
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("nothing in the report is unknown to Jackson", e);
    }
  }

  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("events", config.events());
    parameters.put("patterns", config.patterns());
    parameters.put("customers", config.customers());
    parameters.put("hot", config.hot());
    parameters.put("runs", config.runs());
    parameters.put("parallelism", config.parallelism());
    parameters.put("seed", config.seed());
    parameters.put("partitions", LoadWriter.PARTITIONS);
    parameters.put("spanMillis", Loads.SPAN_MILLIS);
    parameters.put("oursFindsMatches", OursVariant.FINDS_MATCHES);
    return parameters;
  }

  private static Map<String, Object> json(Load load) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", load.name());
    json.put("events", load.events());
    json.put("bytes", load.bytes());
    json.put("customers", load.customers());
    json.put("pendingCustomers", load.pendingCustomers());
    return json;
  }

  private Map<String, Object> json(Measured each) {
    Variant variant = each.variant();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", each.name());
    json.put("engine", variant.engine());
    json.put("backend", variant.backend());
    json.put("patterns", variant.patterns() == null ? 0 : variant.patterns().count());
    json.put("spread", variant.patterns() != null && variant.patterns().spread());
    json.put("extras", variant.extras());
    json.put("stream", each.load());
    json.put("events", each.events());
    json.put("medianEventsPerSecond", each.median());
    json.put("medianProcessorMicros", each.medianProcessorMicros());
    json.put("ratios", ratios(each));
    json.put("runs", each.runs());
    return json;
  }

  private static Map<String, Object> json(StateSize state) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", state.name());
    json.put("bytes", state.bytes());
    json.put("bytesPerCustomer", state.bytesPerCustomer());
    json.put("bytesPerPendingCustomer", state.bytesPerPendingCustomer());
    return json;
  }
}
