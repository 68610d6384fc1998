package dev.nudge.console;

import java.time.Instant;
import java.util.List;

/**
 * What happened last.
 *
 * @param rows the newest first
 */
public record NewestMoments(List<Row> rows) {
  /** The kind of a stage change; any other is an anomaly's. */
  public static final String STAGE = "STAGE";

  /**
   * One customer's stage change or anomaly.
   *
   * @param id of an anomaly, which tells it from others; null for a stage change
   * @param kind {@link #STAGE}, or the anomaly's kind
   * @param from the stage left; null for the first one
   * @param to the stage entered; null for an anomaly
   * @param life the life a stage change belongs to
   * @param orderCount its paid orders
   * @param orderId the order that an anomaly is about; null without one
   * @param value what was found, a plain decimal; may be null
   * @param baseline what it was measured against, a plain decimal; may be null
   */
  public record Row(
      String tenant,
      String customerId,
      String id,
      String kind,
      String from,
      String to,
      Instant at,
      int life,
      int orderCount,
      String orderId,
      String value,
      String baseline) {

    static Row stageChange(
        String tenant,
        String customerId,
        String from,
        String to,
        Instant at,
        int life,
        int orderCount) {
      return new Row(
          tenant, customerId, null, STAGE, from, to, at, life, orderCount, null, null, null);
    }

    static Row anomaly(
        String tenant,
        String customerId,
        String id,
        String kind,
        Instant at,
        String orderId,
        String value,
        String baseline) {
      return new Row(tenant, customerId, id, kind, null, null, at, 0, 0, orderId, value, baseline);
    }
  }
}
