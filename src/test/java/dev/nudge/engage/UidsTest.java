package dev.nudge.engage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.clickhouse.ClickHouseConfig;
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
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    flink.set(PipelineOptions.GENERIC_TYPES, false);
    env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    EngageJob.define(
        env,
        new EngageConfig(
            KafkaConfig.of("localhost:9092"),
            new ClickHouseConfig("jdbc:clickhouse://localhost:8123", "default", ""),
            IngestConfig.from(flink),
            DeliveryGuarantee.EXACTLY_ONCE),
        new TopicLayout(KafkaConfig.DEFAULT_TOPIC_PREFIX, Map.of(TopicName.MOMENTS, 3)));
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
