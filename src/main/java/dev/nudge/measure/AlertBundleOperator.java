package dev.nudge.measure;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Adds up what alerts are judged by before it travels: the topics of the deployment are one key, to
 * which every record adds.
 *
 * <p>A minute goes on before the watermark that ends it, so nothing is late for its judgement.
 *
 * <p>State: none; what has been gathered goes on before a checkpoint.
 */
final class AlertBundleOperator extends AbstractStreamOperator<AlertInput>
    implements OneInputStreamOperator<AlertInput, AlertInput> {
  /** Changes that are gathered at once; at that many all go on. */
  static final int MAX_CHANGES = 20_000;

  private record Key(
      String tenant, String campaign, AlertCount what, String subject, long minuteMillis) {
    static Key of(AlertChange change) {
      return new Key(
          change.tenant(),
          change.campaign(),
          change.what(),
          change.subject(),
          change.minuteMillis());
    }
  }

  private transient Map<Key, AlertInput> gathered;
  private transient StreamRecord<AlertInput> record;

  @Override
  public void open() throws Exception {
    super.open();
    gathered = new LinkedHashMap<>();
    record = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<AlertInput> element) {
    AlertInput input = element.getValue();
    if (input.change() == null) {
      output.collect(record.replace(input));
      return;
    }
    gathered.merge(Key.of(input.change()), input, AlertInput::plus);
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
    Iterator<Map.Entry<Key, AlertInput>> all = gathered.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, AlertInput> each = all.next();
      if (ExperimentOperator.lastMillis(each.getKey().minuteMillis()) <= untilMillis) {
        output.collect(record.replace(each.getValue()));
        all.remove();
      }
    }
  }
}
