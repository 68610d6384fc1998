package dev.nudge.ingest;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.BoundedOutOfOrdernessWatermarks;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.eventtime.WatermarksWithIdleness;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * Time, per partition: the newest event less the out-of-orderness, until the partition is idle.
 *
 * <p>A dead letter neither moves time nor keeps its partition awake: a partition on which a shop
 * writes nothing but garbage would otherwise hold everybody back for ever.
 */
public final class IngestWatermarks implements WatermarkStrategy<Ingested> {
  /** Says that somebody is there, and no time: earlier than any event. */
  private static final Watermark AWAKE = new Watermark(CustomerOperator.BEFORE_TIME_MILLIS);

  /** How many records that came out of order the histogram looks back on. */
  private static final int RECORDS_SHOWN = 1_000;

  private final long maxOutOfOrdernessMillis;
  private final long idleAfterMillis;

  /** One for all partitions of a subtask. */
  private transient Histogram outOfOrderness;

  public IngestWatermarks(IngestConfig config) {
    this.maxOutOfOrdernessMillis = config.maxOutOfOrdernessMillis();
    this.idleAfterMillis = config.idleAfterMillis();
  }

  @Override
  public TimestampAssigner<Ingested> createTimestampAssigner(
      TimestampAssignerSupplier.Context context) {
    return (ingested, appended) -> ingested.atMillis();
  }

  @Override
  public WatermarkGenerator<Ingested> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    WatermarkGenerator<Ingested> timely =
        new WatermarksWithIdleness<>(
            new BoundedOutOfOrdernessWatermarks<>(Duration.ofMillis(maxOutOfOrdernessMillis)),
            Duration.ofMillis(idleAfterMillis),
            context.getInputActivityClock());
    if (outOfOrderness == null) {
      outOfOrderness =
          context
              .getMetricGroup()
              .histogram("outOfOrdernessMillis", new DescriptiveStatisticsHistogram(RECORDS_SHOWN));
    }
    return new WatermarkGenerator<>() {
      private boolean awake;
      private long newestMillis = Long.MIN_VALUE;

      @Override
      public void onEvent(Ingested ingested, long atMillis, WatermarkOutput output) {
        if (ingested.deadLetter() == null) {
          timely.onEvent(ingested, atMillis, output);
          if (atMillis >= newestMillis) {
            newestMillis = atMillis;
          } else {
            outOfOrderness.update(newestMillis - atMillis);
          }
        }
      }

      @Override
      public void onPeriodicEmit(WatermarkOutput output) {
        if (!awake) {
          // To Flink an output that has said nothing yet is idle: one that waits for its
          // partitions,
          // or whose one partition is empty while another is read, would be left out of time.
          output.emitWatermark(AWAKE);
          awake = true;
        }
        timely.onPeriodicEmit(output);
      }
    };
  }
}
