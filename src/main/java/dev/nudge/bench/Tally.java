package dev.nudge.bench;

import java.util.SortedMap;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.Histogram;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The end of every variant: counts matches by pattern, notes when all input has been worked off,
 * and for a paced stream how long after its last event a match came.
 *
 * <p>An operator, since only operators are told of the end and of watermarks. What it counts leaves
 * in accumulators when it closes; the end is noted before that, since a job with checkpoints stays
 * for a last one.
 */
final class Tally extends AbstractStreamOperator<BenchMatch>
    implements OneInputStreamOperator<BenchMatch, BenchMatch>, BoundedOneInput {
  private static final String MATCHES = "bench-matches";
  private static final String LATENCY = "bench-latency-millis";

  /** The accumulator of when a subtask had worked off its input. */
  static final String ENDED = "bench-ended-nanos";

  /** The accumulator of the processor time used by then. */
  static final String USED = "bench-ended-processor-nanos";

  /** How far event time has come, epoch milliseconds; known while the job runs. */
  static final String WATERMARK = "bench-watermark";

  private final boolean paced;
  private final long warmMillis;

  private transient Histogram matches;
  private transient Histogram latencyMillis;
  private transient LongMaximum endedNanos;
  private transient LongMaximum endedProcessorNanos;
  private transient LongMaximum watermark;
  private transient long firstMillis;

  /**
   * A tally.
   *
   * @param paced whether events are dated when they are sent, so that latency can be told
   * @param warmMillis how long after the first match latency does not count yet
   */
  Tally(boolean paced, long warmMillis) {
    this.paced = paced;
    this.warmMillis = warmMillis;
  }

  @Override
  public void open() throws Exception {
    super.open();
    matches = new Histogram();
    latencyMillis = new Histogram();
    endedNanos = new LongMaximum();
    endedProcessorNanos = new LongMaximum();
    watermark = new LongMaximum();
    firstMillis = Long.MAX_VALUE;
    getRuntimeContext().addAccumulator(WATERMARK, watermark);
  }

  @Override
  public void processElement(StreamRecord<BenchMatch> element) {
    BenchMatch match = element.getValue();
    matches.add(match.pattern());
    if (paced && match.pattern() != BenchMatch.GIVEN_UP) {
      firstMillis = Math.min(firstMillis, match.atMillis());
      if (match.atMillis() - firstMillis >= warmMillis) {
        latencyMillis.add((int) (System.currentTimeMillis() - match.atMillis()));
      }
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark.add(mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void endInput() {
    endedNanos.add(System.nanoTime());
    endedProcessorNanos.add(ProcessorTime.nanos());
  }

  @Override
  public void close() throws Exception {
    // Histograms are no accumulators before: a heartbeat would read them while they grow.
    getRuntimeContext().addAccumulator(MATCHES, matches);
    getRuntimeContext().addAccumulator(LATENCY, latencyMillis);
    getRuntimeContext().addAccumulator(ENDED, endedNanos);
    getRuntimeContext().addAccumulator(USED, endedProcessorNanos);
    super.close();
  }

  /** By pattern, how many matches. */
  static SortedMap<Integer, Integer> matches(JobExecutionResult result) {
    return result.getAccumulatorResult(MATCHES);
  }

  /** By milliseconds, how many matches came so late. */
  static SortedMap<Integer, Integer> latencyMillis(JobExecutionResult result) {
    return result.getAccumulatorResult(LATENCY);
  }

  /** When the last subtask had worked off its input, by {@link System#nanoTime()}. */
  static long endedNanos(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(ENDED);
  }

  /** The processor time used by then. */
  static long endedProcessorNanos(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(USED);
  }
}
