package dev.nudge.kafka;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The single writer of a topic of moments or decisions: what is said as it comes, and behind all
 * that was before an instant a time record on every partition, so that readers need no guess when
 * they have everything.
 *
 * <p>Time goes on by small steps, each subtask of the source by its own: the first is told at once,
 * and while they follow, the newest a few times a second.
 *
 * <p>Its parallelism is 1. State: none. After a restart the time records go back to where the rest
 * does; readers take the greatest.
 *
 * @param <T> what is written
 */
final class TimedWriter<T> extends AbstractStreamOperator<OutboundRecord>
    implements OneInputStreamOperator<T, OutboundRecord> {

  private static final long TELL_EVERY_MILLIS = 200;

  private final int partitions;
  private final SerializableFunction<T, OutboundRecord> form;
  private transient long passedMillis;
  private transient long saidMillis;

  /** Whether time was told just now. */
  private transient boolean waiting;

  TimedWriter(int partitions, SerializableFunction<T, OutboundRecord> form) {
    this.partitions = partitions;
    this.form = form;
  }

  @Override
  public void open() throws Exception {
    super.open();
    passedMillis = Long.MIN_VALUE;
    saidMillis = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<T> element) {
    output.collect(element.replace(form.apply(element.getValue())));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    passedMillis = Math.max(passedMillis, mark.getTimestamp());
    if (!waiting) {
      tellTime();
    }
    super.processWatermark(mark);
  }

  /** What a checkpoint has passed is not said again after it. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    tellNewest();
  }

  @Override
  public void finish() throws Exception {
    tellNewest();
    super.finish();
  }

  private void tellTime() {
    if (tellNewest()) {
      waiting = true;
      ProcessingTimeService clock = getProcessingTimeService();
      var unused =
          clock.registerTimer(
              clock.getCurrentProcessingTime() + TELL_EVERY_MILLIS,
              nowMillis -> {
                waiting = false;
                tellTime();
              });
    }
  }

  private boolean tellNewest() {
    if (passedMillis <= saidMillis) {
      return false;
    }
    saidMillis = passedMillis;
    byte[] time = TimeRecord.value(saidMillis);
    for (int partition = 0; partition < partitions; partition++) {
      output.collect(new StreamRecord<>(new OutboundRecord(partition, null, time), saidMillis));
    }
    return true;
  }
}
