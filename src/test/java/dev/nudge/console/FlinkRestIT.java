package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the console reads of a real job on a real cluster. */
@Timeout(120)
class FlinkRestIT {
  private static final long EVENT_TIME = 1_299_240_000_000L;
  // Tells the operator's own watermark from that of its task, which idle inputs hold back.
  private static final long AHEAD_MILLIS = 7_000;

  @TempDir Path checkpoints;

  @Test
  void jobsStateAndNumbersAreRead() throws Exception {
    Configuration settings = new Configuration();
    settings.set(RestOptions.PORT, 0);
    settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(200));
    MiniClusterConfiguration shape =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(settings)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(2)
            .build();
    MiniCluster cluster = new MiniCluster(shape);
    try {
      cluster.start();
      FlinkRest rest = new FlinkRest(cluster.getRestAddress().get());
      assertThat(rest.report()).isEmpty();

      cluster.submitJob(job()).get();
      FlinkRest.Report report =
          await(
              rest,
              found ->
                  found.accepted().orElse(0) >= 100
                      && found.eventsPerSecond().orElse(0) > 0
                      && found.watermark().isPresent()
                      && found.job().lastCheckpointAt() != null);

      assertThat(report.job().state()).isEqualTo("RUNNING");
      assertThat(report.job().restarts()).isZero();
      // Every tenth is late and every hundredth a duplicate, in each of two subtasks.
      assertThat(report.late().orElseThrow()).isGreaterThanOrEqualTo(2);
      assertThat(report.duplicates()).isPresent();
      assertThat(report.late().orElseThrow()).isLessThan(report.accepted().orElseThrow());
      assertThat((long) report.watermark().orElseThrow()).isEqualTo(EVENT_TIME - 1 + AHEAD_MILLIS);
    } finally {
      cluster.closeAsync().get();
    }
  }

  @Test
  void absentFlinkIsAnErrorThatTheCallerHandles() {
    assertThatThrownBy(() -> new FlinkRest(URI.create("http://127.0.0.1:1")).report())
        .isInstanceOf(IOException.class);
  }

  private org.apache.flink.runtime.jobgraph.JobGraph job() {
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.interval", "200 ms");
    settings.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    settings.setString("pipeline.generic-types", "false");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings);
    environment.setParallelism(2);
    environment
        .fromSource(
            new DataGeneratorSource<>(
                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(2_000), Types.LONG),
            WatermarkStrategy.<Long>forMonotonousTimestamps()
                .withTimestampAssigner((number, before) -> EVENT_TIME),
            "clickstream")
        .uid("clickstream")
        .rebalance()
        .process(new Counting())
        .name("accept events")
        .uid("accept")
        .returns(Types.LONG)
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    var graph = environment.getStreamGraph();
    graph.setJobName(FlinkRest.JOB_NAME);
    return graph.getJobGraph();
  }

  private static FlinkRest.Report await(FlinkRest rest, Predicate<FlinkRest.Report> wanted)
      throws IOException, InterruptedException {
    while (true) { // the test's time-out ends it
      Optional<FlinkRest.Report> report = rest.report().filter(wanted);
      if (report.isPresent()) {
        return report.get();
      }
      Thread.onSpinWait();
    }
  }

  /** Counts as the ingest does. */
  private static final class Counting extends ProcessFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private transient Counter accepted;
    private transient Counter late;
    private transient Counter duplicates;
    private transient volatile long watermarkMillis;

    @Override
    public void open(OpenContext context) {
      watermarkMillis = Long.MIN_VALUE;
      accepted = getRuntimeContext().getMetricGroup().counter("accepted");
      late = getRuntimeContext().getMetricGroup().counter("late");
      duplicates = getRuntimeContext().getMetricGroup().counter("duplicates");
      getRuntimeContext().getMetricGroup().gauge("watermarkMillis", () -> watermarkMillis);
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) {
      watermarkMillis = context.timerService().currentWatermark() + AHEAD_MILLIS;
      accepted.inc();
      if (number % 10 == 0) {
        late.inc();
      }
      if (number % 100 == 0) {
        duplicates.inc();
      }
      out.collect(number);
    }
  }
}
