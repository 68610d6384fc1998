package dev.nudge.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * What measuring costs: as a table for people, as JSON for whoever compares two runs.
 *
 * @param config what was asked for
 * @param load the stream
 * @param measured every variant with all its runs, in the order of the table
 */
public record MeasureReport(MeasureBenchConfig config, MeasureLoad load, List<Measured> measured) {

  /** How many times as many records a second ours takes as the fastest SQL. */
  private static final double GOAL = 2;

  /**
   * One run of one variant.
   *
   * @param seconds from the first record until all was worked off
   * @param recordsPerSecond the stream's events and grants by the seconds
   * @param processorMicros what all threads of the process used meanwhile, microseconds a record;
   *     Kafka's broker and the source are in it
   * @param writes how many times a row was said
   * @param series what the rows come to, by series
   */
  record Run(
      double seconds,
      double recordsPerSecond,
      double processorMicros,
      long writes,
      SortedMap<String, RowTally.Series> series) {

    static Run of(
        long records,
        long nanos,
        long processorNanos,
        long writes,
        SortedMap<String, RowTally.Series> series) {
      return new Run(
          nanos / 1e9, records * 1e9 / nanos, processorNanos / 1e3 / records, writes, series);
    }

    /** How many rows there are in the end. */
    long rows() {
      return series.values().stream().mapToLong(RowTally.Series::rows).sum();
    }
  }

  /** A variant with all its runs. */
  record Measured(MeasureVariant variant, List<Run> runs) {
    double median(ToDoubleFunction<Run> figure) {
      return Median.of(runs, figure);
    }
  }

  /**
   * Where two that measured the same stream did not find the same, a line each; none is as it
   * should be.
   */
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    Run first = null;
    String firstName = null;
    for (Measured each : measured) {
      if (!each.variant().measures()) {
        continue;
      }
      for (Run run : each.runs()) {
        if (first == null) {
          first = run;
          firstName = each.variant().label();
        }
        TreeSet<String> all = new TreeSet<>(first.series().keySet());
        all.addAll(run.series().keySet());
        for (String series : all) {
          RowTally.Series expected = first.series().get(series);
          RowTally.Series found = run.series().get(series);
          if (found == null || !found.equals(expected)) {
            differences.add(
                "%s: %s: found %s, %s has %s"
                    .formatted(each.variant().label(), series, found, firstName, expected));
          }
        }
      }
    }
    return differences;
  }

  /** The SQL that takes the most records a second; null if none was measured. */
  private Measured fastestSql() {
    Measured fastest = null;
    for (Measured each : measured) {
      if (each.variant().isSql()
          && (fastest == null
              || each.median(Run::recordsPerSecond) > fastest.median(Run::recordsPerSecond))) {
        fastest = each;
      }
    }
    return fastest;
  }

  private Measured find(MeasureVariant variant) {
    for (Measured each : measured) {
      if (each.variant() == variant) {
        return each;
      }
    }
    return null;
  }

  /** How many times as many records a second ours takes; null where one was not measured. */
  Double toFastestSql() {
    Measured ours = find(MeasureVariant.OURS);
    Measured sql = fastestSql();
    return ours == null || sql == null
        ? null
        : (Double) (ours.median(Run::recordsPerSecond) / sql.median(Run::recordsPerSecond));
  }

  /** How many times the processor time of ours the least of SQL is; null as above. */
  Double processorToLeastSql() {
    Measured ours = find(MeasureVariant.OURS);
    double least = Double.MAX_VALUE;
    for (Measured each : measured) {
      if (each.variant().isSql()) {
        least = Math.min(least, each.median(Run::processorMicros));
      }
    }
    return ours == null || fastestSql() == null
        ? null
        : (Double) (least / ours.median(Run::processorMicros));
  }

  /** For people. */
  public String table() {
    StringBuilder table = new StringBuilder();
    line(table, "machine: %s%nversions: %s%n%n", Surroundings.machine(), Surroundings.versions());
    line(
        table,
        "%-40s %10s %10s %8s %9s %10s%n",
        "",
        "records/s",
        "cpu us",
        "/ parse",
        "rows",
        "writes");
    Measured parse = find(MeasureVariant.PARSE);
    for (Measured each : measured) {
      Run any = each.runs().get(0);
      boolean measures = each.variant().measures();
      line(
          table,
          "%-40s %,10.0f %10.1f %8s %9s %10s%n",
          each.variant().label(),
          each.median(Run::recordsPerSecond),
          each.median(Run::processorMicros),
          text(
              parse == null
                  ? null
                  : (Double)
                      (each.median(Run::recordsPerSecond) / parse.median(Run::recordsPerSecond))),
          measures ? text("%,.0f", (double) any.rows()) : "-",
          measures ? text("%,.0f", each.median(Run::writes)) : "-");
    }
    line(table, "%n%-64s %8s %8s%n", "ours rocksdb to the best of SQL", "wanted", "found");
    line(table, "%-64s %8s %8s%n", "records/s", text(GOAL), text(toFastestSql()));
    line(table, "%-64s %8s %8s%n", "processor time", "-", text(processorToLeastSql()));
    for (String difference : differences()) {
      line(table, "DIFFERENT: %s%n", difference);
    }
    return table.toString();
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values));
  }

  private static String text(Double ratio) {
    return ratio == null ? "-" : text("%.2f", ratio);
  }

  private static String text(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  /** For whoever compares two runs. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("machine", Surroundings.machine());
    json.put("versions", Surroundings.versions());
    json.put("parameters", parameters());
    json.put("stream", stream());
    json.put("results", measured.stream().map(MeasureReport::json).toList());
    json.put("wantedToFastestSql", GOAL);
    json.put("toFastestSql", toFastestSql());
    json.put("processorToLeastSql", processorToLeastSql());
    json.put("differences", differences());
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("nothing in the report is unknown to Jackson", e);
    }
  }

  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("events", config.events());
    parameters.put("customers", config.customers());
    parameters.put("campaigns", config.campaigns());
    parameters.put("hot", config.hot());
    parameters.put("runs", config.runs());
    parameters.put("parallelism", config.parallelism());
    parameters.put("seed", config.seed());
    parameters.put("partitions", LoadWriter.PARTITIONS);
    parameters.put("windowMillis", MeasureCampaigns.WINDOW_MILLIS);
    return parameters;
  }

  private Map<String, Object> stream() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("events", load.events());
    json.put("grants", load.grants());
    json.put("bytes", load.bytes());
    return json;
  }

  private static Map<String, Object> json(Measured each) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", each.variant().label());
    json.put("medianRecordsPerSecond", each.median(Run::recordsPerSecond));
    json.put("medianProcessorMicros", each.median(Run::processorMicros));
    json.put("runs", each.runs());
    return json;
  }
}
