package dev.nudge.bench;

import dev.nudge.bench.MeasureReport.Measured;
import dev.nudge.bench.MeasureReport.Run;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.local.EmbeddedKafka;
import dev.nudge.measure.MeasureTopology;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * {@code bench measure}: what measuring costs, ours beside the same metrics in Flink SQL and beside
 * reading alone, on the same events and grants from the same Kafka.
 *
 * <p>Every variant reads the stream from the beginning to the end, in turns: all once, then all
 * again. A run's time is from the first record out of the source until the last subtask has worked
 * off its input, definitions, timers and the end of the world included; the start of the job is not
 * in it. Nobody writes a table: the last operator keeps each row as it was said last, and what the
 * rows come to must be the same in all runs of all who measure.
 */
public final class MeasureBenchmark {
  /** Windows are over by then, and what is kept for late events is not. */
  private static final long AFTERMATH_MILLIS = TimeUnit.HOURS.toMillis(3);

  private final MeasureBenchConfig config;
  private final Consumer<String> progress;

  /**
   * A benchmark that has not begun.
   *
   * @param progress told a line whenever a variant has run
   */
  public MeasureBenchmark(MeasureBenchConfig config, Consumer<String> progress) {
    this.config = config;
    this.progress = progress;
  }

  /**
   * Runs everything; what it writes meanwhile is deleted at the end.
   *
   * @throws IOException if Kafka or Flink fail, or a variant has not seen every record
   */
  public MeasureReport run() throws IOException, InterruptedException {
    try (BenchDirectory directory = BenchDirectory.create();
        EmbeddedKafka kafka = EmbeddedKafka.start(directory.path().resolve("kafka"), 0);
        BenchCluster cluster = BenchCluster.start(directory.path(), config.parallelism())) {
      MeasureLoad load = MeasureLoad.write(kafka.bootstrapServers(), config);
      progress.accept(
          "%,d events and %,d grants of %,d customers in Kafka, %,d bytes each"
              .formatted(
                  load.events(), load.grants(), config.customers(), load.bytes() / load.records()));
      return measure(load, cluster);
    }
  }

  private MeasureReport measure(MeasureLoad load, BenchCluster cluster)
      throws IOException, InterruptedException {
    List<DefinitionVersion> definitions = MeasureCampaigns.definitions(config.campaigns());
    Set<MeasureVariant> wanted = EnumSet.allOf(MeasureVariant.class);
    wanted.removeIf(variant -> !config.wants(variant.label()));
    Map<MeasureVariant, List<Run>> runs = new EnumMap<>(MeasureVariant.class);
    // The first run of a class is the slowest: every variant runs once before any is measured.
    for (MeasureVariant variant : wanted) {
      Run done = run(variant, load, definitions, cluster);
      progress.accept("warm-up: %s: %s".formatted(variant.label(), told(done)));
      runs.put(variant, new ArrayList<>());
    }
    for (int number = 1; number <= config.runs(); number++) {
      for (MeasureVariant variant : wanted) {
        Run done = run(variant, load, definitions, cluster);
        runs.get(variant).add(done);
        progress.accept(
            "run %d of %d: %s: %s".formatted(number, config.runs(), variant.label(), told(done)));
      }
    }
    List<Measured> measured = new ArrayList<>();
    runs.forEach((variant, all) -> measured.add(new Measured(variant, all)));
    return new MeasureReport(config, load, measured);
  }

  private static String told(Run done) {
    return "%,.0f records/s, %.1f us of processor time a record, %,d rows, written %,d times"
        .formatted(done.recordsPerSecond(), done.processorMicros(), done.rows(), done.writes());
  }

  private static Run run(
      MeasureVariant variant,
      MeasureLoad load,
      List<DefinitionVersion> definitions,
      BenchCluster cluster)
      throws IOException, InterruptedException {
    IngestConfig ingest =
        IngestConfig.from(new Configuration()).endingAt(load.lastMillis() + AFTERMATH_MILLIS);
    StreamExecutionEnvironment env = cluster.environment(variant.backend(), Duration.ZERO);
    // A partition's records stand in order of time.
    DataStream<Ingested> records =
        env.fromSource(
                load.source(ingest),
                WatermarkStrategy.<Ingested>forMonotonousTimestamps()
                    .withTimestampAssigner((record, appended) -> record.atMillis()),
                "Events and decisions")
            .map(new FirstRecord<>())
            .returns(TypeInformation.of(Ingested.class))
            .name("First record");
    DataStream<CustomerEvent> events = MeasureTopology.events(records);
    variant
        .define(events, definitions, ingest)
        .transform("Tally", TypeInformation.of(MeasuredRow.class), new RowTally())
        .sinkTo(new DiscardingSink<>())
        .name("Thrown away");
    JobExecutionResult result = cluster.run(env).result();
    long read = FirstRecord.records(result);
    if (read != load.records()) {
      throw new IOException(
          "%s: found %d records, expected %d".formatted(variant.label(), read, load.records()));
    }
    return Run.of(
        load.records(),
        Tally.endedNanos(result) - FirstRecord.startedNanos(result),
        Tally.endedProcessorNanos(result) - FirstRecord.startedProcessorNanos(result),
        RowTally.writes(result),
        RowTally.series(result));
  }
}
