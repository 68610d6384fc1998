package dev.nudge.console;

import static dev.nudge.console.ClickHouseReader.instant;
import static dev.nudge.console.ClickHouseReader.number;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** What is asked of ClickHouse about alerts, and up to when everything has been counted. */
final class AlertQueries {
  private static final int MAX_ALERTS = 200;

  private final ClickHouseReader clickHouse;

  AlertQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** How soon somebody should look. */
  enum Severity {
    /** Now: customers, money or what is known of them are lost meanwhile. */
    URGENT,
    /** Today. */
    WATCH
  }

  private static final List<String> URGENT =
      List.of("SOURCE_SILENT", "FAILURE_RATE", "UNSUBSCRIBE_RATE", "BUDGET_100");

  /**
   * An alert.
   *
   * @param campaign null where it is about none
   * @param subject the channel, topic, hour or definition it is about; null where there is none
   * @param at since when
   * @param until when it was over; null while it lasts
   * @param expected the bound that was crossed
   * @param deployment whether it is about the deployment, not about a tenant
   * @param advice what to do about it; null for a kind that this version does not know
   */
  record Alert(
      String kind,
      Severity severity,
      String campaign,
      String subject,
      Instant at,
      Instant until,
      Double actual,
      Double expected,
      boolean deployment,
      Words advice) {}

  /**
   * Those that last, the urgent ones first, then those that ended in the period; of each the newest
   * first.
   *
   * @param deployment whether those of the deployment too
   */
  List<Alert> alerts(String tenant, boolean deployment, long startMillis) throws SQLException {
    return clickHouse.query(
        "SELECT kind, campaign, subject, toUnixTimestamp64Milli(at),"
            + " toUnixTimestamp64Milli(until), actual, expected, tenant = ''"
            + " FROM nudge.alerts WHERE tenant IN (?, ?)"
            + " AND (until IS NULL OR until >= fromUnixTimestamp64Milli(?, 'UTC'))"
            + " ORDER BY until IS NULL DESC, until IS NULL AND kind IN ('"
            + String.join("', '", URGENT)
            + "') DESC, at DESC, kind, campaign, subject LIMIT "
            + MAX_ALERTS,
        row ->
            new Alert(
                row.getString(1),
                URGENT.contains(row.getString(1)) ? Severity.URGENT : Severity.WATCH,
                orNull(row.getString(2)),
                orNull(row.getString(3)),
                instant(row, 4),
                instant(row, 5),
                number(row, 6),
                number(row, 7),
                row.getBoolean(8),
                Advice.ofAlert(row.getString(1))),
        tenant,
        deployment ? "" : tenant,
        startMillis);
  }

  /** Up to when a job has counted everything; behindMillis by the deployment's clock. */
  record Measured(String job, Instant until, Long behindMillis) {}

  /** Of every job. */
  List<Measured> measured(Instant now) throws SQLException {
    return clickHouse.query(
        "SELECT job, toUnixTimestamp64Milli(until) FROM nudge.measured FINAL ORDER BY job LIMIT 20",
        row -> {
          Instant until = instant(row, 2);
          return new Measured(
              row.getString(1),
              until,
              now == null ? null : Math.max(0, now.toEpochMilli() - until.toEpochMilli()));
        });
  }

  /** A record that could not be used. */
  record DeadLetter(
      Instant appendedAt,
      String topic,
      int partition,
      long offset,
      String reason,
      String message,
      String raw,
      long rawBytes) {}

  /** The newest first. */
  List<DeadLetter> deadLetters(int limit) throws SQLException {
    return clickHouse.query(
        "SELECT toUnixTimestamp64Milli(appended_at), topic, `partition`, `offset`, reason,"
            + " message, substringUTF8(raw, 1, 500), raw_bytes FROM nudge.dead_letters FINAL"
            + " ORDER BY appended_at DESC, topic, `partition`, `offset` DESC LIMIT ?",
        row ->
            new DeadLetter(
                instant(row, 1),
                row.getString(2),
                row.getInt(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getLong(8)),
        limit);
  }

  private static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
