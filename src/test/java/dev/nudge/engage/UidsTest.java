package dev.nudge.engage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.decide.DecideConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
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
    env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    EngageConfig config =
        new EngageConfig(
            KafkaConfig.of("localhost:9092"),
            new ClickHouseConfig("jdbc:clickhouse://localhost:8123", "default", ""),
            IngestConfig.from(new Configuration()),
            DecideConfig.from(new Configuration()),
            DeliveryGuarantee.EXACTLY_ONCE);
    EngageJob.define(
        env,
        config,
        new TopicLayout("nudge.", Map.of(TopicName.MOMENTS, 4, TopicName.DECISIONS, 4)),
        Map.of());
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

  /** Whatever a cluster's configuration says or leaves out. */
  @Test
  void theJobItselfRefusesKryoAndOperatorsWithoutUid() {
    assertThat(env.getConfiguration().get(PipelineOptions.GENERIC_TYPES)).isFalse();
    assertThat(env.getConfiguration().get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
  }

  @Test
  void everyOperatorHasANameOfItsOwn() {
    assertThat(Uids.laid(env))
        .allSatisfy(step -> assertThat(step.getName()).isNotBlank().isNotIn(NO_NAMES));
    assertThat(Uids.laid(env)).extracting(step -> step.getName()).doesNotHaveDuplicates();
  }
}
