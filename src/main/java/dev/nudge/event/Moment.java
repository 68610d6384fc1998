package dev.nudge.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something worth noticing in a customer's life: a stage change, an anomaly, or a match of a
 * definition.
 *
 * @param id the same for the same moment, however often it is computed
 * @param tenant the brand
 * @param customerId the customer
 * @param kind {@link #STAGE} for a stage change, an anomaly's kind, else the definition's id
 * @param atMillis event time, epoch milliseconds
 * @param stageChange the stage change, or null
 * @param anomaly the anomaly, or null
 * @param event the last event matched, or null where nothing was
 * @param steps the events matched, by step; empty for a stage change
 * @param customer the customer's features after it
 */
public record Moment(
    String id,
    String tenant,
    String customerId,
    String kind,
    long atMillis,
    StageChange stageChange,
    Anomaly anomaly,
    Occurrence event,
    Map<String, List<Occurrence>> steps,
    Features customer) {

  /** The kind of a stage change. */
  public static final String STAGE = "STAGE";

  /** The moment that a stage change is. */
  public static Moment of(StageChange change, Features customer) {
    String id =
        Identity.of(
            STAGE,
            change.tenant(),
            change.customerId(),
            Long.toString(change.atMillis()),
            change.from() == null ? "" : change.from().name(),
            change.to().name(),
            Integer.toString(change.life()),
            Integer.toString(change.orderCount()));
    return new Moment(
        id,
        change.tenant(),
        change.customerId(),
        STAGE,
        change.atMillis(),
        change,
        null,
        null,
        Map.of(),
        customer);
  }

  /**
   * The moment that an anomaly is. Its id names the order, the evidence and the events matched: two
   * of a kind at one instant stay two.
   */
  public static Moment of(
      Anomaly anomaly, Occurrence event, Map<String, List<Occurrence>> steps, Features customer) {
    return new Moment(
        id(anomaly, steps),
        anomaly.tenant(),
        anomaly.customerId(),
        anomaly.kind(),
        anomaly.atMillis(),
        null,
        anomaly,
        event,
        steps,
        customer);
  }

  private static String id(Anomaly anomaly, Map<String, List<Occurrence>> steps) {
    List<String> parts = new ArrayList<>();
    parts.add(anomaly.kind());
    parts.add(anomaly.tenant());
    parts.add(anomaly.customerId());
    parts.add(Long.toString(anomaly.atMillis()));
    parts.add(anomaly.orderId() == null ? "" : anomaly.orderId());
    new TreeMap<>(anomaly.evidence())
        .forEach(
            (name, value) -> {
              parts.add(name);
              parts.add(value.text());
            });
    steps.forEach(
        (step, events) -> {
          for (Occurrence event : events) {
            parts.add(step);
            parts.add(event.topic().name());
            parts.add(event.messageId());
            parts.add(Long.toString(event.atMillis()));
          }
        });
    return Identity.of(parts.toArray(new String[0]));
  }
}
