package dev.nudge.bench;

import dev.nudge.bench.MeasureSql.LastTouch;
import dev.nudge.bench.Variant.Backend;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureTopology;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;

/** One way of measuring. */
enum MeasureVariant {
  /** Events and grants are read and thrown away. */
  PARSE("parse", Backend.HEAP),
  /** The whole of Measure but for its tables, state in RocksDB. */
  OURS("ours rocksdb", Backend.ROCKSDB),
  /** Flink SQL as its settings come, the newest grant by ROW_NUMBER. */
  SQL("sql rocksdb", Backend.ROCKSDB),
  /** Flink SQL as its settings come, the newest grant by a temporal join. */
  SQL_TEMPORAL("sql temporal join rocksdb", Backend.ROCKSDB),
  /** The same with mini-batches and aggregation in two phases. */
  SQL_TEMPORAL_BATCHED("sql temporal join mini-batch rocksdb", Backend.ROCKSDB);

  private static final TypeInformation<MeasuredRow> ROW = TypeInformation.of(MeasuredRow.class);

  private final String label;
  private final Backend backend;

  MeasureVariant(String label, Backend backend) {
    this.label = label;
    this.backend = backend;
  }

  String label() {
    return label;
  }

  Backend backend() {
    return backend;
  }

  boolean measures() {
    return this != PARSE;
  }

  boolean isSql() {
    return measures() && this != OURS;
  }

  /**
   * Lays the variant's part of the dataflow.
   *
   * @param definitions what ours measures by
   * @return every row that all variants say, whenever it changes, each row from one subtask
   */
  DataStream<MeasuredRow> define(
      DataStream<CustomerEvent> events, List<DefinitionVersion> definitions, IngestConfig ingest) {
    return switch (this) {
      case PARSE -> unread(events);
      case OURS -> ours(events, definitions, ingest);
      case SQL -> MeasureSql.define(events, LastTouch.ROW_NUMBER, false);
      case SQL_TEMPORAL -> MeasureSql.define(events, LastTouch.TEMPORAL_JOIN, false);
      case SQL_TEMPORAL_BATCHED -> MeasureSql.define(events, LastTouch.TEMPORAL_JOIN, true);
    };
  }

  /** No gateway tells anything here, so every grant counts as sent at its decision. */
  private static DataStream<MeasuredRow> ours(
      DataStream<CustomerEvent> events, List<DefinitionVersion> definitions, IngestConfig ingest) {
    MeasureConfig usual = MeasureConfig.from(new Configuration());
    MeasureConfig config =
        new MeasureConfig(
            usual.refundWindowMillis(),
            usual.allowedLatenessMillis(),
            true,
            usual.flushMillis(),
            usual.rows());
    DataStream<DefinitionVersion> inForce =
        events
            .getExecutionEnvironment()
            .fromData(
                TypeInformation.of(DefinitionVersion.class),
                definitions.toArray(DefinitionVersion[]::new))
            .name("Definitions");
    MeasureTopology.Outputs outputs = MeasureTopology.define(events, inForce, ingest, config);
    // What ours alone says is waited for, too.
    return outputs
        .rows()
        .<MeasuredRow>flatMap(
            (tally, out) -> {
              MeasuredRow row = MeasuredRow.of(tally);
              if (row != null) {
                out.collect(row);
              }
            })
        .returns(ROW)
        .name("Rows of ours")
        .union(
            unread(outputs.steps()),
            unread(outputs.grants()),
            unread(outputs.alerts()),
            unread(outputs.targets()),
            unread(outputs.sentVersions()),
            unread(outputs.arms()),
            unread(outputs.results()),
            unread(outputs.measured()));
  }

  private static <T> DataStream<MeasuredRow> unread(DataStream<T> stream) {
    return stream.<MeasuredRow>flatMap((each, out) -> {}).returns(ROW).name("Thrown away");
  }
}
