package dev.nudge.kafka;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The single writer of a topic of moments or decisions: what is said as it comes, and behind all
 * that was before an instant a time record on every partition, so that readers need no guess when
 * they have everything.
 *
 * <p>Its parallelism is 1. State: none. After a restart the time records go back to where the rest
 * does; readers take the greatest.
 *
 * @param <T> what is written
 */
final class TimedWriter<T> extends AbstractStreamOperator<OutboundRecord>
    implements OneInputStreamOperator<T, OutboundRecord> {

  private final int partitions;
  private final SerializableFunction<T, OutboundRecord> form;
  private transient long saidMillis;

  TimedWriter(int partitions, SerializableFunction<T, OutboundRecord> form) {
    this.partitions = partitions;
    this.form = form;
  }

  @Override
  public void open() throws Exception {
    super.open();
    saidMillis = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<T> element) {
    output.collect(element.replace(form.apply(element.getValue())));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.getTimestamp() > saidMillis) {
      saidMillis = mark.getTimestamp();
      byte[] time = TimeRecord.value(saidMillis);
      for (int partition = 0; partition < partitions; partition++) {
        output.collect(new StreamRecord<>(new OutboundRecord(partition, null, time), saidMillis));
      }
    }
    super.processWatermark(mark);
  }
}
