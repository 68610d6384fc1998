package dev.nudge.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says why a candidate was sent, held back or put off: for each code a label and a sentence, with
 * the values that the check read. {@code nudge why} and the console's page say the same.
 *
 * <p>Example: {@code FREQUENCY_CAP} with a cap of 2 by SMS in {@code PT168H}, both used, is "The
 * cap is reached: 2 of 2 SMS within 7 days."
 *
 * <p>A value that a row lacks leaves its part of the sentence out; a code that this version does
 * not know is said as it is.
 */
final class Reasons {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** What the checks call the values that they read, beside the names of the audience. */
  private static final Map<String, Words> VALUES =
      Map.ofEntries(
          Map.entry("paused", new Words("paused by", "暂停来源")),
          Map.entry("deleted", new Words("deleted", "已删除")),
          Map.entry("from", new Words("begins", "开始时间")),
          Map.entry("expired", new Words("ended", "结束时间")),
          Map.entry("suspectUntil", new Words("suspect until", "可疑截止时间")),
          Map.entry("channels", new Words("channels left before", "此前剩余渠道")),
          Map.entry("deferredSince", new Words("waits since", "等待开始时间")),
          Map.entry("last", new Words("last time", "上次时间")),
          Map.entry("reentry", new Words("not again within", "重复进入间隔")),
          Map.entry("exclusive", new Words("exclusive", "互斥组")),
          Map.entry("heldBy", new Words("held by", "占用活动")),
          Map.entry("heldUntil", new Words("held until", "占用截止时间")),
          Map.entry("zone", new Words("time zone", "时区")),
          Map.entry("dueAgain", new Words("due again", "再次到期时间")),
          Map.entry("cap", new Words("cap", "频次上限")),
          Map.entry("caps", new Words("caps", "频次上限")),
          Map.entry("grantsRemembered", new Words("grants remembered", "留存发放数")),
          Map.entry("openCandidates", new Words("open candidates", "未决候选数")),
          Map.entry("heldCoupons", new Words("unused coupons", "未使用的券")),
          Map.entry("maxHeldCoupons", new Words("unused coupons allowed", "持券上限")),
          Map.entry("couponType", new Words("coupon type", "券类型")),
          Map.entry("today", new Words("granted today", "当日已发放")),
          Map.entry("perCustomerPerDay", new Words("allowed a day", "每日上限")),
          Map.entry("granted", new Words("granted so far", "累计已发放")),
          Map.entry("perCustomer", new Words("allowed a customer", "每人上限")),
          Map.entry("earlierHeld", new Words("held before", "此前领取数")),
          Map.entry("missing", new Words("missing", "缺少的值")),
          Map.entry("totalLeft", new Words("grants left", "剩余发放数")),
          Map.entry("budgetLeft", new Words("budget left", "剩余预算")),
          Map.entry("event", new Words("event", "事件")),
          Map.entry("messageId", new Words("message", "消息")),
          Map.entry("erased", new Words("erased", "已抹除")));

  private Reasons() {}

  /** A decision's columns as far as sentences need them; what is absent is null. */
  record Row(
      String code,
      String reason,
      String winner,
      String variant,
      String channel,
      String amount,
      JsonNode values) {

    private boolean has(String name) {
      return values.hasNonNull(name);
    }

    private String text(String name) {
      return values.path(name).asText();
    }
  }

  /** A time as sentences write it. */
  static String time(Instant at) {
    return TIME.format(at);
  }

  /** The code in short words. */
  static Words label(String code) {
    DecisionCode known = known(DecisionCode.class, code);
    return known == null ? Words.same(code) : label(known);
  }

