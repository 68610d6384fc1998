package dev.nudge.bench;

import dev.nudge.ingest.Ingested;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongMinimum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Notes when the first record came out of the source, and passes all of them on. */
final class FirstRecord extends RichMapFunction<Ingested, Ingested> {
  private static final long serialVersionUID = 1L;
  private static final String STARTED = "bench-started-nanos";
  private static final String USED = "bench-started-processor-nanos";

  private transient boolean seen;

  @Override
  public void open(OpenContext context) {
    seen = false;
  }

  @Override
  public Ingested map(Ingested ingested) {
    if (!seen) {
      seen = true;
      LongMinimum started = new LongMinimum(System.nanoTime());
      getRuntimeContext().addAccumulator(STARTED, started);
      getRuntimeContext().addAccumulator(USED, new LongMinimum(ProcessorTime.nanos()));
    }
    return ingested;
  }

  /** When the first subtask saw its first record, by {@link System#nanoTime()}. */
  static long startedNanos(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(STARTED);
  }

  /** The processor time used by then. */
  static long startedProcessorNanos(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(USED);
  }
}
