package dev.nudge.measure.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where two results differ, row by row, told so that a wrong row can be found. */
final class Differences {
  private static final int MOST = 40;
  private static final BigDecimal TOLERANCE = new BigDecimal("0.000002");
  private static final Set<String> FUNNEL_VALUES = Set.of("grants", "amount");
  private static final Set<String> ROI_KEY =
      Set.of("tenant", "campaign", "hour", "basis", "window", "touch", "currency");
  private static final Set<String> EXPERIMENT_KEY = Set.of("tenant", "campaign", "arm");

  private Differences() {}

  /** Rows of {@code funnel.jsonl} that are not the same. */
  static List<String> ofFunnel(List<String> expected, List<String> found) {
    return between(expected, found, field -> !FUNNEL_VALUES.contains(field), BigDecimal.ZERO);
  }

  /** Rows of {@code roi.jsonl} that are not the same; those whose hour changed nothing apart. */
  static List<String> ofRoi(List<String> expected, List<String> found) {
    return between(
        withoutEmptyRows(expected), withoutEmptyRows(found), ROI_KEY::contains, BigDecimal.ZERO);
  }

  /** Rows of {@code experiments.jsonl} that are not the same but for the last digit. */
  static List<String> ofExperiments(List<String> expected, List<String> found) {
    return between(expected, found, EXPERIMENT_KEY::contains, TOLERANCE);
  }

  /** "Rows whose hour changed nothing may be absent", as far as they print it. */
  static List<String> withoutEmptyRows(List<String> roi) {
    return roi.stream()
        .filter(
            line -> {
              JsonNode row = json(line);
              return row.get("grants").asLong() != 0
                  || new BigDecimal(row.get("revenue").asText()).signum() != 0
                  || new BigDecimal(row.get("cost").asText()).signum() != 0;
            })
        .toList();
  }

  private interface IsKey {
    boolean test(String field);
  }

  private static List<String> between(
      List<String> expected, List<String> found, IsKey isKey, BigDecimal tolerance) {
    List<String> differences = new ArrayList<>();
    Map<String, JsonNode> wanted = byKey(expected, isKey, differences, "expected");
    Map<String, JsonNode> there = byKey(found, isKey, differences, "found");
    wanted.forEach(
        (key, row) -> {
          if (!there.containsKey(key)) {
            differences.add("missing: " + row);
          } else if (!isSame(row, there.get(key), tolerance)) {
            differences.add("expected: " + row + "\n   found: " + there.get(key));
          }
        });
    there.forEach(
        (key, row) -> {
          if (!wanted.containsKey(key)) {
            differences.add("too many: " + row);
          }
        });
    int more = differences.size() - MOST;
    if (more <= 0) {
      return differences;
    }
    List<String> first = new ArrayList<>(differences.subList(0, MOST));
    first.add("and " + more + " more");
    return first;
  }

  private static Map<String, JsonNode> byKey(
      List<String> lines, IsKey isKey, List<String> differences, String whose) {
    Map<String, JsonNode> rows = new LinkedHashMap<>();
    for (String line : lines) {
      JsonNode row = json(line);
      StringBuilder key = new StringBuilder();
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        if (isKey.test(field.getKey())) {
          key.append(field.getKey()).append('=').append(field.getValue()).append(' ');
        }
      }
      if (rows.put(key.toString(), row) != null) {
        differences.add("twice among the " + whose + ": " + key);
      }
    }
    return rows;
  }

  private static boolean isSame(JsonNode a, JsonNode b, BigDecimal tolerance) {
    Set<String> names = new HashSet<>();
    a.fieldNames().forEachRemaining(names::add);
    b.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode one = a.path(name);
      JsonNode other = b.path(name);
      boolean close =
          one.isNumber()
              && other.isNumber()
              && one.decimalValue().subtract(other.decimalValue()).abs().compareTo(tolerance) <= 0;
      if (!close && !one.equals(other)) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode json(String line) {
    try {
      return Event.JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(line, e);
    }
  }
}
