package dev.nudge.rehearse;

import dev.nudge.decide.DecideConfig;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.engage.EngageTopology;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.IngestFunction;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureTopology;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Engage over files, as if the past happened again.
 *
 * <p>Example: the orders of a year give {@code stage_changes.jsonl}, one line for every step of
 * every customer, in order of time; twice the same bytes, on two cores or on twenty.
 */
public final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final long PROGRESS_EVERY_MILLIS = 500;

  /** Where definitions of a rehearsal come from, which is no topic. */
  private static final String GIVEN = "given";

  /** Definitions are read when their input ends, and not before. */
  private static final Map<String, Long> UNTIL_THE_END = Map.of(GIVEN, Long.MAX_VALUE);

  private final List<InputFile> inputs;
  private final List<Policy> policies;
  private final List<RuleSource> rules;
  private final Instant until;
  private final int parallelism;
  private final Path out;
  private boolean measures = true;

  /**
   * A rehearsal that has not begun.
   *
   * @param inputs the files
   * @param policies policies in force from the beginning; one without tenant holds for every tenant
   * @param rules rules in force from the beginning; one without tenant holds for every tenant
   * @param until the end of the world, or null: the last usable record
   * @param parallelism subtasks, at least 1
   * @param out the folder of the results; made if absent, files of the same names are replaced
   */
  public Rehearsal(
      List<InputFile> inputs,
      List<Policy> policies,
      List<RuleSource> rules,
      Instant until,
      int parallelism,
      Path out) {
    this.inputs = List.copyOf(inputs);
    this.policies = List.copyOf(policies);
    this.rules = List.copyOf(rules);
    this.until = until;
    this.parallelism = parallelism;
    this.out = out;
  }

  /**
   * The same without measuring what came of it, which takes most of the time: its files stay empty.
   */
  public Rehearsal withoutMeasures() {
    measures = false;
    return this;
  }

  /**
   * What a rehearsal did.
   *
   * @param records lines read
   * @param unusable those of them that became dead letters
   * @param skipped usable records later than the end
   * @param from the first usable record; null when there was none up to the end
   * @param until the end of the world; null when no record was usable
   * @param millis how long it took by the wall clock
   */
  public record Summary(
      long records, long unusable, long skipped, Instant from, Instant until, long millis) {}

  /**
   * Runs to the end.
   *
   * @param progress told now and then how many of how many records have been read
   * @throws IOException if a file can't be read or written
   */
  public Summary run(Progress progress) throws IOException, InterruptedException {
    long started = System.nanoTime();
    Files.createDirectories(out);
    Path temporary = Files.createTempDirectory(out, ".rehearsal");
    try {
      return run(progress, temporary, started);
    } finally {
      deleteTree(temporary);
    }
  }

  private Summary run(Progress progress, Path temporary, long started)
      throws IOException, InterruptedException {
    Configuration keys = new Configuration();
    keys.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    IngestConfig config = IngestConfig.from(keys);
    RecordDecoder decoder = new RecordDecoder(config);
    Currencies currencies = new Currencies();
    List<MergedFiles.Source> sources = new ArrayList<>();
    long records = 0;
    long unusable = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (InputFile input : inputs) {
      progress.doing(Progress.Step.SURVEY, input.path());
      Survey survey = Survey.of(input, decoder, currencies);
      records += survey.records();
      unusable += survey.unusable();
      first = Math.min(first, survey.firstMillis());
      last = Math.max(last, survey.lastMillis());
      sources.add(new MergedFiles.Source(input, sortedIfNeeded(input, survey, decoder, temporary)));
    }
    long end = until == null ? last : until.toEpochMilli();
    long skipped = until == null ? 0 : countAfter(end, decoder);
    ResultFiles outputs = new ResultFiles(temporary);
    if (records > skipped) {
      execute(sources, config.endingAt(end), records - skipped, outputs, progress);
    }
    outputs.sortInto(out, progress);
    Summary summary =
        new Summary(
            records,
            unusable,
            skipped,
            first > end ? null : Instant.ofEpochMilli(first),
            end == Long.MIN_VALUE ? null : Instant.ofEpochMilli(end),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    progress.doing(Progress.Step.WRITE, "report.html");
    Report.write(
        out,
        summary,
        ResultFiles.NAMES,
        new Given(policies, rules, !hasReceipts(), currencies.byTenant()));
    return summary;
  }

  private void execute(
      List<MergedFiles.Source> sources,
      IngestConfig config,
      long records,
      ResultFiles outputs,
      Progress progress)
      throws IOException, InterruptedException {
    StreamExecutionEnvironment env = define(sources, config, records, outputs);
    try {
      follow(env.executeAsync("nudge-rehearse"), records, progress);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the rehearsal failed: " + e.getMessage(), e);
    }
  }

  /** Lays the dataflow and runs nothing. */
  StreamExecutionEnvironment define(
      List<MergedFiles.Source> sources, IngestConfig config, long records, ResultFiles outputs)
      throws IOException {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, flinkConfig());
    DataStream<Ingested> ingested =
        env.fromSource(
                new DataGeneratorSource<>(
                    new MergedFiles(sources, config),
                    // The last one tells the end, which may lie far behind the last record.
                    records + 1,
                    RateLimiterStrategy.noOp(),
                    TypeInformation.of(Ingested.class)),
                new TimeInSteps(),
                "Files")
            .uid("rehearse-files-v1")
            .setParallelism(1);
    DataStream<DefinitionRecord> inForce =
        env.fromData(TypeInformation.of(DefinitionRecord.class), fromTheBeginning())
            .uid("rehearse-definitions-v1")
            .name("Definitions");
    DataStream<CustomerEvent> told;
    DataStream<DefinitionVersion> versions;
    if (isDecided()) {
      SingleOutputStreamOperator<CustomerEvent> events = MeasureTopology.events(ingested);
      outputs.writeDeadLetters(events.getSideOutput(IngestFunction.DEAD_LETTERS));
      told = events;
      versions = MeasureTopology.versions(inForce, UNTIL_THE_END);
    } else {
      EngageTopology.Outputs engage =
          EngageTopology.define(ingested, inForce, UNTIL_THE_END, config, decide(config));
      outputs.write(engage);
      if (!measures || rules.stream().noneMatch(rule -> rule.kind() == Rule.Kind.CAMPAIGN)) {
        return env;
      }
      told = engage.events().union(whatNudgeTells(engage));
      versions = engage.definitions();
    }
    MeasureConfig measure = MeasureConfig.from(new Configuration()).atEnd(!hasReceipts());
    outputs.write(
        MeasureTopology.define(told, versions, config, measure), config.endOfTimeMillis());
    return env;
  }

  /** What Measure reads from topics where Engage is another job. */
  private static DataStream<CustomerEvent> whatNudgeTells(EngageTopology.Outputs engage) {
    TypeInformation<CustomerEvent> type = TypeInformation.of(CustomerEvent.class);
    return engage
        .decisions()
        .filter(decision -> decision.code().isGrant())
        .uid("rehearse-grants-v1")
        .name("Grants")
        .map(CustomerEvent::of, type)
        .uid("rehearse-grants-told-v1")
        .name("Grants to measure")
        .union(
            engage
                .moments()
                .filter(moment -> moment.stageChange() != null)
                .uid("rehearse-stages-v1")
                .name("Stages")
                .map(moment -> CustomerEvent.of(moment.id(), moment.stageChange()), type)
                .uid("rehearse-stages-told-v1")
                .name("Stages to measure"));
  }

  /** Whether decisions are given, so that nothing is to be decided. */
  private boolean isDecided() {
    return inputs.stream().anyMatch(input -> input.topic() == Topic.DECISIONS);
  }

  /** Where nobody tells what became of triggers, each counts as sent at its decision. */
  private DecideConfig decide(IngestConfig ingest) {
    return DecideConfig.from(new Configuration())
        .withReceipts(
            hasReceipts() ? DecideConfig.Receipts.DELIVERIES : DecideConfig.Receipts.ASSUMED)
        .endingAt(ingest.endOfTimeMillis());
  }

  private boolean hasReceipts() {
    return inputs.stream().anyMatch(input -> input.topic() == Topic.DELIVERIES);
  }

  /** The built-in policy comes first, so that those given overrule it. */
  private DefinitionRecord[] fromTheBeginning() {
    List<DefinitionVersion> versions = new ArrayList<>();
    versions.add(
        DefinitionVersion.of(new PolicyVersion(null, 0, Long.MIN_VALUE, Policy.DEFAULT, false)));
    for (Policy policy : policies) {
      versions.add(
          DefinitionVersion.of(
              new PolicyVersion(policy.tenant(), versions.size(), Long.MIN_VALUE, policy, false)));
    }
    rules.forEach(rule -> versions.add(DefinitionVersion.of(fromTheBeginning(rule))));
    return versions.stream()
        .map(version -> DefinitionRecord.of(version, GIVEN, 0))
        .toArray(DefinitionRecord[]::new);
  }

  private static RuleVersion fromTheBeginning(RuleSource rule) {
    return new RuleVersion(
        rule.tenant(),
        rule.kind(),
        rule.id(),
        1,
        Long.MIN_VALUE,
        rule.onChange(),
        rule.json(),
        false);
  }

  private static void follow(JobClient job, long records, Progress progress)
      throws ExecutionException, InterruptedException {
    CompletableFuture<JobExecutionResult> result = job.getJobExecutionResult();
    while (true) {
      try {
        result.get(PROGRESS_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        progress.read(records, records);
        return;
      } catch (TimeoutException stillRunning) {
        tell(job, records, progress);
      }
    }
  }

  /** The job may end while it is asked: only its result says how it went. */
  private static void tell(JobClient job, long records, Progress progress)
      throws InterruptedException {
    try {
      Object read = job.getAccumulators().get().get(IngestFunction.RECORDS_READ);
      progress.read(read instanceof Long count ? Math.min(count, records) : 0, records);
    } catch (ExecutionException | IllegalStateException e) {
      LOG.debug("no progress can be told", e);
    }
  }

  private long countAfter(long end, RecordDecoder decoder) throws IOException {
    long after = 0;
    for (InputFile input : inputs) {
      try (Lines lines = new Lines(input.open(), Lines.MAX_RECORD_LINE_BYTES)) {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
          Ingested record = Survey.decode(input, decoder, line, lines.number());
          after += record.atMillis() > end ? 1 : 0;
        }
      }
    }
    return after;
  }

  private static String sortedIfNeeded(
      InputFile input, Survey survey, RecordDecoder decoder, Path temporary) throws IOException {
    if (survey.inOrder()) {
      return null;
    }
    Path sorted = Files.createTempFile(temporary, "sorted", ".lines");
    Survey.sortByTime(input, decoder, sorted, temporary);
    return sorted.toString();
  }

  private Configuration flinkConfig() {
    Configuration flink = new Configuration();
    flink.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    // Where Flink lends out its jars; it would listen everywhere.
    flink.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    flink.set(WebOptions.SUBMIT_ENABLE, false);
    flink.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://127.0.0.1");
    flink.set(RestOptions.BIND_PORT, "0");
    flink.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    return flink;
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Told how far the rehearsal is. */
  public interface Progress {
    /** What comes before and after the records are lived through. */
    enum Step {
      /** A file is read once to know its order and its times. */
      SURVEY,
      /** A file of the results is sorted and written. */
      WRITE
    }

    /** {@code done} of {@code total} records have been read. */
    void read(long done, long total);

    /** A step begins on a file. */
    default void doing(Step step, String file) {}
  }
}
