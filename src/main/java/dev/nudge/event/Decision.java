package dev.nudge.event;

import java.util.Map;

/**
 * What became of a candidate: a campaign's version, a customer and a moment.
 *
 * <p>Each candidate has exactly one row whose code {@linkplain DecisionCode#isFinal is final}; rows
 * that put it off may come before.
 *
 * @param id the same for the same row, however often it is computed
 * @param tenant the brand
 * @param customerId the customer
 * @param campaign the campaign
 * @param version the version in force at the moment
 * @param moment the moment's id
 * @param dueMillis when it was due, epoch milliseconds; of one that was put off, when it was due
 *     again
 * @param atMillis the decision's instant, epoch milliseconds
 * @param code what became of it
 * @param reason why it was put off, or null
 * @param values the values that were read, by name; those of the check that failed, and what the
 *     audience read
 * @param winner the campaign that went first, or null
 * @param variant the variant, {@link #CONTROL} for who is held back, or null
 * @param channel the channel by which it was sent, or null
 * @param amountUnits the resource's amount in ten-thousandths, or null
 * @param triggerId the trigger, or null
 * @param grantId the grant of who was sent or held back, or null
 */
public record Decision(
    String id,
    String tenant,
    String customerId,
    String campaign,
    int version,
    String moment,
    long dueMillis,
    long atMillis,
    DecisionCode code,
    DeferReason reason,
    Map<String, Value> values,
    String winner,
    String variant,
    String channel,
    Long amountUnits,
    String triggerId,
    String grantId) {

  /** The variant of who is held back. */
  public static final String CONTROL = "CONTROL";

  /** Of the values of a row that is DEFERRED: when it is due again, ISO 8601; not if it expires. */
  public static final String DUE_AGAIN = "dueAgain";

  /** The id of a row. */
  public static String id(
      String tenant,
      String campaign,
      int version,
      String customerId,
      String moment,
      DecisionCode code,
      long atMillis) {
    return Identity.of(
        tenant,
        campaign,
        Integer.toString(version),
        customerId,
        moment,
        code.name(),
        Long.toString(atMillis));
  }

  /** The id of the grant that a candidate becomes. */
  public static String grantId(
      String tenant, String campaign, int version, String customerId, String moment) {
    return Identity.of(tenant, campaign, Integer.toString(version), customerId, moment);
  }
}