  private static Words label(DecisionCode code) {
    return switch (code) {
      case PAUSED -> new Words("Paused", "已暂停");
      case CAMPAIGN_INACTIVE -> new Words("Campaign not running", "活动未在进行");
      case AUDIENCE -> new Words("Not in the audience", "不在目标人群");
      case SUSPECT -> new Words("Suspect", "可疑客户");
      case NO_CONSENT -> new Words("No consent", "未授权");
      case UNSUBSCRIBED -> new Words("Unsubscribed", "已退订");
      case REENTRY -> new Words("Again too soon", "间隔未到");
      case GROUP_BUSY -> new Words("Group busy", "互斥组被占用");
      case LOWER_PRIORITY -> new Words("Another went first", "优先级较低");
      case OUTSIDE_SLOT -> new Words("Outside the slots", "不在投放时段");
      case QUIET_HOURS -> new Words("Quiet hours", "免打扰时段");
      case FREQUENCY_CAP -> new Words("Frequency cap", "达到频次上限");
      case HELD_COUPONS -> new Words("Unused coupons", "持券已满");
      case COUPON_TYPE_PERIOD -> new Words("Coupon type cap", "达到券类型上限");
      case COUPON_PER_DAY -> new Words("Limit a day", "达到每日上限");
      case COUPON_PER_CUSTOMER -> new Words("Limit a customer", "达到每人上限");
      case MISSING_VALUE -> new Words("Value missing", "内容缺值");
      case BUDGET_EXHAUSTED -> new Words("Budget exhausted", "预算用尽");
      case GLOBAL_CONTROL -> new Words("Global control", "全局对照组");
      case CONTROL -> new Words("Control", "活动对照组");
      case SENT -> new Words("Sent", "已发送");
      case CANCELLED -> new Words("Cancelled", "已取消");
      case EXPIRED -> new Words("Expired", "已过期");
      case DEFERRED -> new Words("Put off", "已推迟");
      case OPEN_AT_END -> new Words("Open at the end", "结束时未决");
    };
  }

  /** A sentence that says what became of the candidate, and why. */
  static Words why(Row row) {
    DecisionCode code = known(DecisionCode.class, row.code());
    return code == null ? Words.of("Code %s.", "代码 %s。", row.code()) : why(code, row);
  }

  private static Words why(DecisionCode code, Row row) {
    return switch (code) {
      case PAUSED ->
          row.text("paused").equals("policy")
              ? new Words("The brand had stopped all of its sends.", "该品牌已暂停全部发送。")
              : new Words("The campaign was paused.", "该活动已暂停。");
      case CAMPAIGN_INACTIVE -> inactive(row);
      case AUDIENCE -> audience(row);
      case SUSPECT ->
          row.has("suspectUntil")
              ? Words.of(
                  "A burst of orders made the customer suspect until %s.",
                  "集中下单，客户在 %s 之前视为可疑。", instant(row.text("suspectUntil")))
              : new Words("A burst of orders made the customer suspect.", "集中下单，客户被视为可疑。");
      case NO_CONSENT ->
          row.has("channels")
              ? Words.of("No consent to %s.", "客户未授权 %s。", row.text("channels"))
              : new Words("No consent to any of its channels.", "客户未授权任何渠道。");
      case UNSUBSCRIBED ->
          row.has("channels")
              ? Words.of("Unsubscribed from %s.", "客户已退订 %s。", row.text("channels"))
              : new Words("Unsubscribed from all of its channels.", "客户已退订全部渠道。");
      case REENTRY -> reentry(row);
      case GROUP_BUSY -> busy(row);
      case LOWER_PRIORITY ->
          row.winner() == null
              ? new Words("Another candidate went first.", "另一候选优先。")
              : Words.of("The campaign %s went first.", "活动 %s 优先。", row.winner());
      case OUTSIDE_SLOT ->
          new Words("Due outside the campaign's slots, and does not wait", "到期时不在活动投放时段，且不等待")
              .plus(zone(row))
              .end();
      case QUIET_HOURS ->
          new Words("Due in quiet hours, and does not wait", "到期时处于免打扰时段，且不等待")
              .plus(zone(row))
              .end();
      case FREQUENCY_CAP -> capped(row);
      case HELD_COUPONS ->
          row.has("maxHeldCoupons")
              ? Words.of(
                  "Has %s unused coupons in hand, and may have %s.",
                  "手中有 %s 张未使用的券，上限为 %s 张。", row.text("heldCoupons"), row.text("maxHeldCoupons"))
              : new Words("Has as many unused coupons as may be.", "未使用的券已达上限。");
      case COUPON_TYPE_PERIOD -> typeCapped(row);
      case COUPON_PER_DAY ->
          row.has("perCustomerPerDay")
              ? Words.of(
                  "Got %s from this campaign today, and may get %s a day.",
                  "当日已从该活动获得 %s 份，每日上限为 %s 份。", row.text("today"), row.text("perCustomerPerDay"))
              : new Words("Got as many from this campaign today as may be.", "当日从该活动所得已达上限。");
      case COUPON_PER_CUSTOMER ->
          row.has("perCustomer")
              ? Words.of(
                  "Got %s from this campaign, and may get %s.",
                  "已从该活动获得 %s 份，每人上限为 %s 份。", row.text("granted"), row.text("perCustomer"))
              : new Words("Got as many from this campaign as may be.", "从该活动所得已达每人上限。");
      case MISSING_VALUE ->
          row.has("missing")
              ? Words.of(
                  "The content needs %s, which has no value.", "内容需要 %s，但没有值。", row.text("missing"))
              : new Words("The content needs something that has no value.", "内容所需的某个字段没有值。");
      case BUDGET_EXHAUSTED -> unpaid(row);
      case GLOBAL_CONTROL ->
          new Words(
              "One of the brand's control customers, who get no marketing at all.",
              "属于品牌全局对照组，不接收任何营销。");
      case CONTROL ->
          new Words(
              "Would have been sent; held back as the campaign's control, to compare.",
              "本应发送，作为活动对照组保留以便比较。");
      case SENT -> sent(row);
      case CANCELLED -> cancelled(row);
      case EXPIRED -> new Words("Waited until it was too late.", "等待过久，已失效。");
      case DEFERRED -> deferred(row);
      case OPEN_AT_END -> new Words("The rehearsal ended before it was decided.", "演练结束时尚未作出决策。");
    };
  }

