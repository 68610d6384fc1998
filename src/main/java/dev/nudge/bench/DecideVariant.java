package dev.nudge.bench;

import dev.nudge.bench.Variant.Backend;
import dev.nudge.decide.DecideConfig;
import dev.nudge.decide.DecideInput;
import dev.nudge.decide.DecideTopology;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Moment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;

/** One way of working on moments. */
enum DecideVariant {
  /** Moments are read and thrown away. */
  PARSE("parse", Backend.HEAP),
  /** And sent to their tenant's subtask, as Decide has them. */
  PARSE_AND_HOP("parse, to the tenant", Backend.HEAP),
  /** Decided, state on the heap. */
  DECIDE_HEAP("decide heap", Backend.HEAP),
  /** Decided, state in RocksDB. */
  DECIDE_ROCKSDB("decide rocksdb", Backend.ROCKSDB);

  /** What is tallied of a row: the place of its code here. */
  static final List<DecisionCode> CODES = List.of(DecisionCode.values());

  /** What is tallied of a trigger. */
  static final int TRIGGER = CODES.size();

  /** When everything put off must have been decided, but what is held in hand is not yet over. */
  private static final long AFTERMATH_MILLIS = TimeUnit.DAYS.toMillis(1);

  private static final TypeInformation<BenchMatch> ROW = TypeInformation.of(BenchMatch.class);

  private final String label;
  private final Backend backend;

  DecideVariant(String label, Backend backend) {
    this.label = label;
    this.backend = backend;
  }

  Backend backend() {
    return backend;
  }

  boolean decides() {
    return this == DECIDE_HEAP || this == DECIDE_ROCKSDB;
  }

  /** {@code decide rocksdb, 1 tenant, 20 campaigns}. */
  String on(String stream) {
    return label + ", " + stream;
  }

  /**
   * Lays the variant's part of the dataflow.
   *
   * @param lastMillis event time of the last moment
   * @return of each row the place of its code in {@link #CODES}, and {@link #TRIGGER} for each
   *     trigger
   */
  DataStream<BenchMatch> define(
      DataStream<Moment> moments, List<DefinitionVersion> definitions, long lastMillis) {
    return switch (this) {
      case PARSE ->
          moments.<BenchMatch>flatMap((moment, out) -> {}).returns(ROW).name("Thrown away");
      case PARSE_AND_HOP ->
          moments
              .map(DecideInput::of, TypeInformation.of(DecideInput.class))
              .keyBy(DecideInput::tenant, Types.STRING)
              .<BenchMatch>flatMap((moment, out) -> {})
              .returns(ROW)
              .name("Thrown away");
      case DECIDE_HEAP, DECIDE_ROCKSDB -> decide(moments, definitions, lastMillis);
    };
  }

  /** No gateway tells anything here, so every trigger counts as sent at its decision. */
  private static DataStream<BenchMatch> decide(
      DataStream<Moment> moments, List<DefinitionVersion> definitions, long lastMillis) {
    DecideConfig config =
        DecideConfig.from(new Configuration())
            .withReceipts(DecideConfig.Receipts.ASSUMED)
            .endingAt(lastMillis + AFTERMATH_MILLIS);
    // Moments only: no customer orders anything, but time comes along with the moments.
    DataStream<CustomerEvent> noEvents =
        moments
            .<CustomerEvent>flatMap((moment, out) -> {})
            .returns(TypeInformation.of(CustomerEvent.class))
            .name("No events");
    DataStream<DefinitionVersion> inForce =
        moments
            .getExecutionEnvironment()
            .fromData(
                TypeInformation.of(DefinitionVersion.class),
                definitions.toArray(DefinitionVersion[]::new))
            .name("Definitions");
    DecideTopology.Outputs outputs = DecideTopology.define(noEvents, moments, inForce, config);
    return outputs
        .decisions()
        .map(row -> new BenchMatch(CODES.indexOf(row.code()), row.atMillis()), ROW)
        .union(
            outputs
                .triggers()
                .map(trigger -> new BenchMatch(TRIGGER, trigger.notBeforeMillis()), ROW));
  }
}
