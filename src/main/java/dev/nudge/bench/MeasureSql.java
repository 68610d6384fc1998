package dev.nudge.bench;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Occurrence;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/**
 * What Measure says of campaigns, in Flink SQL: the funnel by minute, and grants, revenue and cost
 * by hour, each with all open grants and with the newest.
 *
 * <p>It is spared whatever would make it slower, so that the comparison is to our disadvantage. It
 * leaves out:
 *
 * <ul>
 *   <li>all windows but one, controls, and what versions of a campaign say: here all campaigns have
 *       the same one window, and a grant brings its price along;
 *   <li>late events, which would have to be put where their own time says: what comes behind the
 *       watermark is dropped, while ours keeps a day of every customer to correct rows;
 *   <li>copies of messages, second payments of an order, refunds: there are none on the stream;
 *   <li>deliveries and with them the channel that was used, coupons, costs other than a price a
 *       grant, several currencies;
 *   <li>the steps SENT, GOAL and REPURCHASED, money by the hour of the grant, matured windows, who
 *       reached which step, arms of experiments, orders, traffic, products and lifecycle, all of
 *       which ours counts meanwhile;
 *   <li>an end of state: which grant has reached which step is kept for ever, and so are rows.
 * </ul>
 *
 * <p>Instants are rounded to minutes and hours, names mapped to steps, and events that are no step
 * dropped, before SQL has them; amounts are whole numbers.
 */
final class MeasureSql {
  /** How the newest grant of an event is found. */
  enum LastTouch {
    /** ROW_NUMBER over the grants that are open at the event. */
    ROW_NUMBER,
    /**
     * A join with the version of the customer's newest grant at the event's time. It says the same
     * as long as there is one window: if the newest grant is not open, no other is.
     */
    TEMPORAL_JOIN
  }

  private static final String EVENTS = "events";
  private static final String DECIDED = "decided";
  private static final String HAPPENED = "happened";
  private static final String DECIDED_AT = "decided_at";

  private static final Map<String, String> STEP_BY_NAME =
      Map.of(
          Step.VIEWED.in(0), "VIEWED",
          Step.ADDED.in(0), "CARTED",
          Step.PLACED.in(0), "ORDERED",
          Step.PAID.in(0), "PAID");

  private static final String OPEN =
      "e.happened < d.decided_at + INTERVAL '%d' MINUTE"
          .formatted(TimeUnit.MILLISECONDS.toMinutes(MeasureCampaigns.WINDOW_MILLIS));

  private static final String ANY_TOUCH =
      """
      SELECT d.campaign, d.grant_id, e.reached, e.minute_start, e.hour_start, e.amount, e.happened
      FROM decided AS d JOIN events AS e
        ON d.customer = e.customer AND e.happened >= d.decided_at AND %s
      """
          .formatted(OPEN);

  private static final String LAST_TOUCH_BY_ROW_NUMBER =
      """
      SELECT campaign, grant_id, reached, minute_start, hour_start, amount, happened FROM (
        SELECT d.campaign, d.grant_id, e.reached, e.minute_start, e.hour_start, e.amount, e.happened,
          ROW_NUMBER() OVER (PARTITION BY e.event_id ORDER BY d.decided_at DESC) AS place
        FROM decided AS d JOIN events AS e
          ON d.customer = e.customer AND e.happened >= d.decided_at AND %s)
      WHERE place = 1
      """
          .formatted(OPEN);

  private static final String NEWEST =
      """
      SELECT customer, grant_id, campaign, decided_at FROM (
        SELECT customer, grant_id, campaign, decided_at,
          ROW_NUMBER() OVER (PARTITION BY customer ORDER BY decided_at DESC) AS place
        FROM decided)
      WHERE place = 1
      """;

  private static final String LAST_TOUCH_BY_TEMPORAL_JOIN =
      """
      SELECT d.campaign, d.grant_id, e.reached, e.minute_start, e.hour_start, e.amount, e.happened
      FROM events AS e JOIN newest FOR SYSTEM_TIME AS OF e.happened AS d
        ON e.customer = d.customer
      WHERE %s
      """
          .formatted(OPEN);

