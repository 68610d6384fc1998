package dev.nudge.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.util.clock.ManualClock;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

class IngestWatermarksTest {
  private static final long NINE = 1_767_603_600_000L;
  private static final String AWAKE = Long.toString(CustomerOperator.BEFORE_TIME_MILLIS);
  private static final String IDLE = "idle";
  private static final String ACTIVE = "active";

  private final ManualClock clock = new ManualClock();
  private final List<String> said = new ArrayList<>();
  private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();
  private final WatermarkGenerator<Ingested> partition =
      new IngestWatermarks(IngestConfig.from(new Configuration()))
          .createWatermarkGenerator(
              new WatermarkGeneratorSupplier.Context() {
                @Override
                public MetricGroup getMetricGroup() {
                  return metrics;
                }

                @Override
                public RelativeClock getInputActivityClock() {
                  return clock;
                }
              });

  @Test
  void partitionThatHasSaidNothingYetIsAwake() {
    tick(0);
    assertThat(said.get(0)).isEqualTo(AWAKE);
    assertThat(said).doesNotContain(IDLE);
  }

  @Test
  void timeIsTheNewestEventLessTheOutOfOrderness() {
    tick(0);
    receive(Ingested.time(NINE));
    receive(Ingested.time(NINE - 4_000));
    tick(0);
    assertThat(said).endsWith(Long.toString(NINE - 5_001));
  }

  @Test
  void partitionIsIdleAfterHalfAMinuteWithoutARecord() {
    receive(Ingested.time(NINE));
    tick(0);
    tick(1);
    tick(30);
    assertThat(said).doesNotContain(IDLE);
    tick(1);
    assertThat(said).endsWith(IDLE);
  }

  @Test
  void garbageIsNoSignOfLife() {
    receive(Ingested.time(NINE));
    tick(0);
    for (int second = 0; second < 40; second++) {
      receive(garbage());
      tick(1);
    }
    assertThat(said).endsWith(IDLE);
    assertThat(said).doesNotContain(Long.toString(Long.MIN_VALUE));
  }

  @Test
  void garbageMovesNoTime() {
    receive(Ingested.time(NINE));
    receive(garbage());
    tick(0);
    assertThat(said).endsWith(Long.toString(NINE - 5_001));
  }

  @Test
  void howFarRecordsComeOutOfOrderIsShown() {
    receive(Ingested.time(NINE));
    receive(Ingested.time(NINE));
    receive(Ingested.time(NINE - 4_000));
    receive(garbage());
    receive(Ingested.time(NINE - 1_000));
    receive(Ingested.time(NINE + 1));

    HistogramStatistics shown = ((Histogram) metrics.get("outOfOrdernessMillis")).getStatistics();
    assertThat(shown.size()).isEqualTo(2);
    assertThat(shown.getMin()).isEqualTo(1_000);
    assertThat(shown.getMax()).isEqualTo(4_000);
  }

  private static Ingested garbage() {
    return Ingested.deadLetter(
        new DeadLetter(new byte[0], "orders", 0, 1, NINE, DeadLetterReason.NOT_JSON, "no"));
  }

  private void receive(Ingested record) {
    partition.onEvent(record, record.atMillis(), output());
  }

  private void tick(long seconds) {
    clock.advanceTime(seconds, TimeUnit.SECONDS);
    partition.onPeriodicEmit(output());
  }

  private WatermarkOutput output() {
    return new WatermarkOutput() {
      @Override
      public void emitWatermark(Watermark watermark) {
        said.add(Long.toString(watermark.getTimestamp()));
      }

      @Override
      public void markIdle() {
        said.add(IDLE);
      }

      @Override
      public void markActive() {
        said.add(ACTIVE);
      }
    };
  }
}
