package dev.nudge.pattern;

import dev.nudge.pattern.Visit.Arrival;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;

/** Flink's own: the operator that {@code CEP.pattern} puts into a job, run in Flink's harness. */
final class StockCep implements Trial.Finder {
  private final KeyedStream<Visit, String> visits =
      StreamExecutionEnvironment.getExecutionEnvironment()
          .fromData(TypeInformation.of(Visit.class), new Visit("", 0, "", 0, 0))
          .keyBy(Visit::customer, Types.STRING);

  @Override
  public Map<String, List<String>> find(Trial trial) throws Exception {
    return find(trial.shape().pattern(), trial.stream());
  }

  /** Runs any pattern. */
  @SuppressWarnings("unchecked") // what is made of visits takes visits
  Map<String, List<String>> find(Pattern<Visit, ?> pattern, List<Arrival> stream) throws Exception {
    OneInputTransformation<Visit, String> operator =
        (OneInputTransformation<Visit, String>)
            CEP.pattern(visits, pattern)
                .inEventTime()
                .process(new Write(), Types.STRING)
                .getTransformation();
    KeyedOneInputStreamOperatorTestHarness<String, Visit, String> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            operator.getOperatorFactory(), Visit::customer, Types.STRING);
    try {
      harness.setup(
          Types.STRING.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
      harness.open();
      for (Arrival arrival : stream) {
        if (arrival.visit() == null) {
          harness.processWatermark(new Watermark(arrival.watermarkMillis()));
        } else {
          harness.processElement(arrival.visit(), arrival.visit().atMillis());
        }
      }
      Map<String, List<String>> found = new TreeMap<>();
      for (String match : harness.extractOutputValues()) {
        String[] parts = match.split("\\|", 2);
        found.computeIfAbsent(parts[0], customer -> new ArrayList<>()).add(parts[1]);
      }
      return found;
    } finally {
      harness.close();
    }
  }

  private static final class Write extends PatternProcessFunction<Visit, String> {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public void processMatch(
        Map<String, List<Visit>> match, Context context, Collector<String> out) {
      String customer = match.values().iterator().next().get(0).customer();
      out.collect(customer + "|" + Trial.written(match));
    }
  }
}
