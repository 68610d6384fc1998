package dev.nudge.bench;

import dev.nudge.bench.Variant.Extras;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import dev.nudge.ingest.CustomerOperator;
import dev.nudge.ingest.IngestConfig;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Ours: one operator for all patterns. THE place where the pattern engine is plugged in.
 *
 * <p>Until then it runs the operator with a function that counts and finds nothing, so its figures
 * say what ordering, deduplication and time cost.
 */
final class OursVariant {
  /** Whether it finds matches; then they must be those of stock CEP. */
  static final boolean FINDS_MATCHES = false;

  private OursVariant() {}

  /**
   * Lays the operator.
   *
   * @param patterns what to look for; {@link PatternSet#patterns()} are the very objects that stock
   *     CEP gets
   * @param extras what else it shall do
   * @param ingest how events are ordered, and when the world ends
   */
  static DataStream<BenchMatch> define(
      DataStream<CustomerEvent> events, PatternSet patterns, Extras extras, IngestConfig ingest) {
    // Definitions come once and end: the operator begins when they have been read.
    DataStream<Integer> definitions =
        events.getExecutionEnvironment().fromData(Types.INT, patterns.count());
    return events
        .keyBy(CustomerEvent::key, TypeInformation.of(CustomerKey.class))
        .connect(definitions.broadcast())
        .transform(
            "Ours" + extras.label(),
            TypeInformation.of(BenchMatch.class),
            new CustomerOperator<>(new Counting(), ingest));
  }

  private static final class Counting implements CustomerFunction<Integer, BenchMatch> {
    private static final long serialVersionUID = 1L;

    // Never cleared: it ends with the measurement.
    private transient ValueState<Long> count;

    @Override
    public void open(CustomerContext<BenchMatch> context) throws Exception {
      count = context.keyedState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void onDefinition(Integer definition) {}

    @Override
    public void onInstant(CustomerKey customer, long atMillis, List<CustomerEvent> events)
        throws Exception {
      if (!events.isEmpty()) {
        Long before = count.value();
        count.update((before == null ? 0 : before) + events.size());
      }
    }
  }
}
