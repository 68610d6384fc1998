package dev.nudge.measure;

/**
 * Whose number an hour's money is.
 *
 * @param tenant the brand
 * @param campaign the campaign, or {@link #UNATTRIBUTED}
 * @param hourMillis the hour's begin, epoch milliseconds
 * @param basis in which hour money stands
 * @param windowMillis how long after the decision it counts; 0 for what is unattributed
 * @param touch whose payments count
 * @param currency of revenue and cost; empty where the tenant has none
 */
public record MoneyKey(
    String tenant,
    String campaign,
    long hourMillis,
    Basis basis,
    long windowMillis,
    Touch touch,
    String currency) {

  /** The campaign of refunds of which no payment is known. */
  public static final String UNATTRIBUTED = "UNATTRIBUTED";
}
