package dev.nudge.bench;

import dev.nudge.bench.BenchReport.Agreement;
import dev.nudge.bench.BenchReport.Latency;
import dev.nudge.bench.BenchReport.Measured;
import dev.nudge.bench.BenchReport.Run;
import dev.nudge.bench.BenchReport.StateSize;
import dev.nudge.bench.Variant.Backend;
import dev.nudge.bench.Variant.Engine;
import dev.nudge.bench.Variant.Extras;
import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.IngestFunction;
import dev.nudge.ingest.IngestWatermarks;
import dev.nudge.ingest.Ingested;
import dev.nudge.kafka.EventSource;
import dev.nudge.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * {@code bench cep}: what patterns cost, ours beside stock Flink CEP, Flink SQL, and no patterns at
 * all, on the same events in a real Kafka.
 *
 * <p>Every variant reads its stream from the beginning to the end, in turns: all once, then all
 * again. Events a second are the stream's events by the time from the first record out of the
 * source until the last subtask has worked off its input, timers included; the start of the job is
 * not in it. The stream is read as fast as it goes, so between two watermarks there are minutes of
 * event time.
 */
public final class CepBenchmark {
  /** The most patterns for which stock CEP is measured. */
  private static final int STOCK_PATTERNS = 20;

  /** From so many patterns on, all about the same events, ours gets a tenth of the customers. */
  private static final int MANY_PATTERNS = 500;

  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(10);

  /** How many times longer the stream is on which checkpoints are measured. */
  private static final int LONGER = 10;

  /** Timers later than this after the last event are beyond the end. */
  private static final long AFTERMATH_MILLIS = TimeUnit.HOURS.toMillis(3);

  private static final long MAX_OUT_OF_ORDERNESS_MILLIS = 5_000;

  private final BenchConfig config;
  private final Consumer<String> progress;

  /**
   * A benchmark that has not begun.
   *
   * @param progress told a line whenever a variant has run
   */
  public CepBenchmark(BenchConfig config, Consumer<String> progress) {
    this.config = config;
    this.progress = progress;
  }

  /** A variant on a stream, with checkpoints or without. */
  private record Trial(Variant variant, Load load, Duration checkpointEvery) {
    String name() {
      return variant.name()
          + (load.name().equals("hot") || load.name().equals("long") ? ", " + load.name() : "")
          + (checkpointEvery.isZero()
              ? ""
              : ", checkpoints every " + checkpointEvery.toSeconds() + " s");
    }
  }

  /**
   * Runs everything; what it writes meanwhile is deleted at the end.
   *
   * @throws IOException if Kafka or Flink fail, or a variant has not seen every event
   */
  public BenchReport run() throws IOException, InterruptedException {
    try (BenchDirectory directory = BenchDirectory.create();
        EmbeddedKafka kafka = EmbeddedKafka.start(directory.path().resolve("kafka"), 0);
        BenchCluster cluster = BenchCluster.start(directory.path(), config.parallelism())) {
      return measure(new Loads(kafka.bootstrapServers(), config), cluster);
    }
  }

  private BenchReport measure(Loads loads, BenchCluster cluster)
      throws IOException, InterruptedException {
    List<Trial> trials = new ArrayList<>();
    Map<String, Load> written = new LinkedHashMap<>();
    for (Plan plan : plans()) {
      String name = new Trial(plan.variant, stub(plan.stream), plan.checkpointEvery).name();
      if (!config.wants(name)) {
        continue;
      }
      Load load = written.get(plan.stream);
      if (load == null) {
        load = write(loads, plan.stream);
        written.put(plan.stream, load);
        progress.accept(
            "%s: %,d events of %,d customers in Kafka"
                .formatted(load.name(), load.events(), load.customers()));
      }
      trials.add(new Trial(plan.variant, load, plan.checkpointEvery));
    }
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    warmUp(trials, cluster);
    for (int run = 1; run <= config.runs(); run++) {
      for (Trial trial : trials) {
        Run done = run(trial, cluster);
        runs.computeIfAbsent(trial.name(), name -> new ArrayList<>()).add(done);
        progress.accept(
            "run %d of %d: %s: %,.0f events/s, %.1f us of processor time an event, %,d matches%s"
                .formatted(
                    run,
                    config.runs(),
                    trial.name(),
                    done.eventsPerSecond(),
                    done.processorMicros(),
                    done.matches(),
                    trial.checkpointEvery.isZero()
                        ? ""
                        : ", %d checkpoints".formatted(done.checkpoints())));
      }
    }
    List<Measured> measured = new ArrayList<>();
    for (Trial trial : trials) {
      measured.add(
          new Measured(
              trial.name(),
              trial.variant,
              trial.load.name(),
              trial.load.events(),
              runs.get(trial.name())));
    }
    List<StateSize> states = states(loads, written, cluster);
    List<Latency> latencies = latencies(loads, cluster);
    return new BenchReport(
        config,
        List.copyOf(written.values()),
        measured,
        agreements(trials, runs, cluster),
        states,
        latencies);
  }

