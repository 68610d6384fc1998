package dev.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.DefaultCheckpointStatsTracker;
import org.apache.flink.runtime.metrics.MetricNames;
import org.junit.jupiter.api.Test;

/**
 * An alert on a metric that nobody reports never fires, and a panel of one stays empty: each name
 * stands in Flink's or our code, and the list of ours is whole.
 */
class AlertsTest {
  private static final String OPERATOR = PrometheusNames.OPERATOR;
  private static final String TASK = "flink_taskmanager_job_task_";
  private static final String HEAP = "flink_taskmanager_Status_JVM_Memory_Heap_";
  private static final String JOB = "flink_jobmanager_job_";
  private static final String CLUSTER = "flink_jobmanager_";

  private static final Pattern OURS =
      Pattern.compile("\\.(counter|gauge|meter|histogram)\\(\\s*\"(\\w+)\"");

  /** What a statement has before it: labels become part of the name. */
  private static final Pattern LABEL = Pattern.compile("\\.addGroup\\(\\s*\"(\\w+)\",");

  @Test
  void everyRuleSaysWhatIsWrongAndWhatToDo() throws IOException {
    assertThat(PrometheusNames.rules())
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              assertThat(rule.get("alert").toString()).startsWith("Nudge");
              assertThat(asMap(rule.get("labels")).get("severity")).isIn("page", "warn");
              assertThat(asMap(rule.get("annotations")).get("summary")).isInstanceOf(String.class);
              assertThat(asMap(rule.get("annotations")).get("description"))
                  .isInstanceOf(String.class);
              assertThat(PrometheusNames.in(rule.get("expr").toString())).isNotEmpty();
            });
    assertThat(PrometheusNames.rules())
        .extracting(rule -> rule.get("alert"))
        .doesNotHaveDuplicates();
  }

  @Test
  void everyMetricIsReported() throws Exception {
    assertThat(PrometheusNames.ofAlerts()).isNotEmpty().isSubsetOf(reported());
  }

  @Test
  void everyMetricOfTheDashboardIsReported() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(Path.of("dashboards/flink.json").toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        assertThat(PrometheusNames.in(target.path("expr").asText()))
            .as(target.toString())
            .isNotEmpty();
        assertThat(target.path("legendFormat").asText()).isNotBlank();
      }
    }

    assertThat(PrometheusNames.ofTheDashboard()).hasSizeGreaterThan(15).isSubsetOf(reported());
  }

  @Test
  void theListOfMetricsIsThatOfTheCode() throws IOException {
    assertThat(PrometheusNames.listed()).isNotEmpty().isEqualTo(ours());
  }

  /** Names with their labels in front, as Prometheus has them, and types. */
  private static Map<String, String> ours() throws IOException {
    Map<String, String> ours = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String code = Files.readString(file);
        OURS.matcher(code)
            .results()
            .forEach(
                metric -> {
                  String before = code.substring(0, metric.start());
                  String statement =
                      before.substring(
                          Math.max(before.lastIndexOf(';'), before.lastIndexOf('{')) + 1);
                  String labels =
                      LABEL
                          .matcher(statement)
                          .results()
                          .map(label -> label.group(1) + "_")
                          .collect(Collectors.joining());
                  ours.put(labels + metric.group(2), metric.group(1));
                });
      }
    }
    return ours;
  }

  private static Set<String> reported() throws IOException, IllegalAccessException {
    Set<String> names = new TreeSet<>();
    for (String flink : constants(MetricNames.class)) {
      names.addAll(
          List.of(OPERATOR + flink, TASK + flink, JOB + flink, CLUSTER + flink, HEAP + flink));
    }
    constants(DefaultCheckpointStatsTracker.class).forEach(flink -> names.add(JOB + flink));
    // Told of each state that a job can be in.
    names.add(JOB + "runningTime");
    ours()
        .forEach(
            (name, type) -> {
              names.add(OPERATOR + name);
              if (type.equals("histogram")) {
                names.add(OPERATOR + name + "_count");
              }
            });
    return names;
  }

  private static List<String> constants(Class<?> type) throws IllegalAccessException {
    List<String> values = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
        field.setAccessible(true);
        values.add((String) field.get(null));
      }
    }
    return values;
  }

  private static Map<?, ?> asMap(Object yaml) {
    return (Map<?, ?>) yaml;
  }
}