  private static Words inactive(Row row) {
    if (row.has("deleted")) {
      return new Words("The campaign had been deleted.", "该活动已被删除。");
    } else if (row.has("from")) {
      return Words.of(
          "The campaign had not begun; it does at %s.",
          "活动尚未开始，开始时间为 %s。", instant(row.text("from")));
    } else if (row.has("expired")) {
      return Words.of(
          "Too late: it had to be decided before %s.",
          "为时已晚：应在 %s 之前决策。", instant(row.text("expired")));
    }
    return new Words("The campaign was not running.", "该活动当时未在进行。");
  }

  private static Words audience(Row row) {
    List<String> read = new ArrayList<>();
    row.values()
        .properties()
        .forEach(
            each -> {
              if (!VALUES.containsKey(each.getKey())) {
                read.add(each.getKey() + " = " + plain(each.getValue()));
              }
            });
    return read.isEmpty()
        ? new Words(
            "Not one of those for whom the campaign is; nothing that it asks for is known.",
            "不在该活动的目标人群中；其条件所需的值均未知。")
        : Words.of(
            "Not one of those for whom the campaign is: %s.",
            "不在该活动的目标人群中：%s。", String.join(", ", read));
  }

  private static Words reentry(Row row) {
    if (row.has("deferredSince")) {
      return Words.of(
          "One of this campaign has been waiting for the customer since %s.",
          "该活动已有一个候选自 %s 起等待此客户。", instant(row.text("deferredSince")));
    } else if (row.has("last") && row.has("reentry")) {
      return Words.of(
          "Was in this campaign at %s, and is not again within %s.",
          "已于 %s 进入该活动，%s内不再进入。", instant(row.text("last")), duration(row.text("reentry")));
    }
    return new Words("Was in this campaign not long enough ago.", "距上次进入该活动的间隔未到。");
  }