  /**
   * Whether those that look for the same patterns found the same: all runs of a variant; SQL and
   * stock; stock on RocksDB and on heap; ours and stock. Who has not seen the other's stream is run
   * on it once more.
   */
  private List<Agreement> agreements(
      List<Trial> trials, Map<String, List<Run>> runs, BenchCluster cluster)
      throws IOException, InterruptedException {
    List<Agreement> agreements = new ArrayList<>();
    for (Trial trial : trials) {
      SortedMap<Integer, Integer> found = runs.get(trial.name()).get(0).matchesByPattern();
      for (Run again : runs.get(trial.name())) {
        if (!again.matchesByPattern().equals(found)) {
          agreements.add(
              Agreement.of(
                  trial.name(), found, "itself", again.matchesByPattern(), trial.load.name()));
        }
      }
      for (Variant other : shouldAgree(trial.variant)) {
        Run theirs = run(new Trial(other, trial.load, Duration.ZERO), cluster);
        agreements.add(
            Agreement.of(
                trial.name(), found, other.name(), theirs.matchesByPattern(), trial.load.name()));
      }
    }
    return agreements;
  }

  private static List<Variant> shouldAgree(Variant variant) {
    List<Variant> others = new ArrayList<>();
    if (variant.engine() == Engine.SQL) {
      others.add(Variant.of(Engine.STOCK_SEQUENCE, Backend.HEAP));
    } else if (variant.engine() == Engine.STOCK) {
      if (variant.backend() == Backend.ROCKSDB) {
        others.add(Variant.stock(Backend.HEAP, variant.patterns().count()));
      }
      if (OursVariant.FINDS_MATCHES) {
        others.add(Variant.ours(variant.backend(), variant.patterns(), Extras.NONE));
        others.add(Variant.ours(variant.backend(), variant.patterns(), Extras.ALL));
      }
    }
    return others;
  }

  private record Plan(Variant variant, String stream, Duration checkpointEvery) {
    Plan(Variant variant, String stream) {
      this(variant, stream, Duration.ZERO);
    }
  }

  /** Everything that is measured, in the order of the table. */
  private List<Plan> plans() {
    List<Plan> plans = new ArrayList<>();
    plans.add(new Plan(Variant.of(Engine.L1, Backend.HEAP), "all"));
    plans.add(new Plan(Variant.of(Engine.L2, Backend.ROCKSDB), "all"));
    for (int count : config.patterns()) {
      if (count <= STOCK_PATTERNS) {
        plans.add(new Plan(Variant.stock(Backend.HEAP, count), count == 1 ? "all" : "every 5th"));
        plans.add(
            new Plan(
                Variant.stock(Backend.ROCKSDB, count), count == 1 ? "every 10th" : "every 100th"));
      }
    }
    plans.add(new Plan(Variant.of(Engine.STOCK_SEQUENCE, Backend.HEAP), "every 10th"));
    plans.add(new Plan(Variant.of(Engine.SQL, Backend.HEAP), "every 10th"));
    plans.add(new Plan(Variant.of(Engine.SQL, Backend.ROCKSDB), "every 10th"));
    for (PatternSet patterns : sets()) {
      boolean many = !patterns.spread() && patterns.count() >= MANY_PATTERNS;
      String stream = many ? "every 10th" : "all";
      for (Backend backend : Backend.values()) {
        plans.add(new Plan(Variant.ours(backend, patterns, Extras.NONE), stream));
        plans.add(new Plan(Variant.ours(backend, patterns, Extras.ALL), stream));
      }
    }
    PatternSet usual = usual();
    for (Extras one :
        List.of(
            new Extras(true, false, false),
            new Extras(false, true, false),
            new Extras(false, false, true))) {
      plans.add(new Plan(Variant.ours(Backend.ROCKSDB, usual, one), "all"));
    }
    Variant ours = Variant.ours(Backend.ROCKSDB, usual, Extras.NONE);
    if (config.hot() > 0) {
      plans.add(new Plan(Variant.of(Engine.L2, Backend.ROCKSDB), "hot"));
      plans.add(new Plan(ours, "hot"));
    }
    plans.add(new Plan(ours, "long"));
    plans.add(new Plan(ours, "long", CHECKPOINT_EVERY));
    return plans;
  }

