package dev.nudge.console;

import static dev.nudge.console.ClickHouseReader.SETTINGS;
import static dev.nudge.console.ClickHouseReader.instant;
import static dev.nudge.console.ClickHouseReader.number;
import static dev.nudge.console.ClickHouseReader.plain;

import dev.nudge.event.DecisionCode;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What is asked of ClickHouse about campaigns. Every question names its tenant by a bound
 * parameter.
 *
 * <p>What bounds the cost: keys begin with tenant and campaign and go on with time, so the rows of
 * one campaign and period are read, and parts of other times need no merge. {@code
 * campaign_decisions} holds decisions in that order.
 */
final class CampaignQueries {
  private static final int MAX_CAMPAIGNS = 500;

  private final ClickHouseReader clickHouse;

  CampaignQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** Money in one currency, plain decimals; the return is revenue / cost x 100, null at cost 0. */
  record Money(String currency, String revenue, String cost, Double roi) {}

  /**
   * A campaign in the list.
   *
   * @param decided candidates with a final decision
   * @param deferred rows that put one off
   * @param blockedBy the reason that holds most back, null if nothing does
   * @param arm who was sent something, against control; null before anybody was
   */
  record Listed(
      String campaign,
      long decided,
      long sent,
      long control,
      long deferred,
      Blocked blockedBy,
      Instant lastAt,
      List<Money> money,
      ExperimentQueries.Arm arm,
      long openAlerts) {}

  /** A reason that holds a campaign back, how often, and what to do about it if anything. */
  record Blocked(String code, Words label, Words advice, long candidates) {}

  /** Rows with one code and reason. */
  record Count(String campaign, String code, String reason, long rows, long lastMillis) {}

  /**
   * When a campaign was sent.
   *
   * @param first the first time
   * @param last the last time
   */
  record Sent(Instant first, Instant last) {}

  /** Campaigns with decisions in the period, those that sent most first. */
  List<Listed> campaigns(
      String tenant,
      long startMillis,
      Map<String, ExperimentQueries.Arm> sentArms,
      List<AlertQueries.Alert> alerts)
      throws SQLException {
    Map<String, List<Count>> counts = new TreeMap<>();
    for (Count count : counts(tenant, null, startMillis)) {
      counts.computeIfAbsent(count.campaign(), any -> new ArrayList<>()).add(count);
    }
    Map<String, List<Money>> money = money(tenant, startMillis);
    List<Listed> listed = new ArrayList<>();
    counts.forEach(
        (campaign, codes) -> {
          List<Blocked> blocked = blocked(codes);
          listed.add(
              new Listed(
                  campaign,
                  rows(codes, code -> !code.equals(DecisionCode.DEFERRED.name())),
                  rows(codes, DecisionCode.SENT.name()::equals),
                  rows(codes, DecisionCode.CONTROL.name()::equals),
                  rows(codes, DecisionCode.DEFERRED.name()::equals),
                  blocked.isEmpty() ? null : blocked.get(0),
                  Instant.ofEpochMilli(codes.stream().mapToLong(Count::lastMillis).max().orElse(0)),
                  money.getOrDefault(campaign, List.of()),
                  sentArms.get(campaign),
                  alerts.stream()
                      .filter(one -> one.until() == null && campaign.equals(one.campaign()))
                      .count()));
        });
    listed.sort(Comparator.comparingLong(Listed::sent).reversed().thenComparing(Listed::campaign));
    return listed.size() > MAX_CAMPAIGNS ? listed.subList(0, MAX_CAMPAIGNS) : listed;
  }

  private static long rows(List<Count> counts, Predicate<String> code) {
    return counts.stream().filter(one -> code.test(one.code())).mapToLong(Count::rows).sum();
  }

  /** Why candidates of a campaign were not sent, and why they wait. */
  record Outcome(long decided, long sent, long control, List<Blocked> blocked, List<Blocked> put) {}

  /** What became of a campaign's candidates, the reason that blocks most first. */
  Outcome reasons(String tenant, String campaign, long startMillis) throws SQLException {
    return outcome(counts(tenant, campaign, startMillis));
  }

  /** What counts of one campaign add up to. */
  static Outcome outcome(List<Count> counts) {
    List<Blocked> deferred =
        counts.stream()
            .filter(one -> one.code().equals(DecisionCode.DEFERRED.name()))
            .map(
                one -> new Blocked(one.reason(), Advice.ofDeferred(one.reason()), null, one.rows()))
            .sorted(Comparator.comparingLong(Blocked::candidates).reversed())
            .toList();
    return new Outcome(
        rows(counts, code -> !code.equals(DecisionCode.DEFERRED.name())),
        rows(counts, DecisionCode.SENT.name()::equals),
        rows(counts, DecisionCode.CONTROL.name()::equals),
        blocked(counts),
        deferred);
  }

