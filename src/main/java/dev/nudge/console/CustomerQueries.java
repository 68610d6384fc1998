package dev.nudge.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Units;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked of ClickHouse about one customer. Every question names tenant and customer by bound
 * parameters.
 *
 * <p>Not for several threads: each user has one of its own.
 *
 * <p>What bounds the cost: the key of each table begins with tenant and customer, so of each month
 * a few granules are read, and every question has a limit.
 */
final class CustomerQueries implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String OF_CUSTOMER = " WHERE tenant = ? AND customer_id = ?";
  private static final String COLUMNS =
      "campaign, campaign_version, moment, toUnixTimestamp64Milli(due),"
          + " toUnixTimestamp64Milli(at), code, reason, `values`, winner, variant, channel, amount,"
          + " trigger_id, grant_id, id";

  /** A candidate's final code; DEFERRED while it waits. */
  private static final String OUTCOME = "argMax(code, (code != 'DEFERRED', at)) AS outcome";

  /** A candidate waits for 7 days at most, so it is put off a few dozen times at most. */
  private static final int ROWS_PER_CANDIDATE = 50;

  private final ClickHouseReader clickHouse;

  CustomerQueries(ClickHouseConfig config) {
    clickHouse = new ClickHouseReader(config);
  }

  /** A decision and whose it is. */
  record Row(String campaign, int version, String moment, CustomerStory.Decided decided) {}

  /** Candidates of a campaign that ended so, or wait. */
  record Outcome(String campaign, String code, long candidates, long lastMillis) {}

  /** Customers whose id begins so, by id; those that are called exactly so come first by that. */
  List<CustomerStory.Found> search(String tenant, String prefix, int limit) throws SQLException {
    List<Object> values = new ArrayList<>();
    List<String> tables = new ArrayList<>();
    for (String table : List.of("stage_changes", "anomalies", "decisions")) {
      tables.add(
          "SELECT DISTINCT customer_id FROM nudge."
              + table
              + " WHERE tenant = ? AND startsWith(customer_id, ?) ORDER BY customer_id LIMIT ?");
      values.addAll(List.of(tenant, prefix, limit));
    }
    values.add(limit);
    List<String> ids =
        clickHouse.query(
            "SELECT DISTINCT customer_id FROM (("
                + String.join(") UNION ALL (", tables)
                + ")) ORDER BY customer_id LIMIT ?",
            row -> row.getString(1),
            values.toArray());
    Map<String, CustomerStory.Found> found = new LinkedHashMap<>();
    for (String id : ids) {
      found.put(id, new CustomerStory.Found(id, null, null));
    }
    if (!ids.isEmpty()) {
      List<Object> asked = new ArrayList<>(ids);
      asked.add(0, tenant);
      clickHouse
          .query(
              "SELECT customer_id, argMax(`to`, (at, life, order_count, version)),"
                  + " toUnixTimestamp64Milli(max(at)) FROM nudge.stage_changes"
                  + " WHERE tenant = ? AND customer_id IN ("
                  + String.join(", ", ids.stream().map(id -> "?").toList())
                  + ") GROUP BY customer_id",
              row ->
                  new CustomerStory.Found(
                      row.getString(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3))),
              asked.toArray())
          .forEach(one -> found.put(one.customerId(), one));
    }
    return List.copyOf(found.values());
  }

  /** Stage changes, the newest first. */
  List<NewestMoments.Row> stageChanges(String tenant, String customer, int limit)
      throws SQLException {
    return clickHouse.query(
        "SELECT `from`, `to`, toUnixTimestamp64Milli(at), life, order_count"
            + " FROM nudge.stage_changes FINAL"
            + OF_CUSTOMER
            + " ORDER BY at DESC, life DESC, order_count DESC, version DESC LIMIT ?"
            + ClickHouseReader.SETTINGS,
        row ->
            NewestMoments.Row.stageChange(
                tenant,
                customer,
                row.getString(1),
                row.getString(2),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getInt(4),
                row.getInt(5)),
        tenant,
        customer,
        limit);
  }

  /** Anomalies, the newest first. */
  List<NewestMoments.Row> anomalies(String tenant, String customer, int limit) throws SQLException {
    return clickHouse.query(
        "SELECT id, kind, toUnixTimestamp64Milli(at), order_id, value, baseline"
            + " FROM nudge.anomalies FINAL"
            + OF_CUSTOMER
            + " ORDER BY at DESC, kind, id LIMIT ?"
            + ClickHouseReader.SETTINGS,
        row ->
            NewestMoments.Row.anomaly(
                tenant,
                customer,
                row.getString(1),
                row.getString(2),
                Instant.ofEpochMilli(row.getLong(3)),
                orNull(row.getString(4)),
                plain(row.getBigDecimal(5)),
                plain(row.getBigDecimal(6))),
        tenant,
        customer,
        limit);
  }

  /**
   * All rows of the newest candidates, the newest row first.
   *
   * <p>A campaign with a timetable refuses most customers every day, and what else became of one
   * would drown in that: of all campaigns' candidates, the newest that {@code AUDIENCE} ended
   * stands for all of its campaign.
   *
   * @param campaign of this campaign alone, each of them; null for all
   * @param sinceMillis of those whose newest row is not older
   * @param candidates how many candidates
   */
  List<Row> decisions(
      String tenant, String customer, String campaign, long sinceMillis, int candidates)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(tenant, customer, tenant, customer));
    if (campaign != null) {
      values.add(campaign);
    }
    values.add(sinceMillis);
    if (campaign == null) {
      values.add(DecisionCode.AUDIENCE.name());
    }
    values.addAll(List.of(candidates, (long) candidates * ROWS_PER_CANDIDATE));
    return clickHouse.query(
        "SELECT "
            + COLUMNS
            + " FROM nudge.decisions FINAL"
            + OF_CUSTOMER
            + " AND (campaign, campaign_version, moment) IN (SELECT campaign, campaign_version,"
            + " moment FROM (SELECT campaign, campaign_version, moment, max(at) AS last, "
            + OUTCOME
            + " FROM nudge.decisions"
            + OF_CUSTOMER
            + (campaign == null ? "" : " AND campaign = ?")
            + " GROUP BY campaign, campaign_version, moment"
            + " HAVING last >= fromUnixTimestamp64Milli(?, 'UTC'))"
            + " ORDER BY last DESC, campaign, moment"
            + (campaign == null ? " LIMIT 1 BY campaign, if(outcome = ?, '', moment)" : "")
            + " LIMIT ?)"
            // A row that puts a candidate off never falls on the instant of its final one.
            + " ORDER BY at DESC, code = 'SENT' DESC, campaign, id LIMIT ?"
            + ClickHouseReader.SETTINGS,
        CustomerQueries::decision,
        values.toArray());
  }

  /** Grants with an amount, the newest first. */
  List<CustomerStory.Coupon> coupons(String tenant, String customer, int limit)
      throws SQLException {
    return clickHouse.query(
        "SELECT toUnixTimestamp64Milli(at), campaign, amount, channel, variant, grant_id"
            + " FROM nudge.decisions FINAL"
            + OF_CUSTOMER
            + " AND code = 'SENT' AND amount IS NOT NULL ORDER BY at DESC, id LIMIT ?"
            + ClickHouseReader.SETTINGS,
        row ->
            new CustomerStory.Coupon(
                Instant.ofEpochMilli(row.getLong(1)),
                row.getString(2),
                money(row.getBigDecimal(3)),
                row.getString(4),
                row.getString(5),
                row.getString(6)),
        tenant,
        customer,
        limit);
  }

  /** What became of all candidates whose newest row is not older, by campaign and code. */
  List<Outcome> outcomes(String tenant, String customer, String campaign, long sinceMillis)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(tenant, customer));
    if (campaign != null) {
      values.add(campaign);
    }
    values.add(sinceMillis);
    return clickHouse.query(
        "SELECT campaign, outcome, count() AS candidates, toUnixTimestamp64Milli(max(last))"
            + " FROM (SELECT campaign, max(at) AS last, "
            + OUTCOME
            + " FROM nudge.decisions"
            + OF_CUSTOMER
            + (campaign == null ? "" : " AND campaign = ?")
            + " GROUP BY campaign, campaign_version, moment"
            + " HAVING last >= fromUnixTimestamp64Milli(?, 'UTC'))"
            + " GROUP BY campaign, outcome ORDER BY candidates DESC, outcome, campaign LIMIT 2000",
        row -> new Outcome(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
        values.toArray());
  }

  /** Whether a campaign ever decided about any customer of the tenant. */
  boolean isCampaign(String tenant, String campaign) throws SQLException {
    return !clickHouse
        .query(
            "SELECT 1 FROM nudge.decisions WHERE tenant = ? AND campaign = ? LIMIT 1",
            row -> true,
            tenant,
            campaign)
        .isEmpty();
  }

  private static Row decision(ResultSet row) throws SQLException {
    String code = row.getString(6);
    String reason = orNull(row.getString(7));
    JsonNode values = parsed(row.getString(8));
    String winner = orNull(row.getString(9));
    String variant = orNull(row.getString(10));
    String channel = orNull(row.getString(11));
    String amount = money(row.getBigDecimal(12));
    return new Row(
        row.getString(1),
        row.getInt(2),
        row.getString(3),
        new CustomerStory.Decided(
            row.getString(15),
            code,
            Reasons.label(code),
            Reasons.why(new Reasons.Row(code, reason, winner, variant, channel, amount, values)),
            Instant.ofEpochMilli(row.getLong(4)),
            Instant.ofEpochMilli(row.getLong(5)),
            reason,
            winner,
            variant,
            channel,
            amount,
            orNull(row.getString(13)),
            orNull(row.getString(14)),
            Reasons.read(values),
            values));
  }

  /** Values that somebody else wrote into the table and that are no JSON are left out. */
  private static JsonNode parsed(String values) {
    try {
      JsonNode read = MAPPER.readTree(values);
      return read.isObject() ? read : JsonNodeFactory.instance.objectNode();
    } catch (JsonProcessingException unreadable) {
      return JsonNodeFactory.instance.objectNode();
    }
  }

  private static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static String money(BigDecimal decimal) {
    return decimal == null
        ? null
        : Units.format(decimal.setScale(Units.SCALE, RoundingMode.UNNECESSARY).unscaledValue());
  }

  /** Counts and money alike, as short as they can be said exactly. */
  private static String plain(BigDecimal decimal) {
    return decimal == null ? null : decimal.stripTrailingZeros().toPlainString();
  }

  /** Whether a code is the one of what was sent. */
  static boolean isSent(CustomerStory.Decided decided) {
    return decided.code().equals(DecisionCode.SENT.name());
  }

  @Override
  public void close() {
    clickHouse.close();
  }
}