  private static Words busy(Row row) {
    if (!row.has("heldBy")) {
      return new Words("Another campaign of its group holds the customer.", "同组的另一活动正占用此客户。");
    }
    Words holds =
        Words.of(
            "The campaign %s of the group %s holds the customer",
            "活动 %s（互斥组 %s）正占用此客户", row.text("heldBy"), row.text("exclusive"));
    return holds
        .plus(
            row.has("heldUntil")
                ? Words.of(" until %s", "，至 %s", instant(row.text("heldUntil")))
                : new Words(": one of its candidates waits", "：其候选正在等待"))
        .end();
  }

  private static Words capped(Row row) {
    if (row.values().path("cap").isObject()) {
      return Words.of("The cap is reached: %s.", "已达频次上限：%s。", cap(row.values().path("cap"), null));
    } else if (row.has("grantsRemembered")) {
      return Words.of(
          "%s grants are remembered of the customer, the most that may be.",
          "此客户留存的发放已达 %s 份，为系统上限。", row.text("grantsRemembered"));
    } else if (row.has("openCandidates")) {
      return Words.of(
          "%s candidates of the customer are open, the most that may be.",
          "此客户未决的候选已达 %s 个，为系统上限。", row.text("openCandidates"));
    }
    return new Words("A cap is reached on every channel that is left.", "剩余渠道均已达频次上限。");
  }

  private static Words typeCapped(Row row) {
    return row.values().path("cap").isObject()
        ? Words.of(
            "The cap of the coupon's type is reached: %s.",
            "已达该类型券的上限：%s。", cap(row.values().path("cap"), row.text("couponType")))
        : new Words("A cap of the coupon's type is reached.", "已达该类型券的上限。");
  }

  private static Words unpaid(Row row) {
    if (row.has("budgetLeft")) {
      return Words.of(
          "%s is left of the campaign's budget, which does not pay for it.",
          "活动预算剩余 %s，不足以支付。", row.text("budgetLeft"));
    } else if (row.has("totalLeft")) {
      return new Words("All that the campaign had to give is granted.", "该活动的资源已全部发放。");
    }
    return new Words("The resource or the money does not suffice.", "资源或预算不足。");
  }

  private static Words sent(Row row) {
    Words said =
        row.channel() == null
            ? new Words("Sent", "已发送")
            : Words.of("Sent by %s", "已通过 %s 发送", row.channel());
    if (row.amount() != null) {
      said = said.plus(Words.of(", with %s", "，附 %s", row.amount()));
    }
    if (row.variant() != null) {
      said = said.plus(Words.of(", variant %s", "，变体 %s", row.variant()));
    }
    return said.end();
  }

  private static Words cancelled(Row row) {
    if (row.has("erased")) {
      return new Words("The customer was erased.", "客户数据已被抹除。");
    }
    return row.has("event")
        ? Words.of("%s came before, and made it pointless.", "此前发生了 %s，已无必要。", row.text("event"))
        : new Words("Something happened that made it pointless.", "发生了使其不再必要的事件。");
  }

  private static Words deferred(Row row) {
    DeferReason reason = known(DeferReason.class, row.reason());
    Words said =
        reason == null
            ? new Words("Put off", "已推迟")
            : switch (reason) {
              case WAITS_FOR_WINNER ->
                  new Words("Waits for the experiment's best variant", "等待实验的最佳变体");
              case OUTSIDE_SLOT -> new Words("Waits for the campaign's slot", "等待活动投放时段");
              case QUIET_HOURS -> new Words("Waits for the end of quiet hours", "等待免打扰时段结束");
            };
    return said.plus(zone(row))
        .plus(
            row.has("dueAgain")
                ? Words.of(", due again at %s", "，将于 %s 再次到期", instant(row.text("dueAgain")))
                : new Words(", which comes too late", "，但届时已过期"))
        .end();
  }

  private static Words zone(Row row) {
    return row.has("zone") ? Words.of(" (%s)", "（%s）", row.text("zone")) : Words.same("");
  }

