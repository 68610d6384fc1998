package dev.nudge.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds up what is added to one row before it travels: campaigns are few, and a hot one would make
 * one subtask work for all.
 *
 * <p>State: none; what has been gathered goes on before a checkpoint. A row's inputs are added up
 * too, so that its version does not depend on what was gathered with what.
 */
final class TallyBundleOperator extends AbstractStreamOperator<Tally>
    implements OneInputStreamOperator<Tally, Tally> {
  /** Rows that are gathered at once; at that many all go on. */
  static final int MAX_ROWS = 20_000;

  private final long flushMillis;
  private transient Map<TallyRow, Tally> rows;
  private transient StreamRecord<Tally> record;
  private transient Watermark heldBack;

  TallyBundleOperator(long flushMillis) {
    this.flushMillis = flushMillis;
  }

  @Override
  public void open() throws Exception {
    super.open();
    rows = new LinkedHashMap<>();
    record = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<Tally> element) throws Exception {
    if (rows.isEmpty()) {
      long now = getProcessingTimeService().getCurrentProcessingTime();
      var unused = getProcessingTimeService().registerTimer(now + flushMillis, time -> flush());
    }
    Tally tally = element.getValue();
    rows.merge(tally.row(), tally, Tally::plus);
    if (rows.size() >= MAX_ROWS) {
      flush();
    }
  }

  /** Time does not overtake what is gathered: rows would be closed before all has been added. */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (rows.isEmpty()) {
      super.processWatermark(mark);
    } else {
      heldBack = mark;
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    flush();
  }

  @Override
  public void finish() throws Exception {
    flush();
    super.finish();
  }

  private void flush() throws Exception {
    rows.values().forEach(tally -> output.collect(record.replace(tally)));
    rows.clear();
    if (heldBack != null) {
      super.processWatermark(heldBack);
      heldBack = null;
    }
  }
}
