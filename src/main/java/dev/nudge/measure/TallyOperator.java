package dev.nudge.measure;

import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keeps each row as an absolute value, keyed by its identity: what comes is added, and the row is
 * said anew.
 *
 * <p>It is an operator and not a process function because a rehearsal says each row once, when all
 * has been read.
 */
final class TallyOperator extends AbstractStreamOperator<Tally>
    implements OneInputStreamOperator<Tally, Tally>, Triggerable<String, VoidNamespace> {
  /** Up to when everything has been counted, epoch milliseconds; said by one subtask. */
  static final OutputTag<Long> MEASURED =
      new OutputTag<>("measured", TypeInformation.of(Long.class));

  private static final String ROW = "row";
  private static final long TELL_MILLIS = 500;

  private final MeasureConfig measure;
  private transient AttributionRules rules;
  private transient InternalTimerService<VoidNamespace> timers;

  // One a row; cleared by a timer when nothing can change the row any more.
  private transient ValueState<Tally> rows;
  private transient StreamRecord<Tally> record;
  private transient long measuredMillis;
  private transient boolean telling;
  private transient Counter additions;

  TallyOperator(MeasureConfig measure) {
    this.measure = measure;
  }

  @Override
  public void open() throws Exception {
    super.open();
    rules = measure.attribution();
    timers = getInternalTimerService("final", VoidNamespaceSerializer.INSTANCE, this);
    rows = getPartitionedState(new ValueStateDescriptor<>(ROW, TypeInformation.of(Tally.class)));
    record = new StreamRecord<>(null);
    additions = metrics.counter("additions");
  }

  @Override
  public void processElement(StreamRecord<Tally> element) throws Exception {
    additions.inc();
    Tally added = element.getValue();
    Tally before = rows.value();
    Tally now = before == null ? added : before.plus(added);
    rows.update(now);
    if (measure.rows() == MeasureConfig.Rows.LIVE) {
      if (before == null) {
        timers.registerEventTimeTimer(
            VoidNamespace.INSTANCE, now.row().table().finalMillis(now.row(), rules));
      }
      output.collect(record.replace(now));
    }
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
    rows.clear();
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0
        && measure.rows() == MeasureConfig.Rows.LIVE
        && mark.getTimestamp() >= 0
        && mark.getTimestamp() < Watermark.MAX_WATERMARK.getTimestamp()) {
      measuredMillis = mark.getTimestamp();
      if (!telling) {
        telling = true;
        long now = getProcessingTimeService().getCurrentProcessingTime();
        var unused = getProcessingTimeService().registerTimer(now + TELL_MILLIS, time -> tell());
      }
    }
  }

  /** Not with every watermark: nobody looks that often. */
  private void tell() {
    telling = false;
    output.collect(MEASURED, new StreamRecord<>(measuredMillis));
  }

  @Override
  public void finish() throws Exception {
    if (measure.rows() == MeasureConfig.Rows.AT_END) {
      for (String key : keys()) {
        setCurrentKey(key);
        Tally row = rows.value();
        if (!row.isNothing()) {
          output.collect(record.replace(row));
        }
      }
    }
    super.finish();
  }

  private List<String> keys() {
    try (Stream<String> keys =
        this.<String>getKeyedStateBackend().getKeys(ROW, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }
}
