package dev.nudge.clickhouse;

import dev.nudge.event.Anomaly;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Decision;
import dev.nudge.event.Json;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.JdbcExecutionOptions;
import org.apache.flink.connector.jdbc.JdbcStatementBuilder;
import org.apache.flink.connector.jdbc.core.datastream.sink.JdbcSink;

/**
 * Sinks that write records as rows of ClickHouse, one for each table.
 *
 * <p>A sink gathers rows and sends them every {@value #FLUSH_MILLIS} ms, at {@value #FLUSH_ROWS}
 * rows, and before every checkpoint. An insert that returned is durable (no {@code async_insert}).
 * At least once: after a failure rows since the last checkpoint are sent again, and a retried
 * insert may store rows twice. That is harmless because the tables are ReplacingMergeTrees whose
 * key is the row's full identity; read them with {@code FINAL}.
 *
 * <p>ClickHouse away: a sink waits for it ({@link PatientConnections}), and all before it waits by
 * backpressure; nothing is lost and the job does not restart. An insert that a ClickHouse which is
 * there refuses is tried {@value #RETRIES} more times; then the job fails and its restart strategy
 * takes it back to the last checkpoint.
 *
 * <p>For speed rows travel in binary ({@code beta.row_binary_for_simple_insert}, three times the
 * rate of text). In that mode the driver ignores the column list of the insert, so each binding
 * sets every column in the order of the table; the tests hold that.
 */
public final class Rows {

  /** How long a row waits for company, in milliseconds. */
  public static final long FLUSH_MILLIS = 1_000;

  /** How many rows one insert carries at most. */
  public static final int FLUSH_ROWS = 10_000;

  /** How often an insert is tried again before the job fails. */
  public static final int RETRIES = 3;

  /** Of a dead letter's bytes this many are shown; the whole record is in its topic. */
  public static final int RAW_BYTES_SHOWN = 4_096;

  private static final int ANSWER_MILLIS = 5_000;

  private Rows() {}

