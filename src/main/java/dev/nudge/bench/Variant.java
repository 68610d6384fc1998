package dev.nudge.bench;

import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.IngestConfig;
import java.io.Serializable;
import java.util.Locale;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * One way of working on the events.
 *
 * @param engine who does it
 * @param backend where its state lies
 * @param patterns what it looks for; null where nothing is
 * @param extras what ours does beside patterns
 */
record Variant(Engine engine, Backend backend, PatternSet patterns, Extras extras) {

  /** Who works. */
  enum Engine {
    /** Source and parse. */
    L1,
    /** L1, and one keyed state read and written an event. */
    L2,
    /** Stock Flink CEP, one operator a pattern. */
    STOCK,
    /** Stock Flink CEP, the one pattern that Flink SQL can say. */
    STOCK_SEQUENCE,
    /** Flink SQL, MATCH_RECOGNIZE. */
    SQL,
    /** One operator for all patterns. */
    OURS
  }

  /** Where state lies. */
  enum Backend {
    HEAP("hashmap"),
    ROCKSDB("rocksdb");

    private final String configured;

    Backend(String configured) {
      this.configured = configured;
    }

    /** Flink's name for it. */
    String configured() {
      return configured;
    }
  }

  /**
   * What ours does beside patterns.
   *
   * @param deduplication copies of a message are dropped
   * @param features every match carries the customer's features
   * @param cel conditions are CEL expressions instead of Java
   */
  record Extras(boolean deduplication, boolean features, boolean cel) implements Serializable {
    static final Extras NONE = new Extras(false, false, false);
    static final Extras ALL = new Extras(true, true, true);

    String label() {
      return (deduplication ? " +dedup" : "")
          + (features ? " +features" : "")
          + (cel ? " +cel" : "");
    }
  }

  static Variant of(Engine engine, Backend backend) {
    return new Variant(engine, backend, null, Extras.NONE);
  }

  static Variant stock(Backend backend, int patterns) {
    return new Variant(Engine.STOCK, backend, new PatternSet(patterns, false), Extras.NONE);
  }

  static Variant ours(Backend backend, PatternSet patterns, Extras extras) {
    return new Variant(Engine.OURS, backend, patterns, extras);
  }

  /** {@code ours rocksdb 20 +cel}, {@code stock heap 1}, {@code L1}. */
  String name() {
    return switch (engine) {
      case L1 -> "L1 source+parse";
      case L2 -> "L2 +one keyed state " + backendName();
      case STOCK -> "stock " + backendName() + " " + patterns.label();
      case STOCK_SEQUENCE -> "stock " + backendName() + " sequence";
      case SQL -> "sql " + backendName() + " sequence";
      case OURS -> "ours " + backendName() + " " + patterns.label() + extras.label();
    };
  }

  private String backendName() {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  /** Lays the variant's part of the dataflow behind the parsed events. */
  DataStream<BenchMatch> define(DataStream<CustomerEvent> events, IngestConfig ingest) {
    return switch (engine) {
      case L1 -> Baselines.parsed(events);
      case L2 -> Baselines.oneKeyedState(events);
      case STOCK -> StockCep.oneOperatorEach(events, patterns);
      case STOCK_SEQUENCE -> StockCep.sequence(events);
      case SQL -> SqlMatchRecognize.sequence(events);
      case OURS -> OursVariant.define(events, patterns, extras, ingest);
    };
  }
}
