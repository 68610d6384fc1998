package dev.nudge.decide;

import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.Decision;
import dev.nudge.event.Trigger;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/** Flink's harness around a {@link DecideOperator}, keyed as in the topology. */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
final class DecideHarness
    extends KeyedTwoInputStreamOperatorTestHarness<
        TenantShard, DecideInput, DefinitionVersion, Decision> {
  private static final int KEY_GROUPS = 16;

  private DecideHarness(DecideConfig config, int inMemory, Backend backend, int of, int subtask)
      throws Exception {
    super(
        new DecideOperator(config, inMemory),
        input -> TenantShard.of(input, config.shards()),
        null,
        TypeInformation.of(TenantShard.class),
        KEY_GROUPS,
        of,
        subtask);
    executionConfig.configure(
        new Configuration().set(PipelineOptions.GENERIC_TYPES, false), getClass().getClassLoader());
    setStateBackend(
        backend == Backend.HEAP
            ? new HashMapStateBackend()
            : new EmbeddedRocksDBStateBackend(false));
    this.config.setStateKeySerializer(
        TypeInformation.of(TenantShard.class)
            .createSerializer(executionConfig.getSerializerConfig()));
    this.config.serializeAllConfigs();
  }

  static DecideHarness start(DecideConfig config, Backend backend) throws Exception {
    return start(config, DecideOperator.MAX_CUSTOMERS_IN_MEMORY, backend);
  }

  static DecideHarness start(DecideConfig config, int inMemory, Backend backend) throws Exception {
    DecideHarness harness = new DecideHarness(config, inMemory, backend, 1, 0);
    harness.open();
    return harness;
  }

  static DecideHarness restore(
      OperatorSubtaskState snapshot,
      DecideConfig config,
      Backend backend,
      int before,
      int of,
      int subtask)
      throws Exception {
    DecideHarness harness =
        new DecideHarness(config, DecideOperator.MAX_CUSTOMERS_IN_MEMORY, backend, of, subtask);
    harness.initializeState(
        AbstractStreamOperatorTestHarness.repartitionOperatorState(
            snapshot, KEY_GROUPS, before, of, subtask));
    harness.open();
    return harness;
  }

  /** A definition that is refused would make a test of nothing. */
  void define(DefinitionVersion version) throws Exception {
    if (version.rule() != null) {
      CampaignCodec.compile(version.rule().source(), Map.of());
    }
    processElement2(new StreamRecord<>(version));
  }

  void definitionsRead() throws Exception {
    processWatermark2(new Watermark(0));
  }

  void receive(DecideInput input) throws Exception {
    processElement1(new StreamRecord<>(input, input.atMillis()));
  }

  void watermark(long atMillis) throws Exception {
    processWatermark1(new Watermark(atMillis));
  }

  List<Decision> rows() {
    List<Decision> rows = new ArrayList<>();
    for (Object each : getOutput()) {
      if (each instanceof StreamRecord<?> record) {
        rows.add((Decision) record.getValue());
      }
    }
    return rows;
  }

  List<Trigger> triggers() {
    List<Trigger> triggers = new ArrayList<>();
    var side = getSideOutput(DecideOperator.TRIGGERS);
    if (side != null) {
      side.forEach(record -> triggers.add(record.getValue()));
    }
    return triggers;
  }

  /** Entries of keyed state; with RocksDB timers are among them. */
  int stateEntries() {
    return ((TestableKeyedStateBackend<?>) getOperator().getKeyedStateBackend())
        .numKeyValueStateEntries();
  }
}
