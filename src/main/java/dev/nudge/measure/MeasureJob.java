package dev.nudge.measure;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Rows;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.IngestWatermarks;
import dev.nudge.ingest.Ingested;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.EventSource;
import dev.nudge.kafka.KafkaSinks;
import dev.nudge.kafka.OwnTopicsSource;
import dev.nudge.kafka.Topics;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Measure as a Flink job: Kafka in; ClickHouse out, and to Kafka what came of experiments. */
public final class MeasureJob {
  /** The job's name on a cluster. */
  public static final String NAME = "nudge-measure";

  /** Frozen at the first start: the greatest parallelism that state can ever be spread over. */
  private static final int MAX_PARALLELISM = 720;

  private MeasureJob() {}

  /** Submits the job; see {@link MeasureJobConfig} for the arguments. */
  public static void main(String[] args) throws Exception {
    MeasureJobConfig config = MeasureJobConfig.from(args, System.getenv());
    Topics.check(config.kafka()).orThrow();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Rows.trouble(config.clickHouse())
        .ifPresent(
            told -> System.err.println("WARNING: the job will wait for ClickHouse: " + told));
    define(env, config, DefinitionSource.newestOffsets(config.kafka()));
    env.execute(NAME);
  }

  /**
   * Sources, topology, sinks.
   *
   * @param newestDefinitions by topic, how far definitions must have been read before anything
   *     happens, from {@link DefinitionSource#newestOffsets}
   */
  public static void define(
      StreamExecutionEnvironment env,
      MeasureJobConfig config,
      Map<String, Long> newestDefinitions) {
    env.configure(settings());
    DataStream<Ingested> told =
        env.fromSource(
                EventSource.of(config.kafka(), config.ingest(), NAME),
                new IngestWatermarks(config.ingest()),
                "Customer topics")
            .uid("measure-customer-topics-v1")
            .union(
                env.fromSource(
                        OwnTopicsSource.of(config.kafka(), NAME),
                        OwnTopicsSource.TIME,
                        "Moments and decisions")
                    .uid("measure-own-topics-v1"));
    DataStream<DefinitionRecord> definitions =
        env.fromSource(
                DefinitionSource.of(config.kafka(), NAME),
                WatermarkStrategy.noWatermarks(),
                "Definitions topics")
            .uid("measure-definitions-topics-v1")
            .setParallelism(1);

    DataStream<CustomerEvent> events = MeasureTopology.events(told);
    DataStream<DefinitionVersion> versions =
        MeasureTopology.versions(definitions, newestDefinitions);
    MeasureTopology.Outputs outputs =
        MeasureTopology.define(events, versions, config.ingest(), config.measure());

    for (TallyTable table : TallyTable.values()) {
      write(outputs.rows(), table, config.clickHouse());
    }
    outputs
        .steps()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.STEPS, MeasureRows::bind))
        .uid("measure-steps-rows-v1")
        .name("Funnel steps table");
    outputs
        .grants()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.GRANTS, MeasureRows::bind))
        .uid("measure-grants-rows-v1")
        .name("Grants table");
    outputs
        .sentVersions()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.SENT_VERSIONS, MeasureRows::bind))
        .uid("measure-sent-versions-rows-v1")
        .name("Sent versions table");
    outputs
        .arms()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.ARMS, MeasureRows::bind))
        .uid("measure-arms-rows-v1")
        .name("Experiment arms table");
    outputs
        .alerts()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.ALERTS, MeasureRows::bind))
        .uid("measure-alerts-rows-v1")
        .name("Alerts table");
    outputs
        .targets()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.TARGETS, MeasureRows::bind))
        .uid("measure-targets-rows-v1")
        .name("Targets table");
    KafkaSinks.results(outputs.results(), config.kafka());
    outputs
        .measured()
        .sinkTo(Rows.of(config.clickHouse(), MeasureRows.MEASURED, MeasureRows::bind))
        .uid("measure-measured-rows-v1")
        .name("Measured table")
        .setParallelism(1);
  }

  private static void write(DataStream<Tally> rows, TallyTable table, ClickHouseConfig clickHouse) {
    String noun = table.tableName().replace('_', '-');
    String title = noun.substring(0, 1).toUpperCase(Locale.ROOT) + noun.substring(1);
    rows.filter(row -> row.row().table() == table)
        .uid("measure-" + noun + "-v1")
        .name(title.replace('-', ' '))
        .sinkTo(Rows.of(clickHouse, MeasureRows.insert(table), MeasureRows::bind))
        .uid("measure-" + noun + "-rows-v1")
        .name(title.replace('-', ' ') + " table");
  }

  /** What the code relies on, whatever the cluster's configuration says. */
  private static Configuration settings() {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    return settings;
  }
}