  private static List<Blocked> blocked(List<Count> counts) {
    Map<String, Long> byCode = new TreeMap<>();
    for (Count one : counts) {
      if (isBlocking(one.code())) {
        byCode.merge(one.code(), one.rows(), Long::sum);
      }
    }
    return byCode.entrySet().stream()
        .map(
            one ->
                new Blocked(
                    one.getKey(),
                    Reasons.label(one.getKey()),
                    Advice.of(one.getKey()),
                    one.getValue()))
        .sorted(
            Comparator.comparingLong(Blocked::candidates).reversed().thenComparing(Blocked::code))
        .toList();
  }

  private static boolean isBlocking(String code) {
    return !code.equals(DecisionCode.SENT.name())
        && !code.equals(DecisionCode.CONTROL.name())
        && !code.equals(DecisionCode.DEFERRED.name());
  }

  /** By campaign, code and reason; of one campaign, or of all if it is null. */
  List<Count> counts(String tenant, String campaign, long startMillis) throws SQLException {
    List<Object> values = new ArrayList<>(List.of(tenant));
    if (startMillis > 0) { // to compare a million rows with the epoch takes a fifth of the time
      values.add(startMillis);
    }
    if (campaign != null) {
      values.add(campaign);
    }
    return clickHouse.query(
        "SELECT outcome, count(), toUnixTimestamp64Milli(max(at))"
            + " FROM nudge.campaign_decisions FINAL WHERE tenant = ?"
            + (startMillis > 0 ? " AND at >= fromUnixTimestamp64Milli(?, 'UTC')" : "")
            + (campaign == null ? "" : " AND campaign = ?")
            + " GROUP BY outcome LIMIT 100000"
            + SETTINGS,
        row -> {
          // Only a campaign's name may hold the sign that parts them, and it comes last.
          String[] outcome = row.getString(1).split("\\|", 3);
          return new Count(outcome[2], outcome[0], outcome[1], row.getLong(2), row.getLong(3));
        },
        values.toArray());
  }

  /**
   * Of each campaign what its primary window's last touch brought and cost since an instant. From
   * the sums and not from {@code roi_hourly}, which works out each hour of each campaign.
   */
  Map<String, List<Money>> money(String tenant, long startMillis) throws SQLException {
    Map<String, Long> primary = new LinkedHashMap<>();
    windows(tenant).forEach((campaign, lengths) -> primary.put(campaign, lengths.get(0)));
    Map<String, List<Money>> money = new TreeMap<>();
    clickHouse.query(
        """
        SELECT campaign, window, currency, sum(revenue) AS got, sum(cost) AS spent,
               if(spent = 0, NULL, toFloat64(got) / toFloat64(spent) * 100)
        FROM
        (
            SELECT campaign, window, currency, revenue, cost
            FROM nudge.money_hourly FINAL
            WHERE tenant = ? AND basis = 'EVENT' AND touch = 'last' AND hour >= toDateTime(?, 'UTC')
            UNION ALL
            SELECT campaign, arrayJoin(sent_windows), flat_currency, toDecimal128(0, 4),
                   toDecimal128(price * greatest(0, least(until, ends) - greatest(begins, ?))
                       / (ends - begins), 8)
            FROM
            (
                SELECT campaign,
                       argMax((flat_price, active_from, active_to, currency), campaign_version) AS newest,
                       groupUniqArrayArray(windows) AS sent_windows,
                       newest.4 AS flat_currency,
                       toFloat64(assumeNotNull(newest.1)) AS price,
                       toUnixTimestamp64Milli(ifNull(newest.2, min(first_sent))) AS begins,
                       toUnixTimestamp64Milli(assumeNotNull(newest.3)) AS ends,
                       (SELECT toUnixTimestamp64Milli(max(until)) FROM nudge.measured FINAL) AS until
                FROM nudge.sent_versions FINAL
                WHERE tenant = ?
                GROUP BY campaign
                HAVING newest.1 IS NOT NULL AND newest.3 IS NOT NULL AND ends > begins
            )
        )
        GROUP BY campaign, window, currency
        ORDER BY campaign, window, currency"""
            + SETTINGS,
        row -> {
          String campaign = row.getString(1);
          long window = row.getLong(2);
          if (primary.getOrDefault(campaign, window) == window) {
            money
                .computeIfAbsent(campaign, any -> new ArrayList<>())
                .add(
                    new Money(
                        row.getString(3),
                        plain(row.getBigDecimal(4)),
                        plain(row.getBigDecimal(5)),
                        number(row, 6)));
          }
          return null;
        },
        tenant,
        Math.floorDiv(startMillis, 1_000L),
        startMillis,
        tenant);
    return money;
  }