  /** A grant reaches a step once, by the first event that is one. */
  private static final String FIRST =
      """
      SELECT campaign, reached, minute_start, amount FROM (
        SELECT campaign, reached, minute_start, amount,
          ROW_NUMBER() OVER (PARTITION BY grant_id, reached ORDER BY happened ASC) AS place
        FROM %s)
      WHERE place = 1
      """;

  private static final String ROWS =
      """
      SELECT CAST('funnel' AS STRING) AS row_of, touch, campaign, minute_start AS start_millis,
        reached, COUNT(*) AS grant_count, SUM(amount) AS amount, CAST(0 AS BIGINT) AS costs
      FROM (
        SELECT CAST('any' AS STRING) AS touch, campaign, minute_start,
          CAST('TARGETED' AS STRING) AS reached, CAST(0 AS BIGINT) AS amount FROM decided
        UNION ALL
        SELECT CAST('last' AS STRING), campaign, minute_start,
          CAST('TARGETED' AS STRING), CAST(0 AS BIGINT) FROM decided
        UNION ALL
        SELECT CAST('any' AS STRING), campaign, minute_start, reached, amount FROM first_any
        UNION ALL
        SELECT CAST('last' AS STRING), campaign, minute_start, reached, amount FROM first_last)
      GROUP BY touch, campaign, minute_start, reached
      UNION ALL
      SELECT CAST('money' AS STRING), touch, campaign, hour_start,
        CAST('' AS STRING), SUM(grant_count), SUM(amount), SUM(costs)
      FROM (
        SELECT CAST('any' AS STRING) AS touch, campaign, hour_start, CAST(1 AS BIGINT) AS grant_count,
          CAST(0 AS BIGINT) AS amount, price AS costs FROM decided
        UNION ALL
        SELECT CAST('last' AS STRING), campaign, hour_start, CAST(1 AS BIGINT),
          CAST(0 AS BIGINT), price FROM decided
        UNION ALL
        SELECT CAST('any' AS STRING), campaign, hour_start, CAST(0 AS BIGINT),
          amount, CAST(0 AS BIGINT) FROM any_touch WHERE reached = 'PAID'
        UNION ALL
        SELECT CAST('last' AS STRING), campaign, hour_start, CAST(0 AS BIGINT),
          amount, CAST(0 AS BIGINT) FROM last_touch WHERE reached = 'PAID')
      GROUP BY touch, campaign, hour_start
      """;

  private MeasureSql() {}

