package dev.nudge.console;

import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;

/**
 * What somebody may do about a reason that holds a campaign back, for its page: one sentence, or
 * null where nothing is to be done because all is as somebody wanted it.
 */
final class Advice {
  private Advice() {}

  /** About a code; null too for one that this version does not know. */
  static Words of(String code) {
    for (DecisionCode known : DecisionCode.values()) {
      if (known.name().equals(code)) {
        return of(known);
      }
    }
    return null;
  }

  private static Words of(DecisionCode code) {
    return switch (code) {
      case PAUSED ->
          new Words("Take the pause back in the campaign or the policy.", "在活动或策略中取消暂停。");
      case CAMPAIGN_INACTIVE ->
          new Words("Look at the campaign's time: active from, to.", "检查活动的生效时间（active）。");
      case AUDIENCE ->
          new Words(
              "Widen the audience, or trigger on a moment that fits it better.",
              "放宽目标人群条件，或改用更贴合的触发时机。");
      case SUSPECT ->
          new Words(
              "Bursts of orders: look at these customers before you lower suspectDays.",
              "集中下单：先核查这些客户，再考虑缩短 suspectDays。");
      case NO_CONSENT ->
          new Words(
              "Add a channel that customers agreed to, or ask for consent.", "增加客户已授权的渠道，或征求授权。");
      case UNSUBSCRIBED -> new Words("Add another channel; send less often.", "增加其他渠道，降低发送频率。");
      case REENTRY ->
          new Words("Shorten reentry if the offer bears repetition.", "若优惠可重复，缩短 reentry。");
      case GROUP_BUSY ->
          new Words(
              "Another campaign of the exclusive group holds them: shorten its hold, or leave the"
                  + " group.",
              "同互斥组的其他活动正占用客户：缩短其占用时间，或移出该组。");
      case LOWER_PRIORITY ->
          new Words(
              "Raise the priority, or trigger at another moment than the winner.",
              "提高优先级，或与胜出活动错开触发时机。");
      case OUTSIDE_SLOT ->
          new Words("Widen the slots, or let it wait for them.", "扩大投放时段，或允许等待时段。");
      case QUIET_HOURS -> new Words("Let it wait for the end of quiet hours.", "允许等待至免打扰时段结束。");
      case FREQUENCY_CAP ->
          new Words(
              "Raise the priority, so that it takes the slots of weaker campaigns; raise caps last.",
              "提高优先级以优先占用频次；最后才考虑提高上限。");
      case HELD_COUPONS ->
          new Words(
              "Let coupons expire sooner, or raise maxHeldCoupons.", "缩短券的有效期，或提高 maxHeldCoupons。");
      case COUPON_TYPE_PERIOD ->
          new Words("Use another coupon type, or raise its cap.", "改用其他券类型，或提高其上限。");
      case COUPON_PER_DAY -> new Words("Raise perCustomerPerDay.", "提高 perCustomerPerDay。");
      case COUPON_PER_CUSTOMER -> new Words("Raise perCustomer.", "提高 perCustomer。");
      case MISSING_VALUE ->
          new Words(
              "Give the content a default, or send the missing attribute.", "为内容设置默认值，或补充缺失的属性。");
      case BUDGET_EXHAUSTED ->
          new Words("Raise the budget or the total, or grant less each.", "提高预算或总量，或降低单份金额。");
      case EXPIRED ->
          new Words(
              "Waited over seven days or past the end: widen slots, or end later.",
              "等待超过七天或超过结束时间：扩大时段，或延后结束。");
      case CANCELLED, GLOBAL_CONTROL, CONTROL, SENT, DEFERRED, OPEN_AT_END -> null;
    };
  }

  /** About an alert of a kind; null for one that this version does not know. */
  static Words ofAlert(String kind) {
    return switch (kind) {
      case "BEHIND_TARGET" ->
          new Words(
              "Look at what blocks it most, widen its audience or add a channel; or lower the"
                  + " target.",
              "查看最主要的阻碍，放宽人群或增加渠道；或下调目标。");
      case "UNUSUAL_HOUR" ->
          new Words(
              "Look for what changed in that hour: a new version, other campaigns, the shop itself.",
              "查看该小时发生的变化：新版本、其他活动或商城本身。");
      case "SOURCE_SILENT" ->
          new Words(
              "See whether whoever writes that topic is running. What comes late is counted late.",
              "检查该主题的写入方是否运行。迟到的数据会迟计。");
      case "FAILURE_RATE" ->
          new Words(
              "Ask the gateway of that channel; put another channel first in campaigns meanwhile.",
              "联系该渠道的网关；期间在活动中优先使用其他渠道。");
      case "UNSUBSCRIBE_RATE" ->
          new Words(
              "Send less by that channel: lower its caps, narrow audiences.",
              "减少该渠道的发送：降低频次上限，收窄人群。");
      case "BUDGET_80" -> new Words("Raise the budget, or let it run out.", "提高预算，或任其用尽。");
      case "BUDGET_100" ->
          new Words(
              "It sends nothing that costs any more: raise the budget, or end the campaign.",
              "不再发送有成本的内容：提高预算，或结束活动。");
      case "DEFINITION_QUARANTINED" ->
          new Words(
              "The version before stays in force: read the job's log for the reason, and apply a"
                  + " version that is sound.",
              "此前版本仍然有效：查看作业日志中的原因，并发布正确的版本。");
      default -> null;
    };
  }

  /** Why it waits. */
  static Words ofDeferred(String reason) {
    for (DeferReason known : DeferReason.values()) {
      if (known.name().equals(reason)) {
        return switch (known) {
          case WAITS_FOR_WINNER -> new Words("Waits for the best variant", "等待最佳变体");
          case OUTSIDE_SLOT -> new Words("Waits for a slot", "等待投放时段");
          case QUIET_HOURS -> new Words("Waits for quiet hours to end", "等待免打扰时段结束");
        };
      }
    }
    return Words.same(reason);
  }
}
