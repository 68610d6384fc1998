package dev.nudge.event;

import java.util.ArrayList;
import java.util.Collections;
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
 * @param steps the events matched, by step, sorted by the steps' names; empty for a stage change
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
    List<Step> steps,
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
        List.of(),
        customer);
  }

  /**
   * The moment that an anomaly is. Its id names the events matched, the order and the evidence: two
   * of a kind at one instant stay two, as two products of one order that are due together.
   *
   * @param event the last event matched, or null
   * @param steps the events matched, by step, in any order of the steps
   */
  public static Moment of(
      Anomaly anomaly, Occurrence event, Map<String, List<Occurrence>> steps, Features customer) {
    List<Step> sorted = new ArrayList<>();
    new TreeMap<>(steps).forEach((name, events) -> sorted.add(new Step(name, events)));
    return new Moment(
        id(anomaly, sorted),
        anomaly.tenant(),
        anomaly.customerId(),
        anomaly.kind(),
        anomaly.atMillis(),
        null,
        anomaly,
        event,
        Collections.unmodifiableList(sorted),
        customer);
  }

  private static String id(Anomaly anomaly, List<Step> steps) {
    List<String> parts =
        new ArrayList<>(
            List.of(
                anomaly.kind(),
                anomaly.tenant(),
                anomaly.customerId(),
                Long.toString(anomaly.atMillis()),
                anomaly.orderId() == null ? "" : anomaly.orderId(),
                Json.of(anomaly.evidence())));
    for (Step step : steps) {
      for (Occurrence event : step.events()) {
        parts.add(step.name());
        parts.add(event.topic().name());
        parts.add(event.messageId());
        parts.add(Long.toString(event.atMillis()));
      }
    }
    return Identity.of(parts.toArray(new String[0]));
  }
}