  /**
   * What would keep sinks waiting: asked once when a job is submitted, where somebody looks, since
   * the job itself waits for ClickHouse and only logs it. Whether the tables are there, and may be
   * written, the first inserts tell.
   *
   * @return the address, the user and what the server or the network says; empty if ClickHouse
   *     answers this user within {@value #ANSWER_MILLIS} ms
   */
  public static Optional<String> trouble(ClickHouseConfig config) {
    Properties properties = config.properties();
    properties.setProperty("connection_timeout", Integer.toString(ANSWER_MILLIS));
    properties.setProperty("socket_timeout", Integer.toString(ANSWER_MILLIS));
    try {
      Migrations.connect(config, properties, Duration.ZERO).close();
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Rows of {@code nudge.stage_changes}. */
  public static Sink<StageChange> stageChanges(ClickHouseConfig config) {
    return sink(
        config,
        """
        INSERT INTO nudge.stage_changes \
        (tenant, customer_id, `from`, `to`, at, life, order_count, version) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        Rows::bind);
  }

  /** Rows of {@code nudge.anomalies}, of moments that are anomalies. */
  public static Sink<Moment> anomalies(ClickHouseConfig config) {
    return sink(
        config,
        """
        INSERT INTO nudge.anomalies \
        (tenant, customer_id, kind, at, order_id, value, baseline, evidence, id, version) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        Rows::bind);
  }

  /** Rows of {@code nudge.decisions}. */
  public static Sink<Decision> decisions(ClickHouseConfig config) {
    return sink(
        config,
        """
        INSERT INTO nudge.decisions \
        (tenant, customer_id, campaign, campaign_version, moment, due, at, code, reason, \
        `values`, winner, variant, channel, amount, trigger_id, grant_id, id) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        Rows::bind);
  }

  /** Rows of {@code nudge.dead_letters}. */
  public static Sink<DeadLetter> deadLetters(ClickHouseConfig config) {
    return sink(
        config,
        """
        INSERT INTO nudge.dead_letters \
        (topic, `partition`, `offset`, appended_at, reason, message, raw, raw_bytes) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        Rows::bind);
  }

  private static void bind(PreparedStatement row, StageChange change) throws SQLException {
    LifecycleStage from = change.from();
    row.setString(1, change.tenant());
    row.setString(2, change.customerId());
    row.setString(3, from == null ? null : from.name());
    row.setString(4, change.to().name());
    row.setObject(5, Instant.ofEpochMilli(change.atMillis()));
    row.setInt(6, change.life());
    row.setInt(7, change.orderCount());
    row.setLong(8, change.version());
  }

  /** The moment's id is part of a row's identity: two of a kind may fall on one instant. */
  private static void bind(PreparedStatement row, Moment moment) throws SQLException {
    Anomaly anomaly = moment.anomaly();
    row.setString(1, anomaly.tenant());
    row.setString(2, anomaly.customerId());
    row.setString(3, anomaly.kind());
    row.setObject(4, Instant.ofEpochMilli(anomaly.atMillis()));
    row.setString(5, orEmpty(anomaly.orderId()));
    row.setBigDecimal(6, decimal(anomaly.value()));
    row.setBigDecimal(7, decimal(anomaly.baseline()));
    row.setString(8, Json.of(anomaly.evidence()));
    row.setString(9, moment.id());
    row.setLong(10, anomaly.version());
  }

  private static void bind(PreparedStatement row, Decision decision) throws SQLException {
    row.setString(1, decision.tenant());
    row.setString(2, decision.customerId());
    row.setString(3, decision.campaign());
    row.setInt(4, decision.version());
    row.setString(5, decision.moment());
    row.setObject(6, Instant.ofEpochMilli(decision.dueMillis()));
    row.setObject(7, Instant.ofEpochMilli(decision.atMillis()));
    row.setString(8, decision.code().name());
    row.setString(9, decision.reason() == null ? "" : decision.reason().name());
    row.setString(10, Json.of(decision.values()));
    row.setString(11, orEmpty(decision.winner()));
    row.setString(12, orEmpty(decision.variant()));
    row.setString(13, orEmpty(decision.channel()));
    row.setBigDecimal(
        14,
        decision.amountUnits() == null
            ? null
            : BigDecimal.valueOf(decision.amountUnits(), Units.SCALE));
    row.setString(15, orEmpty(decision.triggerId()));
    row.setString(16, orEmpty(decision.grantId()));
    row.setString(17, decision.id());
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static BigDecimal decimal(Value value) {
    return value == null ? null : value.decimal();
  }

  private static void bind(PreparedStatement row, DeadLetter letter) throws SQLException {
    byte[] raw = letter.raw();
    row.setString(1, letter.topic());
    row.setInt(2, letter.partition());
    row.setLong(3, letter.offset());
    row.setObject(4, Instant.ofEpochMilli(letter.appendedAtMillis()));
    row.setString(5, letter.reason().name());
    row.setString(6, letter.message());
    row.setString(
        7, new String(raw, 0, Math.min(raw.length, RAW_BYTES_SHOWN), StandardCharsets.UTF_8));
    row.setInt(8, raw.length);
  }

  /**
   * Rows of a table that another room knows.
   *
   * @param insert names every column in the order of the table
   * @param binding sets each of them
   */
  public static <T> Sink<T> of(
      ClickHouseConfig config, String insert, JdbcStatementBuilder<T> binding) {
    return sink(config, insert, binding);
  }

  private static <T> Sink<T> sink(
      ClickHouseConfig config, String insert, JdbcStatementBuilder<T> binding) {
    JdbcConnectionOptions.JdbcConnectionOptionsBuilder connection =
        new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
            .withUrl(config.url())
            .withDriverName("com.clickhouse.jdbc.Driver")
            .withProperty("beta.row_binary_for_simple_insert", "true")
            .withProperty("clickhouse_setting_async_insert", "0")
            // Tables stand by month; a replay of ten years must fit one insert.
            .withProperty("clickhouse_setting_max_partitions_per_insert_block", "0");
    config.properties().forEach((key, value) -> connection.withProperty(key + "", value + ""));
    return JdbcSink.<T>builder()
        .withQueryStatement(insert, binding)
        .withExecutionOptions(
            JdbcExecutionOptions.builder()
                .withBatchSize(FLUSH_ROWS)
                .withBatchIntervalMs(FLUSH_MILLIS)
                .withMaxRetries(RETRIES)
                .build())
        .buildAtLeastOnce(new PatientConnections(connection.build()));
  }
}
