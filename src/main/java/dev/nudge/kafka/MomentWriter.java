package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The single writer of the moments topic: moments as they come, and behind all that were before an
 * instant a time record on every partition, so that readers need no guess when they have
 * everything.
 *
 * <p>Its parallelism is 1. State: none. After a restart the time records go back to where the
 * moments do; readers take the greatest.
 */
final class MomentWriter extends AbstractStreamOperator<OutboundRecord>
    implements OneInputStreamOperator<Moment, OutboundRecord> {

  private final int partitions;
  private transient long saidMillis;

  MomentWriter(int partitions) {
    this.partitions = partitions;
  }

  @Override
  public void open() throws Exception {
    super.open();
    saidMillis = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<Moment> element) {
    Moment moment = element.getValue();
    byte[] key = (moment.tenant() + "|" + moment.customerId()).getBytes(UTF_8);
    output.collect(
        element.replace(
            new OutboundRecord(OutboundRecord.BY_KEY, key, Json.of(moment).getBytes(UTF_8))));
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
