package dev.nudge.rehearse;

import dev.nudge.ingest.Ingested;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * How fast a rehearsal lets time pass: a watermark every day of event time, and every so many
 * records where they are dense, also through times of which no record tells.
 *
 * <p>What is told between two watermarks waits in memory for the second one. A file is read within
 * seconds; if time were told by the clock, a campaign that pushes every day to everybody would have
 * a year of its moments wait at once.
 */
final class TimeInSteps implements WatermarkStrategy<Ingested> {
  /** A daily push then waits once a customer and campaign. */
  static final long STEP_MILLIS = Duration.ofDays(1).toMillis();

  /** A step that holds more records than this is cut. */
  static final int MAX_RECORDS = 20_000;

  @Override
  public TimestampAssigner<Ingested> createTimestampAssigner(
      TimestampAssignerSupplier.Context context) {
    return (record, ignored) -> record.atMillis();
  }

  @Override
  public WatermarkGenerator<Ingested> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    return new WatermarkGenerator<>() {
      private long toldMillis = Long.MIN_VALUE;
      private int records;

      /** Records come by time: all before this one's instant have been told. */
      @Override
      public void onEvent(Ingested record, long atMillis, WatermarkOutput output) {
        if (record.deadLetter() != null || atMillis == Long.MIN_VALUE) {
          return;
        }
        long before = atMillis - 1;
        if (toldMillis == Long.MIN_VALUE) {
          tell(before, output);
        }
        while (before - toldMillis >= STEP_MILLIS) {
          tell(toldMillis + STEP_MILLIS, output);
        }
        if (records++ >= MAX_RECORDS && before > toldMillis) {
          tell(before, output);
        }
      }

      private void tell(long millis, WatermarkOutput output) {
        toldMillis = millis;
        records = 0;
        output.emitWatermark(new Watermark(millis));
      }

      @Override
      public void onPeriodicEmit(WatermarkOutput output) {
        // The clock has no say.
      }
    };
  }
}