  /** All on the same events, and where there are more than the shapes, spread over events too. */
  private List<PatternSet> sets() {
    List<PatternSet> sets = new ArrayList<>();
    for (int count : config.patterns()) {
      sets.add(new PatternSet(count, false));
    }
    for (int count : config.patterns()) {
      if (count > BenchPatterns.SHAPES) {
        sets.add(new PatternSet(count, true));
      }
    }
    return sets;
  }

  /** The most patterns that stock CEP is measured with, too; what comparisons within ours use. */
  private PatternSet usual() {
    int usual = config.patterns().get(0);
    for (int count : config.patterns()) {
      usual = count <= STOCK_PATTERNS ? count : usual;
    }
    return new PatternSet(usual, false);
  }

  private Load write(Loads loads, String stream) throws IOException {
    return switch (stream) {
      case "all" -> loads.all();
      case "hot" -> loads.hot();
      case "long" -> loads.longer(LONGER);
      default -> loads.everyOf(stream, everyNth(stream));
    };
  }

  /** Ten customers at least, however few there are. */
  private int everyNth(String stream) {
    int nth = Integer.parseInt(stream.replaceAll("\\D", ""));
    return Math.max(1, Math.min(nth, config.customers() / 10));
  }

  private static Load stub(String stream) {
    return new Load(stream, null, 0, 0, 0, 0, 0, 0);
  }

  /**
   * The first run of a class is the slowest: every engine runs once before any is measured, with
   * one pattern and with several.
   */
  private void warmUp(List<Trial> trials, BenchCluster cluster)
      throws IOException, InterruptedException {
    Map<String, Trial> warming = new LinkedHashMap<>();
    for (Trial trial : trials) {
      if (trial.checkpointEvery.isZero() && !trial.load.name().equals("long")) {
        int patterns = trial.variant.patterns() == null ? 0 : trial.variant.patterns().count();
        warming.putIfAbsent(
            trial.variant.engine()
                + " "
                + trial.variant.backend()
                + (patterns > 1 ? " many" : " one"),
            trial);
      }
    }
    for (Trial trial : warming.values()) {
      Run done = run(trial, cluster);
      progress.accept(
          "warm-up: %s: %,.0f events/s".formatted(trial.name(), done.eventsPerSecond()));
    }
  }

  private Run run(Trial trial, BenchCluster cluster) throws IOException, InterruptedException {
    IngestConfig ingest =
        ingest(MAX_OUT_OF_ORDERNESS_MILLIS).endingAt(trial.load.lastMillis() + AFTERMATH_MILLIS);
    StreamExecutionEnvironment env =
        cluster.environment(trial.variant.backend(), trial.checkpointEvery);
    define(
        env,
        EventSource.bounded(trial.load.kafka(), ingest, "bench"),
        ingest,
        trial.variant,
        new Tally(false, 0));
    BenchCluster.Done done = cluster.run(env);
    JobExecutionResult result = done.result();
    long read = result.<Long>getAccumulatorResult(IngestFunction.RECORDS_READ);
    if (read != trial.load.records()) {
      throw new IOException(
          "%s: found %d records, expected %d".formatted(trial.name(), read, trial.load.records()));
    }
    long nanos = Tally.endedNanos(result) - FirstRecord.startedNanos(result);
    long processorNanos =
        Tally.endedProcessorNanos(result) - FirstRecord.startedProcessorNanos(result);
    return new Run(
        trial.load.events() * 1e9 / nanos,
        nanos / 1e9,
        processorNanos / 1e3 / trial.load.events(),
        Tally.matches(result),
        done.checkpoints());
  }

