package dev.nudge.engage;

import dev.nudge.clickhouse.Rows;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.ingest.IngestWatermarks;
import dev.nudge.ingest.Ingested;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.EventSource;
import dev.nudge.kafka.KafkaSinks;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Engage as a Flink job: Kafka in, Kafka and ClickHouse out. */
public final class EngageJob {
  /** The job's name on a cluster. */
  public static final String NAME = "nudge-engage";

  /** Frozen at the first start: the greatest parallelism that state can ever be spread over. */
  private static final int MAX_PARALLELISM = 720;

  private EngageJob() {}

  /** Submits the job; see {@link EngageConfig} for the arguments. */
  public static void main(String[] args) throws Exception {
    EngageConfig config = EngageConfig.from(args, System.getenv());
    TopicLayout topics = Topics.check(config.kafka()).orThrow();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Rows.trouble(config.clickHouse())
        .ifPresent(
            told -> System.err.println("WARNING: the job will wait for ClickHouse: " + told));
    define(env, config, topics, DefinitionSource.newestOffsets(config.kafka()));
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
      EngageConfig config,
      TopicLayout topics,
      Map<String, Long> newestDefinitions) {
    env.configure(settings());
    DataStream<Ingested> ingested =
        env.fromSource(
                EventSource.of(config.kafka(), config.ingest(), NAME),
                new IngestWatermarks(config.ingest()),
                "Customer topics")
            .uid("engage-customer-topics-v1");
    DataStream<DefinitionRecord> definitions =
        env.fromSource(
                DefinitionSource.of(config.kafka(), NAME),
                WatermarkStrategy.noWatermarks(),
                "Definitions topics")
            .uid("engage-definitions-topics-v1")
            .setParallelism(1);

    EngageTopology.Outputs outputs =
        EngageTopology.define(
            ingested, definitions, newestDefinitions, config.ingest(), config.decide());

    KafkaSinks.moments(
        outputs.moments(),
        config.kafka(),
        topics.partitionsOf(TopicName.MOMENTS),
        config.guarantee());
    KafkaSinks.decisions(
        outputs.decisions(),
        config.kafka(),
        topics.partitionsOf(TopicName.DECISIONS),
        config.guarantee());
    KafkaSinks.triggers(outputs.triggers(), config.kafka(), config.guarantee());
    KafkaSinks.deadLetters(outputs.deadLetters(), config.kafka(), config.guarantee());
    // A task of its own: who detects and decides does not wait for an insert.
    outputs
        .stageChanges()
        .sinkTo(Rows.stageChanges(config.clickHouse()))
        .uid("engage-stage-changes-rows-v1")
        .name("Stage changes table")
        .disableChaining();
    outputs
        .anomalies()
        .sinkTo(Rows.anomalies(config.clickHouse()))
        .uid("engage-anomalies-rows-v1")
        .name("Anomalies table")
        .disableChaining();
    outputs
        .decisions()
        .sinkTo(Rows.decisions(config.clickHouse()))
        .uid("engage-decisions-rows-v1")
        .name("Decisions table")
        .disableChaining();
    outputs
        .deadLetters()
        .sinkTo(Rows.deadLetters(config.clickHouse()))
        .uid("engage-dead-letters-rows-v1")
        .name("Dead letters table")
        .setParallelism(1);
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
