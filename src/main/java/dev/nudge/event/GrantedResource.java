package dev.nudge.event;

import java.util.List;

/**
 * What a customer gets with a trigger.
 *
 * @param kind {@code COUPON}, {@code RED_PACKET}, {@code POINTS} or {@code GIFT}
 * @param type the shop's name of it, or null
 * @param amountUnits its amount in ten-thousandths
 * @param claimFromMillis from when it can be claimed, epoch milliseconds; null for at once
 * @param claimToMillis when it lapses unless it was claimed, epoch milliseconds; null where it need
 *     not be claimed
 * @param validForMillis how long it can be used from when it is held; null where {@code
 *     validUntilMillis} says it or it never ends
 * @param validUntilMillis until when it can be used, epoch milliseconds; null where {@code
 *     validForMillis} says it or it never ends
 * @param threshold what an order must have to use it, or null
 */
public record GrantedResource(
    String kind,
    String type,
    long amountUnits,
    Long claimFromMillis,
    Long claimToMillis,
    Long validForMillis,
    Long validUntilMillis,
    Threshold threshold) {

  /**
   * What an order must have.
   *
   * @param amountUnits the least amount in ten-thousandths; 0 for any
   * @param categories of which it must have a product; empty for any
   * @param products of which it must have one; empty for any
   * @param stores in which it must be placed; empty for any
   * @param cities from which it must be placed; empty for any
   */
  public record Threshold(
      long amountUnits,
      List<String> categories,
      List<String> products,
      List<String> stores,
      List<String> cities) {}
}
