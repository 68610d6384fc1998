package dev.nudge.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.nudge.event.DecisionCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What decisions cost: as a table for people, as JSON for whoever compares two runs.
 *
 * @param config what was asked for
 * @param loads the streams
 * @param measured every variant with all its runs, in the order of the table
 */
public record DecideReport(
    DecideBenchConfig config, List<MomentLoad> loads, List<Measured> measured) {

  /** Decisions a second of one tenant with 20 campaigns, state in RocksDB. */
  private static final double GOAL = 30_000;

  private static final String GOAL_STREAM = MomentLoad.name(1, 20);

  /**
   * One run of one variant.
   *
   * @param seconds from the first moment until all was worked off
   * @param momentsPerSecond the stream's moments by the seconds
   * @param rowsPerSecond decisions by the seconds; 0 where nothing is decided
   * @param processorMicros what all threads of the process used meanwhile, microseconds a moment;
   *     Kafka's broker and the source are in it
   * @param rows decisions
   * @param triggers what was sent
   * @param rowsByCode decisions by their code
   */
  record Run(
      double seconds,
      double momentsPerSecond,
      double rowsPerSecond,
      double processorMicros,
      long rows,
      long triggers,
      SortedMap<DecisionCode, Integer> rowsByCode) {

    static Run of(
        long moments, long nanos, long processorNanos, SortedMap<Integer, Integer> tallied) {
      SortedMap<DecisionCode, Integer> rowsByCode = new TreeMap<>();
      for (DecisionCode code : DecideVariant.CODES) {
        Integer count = tallied.get(DecideVariant.CODES.indexOf(code));
        if (count != null) {
          rowsByCode.put(code, count);
        }
      }
      long rows = rowsByCode.values().stream().mapToLong(Integer::longValue).sum();
      return new Run(
          nanos / 1e9,
          moments * 1e9 / nanos,
          rows * 1e9 / nanos,
          processorNanos / 1e3 / moments,
          rows,
          tallied.getOrDefault(DecideVariant.TRIGGER, 0),
          rowsByCode);
    }

    /** Candidates, each of which has one final row. */
    long candidates() {
      return rows - rowsByCode.getOrDefault(DecisionCode.DEFERRED, 0);
    }
  }

  /**
   * A variant with all its runs.
   *
   * @param load the name of its stream
   */
  record Measured(String name, DecideVariant variant, String load, List<Run> runs) {
    double median(ToDoubleFunction<Run> figure) {
      return Median.of(runs, figure);
    }
  }

  /**
   * What the design wants.
   *
   * @param found null where it was not measured
   */
  record Goal(String figure, double atLeast, Double found) {}

  /** What the design wants, beside what was found. */
  List<Goal> goals() {
    String name = DecideVariant.DECIDE_ROCKSDB.on(GOAL_STREAM);
    Measured found = find(DecideVariant.DECIDE_ROCKSDB, GOAL_STREAM);
    return List.of(
        new Goal(
            "decisions/s, " + name,
            GOAL,
            found == null ? null : (Double) found.median(Run::rowsPerSecond)));
  }

  /**
   * Where two that decided on the same moments did not decide the same, a line each; none is as it
   * should be.
   */
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    for (MomentLoad load : loads) {
      Run first = null;
      for (Measured each : measured) {
        if (!each.load().equals(load.name()) || !each.variant().decides()) {
          continue;
        }
        for (Run run : each.runs()) {
          first = first == null ? run : first;
          if (!run.rowsByCode().equals(first.rowsByCode()) || run.triggers() != first.triggers()) {
            differences.add(
                "%s: found %s and %d triggers, before that %s and %d"
                    .formatted(
                        each.name(),
                        run.rowsByCode(),
                        run.triggers(),
                        first.rowsByCode(),
                        first.triggers()));
          }
        }
      }
    }
    return differences;
  }

  private Measured find(DecideVariant variant, String load) {
    for (Measured each : measured) {
      if (each.variant() == variant && each.load().equals(load)) {
        return each;
      }
    }
    return null;
  }

  /** Moments a second by those of another variant on the same stream; null without it. */
  private Double ratio(Measured each, DecideVariant to) {
    Measured other = find(to, each.load());
    return other == null
        ? null
        : (Double) (each.median(Run::momentsPerSecond) / other.median(Run::momentsPerSecond));
  }

  /** For people. */
  public String table() {
    StringBuilder table = new StringBuilder();
    line(
        table,
        "%-44s %11s %10s %8s %8s %8s %9s %9s%n",
        "",
        "decisions/s",
        "moments/s",
        "cpu us",
        "/ parse",
        "/ hop",
        "cpu us a",
        "triggers");
    line(table, "%-44s %11s %10s %8s %8s %8s %9s%n", "", "", "", "a moment", "", "", "decision");
    for (Measured each : measured) {
      Run any = each.runs().get(0);
      boolean decides = each.variant().decides();
      line(
          table,
          "%-44s %11s %,10.0f %8.1f %8s %8s %9s %9s%n",
          each.name(),
          decides ? text("%,.0f", each.median(Run::rowsPerSecond)) : "-",
          each.median(Run::momentsPerSecond),
          each.median(Run::processorMicros),
          text("%.2f", ratio(each, DecideVariant.PARSE)),
          text("%.2f", ratio(each, DecideVariant.PARSE_AND_HOP)),
          decides ? text("%.1f", microsARow(each)) : "-",
          decides ? text("%,.0f", (double) any.triggers()) : "-");
    }
    table.append(System.lineSeparator());
    for (MomentLoad load : loads) {
      Run decided = decided(load);
      if (decided != null) {
        line(table, "%s: %s%n", load.name(), codes(decided, load.moments()));
      }
    }
    line(table, "%n%-64s %8s %8s%n", "goals", "wanted", "found");
    for (Goal goal : goals()) {
      line(
          table,
          "%-64s %8s %8s%n",
          goal.figure(),
          text("%,.0f", goal.atLeast()),
          text("%,.0f", goal.found()));
    }
    for (String difference : differences()) {
      line(table, "DIFFERENT: %s%n", difference);
    }
    return table.toString();
  }

  private double microsARow(Measured each) {
    double moments = config.moments();
    return each.median(run -> run.processorMicros() * moments / Math.max(1, run.rows()));
  }

  private Run decided(MomentLoad load) {
    for (Measured each : measured) {
      if (each.load().equals(load.name()) && each.variant().decides()) {
        return each.runs().get(0);
      }
    }
    return null;
  }

  /** What became of the candidates, the most frequent first. */
  private static String codes(Run run, long moments) {
    List<String> shares = new ArrayList<>();
    run.rowsByCode().entrySet().stream()
        .filter(entry -> entry.getKey().isFinal())
        .sorted(Map.Entry.<DecisionCode, Integer>comparingByValue().reversed())
        .forEach(
            entry ->
                shares.add(
                    "%s %s"
                        .formatted(
                            entry.getKey(),
                            text("%.1f", 100.0 * entry.getValue() / run.candidates()))));
    return "%s candidates and %s rows a moment; of 100 candidates: %s"
        .formatted(
            text("%.2f", (double) run.candidates() / moments),
            text("%.2f", (double) run.rows() / moments),
            String.join(", ", shares));
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values));
  }

  private static String text(String format, Double number) {
    return number == null ? "-" : String.format(Locale.ROOT, format, number);
  }

  /** For whoever compares two runs. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("machine", Surroundings.machine());
    json.put("versions", Surroundings.versions());
    json.put("parameters", parameters());
    json.put("streams", loads.stream().map(DecideReport::json).toList());
    json.put("results", measured.stream().map(this::json).toList());
    json.put("goals", goals());
    json.put("differences", differences());
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("nothing in the report is unknown to Jackson", e);
    }
  }

  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("moments", config.moments());
    parameters.put("customers", config.customers());
    parameters.put("tenants", config.tenants());
    parameters.put("campaigns", config.campaigns());
    parameters.put("runs", config.runs());
    parameters.put("parallelism", config.parallelism());
    parameters.put("seed", config.seed());
    parameters.put("partitions", LoadWriter.PARTITIONS);
    return parameters;
  }

  private static Map<String, Object> json(MomentLoad load) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", load.name());
    json.put("tenants", load.tenants());
    json.put("campaigns", load.campaigns());
    json.put("moments", load.moments());
    json.put("bytes", load.bytes());
    return json;
  }

  private Map<String, Object> json(Measured each) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", each.name());
    json.put("variant", each.variant());
    json.put("stream", each.load());
    json.put("medianDecisionsPerSecond", each.median(Run::rowsPerSecond));
    json.put("medianMomentsPerSecond", each.median(Run::momentsPerSecond));
    json.put("medianProcessorMicros", each.median(Run::processorMicros));
    json.put("toParse", ratio(each, DecideVariant.PARSE));
    json.put("toParseAndHop", ratio(each, DecideVariant.PARSE_AND_HOP));
    json.put("runs", each.runs());
    return json;
  }
}
