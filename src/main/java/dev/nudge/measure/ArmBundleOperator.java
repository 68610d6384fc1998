package dev.nudge.measure;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds up what is added to one arm in one minute before it travels: a campaign is one key, and a
 * hot one would make one subtask work for all.
 *
 * <p>A minute goes on before the watermark that ends it, so nothing is late for its comparison.
 *
 * <p>State: none; what has been gathered goes on before a checkpoint.
 */
final class ArmBundleOperator extends AbstractStreamOperator<ArmInput>
    implements OneInputStreamOperator<ArmInput, ArmInput> {
  /** Changes that are gathered at once; at that many all go on. */
  static final int MAX_CHANGES = 20_000;

  private record Key(String tenant, String campaign, int version, String arm, long minuteMillis) {
    static Key of(ArmChange change) {
      return new Key(
          change.tenant(),
          change.campaign(),
          change.version(),
          change.arm(),
          change.minuteMillis());
    }
  }

  private transient Map<Key, ArmInput> gathered;
  private transient StreamRecord<ArmInput> record;

  @Override
  public void open() throws Exception {
    super.open();
    gathered = new LinkedHashMap<>();
    record = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<ArmInput> element) {
    ArmInput input = element.getValue();
    gathered.merge(Key.of(input.change()), input, ArmInput::plus);
    if (gathered.size() >= MAX_CHANGES) {
      flush(Long.MAX_VALUE);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    flush(mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    flush(Long.MAX_VALUE);
  }

  @Override
  public void finish() throws Exception {
    flush(Long.MAX_VALUE);
    super.finish();
  }

  /** Sends what belongs to minutes of which that instant is the last one, or behind it. */
  private void flush(long untilMillis) {
    Iterator<Map.Entry<Key, ArmInput>> all = gathered.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, ArmInput> each = all.next();
      if (ExperimentOperator.lastMillis(each.getKey().minuteMillis()) <= untilMillis) {
        output.collect(record.replace(each.getValue()));
        all.remove();
      }
    }
  }
}
