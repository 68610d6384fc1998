package dev.nudge.bench;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** What the machine does without any pattern: the measure for all else. */
final class Baselines {
  private Baselines() {}

  /** L1: events are parsed and thrown away. */
  static DataStream<BenchMatch> parsed(DataStream<CustomerEvent> events) {
    return events
        .<BenchMatch>flatMap((event, out) -> {})
        .returns(TypeInformation.of(BenchMatch.class))
        .name("Thrown away");
  }

  /** L2: and sent to their customer's subtask, where one number is read and written. */
  static DataStream<BenchMatch> oneKeyedState(DataStream<CustomerEvent> events) {
    return events
        .keyBy(CustomerEvent::key, TypeInformation.of(CustomerKey.class))
        .process(new CountEvents(), TypeInformation.of(BenchMatch.class))
        .name("One keyed state");
  }

  private static final class CountEvents
      extends KeyedProcessFunction<CustomerKey, CustomerEvent, BenchMatch> {
    private static final long serialVersionUID = 1L;

    // Never cleared: it ends with the measurement.
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(CustomerEvent event, Context context, Collector<BenchMatch> out)
        throws Exception {
      Long before = count.value();
      count.update(before == null ? 1 : before + 1);
    }
  }
}
