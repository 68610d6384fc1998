package dev.nudge.decide;

import dev.nudge.definition.Cap;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Purpose;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Value;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often is too often: what a customer was sent, counted against the caps of the tenant's
 * policy.
 *
 * <p>Example: PUSH may be used four times a month, anything once a day. Anna got an SMS this
 * morning, so nothing more is sent to her today, and a fifth PUSH of this month isn't on any day.
 */
final class Caps {
  private final Map<String, CapWindow> windows = new HashMap<>();
  private String newestZone;
  private CapWindow newestWindows;

  /** Takes away the channels whose caps are reached; fails with the last one. */
  boolean isWithin(Attempt attempt) {
    if (attempt.recipient.grants.size() >= Recipient.MAX_GRANTS) {
      attempt.show("grantsRemembered", Recipient.MAX_GRANTS);
      return attempt.fail(DecisionCode.FREQUENCY_CAP);
    }
    Purpose purpose = attempt.campaign().purpose();
    List<String> read = new ArrayList<>();
    for (Cap cap : attempt.policy.sending().caps()) {
      if (cap.scope() == Cap.Scope.COUPON_TYPE || !binds(cap, purpose)) {
        continue;
      }
      if (cap.scope() == Cap.Scope.CHANNEL && !attempt.channels.contains(cap.channel())) {
        continue;
      }
      long sent = count(attempt.recipient, cap, null, attempt.atMillis, windows(attempt.policy));
      read.add(shown(cap, sent));
      if (sent >= cap.max()) {
        if (cap.scope() == Cap.Scope.ANY) {
          attempt.channels.clear();
        } else {
          attempt.channels.remove(cap.channel());
        }
      }
      if (attempt.channels.isEmpty()) {
        attempt.values.put("cap", new Value(Value.Type.JSON, shown(cap, sent)));
        return attempt.fail(DecisionCode.FREQUENCY_CAP);
      }
    }
    if (!read.isEmpty()) {
      attempt.values.put("caps", new Value(Value.Type.JSON, "[" + String.join(",", read) + "]"));
    }
    return true;
  }

  /** By the caps of a coupon's type. */
  boolean isCouponTypeWithin(Attempt attempt, String type) {
    for (Cap cap : attempt.policy.sending().caps()) {
      if (cap.scope() == Cap.Scope.COUPON_TYPE && binds(cap, attempt.campaign().purpose())) {
        long got = count(attempt.recipient, cap, type, attempt.atMillis, windows(attempt.policy));
        if (got >= cap.max()) {
          attempt.show("couponType", type);
          attempt.values.put("cap", new Value(Value.Type.JSON, shown(cap, got)));
          return attempt.fail(DecisionCode.COUPON_TYPE_PERIOD);
        }
      }
    }
    return true;
  }

  /** Whether one more may go by a channel, by the channel's own caps. */
  boolean isChannelWithin(
      Recipient recipient, Policy policy, Purpose purpose, String channel, long atMillis) {
    for (Cap cap : policy.sending().caps()) {
      if (cap.scope() == Cap.Scope.CHANNEL
          && cap.channel().equals(channel)
          && binds(cap, purpose)
          && count(recipient, cap, null, atMillis, windows(policy)) >= cap.max()) {
        return false;
      }
    }
    return true;
  }

  /** The days, weeks and months of a tenant. */
  CapWindow windows(Policy policy) {
    if (!policy.zone().equals(newestZone)) {
      newestZone = policy.zone();
      newestWindows = windows(newestZone);
    }
    return newestWindows;
  }

  /** The days, weeks and months of a zone. */
  CapWindow windows(String zone) {
    return windows.computeIfAbsent(zone, id -> new CapWindow(ZoneId.of(id)));
  }

  private static boolean binds(Cap cap, Purpose purpose) {
    return purpose == Purpose.MARKETING || cap.counts() == Cap.Counts.ALL;
  }

  /** Names of channels are the shop's words without quotes; the rest is ours. */
  private static String shown(Cap cap, long sent) {
    StringBuilder text = new StringBuilder(96).append("{\"scope\":\"").append(cap.scope());
    if (cap.channel() != null) {
      text.append("\",\"channel\":\"")
          .append(cap.channel().replace("\\", "\\\\").replace("\"", "\\\""));
    }
    return text.append("\",\"window\":\"")
        .append(
            cap.calendar() == null
                ? Duration.ofMillis(cap.rollingMillis()).toString()
                : cap.calendar().name())
        .append("\",\"max\":")
        .append(cap.max())
        .append(",\"sent\":")
        .append(sent)
        .append('}')
        .toString();
  }

  /**
   * What counts against a cap now.
   *
   * @param type the coupon's type, for caps of that
   */
  private static long count(
      Recipient recipient, Cap cap, String type, long atMillis, CapWindow windows) {
    long firstMillis = windows.firstMillis(cap, atMillis);
    long sent = 0;
    for (Grant grant : recipient.grants) {
      if (grant.control || !binds(cap, grant.purpose)) {
        continue;
      }
      switch (cap.scope()) {
        case ANY -> sent += grant.decidedMillis >= firstMillis ? 1 : 0;
        case COUPON_TYPE ->
            sent +=
                grant.hasCoupon() && grant.type.equals(type) && grant.decidedMillis >= firstMillis
                    ? 1
                    : 0;
        case CHANNEL -> {
          for (Grant.Sent each : grant.sent) {
            sent += each.channel().equals(cap.channel()) && each.atMillis() >= firstMillis ? 1 : 0;
          }
        }
      }
    }
    return sent;
  }
}
