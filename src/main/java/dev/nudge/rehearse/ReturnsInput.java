package dev.nudge.rehearse;

import dev.nudge.measure.MaturityKey;
import dev.nudge.measure.MoneyKey;
import dev.nudge.measure.SentVersion;
import dev.nudge.measure.Tally;
import dev.nudge.measure.TallyTable;

/**
 * What a campaign's returns are made of; exactly one is there.
 *
 * @param sums an hour's money, or its windows
 * @param sent a version that was sent
 */
public record ReturnsInput(Tally sums, SentVersion sent) {
  static ReturnsInput of(Tally sums) {
    return new ReturnsInput(sums, null);
  }

  static ReturnsInput of(SentVersion sent) {
    return new ReturnsInput(null, sent);
  }

  static boolean concerns(TallyTable table) {
    return table == TallyTable.MONEY_HOURLY || table == TallyTable.MATURED_HOURLY;
  }

  String tenant() {
    return sums != null ? sums.row().tenant() : sent.tenant();
  }

  String id() {
    if (sent != null) {
      return sent.campaign();
    }
    return sums.row().table() == TallyTable.MONEY_HOURLY
        ? MoneyKey.of(sums.row()).campaign()
        : MaturityKey.of(sums.row()).campaign();
  }

  /** Tenant and campaign as one text. */
  String campaign() {
    return tenant().length() + ":" + tenant() + " " + id();
  }
}
