package dev.nudge.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The end of every variant that measures: keeps each row as it was said last, notes when all input
 * has been worked off, and then says what the rows come to, so that variants can be compared row by
 * row without any of them being written.
 *
 * <p>A row must always come to the same subtask. Rows of nothing count as none: who corrects a row
 * may take it back or set it to 0.
 */
final class RowTally extends AbstractStreamOperator<MeasuredRow>
    implements OneInputStreamOperator<MeasuredRow, MeasuredRow>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private static final String WRITES = "bench-writes";
  private static final String OF_SERIES = "bench-series ";
  private static final String ROWS = " rows";
  private static final String GRANTS = " grants";
  private static final String AMOUNT = " amount";
  private static final String COST = " cost";
  private static final String FINGERPRINT = " fingerprint";

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private transient Map<String, Map<String, MeasuredRow>> bySeries;
  private transient long writes;
  private transient LongMaximum endedNanos;
  private transient LongMaximum endedProcessorNanos;

  /**
   * What the rows of a series come to.
   *
   * @param rows how many there are
   * @param grants of all
   * @param amountUnits of all, ten-thousandths
   * @param costUnits of all, ten-thousandths
   * @param fingerprint the same only if every single row is
   */
  record Series(long rows, long grants, long amountUnits, long costUnits, long fingerprint) {}

  @Override
  public void open() throws Exception {
    super.open();
    bySeries = new HashMap<>();
    writes = 0;
    endedNanos = new LongMaximum();
    endedProcessorNanos = new LongMaximum();
  }

  @Override
  public void processElement(StreamRecord<MeasuredRow> element) {
    MeasuredRow row = element.getValue();
    Map<String, MeasuredRow> rows =
        bySeries.computeIfAbsent(row.series(), series -> new HashMap<>());
    if (row.withdrawn()) {
      rows.remove(row.key());
    } else {
      rows.put(row.key(), row);
    }
    writes++;
  }

  @Override
  public void endInput() {
    endedNanos.add(System.nanoTime());
    endedProcessorNanos.add(ProcessorTime.nanos());
  }

  @Override
  public void close() throws Exception {
    // Before this nobody reads them: heartbeats carry the accumulators of a running job.
    getRuntimeContext().addAccumulator(Tally.ENDED, endedNanos);
    getRuntimeContext().addAccumulator(Tally.USED, endedProcessorNanos);
    add(WRITES, writes);
    bySeries.forEach(this::tell);
    super.close();
  }

  private void tell(String series, Map<String, MeasuredRow> rows) {
    long count = 0;
    long grants = 0;
    long amount = 0;
    long cost = 0;
    long fingerprint = 0;
    for (MeasuredRow row : rows.values()) {
      if (row.grants() == 0 && row.amountUnits() == 0 && row.costUnits() == 0) {
        continue;
      }
      count++;
      grants += row.grants();
      amount += row.amountUnits();
      cost += row.costUnits();
      fingerprint += fingerprint(row);
    }
    add(OF_SERIES + series + ROWS, count);
    add(OF_SERIES + series + GRANTS, grants);
    add(OF_SERIES + series + AMOUNT, amount);
    add(OF_SERIES + series + COST, cost);
    add(OF_SERIES + series + FINGERPRINT, fingerprint);
  }

  private void add(String accumulator, long number) {
    getRuntimeContext().addAccumulator(accumulator, new LongCounter(number));
  }

  /** FNV-1a; those of a series add up, so that the order of rows does not matter. */
  static long fingerprint(MeasuredRow row) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < row.key().length(); i++) {
      hash = (hash ^ row.key().charAt(i)) * FNV_PRIME;
    }
    for (long number : new long[] {row.grants(), row.amountUnits(), row.costUnits()}) {
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        hash = (hash ^ ((number >>> shift) & 0xff)) * FNV_PRIME;
      }
    }
    return hash;
  }

  /** How many times any row was said. */
  static long writes(JobExecutionResult result) {
    return result.<Long>getAccumulatorResult(WRITES);
  }

  /** By series, what its rows come to. */
  static SortedMap<String, Series> series(JobExecutionResult result) {
    SortedMap<String, Series> all = new TreeMap<>();
    for (String accumulator : result.getAllAccumulatorResults().keySet()) {
      if (accumulator.startsWith(OF_SERIES) && accumulator.endsWith(ROWS)) {
        String name = accumulator.substring(0, accumulator.length() - ROWS.length());
        all.put(
            name.substring(OF_SERIES.length()),
            new Series(
                result.<Long>getAccumulatorResult(name + ROWS),
                result.<Long>getAccumulatorResult(name + GRANTS),
                result.<Long>getAccumulatorResult(name + AMOUNT),
                result.<Long>getAccumulatorResult(name + COST),
                result.<Long>getAccumulatorResult(name + FINGERPRINT)));
      }
    }
    return all;
  }
}
