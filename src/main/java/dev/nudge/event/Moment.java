package dev.nudge.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something worth noticing in a customer's life: a stage change, an anomaly, or what a campaign
 * waited for.
 *
 * @param id the same for the same moment, however often it is computed
 * @param tenant the brand
 * @param customerId the customer
 * @param kind {@link #STAGE} for a stage change, an anomaly's kind, else the campaign's id; within
 *     Decide also what marks a {@linkplain #similar similar} one
 * @param atMillis event time, epoch milliseconds
 * @param stageChange the stage change, or null
 * @param anomaly the anomaly, or null
 * @param event the last event matched, or null where nothing was
 * @param steps the events matched, by step, sorted by the steps' names; empty for a stage change
 * @param customer the customer's features after it
 * @param arrivedMillis when Kafka took the newest of the records that brought it about, epoch
 *     milliseconds; {@link CustomerEvent#NOT_KNOWN} where time alone did. It is measured with, and
 *     no part of what is said
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
    Features customer,
    long arrivedMillis) {

  /** One of which nobody knows by which record it came. */
  public Moment(
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
    this(
        id,
        tenant,
        customerId,
        kind,
        atMillis,
        stageChange,
        anomaly,
        event,
        steps,
        customer,
        CustomerEvent.NOT_KNOWN);
  }

  /** The kind of a stage change. */
  public static final String STAGE = "STAGE";

  private static final String CAMPAIGN = "campaign";

  /** Begins the kind of a {@linkplain #similar similar} moment; no id has a bar. */
  private static final String SIMILAR_TO = "SIMILAR|";

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
    List<Step> sorted = sorted(steps);
    return new Moment(
        id(anomaly, sorted),
        anomaly.tenant(),
        anomaly.customerId(),
        anomaly.kind(),
        anomaly.atMillis(),
        null,
        anomaly,
        event,
        sorted,
        customer);
  }

  /**
   * The moment that a campaign waited for: its own pattern or time after an event. Its id names the
   * events matched.
   *
   * @param campaign the campaign's id
   * @param event the last event matched, or the one that the time counts from
   * @param steps the events matched, by step, in any order of the steps
   */
  public static Moment ofCampaign(
      String campaign,
      CustomerKey customer,
      long atMillis,
      Occurrence event,
      Map<String, List<Occurrence>> steps,
      Features features) {
    List<Step> sorted = sorted(steps);
    List<String> parts =
        new ArrayList<>(
            List.of(
                CAMPAIGN,
                campaign,
                customer.tenant(),
                customer.customerId(),
                Long.toString(atMillis)));
    addEvent(parts, "", event);
    addEvents(parts, sorted);
    return ofCampaign(
        Identity.of(parts.toArray(new String[0])),
        campaign,
        customer,
        atMillis,
        event,
        sorted,
        features);
  }

  /**
   * The moment that a time of a campaign's timetable is.
   *
   * @param campaign the campaign's id
   * @param dueMillis the time of the timetable, by which the moment is known
   * @param atMillis when it comes: that time, or later where it was past already when it became the
   *     customer's, as by a new time zone
   */
  public static Moment ofTime(
      String campaign, CustomerKey customer, long dueMillis, long atMillis, Features features) {
    String id =
        Identity.of(
            CAMPAIGN, campaign, customer.tenant(), customer.customerId(), Long.toString(dueMillis));
    return ofCampaign(id, campaign, customer, atMillis, null, List.of(), features);
  }

  private static Moment ofCampaign(
      String id,
      String campaign,
      CustomerKey customer,
      long atMillis,
      Occurrence event,
      List<Step> steps,
      Features features) {
    return new Moment(
        id,
        customer.tenant(),
        customer.customerId(),
        campaign,
        atMillis,
        null,
        null,
        event,
        steps,
        features);
  }

  /**
   * The moment that a customer has because another one, of the same likeness, has one. It shows
   * nothing of that other one's life but that there is such a moment.
   *
   * @param of the other one's
   * @param customerId who is alike
   * @param atMillis when it comes
   * @param attributes what both may have in common; all that it tells of the customer
   */
  public static Moment similar(
      Moment of, String customerId, long atMillis, Map<String, Value> attributes) {
    return new Moment(
        Identity.of("similar", of.id(), customerId),
        of.tenant(),
        customerId,
        SIMILAR_TO + of.id(),
        atMillis,
        null,
        null,
        null,
        List.of(),
        Features.of(attributes));
  }

  /** The same, brought about by a record that Kafka took at that time, epoch milliseconds. */
  public Moment arrived(long millis) {
    return new Moment(
        id,
        tenant,
        customerId,
        kind,
        atMillis,
        stageChange,
        anomaly,
        event,
        steps,
        customer,
        millis);
  }

  /** The id of the moment that made this a {@linkplain #similar similar} one; else null. */
  public String similarTo() {
    return kind.startsWith(SIMILAR_TO) ? kind.substring(SIMILAR_TO.length()) : null;
  }

  private static List<Step> sorted(Map<String, List<Occurrence>> steps) {
    List<Step> sorted = new ArrayList<>();
    new TreeMap<>(steps).forEach((name, events) -> sorted.add(new Step(name, events)));
    return Collections.unmodifiableList(sorted);
  }

  private static void addEvents(List<String> parts, List<Step> steps) {
    for (Step step : steps) {
      step.events().forEach(event -> addEvent(parts, step.name(), event));
    }
  }

  private static void addEvent(List<String> parts, String step, Occurrence event) {
    parts.add(step);
    parts.add(event.topic().name());
    parts.add(event.messageId());
    parts.add(Long.toString(event.atMillis()));
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
    addEvents(parts, steps);
    return Identity.of(parts.toArray(new String[0]));
  }
}
