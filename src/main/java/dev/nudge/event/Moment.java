package dev.nudge.event;

/**
 * Something worth noticing in a customer's life.
 *
 * @param id the same for the same moment, however often it is computed
 * @param tenant the brand
 * @param customerId the customer
 * @param kind {@link #STAGE} for a stage change
 * @param atMillis event time, epoch milliseconds
 * @param stageChange the stage change
 * @param customer the customer's features after it
 */
public record Moment(
    String id,
    String tenant,
    String customerId,
    String kind,
    long atMillis,
    StageChange stageChange,
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
        id, change.tenant(), change.customerId(), STAGE, change.atMillis(), change, customer);
  }
}
