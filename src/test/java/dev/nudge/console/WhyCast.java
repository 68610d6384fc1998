package dev.nudge.console;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.clickhouse.Rows;
import dev.nudge.event.Anomaly;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Customers of whom something was decided, written to ClickHouse as the job writes them.
 *
 * <p>Anna of acme paid once and fell asleep. Her cart was rescued by SMS after it waited for the
 * night and the slot; a spend spike met the cap; somebody else went first when she fell asleep; a
 * birthday that is not hers was refused on forty days; a further one waits. Every code was said
 * once of Cody. Somebody at zeta is called anna, too.
 */
public final class WhyCast {
  /** Tries to be more than a name. */
  public static final String HOSTILE = "<script>window.owned=1</script>";

  /** A campaign that does. */
  public static final String HOSTILE_CAMPAIGN = "<img src=x onerror=window.owned=1>";

  /** Tries to say more than a name in SQL. */
  public static final String INJECTING = "o'neil\\' OR 1=1 -- %_";

  private static final String ACME = "acme";
  private static final int BIRTHDAYS = 40;

  private WhyCast() {}

  /** Writes all of them. */
  public static void insert(ClickHouseConfig clickHouse) throws Exception {
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(1);
    write(flink, stageChanges(), StageChange.class, Rows.stageChanges(clickHouse));
    write(flink, List.of(SPIKE), Moment.class, Rows.anomalies(clickHouse));
    // Sent again after a failure: nobody is told anything twice.
    List<Decision> decisions = decisions();
    write(flink, decisions, Decision.class, Rows.decisions(clickHouse));
    write(flink, decisions, Decision.class, Rows.decisions(clickHouse));
    flink.execute();
  }

  private static <T> void write(
      StreamExecutionEnvironment flink, List<T> records, Class<T> type, Sink<T> sink) {
    flink.fromData(records, TypeInformation.of(type)).sinkTo(sink);
  }

  private static final StageChange NEW =
      new StageChange(ACME, "anna", null, LifecycleStage.NEW, START, 1, 1, 1);
  private static final StageChange DORMANT =
      new StageChange(
          ACME, "anna", LifecycleStage.NEW, LifecycleStage.DORMANT, START + 30 * DAY, 1, 1, 2);
  private static final Moment SPIKE =
      new Moment(
          "spike-1",
          ACME,
          "anna",
          "SPEND_SPIKE",
          START + 2 * DAY,
          null,
          new Anomaly(
              ACME,
              "anna",
              "SPEND_SPIKE",
              START + 2 * DAY,
              "o-7",
              Value.number("300"),
              Value.number("100"),
              Map.of(),
              1),
          null,
          List.of(),
          null);

