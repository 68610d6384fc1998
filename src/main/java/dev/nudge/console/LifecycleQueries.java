package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.event.LifecycleStage;
import dev.nudge.rehearse.AnomalyHistory;
import dev.nudge.rehearse.StageHistory;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the page asks ClickHouse. Every question about customers names its tenant by a bound
 * parameter; there is no method without one but {@link #tenants}, which tells the names, and {@link
 * #deadLetters}, which counts and shows no content.
 *
 * <p>Not for several threads: each user has one of its own.
 *
 * <p>What bounds the cost: the table's key begins with the tenant, so other tenants' granules are
 * not read; its partitions are months of {@code at}, so questions about a period read that period;
 * and since {@code at} is part of a row's identity, copies of a row stand in one partition, so
 * FINAL needs no merge across partitions and none at all in a month that ClickHouse has merged into
 * one part. Only {@link #moves} reads all of a tenant's history, four narrow columns of the key,
 * grouped to at most 400 buckets of some 20 kinds; how often it is asked is {@link LiveFeed}'s.
 */
final class LifecycleQueries implements AutoCloseable {
  private static final int MAX_ANOMALIES = 400;

  private final ClickHouseReader clickHouse;

  LifecycleQueries(ClickHouseConfig config) {
    clickHouse = new ClickHouseReader(config);
  }

  /** The first and the last time of a tenant's rows, in epoch milliseconds. */
  record Extent(long first, long last) {}

  /** Tenants that have rows, sorted. */
  List<String> tenants() throws SQLException {
    return clickHouse.query(
        "SELECT DISTINCT tenant FROM nudge.stage_changes ORDER BY tenant LIMIT 1000",
        row -> row.getString(1));
  }

  /** From when to when the tenant has rows, empty if it has none. */
  Optional<Extent> extent(String tenant) throws SQLException {
    return clickHouse
        .query(
            "SELECT toUnixTimestamp64Milli(min(first)), toUnixTimestamp64Milli(max(last)),"
                + " sum(known) FROM (SELECT min(at) AS first, max(at) AS last, count() AS known"
                + " FROM nudge.stage_changes WHERE tenant = ? UNION ALL"
                + " SELECT min(at), max(at), count() FROM nudge.anomalies WHERE tenant = ?)"
                + " WHERE known > 0",
            row -> row.getLong(3) == 0 ? null : new Extent(row.getLong(1), row.getLong(2)),
            tenant,
            tenant)
        .stream()
        .findFirst();
  }

  /** All changes by bucket; those before {@code startMillis} stand in its bucket. */
  List<StageHistory.Move> moves(String tenant, long startMillis, long bucketMillis)
      throws SQLException {
    return clickHouse.query(
        "SELECT greatest(intDiv(toUnixTimestamp64Milli(at), ?), ?) AS bucket, `from`, `to`,"
            + " count() FROM nudge.stage_changes FINAL WHERE tenant = ?"
            + " GROUP BY bucket, `from`, `to`"
            + ClickHouseReader.SETTINGS,
        row ->
            new StageHistory.Move(
                row.getLong(1),
                row.getString(2) == null ? null : LifecycleStage.valueOf(row.getString(2)),
                LifecycleStage.valueOf(row.getString(3)),
                row.getLong(4)),
        bucketMillis,
        Math.floorDiv(startMillis, bucketMillis),
        tenant);
  }

  /** Distinct customers per pair of stages, both ends of the period inclusive. */
  List<StageFlow.Link> links(String tenant, long startMillis, long endMillis) throws SQLException {
    return clickHouse.query(
        "SELECT ifNull(`from`, 'NONE') AS origin, `to`, uniqExact(customer_id) AS customers"
            + " FROM nudge.stage_changes FINAL WHERE tenant = ?"
            + " AND at >= fromUnixTimestamp64Milli(?, 'UTC')"
            + " AND at <= fromUnixTimestamp64Milli(?, 'UTC')"
            + " GROUP BY origin, `to` ORDER BY customers DESC, origin, `to`"
            + ClickHouseReader.SETTINGS,
        row -> new StageFlow.Link(row.getString(1), row.getString(2), row.getLong(3)),
        tenant,
        startMillis,
        endMillis);
  }

  /**
   * The newest stage changes since a time, the newest first: so many of all, and so many into each
   * stage, that a page which shows one stage alone has something to show.
   */
  List<NewestMoments.Row> stageChanges(String tenant, long sinceMillis, int ofAll, int ofEachStage)
      throws SQLException {
    return clickHouse.query(
        "SELECT customer_id, `from`, `to`, toUnixTimestamp64Milli(at), life, order_count FROM ("
            + "SELECT *, row_number() OVER (ORDER BY at DESC, customer_id, life DESC,"
            + " order_count DESC, `to`) AS place, row_number() OVER (PARTITION BY `to` ORDER BY"
            + " at DESC, customer_id, life DESC, order_count DESC) AS place_in_stage"
            + " FROM nudge.stage_changes FINAL WHERE tenant = ?"
            + " AND at >= fromUnixTimestamp64Milli(?, 'UTC'))"
            + " WHERE place <= ? OR place_in_stage <= ? ORDER BY place"
            + ClickHouseReader.SETTINGS,
        row ->
            NewestMoments.Row.stageChange(
                tenant,
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getInt(5),
                row.getInt(6)),
        tenant,
        sinceMillis,
        ofAll,
        ofEachStage);
  }

  /** Anomalies by kind and bucket, both ends of the period inclusive. */
  List<AnomalyHistory.Count> anomalies(
      String tenant, long startMillis, long endMillis, long bucketMillis) throws SQLException {
    return clickHouse.query(
        "SELECT kind, intDiv(toUnixTimestamp64Milli(at) - ?, ?) AS bucket, count()"
            + " FROM nudge.anomalies FINAL WHERE tenant = ?"
            + " AND at >= fromUnixTimestamp64Milli(?, 'UTC')"
            + " AND at <= fromUnixTimestamp64Milli(?, 'UTC')"
            + " GROUP BY kind, bucket"
            + ClickHouseReader.SETTINGS,
        row -> new AnomalyHistory.Count(row.getString(1), row.getLong(2), row.getLong(3)),
        AnomalyHistory.MONDAY_MILLIS,
        bucketMillis,
        tenant,
        startMillis,
        endMillis);
  }

  /**
   * The newest anomalies since a time, the newest first: so many of all, and so many of each kind,
   * that a page which shows one kind alone has something to show; {@value #MAX_ANOMALIES} at most.
   */
  List<NewestMoments.Row> newestAnomalies(
      String tenant, long sinceMillis, int ofAll, int ofEachKind) throws SQLException {
    return clickHouse.query(
        "SELECT customer_id, id, kind, toUnixTimestamp64Milli(at), order_id, value, baseline"
            + " FROM (SELECT *, row_number() OVER (ORDER BY at DESC, customer_id, kind, id) AS"
            + " place, row_number() OVER (PARTITION BY kind ORDER BY at DESC, customer_id, id) AS"
            + " place_in_kind FROM nudge.anomalies FINAL WHERE tenant = ?"
            + " AND at >= fromUnixTimestamp64Milli(?, 'UTC'))"
            + " WHERE place <= ? OR place_in_kind <= ? ORDER BY place LIMIT "
            + MAX_ANOMALIES
            + ClickHouseReader.SETTINGS,
        row ->
            NewestMoments.Row.anomaly(
                tenant,
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getString(5).isEmpty() ? null : row.getString(5),
                plain(row.getBigDecimal(6)),
                plain(row.getBigDecimal(7))),
        tenant,
        sinceMillis,
        ofAll,
        ofEachKind);
  }

  private static String plain(BigDecimal decimal) {
    return decimal == null ? null : decimal.stripTrailingZeros().toPlainString();
  }

  /**
   * Unusable records per reason, over the whole deployment: a record may not even name a tenant.
   */
  List<IngestHealth.ReasonCount> deadLetters() throws SQLException {
    return clickHouse.query(
        "SELECT reason, count() AS records FROM nudge.dead_letters FINAL"
            + " GROUP BY reason ORDER BY records DESC, reason",
        row -> new IngestHealth.ReasonCount(row.getString(1), row.getLong(2)));
  }

  @Override
  public void close() {
    clickHouse.close();
  }
}
