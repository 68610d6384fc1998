package dev.nudge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.KafkaConfig;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A savepoint finds its operators by uid: what is on the committed list stays there. */
class MeasureUidsTest {
  private StreamExecutionEnvironment env;

  @BeforeEach
  void layTheDataflow() {
    env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    MeasureJob.define(
        env,
        new MeasureJobConfig(
            KafkaConfig.of("localhost:9092"),
            new ClickHouseConfig("jdbc:clickhouse://localhost:8123", "default", ""),
            IngestConfig.from(new Configuration()),
            MeasureConfig.from(new Configuration())),
        Map.of());
  }

  @Test
  void everyOperatorIsOnTheCommittedList() {
    assertThat(Uids.running(env).keySet())
        .containsExactlyInAnyOrderElementsOf(
            Uids.committed().stream().filter(uid -> uid.contains("measure-")).toList());
  }

  @Test
  void everyUidNamesItsJobAndItsVersion() {
    assertThat(Uids.laid(env))
        .isNotEmpty()
        .allSatisfy(
            step -> assertThat(step.getUid()).as(step.getName()).matches("measure-[a-z-]+-v[1-9]"));
  }

  @Test
  void theJobItselfRefusesKryoAndOperatorsWithoutUid() {
    assertThat(env.getConfiguration().get(PipelineOptions.GENERIC_TYPES)).isFalse();
    assertThat(env.getConfiguration().get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
  }

  @Test
  void everyOperatorHasANameOfItsOwn() {
    assertThat(Uids.laid(env)).extracting(step -> step.getName()).doesNotHaveDuplicates();
  }
}
