package dev.nudge.console;

import java.time.Instant;
import java.util.List;

/**
 * What happened last.
 *
 * @param rows the newest first
 */
record NewestMoments(List<Row> rows) {
  /** One customer's stage change; {@code kind} is STAGE, {@code from} null for the first stage. */
  record Row(
      String tenant,
      String customerId,
      String kind,
      String from,
      String to,
      Instant at,
      int life,
      int orderCount) {}
}
