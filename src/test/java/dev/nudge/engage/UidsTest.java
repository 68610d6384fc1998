package dev.nudge.engage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Rows;
import dev.nudge.definition.PolicyRecord;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.IngestWatermarks;
import dev.nudge.ingest.Ingested;
import dev.nudge.kafka.EventSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaSinks;
import dev.nudge.kafka.PolicySource;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A savepoint finds its operators by uid: what is on the committed list stays there. */
class UidsTest {
  /** What Flink calls an operator that was given no name. */
  private static final Set<String> NO_NAMES =
      Set.of("Map", "Filter", "Flat Map", "Process", "KeyedProcess", "Unnamed", "Writer", "Sink");

  private StreamExecutionEnvironment env;

  @BeforeEach
  void layTheDataflow() {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    IngestConfig ingest = IngestConfig.from(flink);
    KafkaConfig kafka = KafkaConfig.of("localhost:9092");
    ClickHouseConfig clickHouse =
        new ClickHouseConfig("jdbc:clickhouse://localhost:8123", "default", "");
    DataStream<Ingested> ingested =
        env.fromSource(
                EventSource.of(kafka, ingest, "engage"), new IngestWatermarks(ingest), "Customers")
            .uid("engage-customers-v1");
    DataStream<PolicyRecord> policies =
        env.fromSource(PolicySource.of(kafka, "engage"), PolicySource.SILENCE, "Policies topic")
            .uid("engage-policies-topic-v1");
    EngageTopology.Outputs out = EngageTopology.define(ingested, policies, ingest);
    KafkaSinks.moments(out.moments(), kafka, 4, DeliveryGuarantee.EXACTLY_ONCE);
    KafkaSinks.deadLetters(out.deadLetters(), kafka, DeliveryGuarantee.EXACTLY_ONCE);
    out.stageChanges()
        .sinkTo(Rows.stageChanges(clickHouse))
        .uid("engage-stage-changes-rows-v1")
        .name("Stage changes table");
    out.deadLetters()
        .sinkTo(Rows.deadLetters(clickHouse))
        .uid("engage-dead-letters-rows-v1")
        .name("Dead letters table");
  }

  @Test
  void everyOperatorIsOnTheCommittedList() {
    assertThat(Uids.running(env).keySet())
        .containsExactlyInAnyOrderElementsOf(
            Uids.committed().stream().filter(uid -> uid.contains("engage-")).toList());
  }

  @Test
  void everyUidNamesItsJobAndItsVersion() {
    assertThat(Uids.laid(env))
        .isNotEmpty()
        .allSatisfy(
            step -> assertThat(step.getUid()).as(step.getName()).matches("engage-[a-z-]+-v[1-9]"));
  }

  @Test
  void everyOperatorHasANameOfItsOwn() {
    assertThat(Uids.laid(env))
        .allSatisfy(step -> assertThat(step.getName()).isNotBlank().isNotIn(NO_NAMES));
    assertThat(Uids.laid(env)).extracting(step -> step.getName()).doesNotHaveDuplicates();
  }
}
