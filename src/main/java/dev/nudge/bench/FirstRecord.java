package dev.nudge.bench;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMinimum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Notes when the first record came out of the source, counts them, and passes all of them on.
 *
 * @param <T> what the source makes of a record
 */
final class FirstRecord<T> extends RichMapFunction<T, T> {
  private static final long serialVersionUID = 1L;
  private static final String STARTED = "bench-started-nanos";
  private static final String USED = "bench-started-processor-nanos";

  private static final String RECORDS = "bench-records";

  private transient boolean seen;
  private transient LongCounter records;

  @Override
  public void open(OpenContext context) {
    seen = false;
    records = new LongCounter();
    getRuntimeContext().addAccumulator(RECORDS, records);
  }

  @Override
  public T map(T passing) {
    if (!seen) {
      seen = true;
      LongMinimum started = new LongMinimum(System.nanoTime());
      getRuntimeContext().addAccumulator(STARTED, started);
      getRuntimeContext().addAccumulator(USED, new LongMinimum(ProcessorTime.nanos()));
    }
    records.add(1);
    return passing;
  }

  /** How many records came out of the source. */
  static long records(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(RECORDS);
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