  /**
   * A cap with what is used of it: "2 of 2 SMS within 7 days".
   *
   * @param cap {@code {scope, channel?, window, max, sent}}
   * @param type the coupon's type, for a cap of that
   */
  static Words cap(JsonNode cap, String type) {
    return Words.of(
        "%2$s of %3$s %1$s",
        "%1$s：%2$s/%3$s", cap(cap, type, false), text(cap, "sent"), text(cap, "max"));
  }

  /** What a cap counts, and within which time. */
  static Words capName(JsonNode cap, String type) {
    return cap(cap, type, true);
  }

  private static Words cap(JsonNode cap, String type, boolean alone) {
    Words window = window(text(cap, "window"));
    return switch (text(cap, "scope")) {
      case "CHANNEL" -> Words.of("%1$s %2$s", "%2$s %1$s", text(cap, "channel"), window);
      case "COUPON_TYPE" ->
          Words.of(
              alone ? "Coupons of type %1$s %2$s" : "coupons of type %1$s %2$s",
              "%2$s %1$s 类型的券",
              type == null ? "?" : type,
              window);
      default -> Words.of(alone ? "Messages %s" : "messages %s", "%s消息总数", window);
    };
  }

  private static String text(JsonNode cap, String name) {
    return cap.path(name).asText();
  }

  private static Words window(String window) {
    return switch (window) {
      case "DAY" -> new Words("in a calendar day", "每自然日");
      case "WEEK" -> new Words("in a calendar week", "每自然周");
      case "MONTH" -> new Words("in a calendar month", "每自然月");
      default -> Words.of("within %s", "%s内", duration(window));
    };
  }

  private static Words duration(String iso) {
    try {
      Duration duration = Duration.parse(iso);
      if (duration.toDays() > 0 && duration.equals(Duration.ofDays(duration.toDays()))) {
        return count(duration.toDays(), "day", "天");
      } else if (duration.toHours() > 0 && duration.equals(Duration.ofHours(duration.toHours()))) {
        return count(duration.toHours(), "hour", "小时");
      } else if (duration.equals(Duration.ofMinutes(duration.toMinutes()))) {
        return count(duration.toMinutes(), "minute", "分钟");
      }
      return Words.same(iso);
    } catch (DateTimeException unreadable) {
      return Words.same(iso);
    }
  }

  private static Words count(long number, String one, String zh) {
    return new Words(number + " " + one + (number == 1 ? "" : "s"), number + " " + zh);
  }

  private static String instant(String iso) {
    try {
      return time(Instant.parse(iso));
    } catch (DateTimeException unreadable) {
      return iso;
    }
  }

  /** Everything that the checks read, with words for what is ours. */
  static List<CustomerStory.Reading> read(JsonNode values) {
    List<CustomerStory.Reading> read = new ArrayList<>();
    values
        .properties()
        .forEach(
            each ->
                read.add(
                    new CustomerStory.Reading(
                        each.getKey(),
                        VALUES.getOrDefault(each.getKey(), Words.same(each.getKey())),
                        value(each.getKey(), each.getValue(), values))));
    return read;
  }

  private static Words value(String name, JsonNode value, JsonNode values) {
    return switch (name) {
      case "cap" ->
          value.isObject() ? cap(value, values.path("couponType").asText(null)) : text(value);
      case "caps" -> caps(value);
      case "reentry" -> duration(value.asText());
      case "from", "expired", "suspectUntil", "deferredSince", "last", "heldUntil", "dueAgain" ->
          Words.same(instant(value.asText()));
      default -> text(value);
    };
  }

  private static Words caps(JsonNode caps) {
    Words said = null;
    for (JsonNode cap : caps) {
      Words one = cap(cap, null);
      said = said == null ? one : said.plus(new Words(", ", "，")).plus(one);
    }
    return said == null ? text(caps) : said;
  }

  private static Words text(JsonNode value) {
    return Words.same(plain(value));
  }

  /** A value's text; what is nested stays JSON. */
  static String plain(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static <E extends Enum<E>> E known(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    return null;
  }
}