  /**
   * Lays the queries. They are one statement, so that the planner may compute once what they share.
   *
   * @param miniBatch whether changes of a row wait for others, as in ours, and are added up before
   *     they travel
   */
  static DataStream<MeasuredRow> define(
      DataStream<CustomerEvent> events, LastTouch lastTouch, boolean miniBatch) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(events.getExecutionEnvironment());
    if (miniBatch) {
      tables.getConfig().set("table.exec.mini-batch.enabled", "true");
      tables.getConfig().set("table.exec.mini-batch.allow-latency", "500 ms");
      tables.getConfig().set("table.exec.mini-batch.size", "20000");
    }
    tables.createTemporaryView(EVENTS, events(events), eventsSchema());
    tables.createTemporaryView(DECIDED, decided(events), decidedSchema());
    view(tables, "any_touch", ANY_TOUCH);
    if (lastTouch == LastTouch.ROW_NUMBER) {
      view(tables, "last_touch", LAST_TOUCH_BY_ROW_NUMBER);
    } else {
      view(tables, "newest", NEWEST);
      view(tables, "last_touch", LAST_TOUCH_BY_TEMPORAL_JOIN);
    }
    view(tables, "first_any", FIRST.formatted("any_touch"));
    view(tables, "first_last", FIRST.formatted("last_touch"));
    Table rows = tables.sqlQuery(ROWS);
    return tables
        .toChangelogStream(rows)
        .<MeasuredRow>flatMap(
            (row, out) -> {
              if (row.getKind() != RowKind.UPDATE_BEFORE) {
                MeasuredRow said = measured(row);
                out.collect(row.getKind() == RowKind.DELETE ? said.gone() : said);
              }
            })
        .returns(TypeInformation.of(MeasuredRow.class))
        .name("Rows of SQL");
  }

  private static void view(StreamTableEnvironment tables, String name, String query) {
    tables.createTemporaryView(name, tables.sqlQuery(query));
  }

  private static DataStream<Row> events(DataStream<CustomerEvent> events) {
    return events
        .<Row>flatMap(
            (event, out) -> {
              String reached = event.decision() == null ? step(event) : null;
              if (reached != null) {
                out.collect(
                    Row.of(
                        event.customerId(),
                        event.messageId(),
                        reached,
                        start(event, Duration.ofMinutes(1)),
                        start(event, Duration.ofHours(1)),
                        event.order() == null ? 0L : event.order().amountUnits()));
              }
            })
        .returns(
            Types.ROW_NAMED(
                new String[] {
                  "customer", "event_id", "reached", "minute_start", "hour_start", "amount"
                },
                Types.STRING,
                Types.STRING,
                Types.STRING,
                Types.LONG,
                Types.LONG,
                Types.LONG))
        .name("Rows of events");
  }

  private static Schema eventsSchema() {
    return Schema.newBuilder()
        .column("customer", DataTypes.STRING())
        .column("event_id", DataTypes.STRING())
        .column("reached", DataTypes.STRING())
        .column("minute_start", DataTypes.BIGINT())
        .column("hour_start", DataTypes.BIGINT())
        .column("amount", DataTypes.BIGINT())
        .columnByMetadata(HAPPENED, DataTypes.TIMESTAMP_LTZ(3), "rowtime")
        .watermark(HAPPENED, "SOURCE_WATERMARK()")
        .build();
  }

  private static DataStream<Row> decided(DataStream<CustomerEvent> events) {
    return events
        .<Row>flatMap(
            (event, out) -> {
              if (event.decision() != null) {
                out.collect(
                    Row.of(
                        event.customerId(),
                        event.decision().grantId(),
                        event.decision().campaign(),
                        start(event, Duration.ofMinutes(1)),
                        start(event, Duration.ofHours(1)),
                        MeasureCampaigns.PRICE_UNITS));
              }
            })
        .returns(
            Types.ROW_NAMED(
                new String[] {
                  "customer", "grant_id", "campaign", "minute_start", "hour_start", "price"
                },
                Types.STRING,
                Types.STRING,
                Types.STRING,
                Types.LONG,
                Types.LONG,
                Types.LONG))
        .name("Rows of grants");
  }

  private static Schema decidedSchema() {
    return Schema.newBuilder()
        .column("customer", DataTypes.STRING())
        .column("grant_id", DataTypes.STRING())
        .column("campaign", DataTypes.STRING())
        .column("minute_start", DataTypes.BIGINT())
        .column("hour_start", DataTypes.BIGINT())
        .column("price", DataTypes.BIGINT())
        .columnByMetadata(DECIDED_AT, DataTypes.TIMESTAMP_LTZ(3), "rowtime")
        .watermark(DECIDED_AT, "SOURCE_WATERMARK()")
        .build();
  }

  private static String step(CustomerEvent event) {
    String name = Occurrence.nameOf(event);
    return name == null ? null : STEP_BY_NAME.get(name);
  }

  private static long start(CustomerEvent event, Duration span) {
    return event.atMillis() - Math.floorMod(event.atMillis(), span.toMillis());
  }

  private static MeasuredRow measured(Row row) {
    String touch = row.getFieldAs("touch");
    String campaign = row.getFieldAs("campaign");
    long startMillis = row.<Long>getFieldAs("start_millis");
    long grants = row.<Long>getFieldAs("grant_count");
    long amountUnits = row.<Long>getFieldAs("amount");
    return row.<String>getFieldAs("row_of").equals("funnel")
        ? MeasuredRow.ofFunnel(
            touch, campaign, startMillis, row.getFieldAs("reached"), grants, amountUnits)
        : MeasuredRow.ofMoney(
            touch, campaign, startMillis, grants, amountUnits, row.<Long>getFieldAs("costs"));
  }
}
