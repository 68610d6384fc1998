package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Parts events from dead letters and counts both; what only moves time goes no further. */
public final class IngestFunction extends ProcessFunction<Ingested, CustomerEvent> {
  /** Records that could not be used. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  /** The accumulator of records read, for progress. */
  public static final String RECORDS_READ = "records-read";

  private transient Map<DeadLetterReason, Counter> deadLetters;
  private transient LongCounter recordsRead;

  @Override
  public void open(OpenContext openContext) {
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    deadLetters = new EnumMap<>(DeadLetterReason.class);
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      deadLetters.put(reason, metrics.addGroup("reason", reason.name()).counter("deadLetters"));
    }
    recordsRead = new LongCounter();
    getRuntimeContext().addAccumulator(RECORDS_READ, recordsRead);
  }

  @Override
  public void processElement(Ingested ingested, Context context, Collector<CustomerEvent> out) {
    recordsRead.add(1);
    if (ingested.event() != null) {
      out.collect(ingested.event());
    } else if (ingested.deadLetter() != null) {
      deadLetters.get(ingested.deadLetter().reason()).inc();
      context.output(DEAD_LETTERS, ingested.deadLetter());
    }
  }
}