  /** The campaign that said a code of Cody. */
  static String campaignOf(DecisionCode code) {
    return "for-" + code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static List<StageChange> stageChanges() {
    List<StageChange> changes = new ArrayList<>(List.of(NEW, DORMANT));
    for (String customer : List.of("annabel", "ann%", "Anna", HOSTILE, INJECTING)) {
      changes.add(new StageChange(ACME, customer, null, LifecycleStage.NEW, START, 1, 1, 1));
    }
    changes.add(new StageChange("zeta", "anna", null, LifecycleStage.STABLE, START, 4, 9, 1));
    return changes;
  }

  private static List<Decision> decisions() {
    List<Decision> rows = new ArrayList<>();
    rows.add(
        row("anna", "cart-rescue", "cart-1", START + 13 * HOUR, DecisionCode.DEFERRED)
            .reason(DeferReason.QUIET_HOURS)
            .value("zone", "Asia/Shanghai")
            .value("dueAgain", iso(START + DAY - HOUR))
            .decision());
    rows.add(
        row("anna", "cart-rescue", "cart-1", START + DAY - HOUR, DecisionCode.DEFERRED)
            .reason(DeferReason.OUTSIDE_SLOT)
            .value("zone", "Asia/Shanghai")
            .value("dueAgain", iso(START + DAY))
            .decision());
    rows.add(
        row("anna", "cart-rescue", "cart-1", START + DAY + 2 * SECOND, DecisionCode.SENT)
            .json(
                "caps",
                "[{\"scope\":\"CHANNEL\",\"channel\":\"SMS\",\"window\":\"PT168H\",\"max\":2,"
                    + "\"sent\":1},{\"scope\":\"CHANNEL\",\"channel\":\"PUSH\",\"window\":\"DAY\","
                    + "\"max\":3,\"sent\":1},{\"scope\":\"ANY\",\"window\":\"WEEK\",\"max\":10,"
                    + "\"sent\":3}]")
            .number("heldCoupons", 1)
            .number("customer.orderCount", 1)
            .sent("SMS", "A", 500_000L)
            .decision());
    rows.add(
        row(
                "anna",
                "vip-thanks",
                "spike-1",
                START + 2 * DAY + 2 * SECOND,
                DecisionCode.FREQUENCY_CAP)
            .json(
                "cap",
                "{\"scope\":\"CHANNEL\",\"channel\":\"SMS\",\"window\":\"PT168H\",\"max\":2,"
                    + "\"sent\":2}")
            .decision());
    rows.add(
        row(
                "anna",
                "win-back",
                Moment.of(DORMANT, null).id(),
                START + 30 * DAY + 2 * SECOND,
                DecisionCode.LOWER_PRIORITY)
            .winner("sleep-line")
            .decision());
    rows.add(
        row("anna", "experiment", "plan-1", START + 31 * DAY, DecisionCode.DEFERRED)
            .reason(DeferReason.WAITS_FOR_WINNER)
            .value("dueAgain", iso(START + 31 * DAY + 2 * HOUR))
            .decision());
    for (int day = 0; day < BIRTHDAYS; day++) {
      rows.add(
          row("anna", "birthday", "morning-" + day, START + day * DAY, DecisionCode.AUDIENCE)
              .number("customer.orderCount", 1)
              .number("customer.daysToBirthday", 100 - day)
              .decision());
    }
    long at = START;
    for (DecisionCode code : DecisionCode.values()) {
      at += MINUTE;
      rows.add(row("cody", campaignOf(code), "m-" + code, at, code).decision());
    }
    rows.add(
        row(HOSTILE, HOSTILE_CAMPAIGN, "m-1", START, DecisionCode.AUDIENCE)
            .value("customer.city", "<b onclick=window.owned=1>Paris</b>\u001b[31m")
            .decision());
    rows.add(row(INJECTING, "cart-rescue", "m-1", START, DecisionCode.SUSPECT).decision());
    Decision other = row("anna", "zeta-only", "m-1", START, DecisionCode.NO_CONSENT).decision();
    rows.add(of("zeta", other));
    return rows;
  }

  private static Decision of(String tenant, Decision row) {
    return new Decision(
        row.id() + tenant,
        tenant,
        row.customerId(),
        row.campaign(),
        row.version(),
        row.moment(),
        row.dueMillis(),
        row.atMillis(),
        row.code(),
        row.reason(),
        row.values(),
        row.winner(),
        row.variant(),
        row.channel(),
        row.amountUnits(),
        row.triggerId(),
        row.grantId());
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static RowOf row(
      String customer, String campaign, String moment, long atMillis, DecisionCode code) {
    return new RowOf(customer, campaign, moment, atMillis, code);
  }

  /** A row, word by word. */
  private static final class RowOf {
    private final String customer;
    private final String campaign;
    private final String moment;
    private final long atMillis;
    private final DecisionCode code;
    private final Map<String, Value> values = new TreeMap<>();
    private DeferReason reason;
    private String winner;
    private String variant;
    private String channel;
    private Long amountUnits;

    RowOf(String customer, String campaign, String moment, long atMillis, DecisionCode code) {
      this.customer = customer;
      this.campaign = campaign;
      this.moment = moment;
      this.atMillis = atMillis;
      this.code = code;
    }

    RowOf reason(DeferReason why) {
      reason = why;
      return this;
    }

    RowOf winner(String who) {
      winner = who;
      return this;
    }

    RowOf value(String name, String text) {
      values.put(name, Value.string(text));
      return this;
    }

    RowOf number(String name, long number) {
      values.put(name, Value.number(Long.toString(number)));
      return this;
    }

    RowOf json(String name, String json) {
      values.put(name, new Value(Value.Type.JSON, json));
      return this;
    }

    RowOf sent(String by, String which, long units) {
      channel = by;
      variant = which;
      amountUnits = units;
      return this;
    }

    Decision decision() {
      String grant = code.isGrant() ? Decision.grantId(ACME, campaign, 1, customer, moment) : null;
      return new Decision(
          Decision.id(ACME, campaign, 1, customer, moment, code, atMillis),
          ACME,
          customer,
          campaign,
          1,
          moment,
          atMillis - 2 * SECOND,
          atMillis,
          code,
          reason,
          values,
          winner,
          variant,
          channel,
          amountUnits,
          channel == null ? null : "trigger-of-" + moment,
          grant);
    }
  }
}
