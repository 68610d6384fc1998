package dev.nudge.bench;

import dev.nudge.bench.DecideReport.Measured;
import dev.nudge.bench.DecideReport.Run;
import dev.nudge.event.Moment;
import dev.nudge.local.EmbeddedKafka;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * {@code bench decide}: what decisions cost, beside reading the same moments from the same Kafka.
 *
 * <p>Every variant reads its stream from the beginning to the end, in turns: all once, then all
 * again. A run's time is from the first moment out of the source until the last subtask has worked
 * off its input, definitions, timers and the end of the world included; the start of the job is not
 * in it.
 */
public final class DecideBenchmark {
  private final DecideBenchConfig config;
  private final Consumer<String> progress;

  /**
   * A benchmark that has not begun.
   *
   * @param progress told a line whenever a variant has run
   */
  public DecideBenchmark(DecideBenchConfig config, Consumer<String> progress) {
    this.config = config;
    this.progress = progress;
  }

  /** A variant on a stream. */
  private record Trial(DecideVariant variant, MomentLoad load, DecideCampaigns campaigns) {
    String name() {
      return variant.on(load.name());
    }
  }

  /**
   * Runs everything; what it writes meanwhile is deleted at the end.
   *
   * @throws IOException if Kafka or Flink fail, or a variant has not seen every moment
   */
  public DecideReport run() throws IOException, InterruptedException {
    try (BenchDirectory directory = BenchDirectory.create();
        EmbeddedKafka kafka = EmbeddedKafka.start(directory.path().resolve("kafka"), 0);
        BenchCluster cluster = BenchCluster.start(directory.path(), config.parallelism())) {
      return measure(trials(kafka.bootstrapServers()), cluster);
    }
  }

  /** Everything that is measured, in the order of the table. */
  private List<Trial> trials(String bootstrapServers) throws IOException {
    List<Trial> trials = new ArrayList<>();
    for (int tenants : config.tenants()) {
      for (int count : config.campaigns()) {
        Set<DecideVariant> wanted = wanted(MomentLoad.name(tenants, count));
        if (wanted.isEmpty()) {
          continue;
        }
        DecideCampaigns campaigns = DecideCampaigns.of(count, (double) config.moments() / tenants);
        MomentLoad load = MomentLoad.write(bootstrapServers, config, tenants, count, campaigns);
        progress.accept(
            "%s: %,d moments of %,d customers in Kafka, %,d bytes each"
                .formatted(
                    load.name(),
                    load.moments(),
                    config.customers(),
                    load.bytes() / load.moments()));
        wanted.forEach(variant -> trials.add(new Trial(variant, load, campaigns)));
      }
    }
    return trials;
  }

  private Set<DecideVariant> wanted(String stream) {
    Set<DecideVariant> wanted = EnumSet.allOf(DecideVariant.class);
    wanted.removeIf(variant -> !config.wants(variant.on(stream)));
    return wanted;
  }

  private DecideReport measure(List<Trial> trials, BenchCluster cluster)
      throws IOException, InterruptedException {
    warmUp(trials, cluster);
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    for (int number = 1; number <= config.runs(); number++) {
      for (Trial trial : trials) {
        Run done = run(trial, cluster);
        runs.computeIfAbsent(trial.name(), name -> new ArrayList<>()).add(done);
        progress.accept(
            "run %d of %d: %s: %s".formatted(number, config.runs(), trial.name(), told(done)));
      }
    }
    List<Measured> measured = new ArrayList<>();
    for (Trial trial : trials) {
      measured.add(
          new Measured(trial.name(), trial.variant, trial.load.name(), runs.get(trial.name())));
    }
    return new DecideReport(config, trials.stream().map(Trial::load).distinct().toList(), measured);
  }

  private static String told(Run done) {
    return "%,.0f moments/s, %,.0f decisions/s, %.1f us of processor time a moment"
        .formatted(done.momentsPerSecond(), done.rowsPerSecond(), done.processorMicros());
  }

  /** The first run of a class is the slowest: every variant runs once before any is measured. */
  private void warmUp(List<Trial> trials, BenchCluster cluster)
      throws IOException, InterruptedException {
    Set<DecideVariant> warm = EnumSet.noneOf(DecideVariant.class);
    for (Trial trial : trials) {
      if (warm.add(trial.variant)) {
        progress.accept("warm-up: %s: %s".formatted(trial.name(), told(run(trial, cluster))));
      }
    }
  }

  private static Run run(Trial trial, BenchCluster cluster)
      throws IOException, InterruptedException {
    StreamExecutionEnvironment env = cluster.environment(trial.variant.backend(), Duration.ZERO);
    // A partition's moments stand in order of time.
    DataStream<Moment> moments =
        env.fromSource(
                trial.load.source(),
                WatermarkStrategy.<Moment>forMonotonousTimestamps()
                    .withTimestampAssigner((moment, appended) -> moment.atMillis()),
                "Moments topic")
            .map(new FirstRecord<>())
            .returns(TypeInformation.of(Moment.class))
            .name("First record");
    trial
        .variant
        .define(moments, trial.campaigns.definitions(), trial.load.lastMillis())
        .transform("Tally", TypeInformation.of(BenchMatch.class), new Tally(false, 0))
        .sinkTo(new DiscardingSink<>())
        .name("Thrown away");
    JobExecutionResult result = cluster.run(env).result();
    long read = FirstRecord.records(result);
    if (read != trial.load.moments()) {
      throw new IOException(
          "%s: found %d moments, expected %d".formatted(trial.name(), read, trial.load.moments()));
    }
    return Run.of(
        trial.load.moments(),
        Tally.endedNanos(result) - FirstRecord.startedNanos(result),
        Tally.endedProcessorNanos(result) - FirstRecord.startedProcessorNanos(result),
        Tally.matches(result));
  }
}
