package dev.nudge.bench;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Occurrence;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/**
 * Flink SQL. It knows no absence at a pattern's end and no relaxed contiguity, so of the shapes it
 * says the sequence, with everything in between as rows of the match.
 */
final class SqlMatchRecognize {
  private static final String QUERY =
      """
      SELECT customer FROM events MATCH_RECOGNIZE (
        PARTITION BY customer ORDER BY happened
        MEASURES A.name AS first_name
        ONE ROW PER MATCH AFTER MATCH SKIP TO NEXT ROW
        PATTERN (A X*? B) WITHIN INTERVAL '30' MINUTE
        DEFINE A AS A.name = '%s', X AS X.name <> '%s', B AS B.name = '%s')
      """;

  private SqlMatchRecognize() {}

  /** The pattern {@link BenchPatterns#SEQUENCE}. */
  static DataStream<BenchMatch> sequence(DataStream<CustomerEvent> events) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(events.getExecutionEnvironment());
    DataStream<Row> rows =
        events
            .map(
                event -> Row.of(event.customerId(), Occurrence.nameOf(event)),
                Types.ROW_NAMED(new String[] {"customer", "name"}, Types.STRING, Types.STRING))
            .name("Rows");
    Schema schema =
        Schema.newBuilder()
            .column("customer", DataTypes.STRING())
            .column("name", DataTypes.STRING())
            .columnByMetadata("happened", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
            .watermark("happened", "SOURCE_WATERMARK()")
            .build();
    tables.createTemporaryView("events", rows, schema);
    String added = Step.ADDED.in(0);
    String paid = Step.PAID.in(0);
    return tables
        .toDataStream(tables.sqlQuery(QUERY.formatted(added, paid, paid)))
        .map(
            match -> new BenchMatch(BenchPatterns.SEQUENCE, 0),
            TypeInformation.of(BenchMatch.class));
  }
}