  private static void define(
      StreamExecutionEnvironment env,
      KafkaSource<Ingested> source,
      IngestConfig ingest,
      Variant variant,
      Tally tally) {
    DataStream<CustomerEvent> events =
        env.fromSource(source, new IngestWatermarks(ingest), "Customer topics")
            .map(new FirstRecord<>())
            .returns(TypeInformation.of(Ingested.class))
            .name("First record")
            .process(new IngestFunction(), TypeInformation.of(CustomerEvent.class))
            .name("Events");
    variant
        .define(events, ingest)
        .transform("Tally", TypeInformation.of(BenchMatch.class), tally)
        .sinkTo(new DiscardingSink<>())
        .name("Thrown away");
  }

  /** Partitions are never idle: how slow a variant is must not change what it finds. */
  private static IngestConfig ingest(long maxOutOfOrdernessMillis) {
    Configuration keys = new Configuration();
    keys.set(IngestConfig.MAX_OUT_OF_ORDERNESS, Duration.ofMillis(maxOutOfOrdernessMillis));
    keys.set(IngestConfig.IDLE_AFTER, Duration.ofHours(12));
    keys.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    return IngestConfig.from(keys);
  }

  /** All state at the moment when the last event has been worked off and nothing has ended yet. */
  private List<StateSize> states(Loads loads, Map<String, Load> written, BenchCluster cluster)
      throws IOException, InterruptedException {
    List<Variant> variants = new ArrayList<>();
    variants.add(Variant.of(Engine.L2, Backend.ROCKSDB));
    variants.add(Variant.stock(Backend.HEAP, 1));
    for (PatternSet patterns : sets()) {
      if (patterns.spread() || patterns.count() < MANY_PATTERNS) {
        variants.add(Variant.ours(Backend.ROCKSDB, patterns, Extras.NONE));
        variants.add(Variant.ours(Backend.ROCKSDB, patterns, Extras.ALL));
      }
    }
    List<StateSize> states = new ArrayList<>();
    for (Variant variant : variants) {
      if (!config.wants("state of " + variant.name())) {
        continue;
      }
      Load load = written.get("all");
      if (load == null) {
        load = loads.all();
        written.put("all", load);
      }
      IngestConfig ingest = ingest(MAX_OUT_OF_ORDERNESS_MILLIS);
      StreamExecutionEnvironment env = cluster.environment(variant.backend(), Duration.ZERO);
      define(
          env, EventSource.of(load.kafka(), ingest, "bench"), ingest, variant, new Tally(false, 0));
      JobID job = cluster.submit(env);
      // The last time record is a millisecond behind the last event.
      cluster.awaitAccumulator(
          job, Tally.WATERMARK, load.lastMillis() - MAX_OUT_OF_ORDERNESS_MILLIS);
      Path savepoint = cluster.savepointAndCancel(job);
      StateSize state = new StateSize(variant.name(), bytesIn(savepoint), load);
      BenchDirectory.deleteTree(savepoint);
      states.add(state);
      progress.accept("state of %s: %,d bytes".formatted(variant.name(), state.bytes()));
    }
    return states;
  }

  private List<Latency> latencies(Loads loads, BenchCluster cluster)
      throws IOException, InterruptedException {
    List<Variant> variants = new ArrayList<>();
    variants.add(Variant.of(Engine.STOCK_SEQUENCE, Backend.HEAP));
    variants.add(Variant.ours(Backend.ROCKSDB, usual(), Extras.NONE));
    variants.add(Variant.ours(Backend.ROCKSDB, usual(), Extras.ALL));
    List<Latency> latencies = new ArrayList<>();
    for (Variant variant : variants) {
      if (!config.wants("latency of " + variant.name())) {
        continue;
      }
      Load paced = loads.paced("paced " + latencies.size());
      long lastsMillis = paced.events() * 1_000 / Loads.PACED_EVENTS_A_SECOND;
      // Events stand in order on their partitions, so nothing needs to be waited for.
      IngestConfig ingest = ingest(0);
      StreamExecutionEnvironment env = cluster.environment(variant.backend(), Duration.ZERO);
      define(
          env,
          EventSource.of(paced.kafka(), ingest, "bench"),
          ingest,
          variant,
          new Tally(true, lastsMillis / 5));
      JobID job = cluster.submit(env);
      cluster.awaitRunning(job);
      loads.pace(paced);
      SortedMap<Integer, Integer> millis = Tally.latencyMillis(cluster.cancel(job).result());
      Latency latency = Latency.of(variant.name(), Loads.PACED_EVENTS_A_SECOND, millis);
      latencies.add(latency);
      progress.accept("latency of " + latency);
    }
    return latencies;
  }

  private static long bytesIn(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