  /** The windows of each campaign's newest version that was sent, ms, the primary one first. */
  Map<String, List<Long>> windows(String tenant) throws SQLException {
    Map<String, List<Long>> windows = new TreeMap<>();
    clickHouse.query(
        "SELECT campaign, window FROM (SELECT campaign, argMax(windows, campaign_version) AS"
            + " lengths FROM nudge.sent_versions FINAL WHERE tenant = ? GROUP BY campaign)"
            + " ARRAY JOIN lengths AS window, arrayEnumerate(lengths) AS place"
            + " ORDER BY campaign, place",
        row ->
            windows.computeIfAbsent(row.getString(1), any -> new ArrayList<>()).add(row.getLong(2)),
        tenant);
    return windows;
  }

  /** The campaign's windows, the primary one first; empty if it was never sent. */
  List<Long> windows(String tenant, String campaign) throws SQLException {
    List<Long> windows = windows(tenant).get(campaign);
    return windows == null
        ? clickHouse.query(
            "SELECT DISTINCT window FROM nudge.funnel_minute WHERE tenant = ? AND campaign = ?"
                + " ORDER BY window LIMIT 20",
            row -> row.getLong(1),
            tenant,
            campaign)
        : List.copyOf(windows);
  }

  /** When it was sent, null if it never was. */
  Sent sent(String tenant, String campaign) throws SQLException {
    List<Sent> sent =
        clickHouse.query(
            "SELECT toUnixTimestamp64Milli(min(at)), toUnixTimestamp64Milli(max(at)), count()"
                + " FROM nudge.campaign_decisions WHERE tenant = ? AND campaign = ?"
                + " AND code = 'SENT'",
            row -> row.getLong(3) == 0 ? null : new Sent(instant(row, 1), instant(row, 2)),
            tenant,
            campaign);
    return sent.isEmpty() ? null : sent.get(0);
  }

  /** How a campaign stands to a target. */
  enum Verdict {
    /** What was to be reached is. */
    REACHED,
    /** The time is over, and it is not. */
    MISSED,
    /** At an even pace, or before it. */
    ON_PACE,
    /** Below the pace, but no alert lasts: chance may do that, or a part is not judged. */
    BELOW_PACE,
    /** So far below the pace that it is no chance: an alert lasts. */
    BEHIND
  }

  /**
   * How far a campaign is on the way to a target.
   *
   * @param metric PAID or REVENUE
   * @param part WARM_UP, MAIN or AFTER, with that part's share of the target; null for the whole
   * @param currency of REVENUE; empty where there is none
   * @param at up to when, the end of an hour
   * @param pace what an even pace would have reached by then
   * @param hours the way there; empty for a part
   */
  record Target(
      String metric,
      String part,
      String currency,
      Instant at,
      String actual,
      String target,
      String pace,
      Verdict verdict,
      List<Reached> hours) {}

  /** What was reached at the end of a stretch, and what an even pace would have. */
  record Reached(Instant at, double actual, double pace) {}

  /**
   * Each target as a whole, then by part.
   *
   * @param behind targets of which an alert says that they are missed
   */
  List<Target> targets(String tenant, String campaign, List<String> behind, long bucketSeconds)
      throws SQLException {
    Map<String, List<Reached>> hours = new TreeMap<>();
    clickHouse.query(
        "SELECT metric, intDiv(toUnixTimestamp(hour), ?) AS bucket,"
            + " (toUnixTimestamp(max(hour)) + 3600) * 1000, toFloat64(argMax(actual, hour)),"
            + " toFloat64(argMax(pace, hour)) FROM nudge.targets"
            + " WHERE tenant = ? AND campaign = ? AND part = 'NONE'"
            + " GROUP BY metric, bucket ORDER BY metric, bucket LIMIT 20000"
            + SETTINGS,
        row ->
            hours
                .computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                .add(new Reached(instant(row, 3), row.getDouble(4), row.getDouble(5))),
        bucketSeconds,
        tenant,
        campaign);
    return clickHouse.query(
        "SELECT metric, part, (SELECT argMax(currency, campaign_version) FROM nudge.sent_versions"
            + " FINAL WHERE tenant = ? AND campaign = ?), (toUnixTimestamp(max(hour)) + 3600) * 1000,"
            + " argMax(actual, hour), argMax(target, hour), argMax(pace, hour) FROM nudge.targets"
            + " WHERE tenant = ? AND campaign = ? GROUP BY metric, part"
            + " ORDER BY metric, indexOf(['NONE', 'WARM_UP', 'MAIN', 'AFTER'], part)"
            + SETTINGS,
        row -> {
          String metric = row.getString(1);
          boolean whole = row.getString(2).equals("NONE");
          BigDecimal actual = row.getBigDecimal(5);
          BigDecimal target = row.getBigDecimal(6);
          BigDecimal pace = row.getBigDecimal(7);
          return new Target(
              metric,
              whole ? null : row.getString(2),
              metric.equals("REVENUE") && row.getString(3) != null ? row.getString(3) : "",
              instant(row, 4),
              plain(actual),
              plain(target),
              plain(pace),
              verdict(actual, target, pace, whole && behind.contains(metric)),
              whole ? hours.getOrDefault(metric, List.of()) : List.of());
        },
        tenant,
        campaign,
        tenant,
        campaign);
  }

