package dev.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.event.DeadLetterReason;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.DefaultCheckpointStatsTracker;
import org.apache.flink.runtime.metrics.MetricNames;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * An alert on a metric that nobody reports never fires, and a panel of one stays empty: each name
 * stands in Flink's or our code.
 */
class AlertsTest {
  private static final String OPERATOR = "flink_taskmanager_job_task_operator_";
  private static final String TASK = "flink_taskmanager_job_task_";
  private static final String HEAP = "flink_taskmanager_Status_JVM_Memory_Heap_";
  private static final String JOB = "flink_jobmanager_job_";
  private static final String CLUSTER = "flink_jobmanager_";

  private static final Pattern METRIC = Pattern.compile("\\bflink_\\w+");
  private static final Pattern OURS =
      Pattern.compile("\\.(?:counter|gauge|meter|histogram)\\(\\s*\"(\\w+)\"");

  @Test
  void everyRuleSaysWhatIsWrongAndWhatToDo() throws IOException {
    assertThat(rules())
        .isNotEmpty()
        .allSatisfy(
            rule -> {
              assertThat(rule.get("alert").toString()).startsWith("Nudge");
              assertThat(asMap(rule.get("labels")).get("severity")).isIn("page", "warn");
              assertThat(asMap(rule.get("annotations")).get("summary")).isInstanceOf(String.class);
              assertThat(asMap(rule.get("annotations")).get("description"))
                  .isInstanceOf(String.class);
              assertThat(METRIC.matcher(rule.get("expr").toString()).find()).isTrue();
            });
    assertThat(rules()).extracting(rule -> rule.get("alert")).doesNotHaveDuplicates();
  }

  @Test
  void everyMetricIsReported() throws Exception {
    assertThat(metrics()).isNotEmpty().isSubsetOf(reported());
  }

  @Test
  void everyMetricOfTheDashboardIsReported() throws Exception {
    Set<String> shown = new TreeSet<>();
    JsonNode dashboard = new ObjectMapper().readTree(Path.of("dashboards/flink.json").toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        List<String> names =
            METRIC.matcher(target.path("expr").asText()).results().map(MatchResult::group).toList();
        assertThat(names).as(target.toString()).isNotEmpty();
        assertThat(target.path("legendFormat").asText()).isNotBlank();
        shown.addAll(names);
      }
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      METRIC
          .matcher(variable.path("definition").asText())
          .results()
          .map(MatchResult::group)
          .forEach(shown::add);
    }

    assertThat(shown).hasSizeGreaterThan(15).isSubsetOf(reported());
  }

  /** A refused definition has an alert of its own. */
  @Test
  void everyReasonOfADeadLetterIsWatched() throws IOException {
    assertThat(metrics().stream().filter(name -> name.contains("deadLetters_")))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(DeadLetterReason.values())
                .filter(reason -> reason != DeadLetterReason.DEFINITION_REFUSED)
                .map(reason -> OPERATOR + "deadLetters_" + reason)
                .toList());
  }

  private static Set<String> metrics() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Map<?, ?> rule : rules()) {
      METRIC
          .matcher(rule.get("expr").toString())
          .results()
          .map(MatchResult::group)
          .forEach(names::add);
    }
    return names;
  }

  private static Set<String> reported() throws IOException, IllegalAccessException {
    Set<String> names = new TreeSet<>();
    for (String flink : constants(MetricNames.class)) {
      names.addAll(
          List.of(OPERATOR + flink, TASK + flink, JOB + flink, CLUSTER + flink, HEAP + flink));
    }
    constants(DefaultCheckpointStatsTracker.class).forEach(flink -> names.add(JOB + flink));
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        OURS.matcher(Files.readString(file))
            .results()
            .forEach(ours -> names.add(OPERATOR + ours.group(1)));
      }
    }
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      names.add(OPERATOR + "deadLetters_" + reason);
    }
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

  private static List<Map<?, ?>> rules() throws IOException {
    Object file =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(Path.of("dashboards/alerts.yml")));
    List<Map<?, ?>> rules = new ArrayList<>();
    for (Object group : (List<?>) asMap(file).get("groups")) {
      for (Object rule : (List<?>) asMap(group).get("rules")) {
        rules.add(asMap(rule));
      }
    }
    return rules;
  }

  private static Map<?, ?> asMap(Object yaml) {
    return (Map<?, ?>) yaml;
  }
}
