package dev.nudge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The metrics that alerts, panels and the list of metrics name, as Prometheus calls them. */
final class PrometheusNames {
  static final String OPERATOR = "flink_taskmanager_job_task_operator_";

  private static final Pattern METRIC = Pattern.compile("\\bflink_\\w+");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(?<name>\\w+)` \\| (?<type>counter|gauge|histogram) \\|");

  private PrometheusNames() {}

  static Set<String> all() throws IOException {
    Set<String> all = new TreeSet<>(ofAlerts());
    all.addAll(ofTheDashboard());
    listed().keySet().forEach(name -> all.add(OPERATOR + name));
    return all;
  }

  static Set<String> in(String expression) {
    return new TreeSet<>(METRIC.matcher(expression).results().map(MatchResult::group).toList());
  }

  static Set<String> ofAlerts() throws IOException {
    Set<String> names = new TreeSet<>();
    rules().forEach(rule -> names.addAll(in(rule.get("expr").toString())));
    return names;
  }

  static Set<String> ofTheDashboard() throws IOException {
    Set<String> names = new TreeSet<>();
    JsonNode dashboard = new ObjectMapper().readTree(Path.of("dashboards/flink.json").toFile());
    dashboard.findValuesAsText("expr").forEach(expression -> names.addAll(in(expression)));
    dashboard.findValuesAsText("definition").forEach(variable -> names.addAll(in(variable)));
    return names;
  }

  /** Of the list in flink-conf: by name, without what all have in front, the type. */
  static Map<String, String> listed() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    ROW.matcher(Files.readString(Path.of("flink-conf/README.md")))
        .results()
        .forEach(row -> listed.put(row.group(1), row.group(2)));
    return listed;
  }

  /** The rules for Prometheus. */
  static List<Map<?, ?>> rules() throws IOException {
    List<Map<?, ?>> rules = new ArrayList<>();
    for (Object group : (List<?>) yaml("dashboards/alerts.yml").get("groups")) {
      for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
        rules.add((Map<?, ?>) rule);
      }
    }
    return rules;
  }

  static Map<?, ?> yaml(String file) throws IOException {
    return (Map<?, ?>)
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(Path.of(file)));
  }
}