  private static Verdict verdict(
      BigDecimal actual, BigDecimal target, BigDecimal pace, boolean behind) {
    if (actual.compareTo(target) >= 0) {
      return Verdict.REACHED;
    }
    if (pace.compareTo(target) >= 0) {
      return Verdict.MISSED;
    }
    if (behind) {
      return Verdict.BEHIND;
    }
    return actual.compareTo(pace) >= 0 ? Verdict.ON_PACE : Verdict.BELOW_PACE;
  }

  /** How many reached a step: grants that were sent, and grants that were held back. */
  record Step(String step, long sent, long control, List<Amount> amounts) {}

  /** What the grants that were sent and reached a step add up to. */
  record Amount(String currency, String amount) {}

  /** Every step that any grant reached in the period. */
  List<Step> funnel(
      String tenant, String campaign, long windowMillis, String touch, long startMillis)
      throws SQLException {
    Map<String, Step> steps = new TreeMap<>();
    clickHouse.query(
        "SELECT step, currency, sumIf(grants, variant != 'CONTROL'),"
            + " sumIf(grants, variant = 'CONTROL'), sumIf(amount, variant != 'CONTROL')"
            + " FROM nudge.funnel WHERE tenant = ? AND campaign = ? AND window = ? AND touch = ?"
            + " AND minute >= toDateTime(?, 'UTC') GROUP BY step, currency ORDER BY step, currency"
            + SETTINGS,
        row -> {
          Step known =
              steps.getOrDefault(row.getString(1), new Step(row.getString(1), 0, 0, List.of()));
          List<Amount> amounts = new ArrayList<>(known.amounts());
          if (row.getBigDecimal(5).signum() != 0) {
            amounts.add(new Amount(row.getString(2), plain(row.getBigDecimal(5))));
          }
          steps.put(
              known.step(),
              new Step(
                  known.step(),
                  known.sent() + row.getLong(3),
                  known.control() + row.getLong(4),
                  amounts));
          return null;
        },
        tenant,
        campaign,
        windowMillis,
        touch,
        Math.floorDiv(startMillis, 1_000L));
    return List.copyOf(steps.values());
  }

  /**
   * What a stretch of hours brought and cost, and all up to its end.
   *
   * @param matured the share of windows that were over by then, null if unknown
   */
  record Hour(
      Instant at,
      String currency,
      long grants,
      String revenue,
      String cost,
      String cumRevenue,
      String cumCost,
      Double roi,
      Double netRoi,
      Double matured) {}

  /** By stretches of so many seconds, each with the state at its last hour. */
  List<Hour> hours(
      String tenant,
      String campaign,
      String basis,
      long windowMillis,
      String touch,
      long startMillis,
      long bucketSeconds)
      throws SQLException {
    return clickHouse.query(
        "SELECT intDiv(toUnixTimestamp(hour), ?) * ? * 1000 AS bucket, currency, sum(grants),"
            + " sum(revenue), sum(cost), argMax(cum_revenue, hour), argMax(cum_cost, hour),"
            + " argMax(tuple(roi, net_roi, matured), hour) AS last, last.1, last.2, last.3"
            + " FROM nudge.roi_hourly WHERE tenant = ? AND campaign = ? AND basis = ?"
            + " AND window = ? AND touch = ? AND hour >= toDateTime(?, 'UTC')"
            + " GROUP BY bucket, currency ORDER BY currency, bucket LIMIT 20000"
            + SETTINGS,
        row ->
            new Hour(
                instant(row, 1),
                row.getString(2),
                row.getLong(3),
                plain(row.getBigDecimal(4)),
                plain(row.getBigDecimal(5)),
                plain(row.getBigDecimal(6)),
                plain(row.getBigDecimal(7)),
                number(row, 9),
                number(row, 10),
                number(row, 11)),
        bucketSeconds,
        bucketSeconds,
        tenant,
        campaign,
        basis,
        windowMillis,
        touch,
        Math.floorDiv(startMillis, 1_000L));
  }
}
