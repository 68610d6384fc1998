package dev.nudge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.transformations.PhysicalTransformation;

/** The uids of a dataflow, as laid and as committed. */
public final class Uids {
  private Uids() {}

  /** What the committed list says. */
  public static List<String> committed() {
    try (InputStream in = Uids.class.getResourceAsStream("/uids.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Name by uid of every operator that runs, those that Flink adds to a sink among them. */
  public static Map<String, String> running(StreamExecutionEnvironment env) {
    Map<String, String> uids = new TreeMap<>();
    for (StreamNode node : env.getStreamGraph(false).getStreamNodes()) {
      String before = uids.put(String.valueOf(node.getTransformationUID()), node.getOperatorName());
      if (before != null) {
        throw new AssertionError(
            "%s and %s have one uid: %s"
                .formatted(before, node.getOperatorName(), node.getTransformationUID()));
      }
    }
    return uids;
  }

  /** What the program asked for: everything that becomes an operator, without what Flink adds. */
  public static List<Transformation<?>> laid(StreamExecutionEnvironment env) {
    Set<Transformation<?>> all = new LinkedHashSet<>();
    Deque<Transformation<?>> open = new ArrayDeque<>(env.getTransformations());
    while (!open.isEmpty()) {
      Transformation<?> next = open.pop();
      if (all.add(next)) {
        open.addAll(next.getInputs());
      }
    }
    all.removeIf(step -> !(step instanceof PhysicalTransformation));
    return List.copyOf(all);
  }
}
